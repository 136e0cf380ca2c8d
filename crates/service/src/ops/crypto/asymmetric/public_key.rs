//! Show a public key.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Purpose};

use super::{AsymmetricOutput, VersionRef, ready, to_show};
use crate::call::{KeyRef, Need, Note};
use crate::envelope::from_provider;
use crate::pipeline::{Context, Operation, Permitted};

/// Shows the public half of a version of a key pair, as DER `SubjectPublicKeyInfo`.
///
/// SOURCE: RFC 5280 section 4.1.2.7.
#[derive(Debug)]
pub struct GetPublicKey {
    /// The key.
    pub key: KeyRef,
    /// Which version of it.
    pub version: VersionRef,
    /// Whether it is shown while the key may not be used. Clouds differ.
    pub any_state: bool,
}

impl Operation for GetPublicKey {
    const ACTION: Action = Action::GetPublicKey;
    type Output = AsymmetricOutput;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(self.version.need(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        self.version.describe(request, &self.key);
    }

    async fn run(
        self,
        cx: &Context<'_>,
        permit: Permitted,
        note: &mut Note,
    ) -> Result<AsymmetricOutput, Error> {
        let sealed = if self.any_state {
            to_show(&permit)?
        } else {
            ready(&permit, Purpose::PublicKey)?
        };
        let public = cx
            .service
            .providers
            .of(&sealed.binding)?
            .public_key(sealed)
            .await
            .map_err(from_provider)?;
        Ok(AsymmetricOutput::new(&sealed.binding, public, note))
    }
}
