//! Decrypt with a private key.

use claviger_audit::record::Fields;
use claviger_model::{Action, EncryptionAlgorithm, Error, Field, Purpose};
use claviger_provider::ProviderError;

use super::{VersionRef, check_encryption, from_provider_about, ready_to_try};
use crate::call::{Asked, KeyRef, Need, Note};
use crate::ops::crypto::{Decrypted, words};
use crate::pipeline::{Context, Operation, Permitted};

/// Decrypts with the private half of a key pair.
///
/// Refused with [`Field::Algorithm`] where the algorithm does not fit the key, with [`Field::Ciphertext`] for whatever
/// is wrong with the ciphertext.
#[derive(Debug)]
pub struct AsymmetricDecrypt {
    /// The key.
    pub key: KeyRef,
    /// Which version of it.
    pub version: VersionRef,
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
        Ok(self.version.need(Self::ACTION, &self.key))
    }

    fn asked(&self) -> Asked<'_> {
        Asked::algorithm(self.algorithm)
    }

    fn describe(&self, request: &mut Fields) {
        self.version.describe(request, &self.key);
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

/// Opens a bare ciphertext with what is at a position of the permit: one version, or the newest that opens it.
pub(in crate::ops::crypto) async fn open(
    cx: &Context<'_>,
    permit: &Permitted,
    position: usize,
    algorithm: EncryptionAlgorithm,
    ciphertext: &[u8],
) -> Result<Decrypted, Error> {
    for sealed in ready_to_try(permit, position, Purpose::AsymmetricDecrypt)? {
        if !algorithm.fits(sealed.binding.spec) {
            return Err(Error::Invalid(Field::Algorithm));
        }
        let opened = cx
            .service
            .providers
            .of(&sealed.binding)?
            .decrypt_from(sealed, algorithm, ciphertext)
            .await;
        let plaintext = match opened {
            Ok(plaintext) => plaintext,
            Err(ProviderError::DoesNotOpen) => continue,
            Err(other) => return Err(from_provider_about(Field::Ciphertext)(other)),
        };
        return Ok(Decrypted {
            key: sealed.binding.key,
            version: sealed.binding.version,
            spec: sealed.binding.spec,
            plaintext,
        });
    }
    Err(Error::Invalid(Field::Ciphertext))
}
