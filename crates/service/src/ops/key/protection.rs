//! Protection from deletion.

use claviger_audit::record::Fields;
use claviger_model::{Action, Change, Error};

use crate::call::{KeyRef, Need, Note};
use crate::ops::{change, describe_key, one_key, own_key};
use crate::pipeline::{Context, Operation, Permitted};

/// Protects a key from deletion, or lifts the protection.
#[derive(Debug)]
pub struct SetDeletionProtection {
    /// The key.
    pub key: KeyRef,
    /// Why it must not be deleted, in its owner's words, perhaps none; `None` lifts the protection.
    pub reason: Option<String>,
}

impl Operation for SetDeletionProtection {
    const ACTION: Action = Action::SetDeletionProtection;
    type Output = Change<()>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
        request.flag("protected", self.reason.is_some());
        request.number("reason_bytes", self.reason.as_ref().map_or(0, String::len) as u64);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Change<()>, Error> {
        let reason = self.reason;
        change(cx, own_key(&permit, 0)?, note, move |key| {
            Ok(key.protect(reason.clone())?)
        })
        .await
    }
}
