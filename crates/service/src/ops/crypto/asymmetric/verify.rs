//! Verify a signature.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Field, KeyId, KeyVersionId, Purpose, SignatureAlgorithm};

use super::{
    VersionRef, check_signs, check_size, describe_signature, from_provider_about, note_version, ready_to_try,
};
use crate::call::{KeyRef, Need, Note};
use crate::ops::crypto::Message;
use crate::pipeline::{Context, Operation, Permitted};

/// Verifies a signature with the public half of a key pair.
///
/// Refused like signing. A wrong or malformed signature is an answer and no refusal.
#[derive(Debug)]
pub struct AsymmetricVerify {
    /// The key.
    pub key: KeyRef,
    /// Which version of it.
    pub version: VersionRef,
    /// How it was signed.
    pub algorithm: SignatureAlgorithm,
    /// Whether a curve takes the hash of its size only. Clouds differ.
    pub size_only: bool,
    /// What was signed.
    pub message: Message,
    /// The signature.
    pub signature: Vec<u8>,
}

/// What became of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// The key.
    pub key: KeyId,
    /// The version that made the signature; where none did, the first that was tried.
    pub version: KeyVersionId,
    /// Whether the signature is one of this version over this message.
    pub valid: bool,
}

impl Operation for AsymmetricVerify {
    const ACTION: Action = Action::AsymmetricVerify;
    type Output = Verified;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        self.message.check(self.algorithm)?;
        Ok(self.version.need(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        self.version.describe(request, &self.key);
        describe_signature(request, self.algorithm);
        self.message.describe(request);
        request.number("signature_bytes", self.signature.len() as u64);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Verified, Error> {
        let tried = ready_to_try(&permit, 0, Purpose::Verify)?;
        let first = tried.first().ok_or(Error::Internal)?.binding;
        check_signs(self.algorithm, first.spec)?;
        check_size(self.size_only, self.algorithm, first.spec)?;
        let mut maker = None;
        for sealed in &tried {
            let provider = cx.service.providers.of(&sealed.binding)?;
            let digest = self
                .message
                .digest(provider.as_ref(), *sealed, self.algorithm)
                .await?;
            let valid = provider
                .verify(*sealed, self.algorithm, &digest, &self.signature)
                .await
                .map_err(from_provider_about(Field::Digest))?;
            if valid {
                maker = Some(sealed.binding);
                break;
            }
        }
        let (binding, valid) = (maker.unwrap_or(first), maker.is_some());
        note_version(note, &binding);
        note.response.flag("valid", valid);
        Ok(Verified {
            key: binding.key,
            version: binding.version,
            valid,
        })
    }
}
