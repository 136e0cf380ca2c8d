//! Enable, disable, describe anew.

use claviger_audit::record::Fields;
use claviger_model::{Action, Change, Error};

use crate::call::{KeyRef, Need, Note};
use crate::ops::{change, describe_key, one_key, own_key};
use crate::pipeline::{Context, Operation, Permitted};

/// Puts a key into use.
#[derive(Debug)]
pub struct EnableKey(pub KeyRef);

/// Takes a key out of use.
#[derive(Debug)]
pub struct DisableKey(pub KeyRef);

/// Replaces the description of a key.
#[derive(Debug)]
pub struct UpdateKeyDescription {
    /// The key.
    pub key: KeyRef,
    /// The new text.
    pub description: String,
}

impl Operation for EnableKey {
    const ACTION: Action = Action::EnableKey;
    type Output = Change<()>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.0))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.0);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Change<()>, Error> {
        change(cx, own_key(&permit, 0)?, note, |key| Ok(key.enable()?)).await
    }
}

impl Operation for DisableKey {
    const ACTION: Action = Action::DisableKey;
    type Output = Change<()>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.0))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.0);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Change<()>, Error> {
        change(cx, own_key(&permit, 0)?, note, |key| Ok(key.disable()?)).await
    }
}

impl Operation for UpdateKeyDescription {
    const ACTION: Action = Action::UpdateKeyDescription;
    type Output = Change<()>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
        request.number("description_bytes", self.description.len() as u64);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Change<()>, Error> {
        let text = self.description;
        change(cx, own_key(&permit, 0)?, note, move |key| {
            Ok(key.describe(text.clone())?)
        })
        .await
    }
}
