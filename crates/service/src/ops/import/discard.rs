//! Give imported key material up.

use std::sync::Arc;

use claviger_audit::record::Fields;
use claviger_model::{Action, Change, Error, Key};
use claviger_store::VersionChange;

use crate::call::{KeyRef, Need, Note};
use crate::ops::{binding, describe_key, one_key, own_key};
use crate::pipeline::{Context, Operation, Permitted};

/// Gives the material of a key up. The same material may be brought again, and opens what it encrypted.
#[derive(Debug)]
pub struct DeleteKeyMaterial {
    /// The key.
    pub key: KeyRef,
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
        key.takes_import()?;
        note.response.key("key", key.id);
        let Some(version) = key.import.as_ref().map(|import| import.version) else {
            return Ok(Change::AlreadySo(()));
        };
        let (store, draft, id) = (cx.store(), cx.draft(note), key.id);
        let provider = Arc::clone(&cx.service.provider);
        // The key is not settled first: material that has expired and is still there goes, too.
        let change = async move {
            let clear = VersionChange::Clear(version);
            let change = store
                .update_version(&key.scope, id, clear, draft, Box::new(Key::discard_material))
                .await?;
            provider.forget(&binding(&key, version));
            Ok(change)
        };
        let forget = move |keys: &crate::cache::Keys| {
            keys.forget_key(id);
            keys.forget_version(version);
        };
        match cx.make(change, forget).await? {
            Change::Changed(_) => {
                note.outboxed = true;
                Ok(Change::Changed(()))
            }
            Change::AlreadySo(_) => Ok(Change::AlreadySo(())),
        }
    }
}
