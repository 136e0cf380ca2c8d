//! Decrypt with a private key.

use claviger_audit::record::Fields;
use claviger_model::{Action, EncryptionAlgorithm, Error, Field, KeyVersionId, Purpose};
use claviger_provider::ProviderError;

use super::{check_encryption, describe_version, from_provider_about, one_version};
use crate::call::{Asked, KeyRef, Need, Note};
use crate::ops::crypto::{Decrypted, ready_version, words};
use crate::pipeline::{Context, Operation, Permitted};

/// Decrypts with the private half of one version of a key pair.
///
/// Refused with [`Field::Algorithm`] where the algorithm does not fit the key, with [`Field::Ciphertext`] for whatever
/// is wrong with the ciphertext.
#[derive(Debug)]
pub struct AsymmetricDecrypt {
    /// The key.
    pub key: KeyRef,
    /// The version of it; `None` is text that no version can have as its id, and is not found.
    pub version: Option<KeyVersionId>,
    /// How it was encrypted.
    pub algorithm: EncryptionAlgorithm,
    /// The bare ciphertext.
    pub ciphertext: Vec<u8>,
}

impl Operation for AsymmetricDecrypt {
    const ACTION: Action = Action::AsymmetricDecrypt;
    type Output = Decrypted;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        check_encryption(self.algorithm)?;
        Ok(one_version(Self::ACTION, &self.key, self.version))
    }

    fn asked(&self) -> Asked<'_> {
        Asked::algorithm(self.algorithm)
    }

    fn describe(&self, request: &mut Fields) {
        describe_version(request, &self.key, self.version);
        request.text("algorithm", words::encryption(self.algorithm));
        request.number("ciphertext_bytes", self.ciphertext.len() as u64);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Decrypted, Error> {
        let decrypted = open(cx, &permit, 0, self.algorithm, &self.ciphertext).await?;
        note.response.key("key", decrypted.key);
        note.response.version("version", decrypted.version);
        Ok(decrypted)
    }
}

/// Opens a bare ciphertext with the version at a position of the permit.
pub(in crate::ops::crypto) async fn open(
    cx: &Context<'_>,
    permit: &Permitted,
    position: usize,
    algorithm: EncryptionAlgorithm,
    ciphertext: &[u8],
) -> Result<Decrypted, Error> {
    let sealed = ready_version(permit, position, Purpose::AsymmetricDecrypt)?;
    if !algorithm.fits(sealed.binding.spec) {
        return Err(Error::Invalid(Field::Algorithm));
    }
    let plaintext = cx
        .service
        .provider
        .decrypt_from(sealed, algorithm, ciphertext)
        .await
        .map_err(|error| match error {
            ProviderError::DoesNotOpen => Error::Invalid(Field::Ciphertext),
            other => from_provider_about(Field::Ciphertext)(other),
        })?;
    Ok(Decrypted {
        key: sealed.binding.key,
        version: sealed.binding.version,
        plaintext,
    })
}
