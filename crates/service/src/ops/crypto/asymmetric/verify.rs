//! Verify the signature of a digest.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Field, KeyId, KeyVersionId, Purpose, SignatureAlgorithm};

use super::{
    check_digest, check_signs, describe_signature, describe_version, from_provider_about, note_version,
    one_version,
};
use crate::call::{KeyRef, Need, Note};
use crate::ops::crypto::ready_version;
use crate::pipeline::{Context, Operation, Permitted};

/// Verifies the signature of a digest with the public half of one version of a key pair.
///
/// Refused like signing. A wrong or malformed signature is an answer and no refusal.
#[derive(Debug)]
pub struct AsymmetricVerify {
    /// The key.
    pub key: KeyRef,
    /// The version of it; `None` is text that no version can have as its id, and is not found.
    pub version: Option<KeyVersionId>,
    /// How it was signed.
    pub algorithm: SignatureAlgorithm,
    /// What was signed.
    pub digest: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

/// What became of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// The key.
    pub key: KeyId,
    /// The version of the key.
    pub version: KeyVersionId,
    /// Whether the signature is one of this version over this digest.
    pub valid: bool,
}

impl Operation for AsymmetricVerify {
    const ACTION: Action = Action::AsymmetricVerify;
    type Output = Verified;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        check_digest(self.algorithm, &self.digest)?;
        Ok(one_version(Self::ACTION, &self.key, self.version))
    }

    fn describe(&self, request: &mut Fields) {
        describe_version(request, &self.key, self.version);
        describe_signature(request, self.algorithm);
        request.number("signature_bytes", self.signature.len() as u64);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Verified, Error> {
        let sealed = ready_version(&permit, 0, Purpose::Verify)?;
        check_signs(self.algorithm, sealed.binding.spec)?;
        let valid = cx
            .service
            .provider
            .verify(sealed, self.algorithm, &self.digest, &self.signature)
            .await
            .map_err(from_provider_about(Field::Digest))?;
        note_version(note, &sealed.binding);
        note.response.flag("valid", valid);
        Ok(Verified {
            key: sealed.binding.key,
            version: sealed.binding.version,
            valid,
        })
    }
}
