//! The end of a key, and how it is called off.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Key, Resume, SignedDuration, Timestamp};

use crate::call::{KeyRef, Need, Note};
use crate::ops::audit::recent_use;
use crate::ops::{change_to, describe_key, one_key, own_key};
use crate::pipeline::{Context, Operation, Permitted};

/// Sets the moment of a key's deletion. Gives the key as it is then. Where the key was used within the last 30 days, the
/// record of the call says so; whether that can be found out never decides about the call. The audit trail announces the
/// deletion at once, and again a day before it happens.
#[derive(Debug)]
pub struct ScheduleKeyDeletion {
    /// The key.
    pub key: KeyRef,
    /// How long from now on it can be called off. Which spans there are is for the dialects.
    pub window: SignedDuration,
}

/// Calls a deletion off. Gives the key as it is then.
#[derive(Debug)]
pub struct CancelKeyDeletion {
    /// The key.
    pub key: KeyRef,
    /// Where it lands, if it has material.
    pub resume: Resume,
}

impl Operation for ScheduleKeyDeletion {
    const ACTION: Action = Action::ScheduleKeyDeletion;
    type Output = Key;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
        let seconds = u64::try_from(self.window.as_secs()).unwrap_or(0);
        request.number("window_seconds", seconds);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Key, Error> {
        let key = own_key(&permit, 0)?;
        // The record is drafted before the change; a key that is missed when it is gone stands out in it.
        if let Some(last) = recent_use(cx, key).await {
            note.response.text("risk", "recently_used");
            note.response.text("last_used", &last.time.to_string());
        }
        let due = cx.call.time.saturating_add(self.window).unwrap_or(Timestamp::MAX);
        let doomed = change_to(cx, key, note, move |key| Ok(key.schedule_deletion(due)?)).await?;
        cx.service.announce_deletion(&doomed, cx.call.time).await;
        Ok(doomed)
    }
}

impl Operation for CancelKeyDeletion {
    const ACTION: Action = Action::CancelKeyDeletion;
    type Output = Key;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Key, Error> {
        let resume = self.resume;
        change_to(cx, own_key(&permit, 0)?, note, move |key| {
            Ok(key.cancel_deletion(resume)?)
        })
        .await
    }
}
