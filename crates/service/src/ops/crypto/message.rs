//! What is signed.

use std::borrow::Cow;

use claviger_audit::record::Fields;
use claviger_crypto::{digest, sm2};
use claviger_model::{Error, HashAlgorithm, SignatureAlgorithm};
use claviger_provider::{Provider, Sealed};
use claviger_secret::SecretBytes;

use super::check_digest;
use crate::envelope::from_provider;

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

    /// What is signed for it with this key pair. For SM2 it covers the signer, too, with the default identity.
    ///
    /// SOURCE: GB/T 32918.2 section 5.5; GM/T 0009 section 10.
    pub(in crate::ops) async fn digest(
        &self,
        provider: &dyn Provider,
        sealed: Sealed<'_>,
        algorithm: SignatureAlgorithm,
    ) -> Result<Cow<'_, [u8]>, Error> {
        let message = match self {
            Self::Digest(digest) => return Ok(Cow::Borrowed(digest)),
            Self::Raw(message) => message.expose(),
        };
        let digest = match (algorithm, algorithm.hash()) {
            (SignatureAlgorithm::Sm2Dsa, _) => {
                let public = provider.public_key(sealed).await.map_err(from_provider)?;
                let digest = sm2::digest(&public, message).map_err(|error| {
                    tracing::error!(%error, "a public key of the provider cannot be read");
                    Error::Internal
                })?;
                digest.to_vec()
            }
            (_, HashAlgorithm::Sha1) => digest::sha1(message).to_vec(),
            (_, HashAlgorithm::Sha256) => digest::sha256(message).to_vec(),
            (_, HashAlgorithm::Sha384) => digest::sha384(message).to_vec(),
            (_, HashAlgorithm::Sha512) => digest::sha512(message).to_vec(),
            (_, HashAlgorithm::Sm3) => digest::sm3(message).to_vec(),
        };
        Ok(Cow::Owned(digest))
    }
}
