//! Who judges key pairs from outside.

use std::fmt;

use claviger_model::{EncryptionAlgorithm, KeySpec, SignatureAlgorithm};

/// Somebody who has the public half of a key pair and cryptography of its own.
///
/// The suite has none of its own. A provider's test brings a client that does what callers do at home. It may panic on
/// a public key that it cannot read: the suite shows it public keys of providers only.
pub trait Client {
    /// Encrypts to a public key, a DER `SubjectPublicKeyInfo`. The plaintext has a length that the algorithm takes:
    /// for SM2 it is not empty.
    fn encrypt(&self, public_key: &[u8], algorithm: EncryptionAlgorithm, plaintext: &[u8]) -> Vec<u8>;

    /// Whether a signature over a digest is one of the private half.
    fn verify(
        &self,
        public_key: &[u8],
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> bool;

    /// A key pair of this spec, one that the table takes from outside. It may be the same each time.
    fn pair(&self, spec: KeySpec) -> ClientPair;

    /// Wraps bytes with padding (RFC 5649). The key has 16, 24 or 32 bytes.
    fn wrap_key(&self, key: &[u8], plaintext: &[u8]) -> Vec<u8>;
}

/// A key pair that a caller made at home.
pub struct ClientPair {
    /// Its PKCS#8 `PrivateKeyInfo` in DER.
    pub private: Vec<u8>,
    /// Its `SubjectPublicKeyInfo` in DER.
    pub public: Vec<u8>,
}

impl fmt::Debug for ClientPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientPair({} bytes)", self.private.len())
    }
}
