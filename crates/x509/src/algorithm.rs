//! Ways to sign, and how certificates name them.
//!
//! SOURCE: RFC 4055, sections 3.1 and 5; RFC 5758, section 3.2; RFC 5280, section 4.1.1.2; GM/T 0006-2012 and RFC 8998,
//! section 3.2.1, for SM2.

use claviger_crypto::{
    KeyError, digest,
    ec::{EcPublicKey, EcdsaHash},
    rsa::{RsaPublicKey, RsaSignature},
    sm2::Sm2PublicKey,
};
use claviger_model::{HashAlgorithm, SignatureAlgorithm};
use x509_cert::{
    AlgorithmIdentifier,
    der::{
        self, Encode, TagMode, TagNumber,
        asn1::{Any, ContextSpecific, ObjectIdentifier},
        oid::db::rfc5912,
    },
};

/// A hash under a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// A way to sign that can be checked here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    RsaPkcs1(Hash),
    /// MGF1 over the same hash, a salt as long as the hash.
    RsaPss(Hash),
    Ecdsa(Hash),
    /// Over SM3 of the signer's default identity and of what is signed.
    Sm2,
}

/// SM2 with SM3.
const SM2_WITH_SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.501");

/// Names of algorithms, those that are only read included.
///
/// SOURCE: the long names of OpenSSL's `obj_mac.h`, as `openssl x509 -text` prints them.
const NAMES: [(&str, &str); 17] = [
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption"),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption"),
    ("1.2.840.113549.1.1.10", "rsassaPss"),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption"),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption"),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption"),
    ("1.2.840.113549.1.1.14", "sha224WithRSAEncryption"),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
    ("1.2.840.10045.4.3.1", "ecdsa-with-SHA224"),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512"),
    ("1.2.840.10040.4.3", "dsaWithSHA1"),
    ("2.16.840.1.101.3.4.3.2", "dsa_with_SHA256"),
    ("1.2.156.10197.1.501", "SM2-with-SM3"),
    ("1.3.101.112", "ED25519"),
    ("1.3.101.113", "ED448"),
];

/// The name of an algorithm; of an unknown one its object identifier in dots.
pub(crate) fn name(identifier: &AlgorithmIdentifier) -> String {
    let dots = identifier.oid.to_string();
    let known = NAMES.iter().find(|(oid, _)| *oid == dots);
    known.map_or(dots.clone(), |(_, name)| (*name).to_owned())
}

impl Hash {
    const ALL: [Self; 3] = [Self::Sha256, Self::Sha384, Self::Sha512];

    fn from_model(hash: HashAlgorithm) -> Option<Self> {
        match hash {
            HashAlgorithm::Sha256 => Some(Self::Sha256),
            HashAlgorithm::Sha384 => Some(Self::Sha384),
            HashAlgorithm::Sha512 => Some(Self::Sha512),
            HashAlgorithm::Sha1 | HashAlgorithm::Sm3 => None,
        }
    }

    fn model(self) -> HashAlgorithm {
        match self {
            Self::Sha256 => HashAlgorithm::Sha256,
            Self::Sha384 => HashAlgorithm::Sha384,
            Self::Sha512 => HashAlgorithm::Sha512,
        }
    }

    fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sha256 => rfc5912::ID_SHA_256,
            Self::Sha384 => rfc5912::ID_SHA_384,
            Self::Sha512 => rfc5912::ID_SHA_512,
        }
    }

    fn len(self) -> u8 {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    fn digest(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => digest::sha256(data).to_vec(),
            Self::Sha384 => digest::sha384(data).to_vec(),
            Self::Sha512 => digest::sha512(data).to_vec(),
        }
    }
}

impl Scheme {
    /// `None` for what certificates are not signed with here.
    pub(crate) fn from_model(algorithm: SignatureAlgorithm) -> Option<Self> {
        match algorithm {
            SignatureAlgorithm::RsaPkcs1(hash) => Hash::from_model(hash).map(Self::RsaPkcs1),
            SignatureAlgorithm::RsaPss(hash) => Hash::from_model(hash).map(Self::RsaPss),
            SignatureAlgorithm::Ecdsa(hash) => Hash::from_model(hash).map(Self::Ecdsa),
            SignatureAlgorithm::Sm2Dsa => Some(Self::Sm2),
        }
    }

    /// The same in the words of the model.
    pub(crate) fn model(self) -> SignatureAlgorithm {
        match self {
            Self::RsaPkcs1(hash) => SignatureAlgorithm::RsaPkcs1(hash.model()),
            Self::RsaPss(hash) => SignatureAlgorithm::RsaPss(hash.model()),
            Self::Ecdsa(hash) => SignatureAlgorithm::Ecdsa(hash.model()),
            Self::Sm2 => SignatureAlgorithm::Sm2Dsa,
        }
    }

