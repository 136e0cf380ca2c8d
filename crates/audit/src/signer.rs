//! The key that vouches for the log: signing, the public half, and how it is spelled.

use std::fmt;

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_secret::SecretBytes;

/// Signs statements about the log with an Ed25519 key of the deployment.
///
/// SOURCE: RFC 8032, section 5.1.
pub trait Signer: Send + Sync + fmt::Debug {
    /// The raw public key that its signatures can be checked with.
    fn public_key(&self) -> [u8; 32];

    /// The Ed25519 signature (pure, no context) over `message`.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError>;
}

/// The signing key does not do what it is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The bytes are not an Ed25519 private key in PKCS#8.
    #[error("not an Ed25519 private key in PKCS#8")]
    NotAKey,
    /// No signature came out.
    #[error("the audit log's key does not sign")]
    Failed,
}

/// An Ed25519 key in this process.
pub struct Ed25519Signer(Ed25519KeyPair);

impl Ed25519Signer {
    /// Makes a new key. What comes back is the whole secret, in PKCS#8 (RFC 5958, version 2): whoever has it can vouch
    /// for any log. Give it to [`from_pkcs8`](Self::from_pkcs8) later.
    pub fn generate() -> Result<SecretBytes, SignError> {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| SignError::Failed)?;
        Ok(SecretBytes::copied(document.as_ref()))
    }

    /// Takes up a key in PKCS#8, version 1 or 2, as `openssl genpkey -algorithm ED25519` makes it in DER.
    pub fn from_pkcs8(secret: &[u8]) -> Result<Self, SignError> {
        Ed25519KeyPair::from_pkcs8(secret)
            .map(Self)
            .map_err(|_| SignError::NotAKey)
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.public_key())
    }
}

impl Signer for Ed25519Signer {
    fn public_key(&self) -> [u8; 32] {
        let mut key = [0; 32];
        for (to, from) in key.iter_mut().zip(self.0.public_key().as_ref()) {
            *to = *from;
        }
        key
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        let signature = self.0.try_sign(message).map_err(|_| SignError::Failed)?;
        signature.as_ref().try_into().map_err(|_| SignError::Failed)
    }
}

impl fmt::Debug for Ed25519Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ed25519Signer").field(&self.public()).finish()
    }
}

/// The public half of the key that vouches for a log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(pub [u8; 32]);

/// What stands before the 32 bytes of the key in a SubjectPublicKeyInfo.
///
/// SOURCE: RFC 8410, section 4: `SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING }`.
const SPKI: &[u8; 12] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";
const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";

impl PublicKey {
    /// Reads a PEM file with a SubjectPublicKeyInfo, as `openssl pkey -pubout` writes it; nothing if it is none of an
    /// Ed25519 key.
    pub fn from_pem(pem: &str) -> Option<Self> {
        let body = pem.trim().strip_prefix(BEGIN)?.strip_suffix(END)?;
        let text: String = body.split_ascii_whitespace().collect();
        let der = STANDARD.decode(text).ok()?;
        der.strip_prefix(SPKI)?.try_into().ok().map(Self)
    }

    /// The same as PEM, with a newline at its end.
    pub fn to_pem(&self) -> String {
        let der = [&SPKI[..], &self.0].concat();
        format!("{BEGIN}\n{}\n{END}\n", STANDARD.encode(der))
    }

    /// What statements name the key by.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut bytes = [0; 32];
        let digest = digest::digest(&digest::SHA256, &self.0);
        for (to, from) in bytes.iter_mut().zip(digest.as_ref()) {
            *to = *from;
        }
        Fingerprint(bytes)
    }

    /// Whether the signature over `message` is of this key.
    pub(crate) fn vouches(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, &self.0);
        key.verify(message, signature).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.fingerprint())
    }
}

/// The SHA-256 of the 32 raw bytes of a public key; shown as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}
