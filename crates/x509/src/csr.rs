//! Certificate signing requests (PKCS #10).
//!
//! SOURCE: RFC 2986, sections 3 and 4; RFC 2985, section 5.4.2, for the attribute that asks for extensions.

use claviger_crypto::KeyError;
use claviger_model::SignatureAlgorithm;
use x509_cert::{
    SubjectPublicKeyInfo,
    attr::{Attribute, Attributes},
    der::{
        self, Decode, Encode,
        asn1::{Any, BitString, OctetString},
        oid::AssociatedOid,
    },
    ext::{Extension, pkix::SubjectAltName},
    request::{CertReqInfo, ExtensionReq, Version},
};

use crate::{
    CsrError,
    algorithm::Scheme,
    alternative::{self, AlternativeName},
    pem,
    subject::Subject,
};

/// A signing request that is not signed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsrDraft {
    scheme: Scheme,
    to_sign: Vec<u8>,
    digest: Vec<u8>,
}

/// A signed signing request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Csr {
    der: Vec<u8>,
}

impl CsrDraft {
    /// Writes what is to be signed.
    ///
    /// - `subject`: text of RFC 4514 or RFC 2253, such as `CN=example.com,O=Example\, Inc.,C=CN`, most specific part
    ///   first. There must be a `CN`. Encodings and the most characters of each attribute are those of RFC 5280:
    ///   `PrintableString` for `C`, `serialNumber` and `dnQualifier`, `IA5String` for `DC` and `emailAddress`,
    ///   `UTF8String` for the others; a `#` value is taken as it is.
    /// - `sans`: alternative names. What they are, DNS name, IP address or e-mail address, is told from their form.
    ///   Names in other scripts must come in ASCII (`xn--…`).
    /// - `public_key_der`: `SubjectPublicKeyInfo`, RSA, EC or SM2, as `claviger_crypto` reads it.
    /// - `algorithm`: how the request will be signed; RSA or ECDSA with SHA-256, SHA-384 or SHA-512, or SM2.
    ///
    /// # Errors
    /// [`CsrError`] with the first thing that is wrong.
    pub fn new(
        subject: &str,
        sans: &[String],
        public_key_der: &[u8],
        algorithm: SignatureAlgorithm,
    ) -> Result<Self, CsrError> {
        let scheme = Scheme::from_model(algorithm).ok_or(CsrError::Algorithm)?;
        let subject = Subject::parse(subject)?;
        let names = alternative::parse(sans)?;
        let opened = scheme.open(public_key_der).map_err(|error| match error {
            KeyError::Algorithm => CsrError::Algorithm,
            other => CsrError::PublicKey(other),
        })?;
        let key = SubjectPublicKeyInfo::from_der(public_key_der)
            .map_err(|_| CsrError::PublicKey(KeyError::Encoding))?;
        let to_sign = written(encode_info(&subject, &names, key));
        Ok(Self {
            scheme,
            digest: opened.digest(&to_sign),
            to_sign,
        })
    }

    /// Whether [`new`](Self::new) takes these names, whatever the key and the algorithm: keys are dear, and names can
    /// be looked at before there is one.
    ///
    /// # Errors
    /// Those of [`new`](Self::new) about the subject and the alternative names.
    pub fn check_names(subject: &str, sans: &[String]) -> Result<(), CsrError> {
        Subject::parse(subject)?;
        alternative::parse(sans)?;
        Ok(())
    }

    /// What is to be signed: the `CertificationRequestInfo` in DER.
    pub fn to_sign(&self) -> &[u8] {
        &self.to_sign
    }

    /// The digest of [`to_sign`](Self::to_sign) by the hash of the algorithm; with SM2 it covers the public key and the
    /// default identity too, as the algorithm wants it.
    pub fn digest(&self) -> Vec<u8> {
        self.digest.clone()
    }

    /// Puts the signature in: as long as the modulus for RSA, DER `SEQUENCE { r, s }` for ECDSA and SM2. It is not verified.
    ///
    /// # Panics
    /// If the signature has more than 200 MiB, for which DER has no room.
    pub fn finish(&self, signature: &[u8]) -> Csr {
        Csr {
            der: written(self.encode_signed(signature)),
        }
    }

    fn encode_signed(&self, signature: &[u8]) -> der::Result<Vec<u8>> {
        vec![
            Any::from_der(&self.to_sign)?,
            Any::encode_from(&self.scheme.identifier()?)?,
            Any::encode_from(&BitString::from_bytes(signature)?)?,
        ]
        .to_der()
    }
}

impl Csr {
    /// The request in DER.
    pub fn to_der(&self) -> &[u8] {
        &self.der
    }

    /// The request in PEM, `-----BEGIN CERTIFICATE REQUEST-----`, with a newline at the end.
    pub fn to_pem(&self) -> String {
        pem::write("CERTIFICATE REQUEST", &self.der)
    }
}

#[expect(
    clippy::expect_used,
    reason = "INVARIANT: DER refuses only what has more than 256 MiB, and all parts are bounded"
)]
fn written(der: der::Result<Vec<u8>>) -> Vec<u8> {
    der.expect("bounded values can be written as DER")
}

fn encode_info(
    subject: &Subject,
    names: &[AlternativeName],
    public_key: SubjectPublicKeyInfo,
) -> der::Result<Vec<u8>> {
    let mut attributes = Attributes::new();
    if !names.is_empty() {
        let extension = Extension {
            extn_id: SubjectAltName::OID,
            critical: false,
            extn_value: OctetString::new(alternative::extension(names)?.to_der()?)?,
        };
        attributes.insert(Attribute::try_from(ExtensionReq(vec![extension]))?)?;
    }
    CertReqInfo {
        version: Version::V1,
        subject: subject.to_name()?,
        public_key,
        attributes,
    }
    .to_der()
}