    /// What a certificate calls it.
    ///
    /// # Errors
    /// None in fact: DER has a form for all of it.
    pub(crate) fn identifier(self) -> der::Result<AlgorithmIdentifier> {
        Ok(AlgorithmIdentifier {
            oid: self.oid(),
            parameters: match self {
                Self::RsaPkcs1(_) => Some(Any::null()),
                Self::RsaPss(hash) => Some(pss_parameters(hash, true, true)?),
                Self::Ecdsa(_) | Self::Sm2 => None,
            },
        })
    }

    /// What a certificate means; `None` for what cannot be checked here.
    pub(crate) fn of(identifier: &AlgorithmIdentifier) -> Option<Self> {
        let parameters = identifier.parameters.as_ref();
        let schemes = Hash::ALL
            .into_iter()
            .flat_map(|hash| [Self::RsaPkcs1(hash), Self::RsaPss(hash), Self::Ecdsa(hash)])
            .chain([Self::Sm2]);
        schemes
            .filter(|scheme| scheme.oid() == identifier.oid)
            .find(|scheme| match scheme {
                // The parameters must be NULL, but absent ones are to be accepted.
                // No standard says which it is with SM2, and both are found.
                Self::RsaPkcs1(_) | Self::Sm2 => parameters.is_none_or(Any::is_null),
                Self::RsaPss(hash) => parameters.is_some_and(|found| is_pss(*hash, found)),
                Self::Ecdsa(_) => parameters.is_none(),
            })
    }

    /// Opens a `SubjectPublicKeyInfo` for this scheme.
    pub(crate) fn open(self, spki: &[u8]) -> Result<Verifier, KeyError> {
        match self {
            Self::RsaPkcs1(hash) => Verifier::rsa(hash, pkcs1(hash), spki),
            Self::RsaPss(hash) => Verifier::rsa(hash, pss(hash), spki),
            Self::Ecdsa(hash) => Ok(Verifier::Ec(hash, EcPublicKey::from_spki(spki)?)),
            Self::Sm2 => Ok(Verifier::Sm2(Box::new(Sm2PublicKey::from_spki(spki)?))),
        }
    }

    fn oid(self) -> ObjectIdentifier {
        match self {
            Self::RsaPkcs1(Hash::Sha256) => rfc5912::SHA_256_WITH_RSA_ENCRYPTION,
            Self::RsaPkcs1(Hash::Sha384) => rfc5912::SHA_384_WITH_RSA_ENCRYPTION,
            Self::RsaPkcs1(Hash::Sha512) => rfc5912::SHA_512_WITH_RSA_ENCRYPTION,
            Self::RsaPss(_) => rfc5912::ID_RSASSA_PSS,
            Self::Ecdsa(Hash::Sha256) => rfc5912::ECDSA_WITH_SHA_256,
            Self::Ecdsa(Hash::Sha384) => rfc5912::ECDSA_WITH_SHA_384,
            Self::Ecdsa(Hash::Sha512) => rfc5912::ECDSA_WITH_SHA_512,
            Self::Sm2 => SM2_WITH_SM3,
        }
    }
}

/// A public key that is opened for one scheme.
pub(crate) enum Verifier {
    Rsa(Hash, RsaSignature, Box<RsaPublicKey>),
    Ec(Hash, EcPublicKey),
    Sm2(Box<Sm2PublicKey>),
}

impl Verifier {
    fn rsa(hash: Hash, scheme: RsaSignature, spki: &[u8]) -> Result<Self, KeyError> {
        let key = RsaPublicKey::from_spki(spki)?;
        Ok(Self::Rsa(hash, scheme, Box::new(key)))
    }

    /// What the owner of the key signs of `data`.
    pub(crate) fn digest(&self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Rsa(hash, ..) | Self::Ec(hash, _) => hash.digest(data),
            Self::Sm2(key) => {
                let mut message = key.message_digest();
                message.update(data);
                message.finish().to_vec()
            }
        }
    }

    /// Whether `signature` is one of `data`.
    pub(crate) fn verify(&self, data: &[u8], signature: &[u8]) -> bool {
        let digest = self.digest(data);
        match self {
            Self::Rsa(_, scheme, key) => key.verify_digest(*scheme, &digest, signature),
            Self::Ec(hash, key) => key.verify_digest(ecdsa(*hash), &digest, signature),
            Self::Sm2(key) => key.verify_digest(&digest, signature),
        }
    }
}

fn pkcs1(hash: Hash) -> RsaSignature {
    match hash {
        Hash::Sha256 => RsaSignature::Pkcs1Sha256,
        Hash::Sha384 => RsaSignature::Pkcs1Sha384,
        Hash::Sha512 => RsaSignature::Pkcs1Sha512,
    }
}

fn pss(hash: Hash) -> RsaSignature {
    match hash {
        Hash::Sha256 => RsaSignature::PssSha256,
        Hash::Sha384 => RsaSignature::PssSha384,
        Hash::Sha512 => RsaSignature::PssSha512,
    }
}

