//! Encrypt to a public key.

use claviger_audit::record::Fields;
use claviger_model::{Action, EncryptionAlgorithm, Error, Field, Purpose};
use claviger_secret::SecretBytes;

use super::{AsymmetricOutput, VersionRef, check_encryption, from_provider_about, ready};
use crate::call::{Asked, KeyRef, Need, Note};
use crate::ops::crypto::words;
use crate::pipeline::{Context, Operation, Permitted};

/// Encrypts to the public half of a key pair.
///
/// Refused with [`Field::Algorithm`] where the algorithm does not fit the key, with [`Field::Plaintext`] where there is
/// more than it can carry.
#[derive(Debug)]
pub struct AsymmetricEncrypt {
    /// The key.
    pub key: KeyRef,
    /// Which version of it.
    pub version: VersionRef,
    /// How.
    pub algorithm: EncryptionAlgorithm,
    /// What to encrypt.
    pub plaintext: SecretBytes,
}

impl Operation for AsymmetricEncrypt {
    const ACTION: Action = Action::AsymmetricEncrypt;
    type Output = AsymmetricOutput;

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
        request.number("plaintext_bytes", self.plaintext.len() as u64);
    }

    async fn run(
        self,
        cx: &Context<'_>,
        permit: Permitted,
        note: &mut Note,
    ) -> Result<AsymmetricOutput, Error> {
        let sealed = ready(&permit, Purpose::AsymmetricEncrypt)?;
        let longest = self.algorithm.longest_plaintext(sealed.binding.spec);
        if self.plaintext.len() > longest.ok_or(Error::Invalid(Field::Algorithm))? {
            return Err(Error::Invalid(Field::Plaintext));
        }
        let ciphertext = cx
            .service
            .providers
            .of(&sealed.binding)?
            .encrypt_to(sealed, self.algorithm, self.plaintext.expose())
            .await
            .map_err(from_provider_about(Field::Plaintext))?;
        Ok(AsymmetricOutput::new(&sealed.binding, ciphertext, note))
    }
}
