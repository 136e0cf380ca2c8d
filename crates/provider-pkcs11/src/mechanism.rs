//! Our algorithms as tokens call them.

use claviger_model::{EncryptionAlgorithm, HashAlgorithm, KeySpec, SignatureAlgorithm};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsOaepParams, PkcsOaepSource, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};

use crate::der;

/// How keys of this spec are signed with, and what is handed to the token for a digest.
pub(crate) fn signature(
    spec: KeySpec,
    algorithm: SignatureAlgorithm,
    digest: &[u8],
) -> Option<(Mechanism<'static>, Vec<u8>)> {
    match algorithm {
        SignatureAlgorithm::RsaPss(hash) => {
            let (hash_alg, mgf) = hash_and_mask(hash)?;
            let params = PkcsPssParams {
                hash_alg,
                mgf,
                s_len: u64::try_from(hash.digest_len()).ok()?.into(),
            };
            Some((Mechanism::RsaPkcsPss(params), digest.to_vec()))
        }
        SignatureAlgorithm::RsaPkcs1(hash) => Some((Mechanism::RsaPkcs, der::digest_info(hash, digest)?)),
        SignatureAlgorithm::Ecdsa(_) => {
            // Tokens differ in what they do with a digest that is longer than the curve; the standard cuts it off.
            // SOURCE: FIPS 186-5, section 6.4.1.
            let used = digest.len().min(der::field_len(spec)?);
            Some((Mechanism::Ecdsa, digest.get(..used)?.to_vec()))
        }
        SignatureAlgorithm::Sm2Dsa => None,
    }
}

/// How bytes that were encrypted to an RSA key are opened.
pub(crate) fn decryption(algorithm: EncryptionAlgorithm) -> Option<Mechanism<'static>> {
    match algorithm {
        EncryptionAlgorithm::RsaOaep(hash) => {
            let (hash, mask) = hash_and_mask(hash)?;
            let params = PkcsOaepParams::new(hash, mask, PkcsOaepSource::empty());
            Some(Mechanism::RsaPkcsOaep(params))
        }
        EncryptionAlgorithm::RsaPkcs1 => Some(Mechanism::RsaPkcs),
        EncryptionAlgorithm::Sm2Pke => None,
    }
}

/// How codes of this spec are made.
pub(crate) fn mac(spec: KeySpec) -> Option<Mechanism<'static>> {
    match spec {
        KeySpec::HmacSha224 => Some(Mechanism::Sha224Hmac),
        KeySpec::HmacSha256 => Some(Mechanism::Sha256Hmac),
        KeySpec::HmacSha384 => Some(Mechanism::Sha384Hmac),
        KeySpec::HmacSha512 => Some(Mechanism::Sha512Hmac),
        _ => None,
    }
}

/// The hash, and the mask function over the same hash.
fn hash_and_mask(hash: HashAlgorithm) -> Option<(MechanismType, PkcsMgfType)> {
    match hash {
        HashAlgorithm::Sha1 => Some((MechanismType::SHA1, PkcsMgfType::MGF1_SHA1)),
        HashAlgorithm::Sha256 => Some((MechanismType::SHA256, PkcsMgfType::MGF1_SHA256)),
        HashAlgorithm::Sha384 => Some((MechanismType::SHA384, PkcsMgfType::MGF1_SHA384)),
        HashAlgorithm::Sha512 => Some((MechanismType::SHA512, PkcsMgfType::MGF1_SHA512)),
        HashAlgorithm::Sm3 => None,
    }
}