fn ecdsa(hash: Hash) -> EcdsaHash {
    match hash {
        Hash::Sha256 => EcdsaHash::Sha256,
        Hash::Sha384 => EcdsaHash::Sha384,
        Hash::Sha512 => EcdsaHash::Sha512,
    }
}

/// Whether these are the parameters of PSS with this hash. Both hash identifiers may have NULL or nothing for
/// parameters of their own.
fn is_pss(hash: Hash, found: &Any) -> bool {
    [(true, true), (true, false), (false, true), (false, false)]
        .into_iter()
        .any(|(null, mask_null)| {
            pss_parameters(hash, null, mask_null).is_ok_and(|expected| expected == *found)
        })
}

/// `RSASSA-PSS-params`; the trailer is left out, as it has its default. `null` says whether the hash has NULL for
/// parameters, `mask_null` the same of the hash of the mask.
fn pss_parameters(hash: Hash, null: bool, mask_null: bool) -> der::Result<Any> {
    let identifier = |null: bool| AlgorithmIdentifier {
        oid: hash.oid(),
        parameters: null.then(Any::null),
    };
    let mask = AlgorithmIdentifier {
        oid: rfc5912::ID_MGF_1,
        parameters: Some(Any::encode_from(&identifier(mask_null))?),
    };
    Any::encode_from(&vec![
        explicit(0, Any::encode_from(&identifier(null))?)?,
        explicit(1, Any::encode_from(&mask)?)?,
        explicit(2, Any::encode_from(&hash.len())?)?,
    ])
}

fn explicit(number: u32, value: Any) -> der::Result<Any> {
    let field = ContextSpecific {
        tag_number: TagNumber(number),
        tag_mode: TagMode::Explicit,
        value,
    };
    der::Decode::from_der(&field.to_der()?)
}

#[cfg(test)]
mod tests {
    use x509_cert::der::Decode;

    use super::*;

    fn identifier(oid: ObjectIdentifier, parameters: Option<Any>) -> AlgorithmIdentifier {
        AlgorithmIdentifier { oid, parameters }
    }

    #[test]
    fn what_is_written_is_read() {
        for hash in Hash::ALL {
            for scheme in [Scheme::RsaPkcs1(hash), Scheme::RsaPss(hash), Scheme::Ecdsa(hash)] {
                assert_eq!(Scheme::of(&scheme.identifier().unwrap()), Some(scheme));
                assert_eq!(Scheme::from_model(scheme.model()), Some(scheme));
            }
        }
        assert_eq!(Scheme::of(&Scheme::Sm2.identifier().unwrap()), Some(Scheme::Sm2));
        assert_eq!(Scheme::from_model(Scheme::Sm2.model()), Some(Scheme::Sm2));
    }

    // SOURCE: RFC 4055, section 2.1: NULL and absent parameters of a hash are equivalent.
    #[test]
    fn parameters_may_be_null_or_absent_where_the_standard_says_so() {
        let absent = identifier(rfc5912::SHA_384_WITH_RSA_ENCRYPTION, None);
        assert_eq!(Scheme::of(&absent), Some(Scheme::RsaPkcs1(Hash::Sha384)));
        let null = identifier(SM2_WITH_SM3, Some(Any::null()));
        assert_eq!(Scheme::of(&null), Some(Scheme::Sm2));
        for (null, mask_null) in [(false, true), (true, false), (false, false)] {
            let parameters = pss_parameters(Hash::Sha512, null, mask_null).unwrap();
            let found = Scheme::of(&identifier(rfc5912::ID_RSASSA_PSS, Some(parameters)));
            assert_eq!(found, Some(Scheme::RsaPss(Hash::Sha512)));
        }
    }

    #[test]
    fn other_parameters_are_another_algorithm() {
        let null = Some(Any::null());
        assert_eq!(
            Scheme::of(&identifier(rfc5912::ECDSA_WITH_SHA_256, null.clone())),
            None
        );
        assert_eq!(Scheme::of(&identifier(rfc5912::ID_RSASSA_PSS, null)), None);
        assert_eq!(Scheme::of(&identifier(rfc5912::ID_RSASSA_PSS, None)), None);
        // No parameters at all mean SHA-1 with a salt of 20 bytes.
        let sha1 = Any::from_der(&[0x30, 0]).unwrap();
        assert_eq!(Scheme::of(&identifier(rfc5912::ID_RSASSA_PSS, Some(sha1))), None);
        let number = Any::from_der(&[2, 1, 0]).unwrap();
        let odd = identifier(rfc5912::SHA_256_WITH_RSA_ENCRYPTION, Some(number));
        assert_eq!(Scheme::of(&odd), None);
        assert_eq!(
            Scheme::of(&identifier(
                ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5"),
                Some(Any::null())
            )),
            None
        );
    }
}
