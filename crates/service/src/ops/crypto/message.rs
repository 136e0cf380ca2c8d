//! What is signed.

use claviger_audit::record::Fields;
use claviger_crypto::digest;
use claviger_model::{Error, HashAlgorithm, SignatureAlgorithm};
use claviger_secret::SecretBytes;

use super::check_digest;

/// What is signed.
#[derive(Debug)]
pub enum Message {
    /// The message itself, which is hashed here.
    Raw(SecretBytes),
    /// The digest of it.
    Digest(Vec<u8>),
}

impl Message {
    /// Whether the algorithm can sign it.
    ///
    /// # Errors
    /// [`claviger_model::Field::Digest`] for a digest of another length than that of the algorithm's hash.
    pub(in crate::ops) fn check(&self, algorithm: SignatureAlgorithm) -> Result<(), Error> {
        match self {
            Self::Raw(_) => Ok(()),
            Self::Digest(digest) => check_digest(algorithm, digest),
        }
    }

    pub(in crate::ops) fn describe(&self, request: &mut Fields) {
        if let Self::Raw(message) = self {
            request.number("message_bytes", message.len() as u64);
        }
    }

    pub(in crate::ops) fn into_digest(self, hash: HashAlgorithm) -> Vec<u8> {
        match self {
            Self::Digest(digest) => digest,
            Self::Raw(message) => match hash {
                HashAlgorithm::Sha1 => digest::sha1(message.expose()).to_vec(),
                HashAlgorithm::Sha256 => digest::sha256(message.expose()).to_vec(),
                HashAlgorithm::Sha384 => digest::sha384(message.expose()).to_vec(),
                HashAlgorithm::Sha512 => digest::sha512(message.expose()).to_vec(),
                HashAlgorithm::Sm3 => digest::sm3(message.expose()).to_vec(),
            },
        }
    }
}
