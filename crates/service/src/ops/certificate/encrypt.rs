//! Encrypt and decrypt with the key pair of a certificate.

use claviger_audit::record::Fields;
use claviger_model::{Action, CertificateId, CertificateUse, EncryptionAlgorithm, Error, Field};
use claviger_provider::ProviderError;
use claviger_secret::SecretBytes;

use super::{CertificateOutput, describe, one, ready};
use crate::call::{CertificateRef, Need, Note};
use crate::ops::crypto::{check_encryption, from_provider_about, words};
use crate::pipeline::{Context, Operation, Permitted};

/// Encrypts to the public half of a certificate's key pair.
///
/// Refused with [`Field::Algorithm`] where the algorithm does not fit the key pair, with [`Field::Plaintext`] where there
/// is more than it can carry.
#[derive(Debug)]
pub struct CertificatePublicKeyEncrypt {
    /// The certificate.
    pub certificate: CertificateRef,
    /// How.
    pub algorithm: EncryptionAlgorithm,
    /// What to encrypt.
    pub plaintext: SecretBytes,
}

/// Decrypts with the private half of a certificate's key pair.
///
/// Refused with [`Field::Algorithm`] where the algorithm does not fit the key pair, with [`Field::Ciphertext`] for
/// whatever is wrong with the ciphertext.
#[derive(Debug)]
pub struct CertificatePrivateKeyDecrypt {
    /// The certificate.
    pub certificate: CertificateRef,
    /// How it was encrypted.
    pub algorithm: EncryptionAlgorithm,
    /// The bare ciphertext.
    pub ciphertext: Vec<u8>,
}

/// What a ciphertext held.
#[derive(Debug)]
pub struct CertificateDecrypted {
    /// The certificate.
    pub certificate: CertificateId,
    /// What was encrypted.
    pub plaintext: SecretBytes,
}

impl Operation for CertificatePublicKeyEncrypt {
    const ACTION: Action = Action::CertificatePublicKeyEncrypt;
    type Output = CertificateOutput;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        check_encryption(self.algorithm)?;
        Ok(one(Self::ACTION, &self.certificate))
    }

    fn describe(&self, request: &mut Fields) {
        describe(request, &self.certificate);
        request.text("algorithm", words::encryption(self.algorithm));
        request.number("plaintext_bytes", self.plaintext.len() as u64);
    }

    async fn run(
        self,
        cx: &Context<'_>,
        permit: Permitted,
        note: &mut Note,
    ) -> Result<CertificateOutput, Error> {
        let (certificate, sealed) = ready(&permit, CertificateUse::Encrypt)?;
        let longest = self.algorithm.longest_plaintext(sealed.binding.spec);
        if self.plaintext.len() > longest.ok_or(Error::Invalid(Field::Algorithm))? {
            return Err(Error::Invalid(Field::Plaintext));
        }
        let provider = cx.service.providers.of(&sealed.binding)?;
        let encrypted = provider
            .encrypt_to(sealed, self.algorithm, self.plaintext.expose())
            .await;
        note.response.certificate("certificate", certificate);
        Ok(CertificateOutput {
            certificate,
            bytes: encrypted.map_err(from_provider_about(Field::Plaintext))?,
        })
    }
}

impl Operation for CertificatePrivateKeyDecrypt {
    const ACTION: Action = Action::CertificatePrivateKeyDecrypt;
    type Output = CertificateDecrypted;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        check_encryption(self.algorithm)?;
        Ok(one(Self::ACTION, &self.certificate))
    }

    fn describe(&self, request: &mut Fields) {
        describe(request, &self.certificate);
        request.text("algorithm", words::encryption(self.algorithm));
        request.number("ciphertext_bytes", self.ciphertext.len() as u64);
    }

    async fn run(
        self,
        cx: &Context<'_>,
        permit: Permitted,
        note: &mut Note,
    ) -> Result<CertificateDecrypted, Error> {
        let (certificate, sealed) = ready(&permit, CertificateUse::Decrypt)?;
        if !self.algorithm.fits(sealed.binding.spec) {
            return Err(Error::Invalid(Field::Algorithm));
        }
        let provider = cx.service.providers.of(&sealed.binding)?;
        let plaintext = provider
            .decrypt_from(sealed, self.algorithm, &self.ciphertext)
            .await;
        let plaintext = plaintext.map_err(|error| match error {
            ProviderError::DoesNotOpen => Error::Invalid(Field::Ciphertext),
            other => from_provider_about(Field::Ciphertext)(other),
        })?;
        note.response.certificate("certificate", certificate);
        Ok(CertificateDecrypted {
            certificate,
            plaintext,
        })
    }
}
