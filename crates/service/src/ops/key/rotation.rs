//! How a key rotates by itself.

use claviger_audit::record::Fields;
use claviger_model::{Action, Change, Error, SignedDuration};

use crate::call::{KeyRef, Need, Note};
use crate::ops::{change, describe_key, one_key, own_key};
use crate::pipeline::{Context, Operation, Permitted};

/// Sets how often a new version takes over by itself. Where that is due already, it happens at once.
#[derive(Debug)]
pub struct UpdateRotationPolicy {
    /// The key.
    pub key: KeyRef,
    /// The interval, in whole seconds; `None` ends rotation. Which intervals there are is for the dialects.
    pub interval: Option<SignedDuration>,
}

impl Operation for UpdateRotationPolicy {
    const ACTION: Action = Action::UpdateRotationPolicy;
    type Output = Change<()>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
        request.flag("rotates", self.interval.is_some());
        if let Some(interval) = self.interval {
            let seconds = u64::try_from(interval.as_secs()).unwrap_or(0);
            request.number("interval_seconds", seconds);
        }
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Change<()>, Error> {
        let interval = self.interval;
        change(cx, own_key(&permit, 0)?, note, move |key| {
            Ok(key.set_rotation(interval)?)
        })
        .await
    }
}
