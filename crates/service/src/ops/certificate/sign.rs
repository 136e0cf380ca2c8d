//! Sign and verify with the key pair of a certificate.

use claviger_audit::record::Fields;
use claviger_model::{Action, CertificateId, CertificateUse, Error, Field, SignatureAlgorithm};

use super::{CertificateOutput, describe, one, ready};
use crate::call::{CertificateRef, Need, Note};
use crate::ops::crypto::{Message, check_signs, describe_signature, from_provider_about};
use crate::pipeline::{Context, Operation, Permitted};

/// Signs with the private half of a certificate's key pair.
///
/// Refused with [`Field::Digest`] where a digest is not as long as the algorithm's hash, with [`Field::Algorithm`] where
/// the algorithm does not fit the key pair.
#[derive(Debug)]
pub struct CertificatePrivateKeySign {
    /// The certificate.
    pub certificate: CertificateRef,
    /// How.
    pub algorithm: SignatureAlgorithm,
    /// What to sign.
    pub message: Message,
}

/// Verifies with the public half of a certificate's key pair, also after its revocation.
///
/// Refused like signing. A wrong or malformed signature is an answer and no refusal.
#[derive(Debug)]
pub struct CertificatePublicKeyVerify {
    /// The certificate.
    pub certificate: CertificateRef,
    /// How it was signed.
    pub algorithm: SignatureAlgorithm,
    /// What was signed.
    pub message: Message,
    /// The signature.
    pub signature: Vec<u8>,
}

/// What became of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateVerified {
    /// The certificate.
    pub certificate: CertificateId,
    /// Whether the signature is one of its key pair over this message.
    pub valid: bool,
}

impl Operation for CertificatePrivateKeySign {
    const ACTION: Action = Action::CertificatePrivateKeySign;
    type Output = CertificateOutput;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        self.message.check(self.algorithm)?;
        Ok(one(Self::ACTION, &self.certificate))
    }

    fn describe(&self, request: &mut Fields) {
        describe(request, &self.certificate);
        describe_signature(request, self.algorithm);
        self.message.describe(request);
    }

    async fn run(
        self,
        cx: &Context<'_>,
        permit: Permitted,
        note: &mut Note,
    ) -> Result<CertificateOutput, Error> {
        let (certificate, sealed) = ready(&permit, CertificateUse::Sign)?;
        check_signs(self.algorithm, sealed.binding.spec)?;
        let provider = cx.service.providers.of(&sealed.binding)?;
        let digest = self
            .message
            .digest(provider.as_ref(), sealed, self.algorithm)
            .await?;
        let signature = provider.sign(sealed, self.algorithm, &digest).await;
        note.response.certificate("certificate", certificate);
        Ok(CertificateOutput {
            certificate,
            bytes: signature.map_err(from_provider_about(Field::Digest))?,
        })
    }
}

impl Operation for CertificatePublicKeyVerify {
    const ACTION: Action = Action::CertificatePublicKeyVerify;
    type Output = CertificateVerified;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        self.message.check(self.algorithm)?;
        Ok(one(Self::ACTION, &self.certificate))
    }

    fn describe(&self, request: &mut Fields) {
        describe(request, &self.certificate);
        describe_signature(request, self.algorithm);
        self.message.describe(request);
        request.number("signature_bytes", self.signature.len() as u64);
    }

    async fn run(
        self,
        cx: &Context<'_>,
        permit: Permitted,
        note: &mut Note,
    ) -> Result<CertificateVerified, Error> {
        let (certificate, sealed) = ready(&permit, CertificateUse::Verify)?;
        check_signs(self.algorithm, sealed.binding.spec)?;
        let provider = cx.service.providers.of(&sealed.binding)?;
        let digest = self
            .message
            .digest(provider.as_ref(), sealed, self.algorithm)
            .await?;
        let valid = provider
            .verify(sealed, self.algorithm, &digest, &self.signature)
            .await;
        let valid = valid.map_err(from_provider_about(Field::Digest))?;
        note.response.certificate("certificate", certificate);
        note.response.flag("valid", valid);
        Ok(CertificateVerified { certificate, valid })
    }
}
