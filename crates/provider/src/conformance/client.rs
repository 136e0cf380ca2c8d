//! Who judges key pairs from outside.

use claviger_model::{EncryptionAlgorithm, SignatureAlgorithm};

/// Somebody who has the public half of a key pair and cryptography of its own.
///
/// The suite has none of its own. A provider's test brings a client that does what callers do at home. It may panic on
/// a public key that it cannot read: the suite shows it public keys of providers only.
pub trait Client {
    /// Encrypts to a public key, a DER `SubjectPublicKeyInfo`. The plaintext has a length that the algorithm takes.
    fn encrypt(&self, public_key: &[u8], algorithm: EncryptionAlgorithm, plaintext: &[u8]) -> Vec<u8>;

    /// Whether a signature over a digest is one of the private half.
    fn verify(
        &self,
        public_key: &[u8],
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> bool;
}
