//! How a key rotates by itself.

use claviger_audit::record::Fields;
use claviger_model::{Action, Change, Error, SignedDuration};

use crate::call::{KeyRef, Need, Note};
use crate::ops::{change, describe_key, one_key, own_key};
use crate::pipeline::{Context, Operation, Permitted};

/// Sets how often a new version takes over by itself. Where that is due already, it happens at once: the period runs from
/// the newest version.
#[derive(Debug)]
pub struct UpdateRotationPolicy {
    /// The key.
    pub key: KeyRef,
    /// The interval, in whole seconds; `None` ends rotation. Which intervals there are is for the dialects.
    pub interval: Option<SignedDuration>,
}

/// Lets a key rotate by itself from now on: a period begins. The interval is the one that counted last.
///
/// Refused with [`claviger_model::Refusal::RotationOn`] where it does so already.
#[derive(Debug)]
pub struct BeginRotation {
    /// The key.
    pub key: KeyRef,
    /// The interval where none ever counted, in whole seconds.
    pub default: SignedDuration,
}

/// Changes how often a key rotates by itself: a new period begins.
///
/// Refused with [`claviger_model::Refusal::RotationOff`] where it does not.
#[derive(Debug)]
pub struct AlterRotation {
    /// The key.
    pub key: KeyRef,
    /// The interval, in whole seconds. Which intervals there are is for the dialects.
    pub interval: SignedDuration,
}

/// Lets a key no longer rotate by itself. Its interval is kept for the next [`BeginRotation`].
///
/// Refused with [`claviger_model::Refusal::RotationOff`] where it does not.
#[derive(Debug)]
pub struct EndRotation {
    /// The key.
    pub key: KeyRef,
}

fn describe_interval(request: &mut Fields, interval: SignedDuration) {
    let seconds = u64::try_from(interval.as_secs()).unwrap_or(0);
    request.number("interval_seconds", seconds);
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
            describe_interval(request, interval);
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

impl Operation for BeginRotation {
    const ACTION: Action = Action::BeginRotation;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<(), Error> {
        let (default, now) = (self.default, cx.call.time);
        change(cx, own_key(&permit, 0)?, note, move |key| {
            Ok(key.begin_rotation(default, now)?)
        })
        .await
        .map(drop)
    }
}

impl Operation for AlterRotation {
    const ACTION: Action = Action::AlterRotation;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
        describe_interval(request, self.interval);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<(), Error> {
        let (interval, now) = (self.interval, cx.call.time);
        change(cx, own_key(&permit, 0)?, note, move |key| {
            Ok(key.alter_rotation(interval, now)?)
        })
        .await
        .map(drop)
    }
}

impl Operation for EndRotation {
    const ACTION: Action = Action::EndRotation;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<(), Error> {
        change(cx, own_key(&permit, 0)?, note, |key| Ok(key.end_rotation()?))
            .await
            .map(drop)
    }
}
