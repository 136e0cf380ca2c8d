//! Give imported key material up.

use claviger_audit::record::Fields;
use claviger_model::{Action, Again, Change, Error, Key, Refusal, StateKind};
use claviger_store::VersionChange;

use crate::call::{KeyRef, Need, Note};
use crate::ops::{binding, describe_key, one_key, own_key};
use crate::pipeline::{Context, Operation, Permitted};

/// Gives the material of a key up. The same material may be brought again, and opens what it encrypted.
///
/// Refused with [`Refusal::KeyKind`] for key pairs, with [`Refusal::Transition`] where [`Again::Refused`] says so.
#[derive(Debug)]
pub struct DeleteKeyMaterial {
    /// The key.
    pub key: KeyRef,
    /// What becomes of the call where there is no material to give up, or the key waits for its deletion.
    pub again: Again,
}

/// Whether material may be given up by its owner.
fn check(key: &Key, again: Again) -> Result<(), Refusal> {
    key.takes_import()?;
    if key.spec.is_asymmetric() {
        return Err(Refusal::KeyKind(key.kind()));
    }
    match (again, key.state.kind()) {
        (Again::Refused, state @ (StateKind::PendingDeletion | StateKind::PendingImport)) => {
            Err(Refusal::Transition(state))
        }
        _ => Ok(()),
    }
}

impl Operation for DeleteKeyMaterial {
    const ACTION: Action = Action::DeleteKeyMaterial;
    type Output = Change<()>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Change<()>, Error> {
        let key = own_key(&permit, 0)?.clone();
        check(&key, self.again)?;
        note.response.key("key", key.id);
        let Some(version) = key.import.as_ref().map(|import| import.version) else {
            return Ok(Change::AlreadySo(()));
        };
        let (store, draft, id, level) = (cx.store(), cx.draft(note), key.id, key.protection);
        let providers = cx.service.providers.clone();
        // The key is not settled first: material that has expired and is still there goes, too.
        let change = async move {
            let clear = VersionChange::Clear(version);
            let discard = Box::new(move |key: Key| {
                check(&key, self.again)?;
                key.discard_material()
            });
            let change = store
                .update_version(&key.scope, id, clear, draft, discard)
                .await?;
            providers.forget(&binding(&key, version)).await;
            Ok(change)
        };
        let forget = move |keys: &crate::cache::Keys| {
            keys.forget_key(id);
            keys.forget_version(version);
        };
        match cx.make(change, forget).await? {
            Change::Changed(_) => {
                note.outboxed = true;
                cx.service.destroy(level, &[version]).await;
                Ok(Change::Changed(()))
            }
            Change::AlreadySo(_) => Ok(Change::AlreadySo(())),
        }
    }
}
