//! Sign a digest.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Field, KeyVersionId, Purpose, SignatureAlgorithm};

use super::{
    AsymmetricOutput, check_digest, check_signs, describe_signature, describe_version, from_provider_about,
    one_version,
};
use crate::call::{KeyRef, Need, Note};
use crate::ops::crypto::ready_version;
use crate::pipeline::{Context, Operation, Permitted};

/// Signs a digest with the private half of one version of a key pair.
///
/// Refused with [`Field::Digest`] where the digest is not as long as the algorithm's hash, with [`Field::Algorithm`]
/// where the algorithm does not fit the key.
#[derive(Debug)]
pub struct AsymmetricSign {
    /// The key.
    pub key: KeyRef,
    /// The version of it; `None` is text that no version can have as its id, and is not found.
    pub version: Option<KeyVersionId>,
    /// How.
    pub algorithm: SignatureAlgorithm,
    /// What to sign.
    pub digest: Vec<u8>,
}

impl Operation for AsymmetricSign {
    const ACTION: Action = Action::AsymmetricSign;
    type Output = AsymmetricOutput;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        check_digest(self.algorithm, &self.digest)?;
        Ok(one_version(Self::ACTION, &self.key, self.version))
    }

    fn describe(&self, request: &mut Fields) {
        describe_version(request, &self.key, self.version);
        describe_signature(request, self.algorithm);
    }

    async fn run(
        self,
        cx: &Context<'_>,
        permit: Permitted,
        note: &mut Note,
    ) -> Result<AsymmetricOutput, Error> {
        let sealed = ready_version(&permit, 0, Purpose::Sign)?;
        check_signs(self.algorithm, sealed.binding.spec)?;
        let signature = cx
            .service
            .provider
            .sign(sealed, self.algorithm, &self.digest)
            .await
            .map_err(from_provider_about(Field::Digest))?;
        Ok(AsymmetricOutput::new(&sealed.binding, signature, note))
    }
}
