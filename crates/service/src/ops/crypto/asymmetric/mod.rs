//! Key pairs: encryption, signatures and their public halves.
//!
//! The caller says which version: key pairs have no primary one. Ciphertexts and signatures are the bare standard
//! encodings, so anyone who has the public key can encrypt and verify without asking here.

mod decrypt;
mod encrypt;
mod public_key;
mod sign;
mod verify;
mod version;

use claviger_audit::record::Fields;
use claviger_model::{EncryptionAlgorithm, Error, Field, KeyId, KeySpec, KeyVersionId, SignatureAlgorithm};
use claviger_provider::{Binding, ProviderError};

use super::words;
use crate::call::Note;
use crate::envelope::from_provider;

pub use decrypt::AsymmetricDecrypt;
pub(super) use decrypt::open;
pub use encrypt::AsymmetricEncrypt;
pub use public_key::GetPublicKey;
pub use sign::AsymmetricSign;
pub use verify::{AsymmetricVerify, Verified};
pub use version::VersionRef;
use version::{ready, ready_to_try, to_show};

/// What a key pair gave.
#[derive(Debug)]
pub struct AsymmetricOutput {
    /// The key.
    pub key: KeyId,
    /// The version of the key.
    pub version: KeyVersionId,
    /// The ciphertext, the signature, or the public key as DER `SubjectPublicKeyInfo`.
    pub bytes: Vec<u8>,
}

impl AsymmetricOutput {
    fn new(binding: &Binding<'_>, bytes: Vec<u8>, note: &mut Note) -> Self {
        note_version(note, binding);
        Self {
            key: binding.key,
            version: binding.version,
            bytes,
        }
    }
}

fn note_version(note: &mut Note, binding: &Binding<'_>) {
    note.response.key("key", binding.key);
    note.response.version("version", binding.version);
}

pub(in crate::ops) fn describe_signature(request: &mut Fields, algorithm: SignatureAlgorithm) {
    request.text("algorithm", words::signature(algorithm));
    request.text("hash", words::hash(algorithm.hash()));
}

/// Whether callers may encrypt like that at all, whatever the key.
///
/// PKCS #1 v1.5 would let them decrypt what is not theirs, message by message, from the answers alone.
pub(in crate::ops) fn check_encryption(algorithm: EncryptionAlgorithm) -> Result<(), Error> {
    match algorithm {
        EncryptionAlgorithm::RsaOaep(_) | EncryptionAlgorithm::Sm2Pke => Ok(()),
        EncryptionAlgorithm::RsaPkcs1 => Err(Error::Invalid(Field::Algorithm)),
    }
}

pub(in crate::ops) fn check_digest(algorithm: SignatureAlgorithm, digest: &[u8]) -> Result<(), Error> {
    if digest.len() == algorithm.hash().digest_len() {
        Ok(())
    } else {
        Err(Error::Invalid(Field::Digest))
    }
}

pub(in crate::ops) fn check_signs(algorithm: SignatureAlgorithm, spec: KeySpec) -> Result<(), Error> {
    if algorithm.fits(spec) {
        Ok(())
    } else {
        Err(Error::Invalid(Field::Algorithm))
    }
}

fn check_size(size_only: bool, algorithm: SignatureAlgorithm, spec: KeySpec) -> Result<(), Error> {
    if size_only && !algorithm.fits_size(spec) {
        return Err(Error::Invalid(Field::Algorithm));
    }
    Ok(())
}

/// What a provider's refusal means, where `input` is what it was handed.
pub(in crate::ops) fn from_provider_about(input: Field) -> impl FnOnce(ProviderError) -> Error {
    move |error| match error {
        // The key is there, so its spec is one of the provider's: it is the algorithm that it does not have.
        ProviderError::Incapable => Error::Invalid(Field::Algorithm),
        ProviderError::BadInput => Error::Invalid(input),
        other => from_provider(other),
    }
}
