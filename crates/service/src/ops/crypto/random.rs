//! Random bytes.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Scope};
use claviger_secret::SecretBytes;

use crate::call::{Need, Note, Target};
use crate::envelope::from_provider;
use crate::pipeline::{Context, Operation, Permitted};

/// Draws random bytes from the provider. No key has a part in it.
#[derive(Debug)]
pub struct GenerateRandom {
    /// Where.
    pub scope: Scope,
    /// How many bytes. The bounds are for the dialects.
    pub length: usize,
}

impl Operation for GenerateRandom {
    const ACTION: Action = Action::GenerateRandom;
    type Output = SecretBytes;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![Need {
            action: Self::ACTION,
            target: Target::Service(self.scope.clone()),
        }])
    }

    fn describe(&self, request: &mut Fields) {
        request.number("random_bytes", self.length as u64);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, _: &mut Note) -> Result<SecretBytes, Error> {
        let drawn = cx.service.providers.software().random(self.length).await;
        drawn.map_err(from_provider)
    }
}
