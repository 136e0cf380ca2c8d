//! Sign and verify with the key pair of a certificate.

use claviger_audit::record::Fields;
use claviger_crypto::digest;
use claviger_model::{
    Action, CertificateId, CertificateUse, Error, Field, HashAlgorithm, SignatureAlgorithm,
};
use claviger_secret::SecretBytes;

use super::{CertificateOutput, describe, one, ready};
use crate::call::{CertificateRef, Need, Note};
use crate::ops::crypto::{check_digest, check_signs, describe_signature, from_provider_about};
use crate::pipeline::{Context, Operation, Permitted};

/// What is signed.
#[derive(Debug)]
pub enum Message {
    /// The message itself, which is hashed here.
    Raw(SecretBytes),
    /// The digest of it.
    Digest(Vec<u8>),
}

impl Message {
    fn check(&self, algorithm: SignatureAlgorithm) -> Result<(), Error> {
        match self {
            Self::Raw(_) => Ok(()),
            Self::Digest(digest) => check_digest(algorithm, digest),
        }
    }

    fn describe(&self, request: &mut Fields) {
        if let Self::Raw(message) = self {
            request.number("message_bytes", message.len() as u64);
        }
    }

    fn into_digest(self, hash: HashAlgorithm) -> Vec<u8> {
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
        let digest = self.message.into_digest(self.algorithm.hash());
        let signature = cx.service.provider.sign(sealed, self.algorithm, &digest).await;
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
        let digest = self.message.into_digest(self.algorithm.hash());
        let provider = cx.service.provider.as_ref();
        let valid = provider
            .verify(sealed, self.algorithm, &digest, &self.signature)
            .await;
        let valid = valid.map_err(from_provider_about(Field::Digest))?;
        note.response.certificate("certificate", certificate);
        note.response.flag("valid", valid);
        Ok(CertificateVerified { certificate, valid })
    }
}
