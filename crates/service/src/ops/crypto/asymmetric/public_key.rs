//! Show a public key.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, KeyVersionId, Purpose};

use super::{AsymmetricOutput, describe_version, one_version};
use crate::call::{KeyRef, Need, Note};
use crate::envelope::from_provider;
use crate::ops::crypto::ready_version;
use crate::pipeline::{Context, Operation, Permitted};

/// Shows the public half of one version of a key pair, as DER `SubjectPublicKeyInfo`.
///
/// SOURCE: RFC 5280 section 4.1.2.7.
#[derive(Debug)]
pub struct GetPublicKey {
    /// The key.
    pub key: KeyRef,
    /// The version of it; `None` is text that no version can have as its id, and is not found.
    pub version: Option<KeyVersionId>,
}

impl Operation for GetPublicKey {
    const ACTION: Action = Action::GetPublicKey;
    type Output = AsymmetricOutput;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_version(Self::ACTION, &self.key, self.version))
    }

    fn describe(&self, request: &mut Fields) {
        describe_version(request, &self.key, self.version);
    }

    async fn run(
        self,
        cx: &Context<'_>,
        permit: Permitted,
        note: &mut Note,
    ) -> Result<AsymmetricOutput, Error> {
        let sealed = ready_version(&permit, 0, Purpose::PublicKey)?;
        let public = cx
            .service
            .provider
            .public_key(sealed)
            .await
            .map_err(from_provider)?;
        Ok(AsymmetricOutput::new(&sealed.binding, public, note))
    }
}
