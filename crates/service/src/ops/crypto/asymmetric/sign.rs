//! Sign.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Field, Purpose, SignatureAlgorithm};

use super::{
    AsymmetricOutput, VersionRef, check_signs, check_size, describe_signature, from_provider_about, ready,
};
use crate::call::{KeyRef, Need, Note};
use crate::ops::crypto::Message;
use crate::pipeline::{Context, Operation, Permitted};

/// Signs with the private half of a key pair.
///
/// Refused with [`Field::Digest`] where a digest is not as long as the algorithm's hash, with [`Field::Algorithm`]
/// where the algorithm does not fit the key.
#[derive(Debug)]
pub struct AsymmetricSign {
    /// The key.
    pub key: KeyRef,
    /// Which version of it.
    pub version: VersionRef,
    /// How.
    pub algorithm: SignatureAlgorithm,
    /// Whether a curve takes the hash of its size only. Clouds differ.
    pub size_only: bool,
    /// What to sign.
    pub message: Message,
}

impl Operation for AsymmetricSign {
    const ACTION: Action = Action::AsymmetricSign;
    type Output = AsymmetricOutput;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        self.message.check(self.algorithm)?;
        Ok(self.version.need(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        self.version.describe(request, &self.key);
        describe_signature(request, self.algorithm);
        self.message.describe(request);
    }

    async fn run(
        self,
        cx: &Context<'_>,
        permit: Permitted,
        note: &mut Note,
    ) -> Result<AsymmetricOutput, Error> {
        let sealed = ready(&permit, Purpose::Sign)?;
        check_signs(self.algorithm, sealed.binding.spec)?;
        check_size(self.size_only, self.algorithm, sealed.binding.spec)?;
        let provider = cx.service.providers.of(&sealed.binding)?;
        let digest = self
            .message
            .digest(provider.as_ref(), sealed, self.algorithm)
            .await?;
        let signature = provider
            .sign(sealed, self.algorithm, &digest)
            .await
            .map_err(from_provider_about(Field::Digest))?;
        Ok(AsymmetricOutput::new(&sealed.binding, signature, note))
    }
}
