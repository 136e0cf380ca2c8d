//! Enable, disable, describe anew.

use claviger_audit::record::Fields;
use claviger_model::{Action, Change, Error, Key, Refusal};

use crate::call::{KeyRef, Need, Note};
use crate::ops::{describe_key, key, one_key};
use crate::pipeline::{Context, Operation, Permitted};

/// Applies a pure change to the permitted key.
async fn change(
    cx: &Context<'_>,
    permit: &Permitted,
    note: &mut Note,
    change: impl FnMut(Key) -> Result<Change<Key>, Refusal> + Send + 'static,
) -> Result<Change<()>, Error> {
    let target = &key(permit, 0)?.key;
    let (scope, id) = (target.scope.clone(), target.id);
    note.response.key("key", id);
    let (store, draft) = (cx.store(), cx.draft(note));
    let change = async move { store.update_key(&scope, id, draft, Box::new(change)).await };
    match cx.make(change, move |keys| keys.forget_key(id)).await? {
        Change::Changed(_) => {
            note.outboxed = true;
            Ok(Change::Changed(()))
        }
        Change::AlreadySo(_) => Ok(Change::AlreadySo(())),
    }
}

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
        change(cx, &permit, note, Key::enable).await
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
        change(cx, &permit, note, Key::disable).await
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
        change(cx, &permit, note, move |key: Key| key.describe(text.clone())).await
    }
}
