//! New versions of a key, by plan and by hand.
//!
//! SOURCE: Alibaba Cloud KMS, "Automatic key rotation" and CreateKeyVersion.

use jiff::{SignedDuration, Timestamp};

use super::{Change, Creator, Key, KeyState, Origin};
use crate::{KeyVersionId, Purpose, Refusal};

/// Shortest interval of automatic rotation.
pub const ROTATION_SHORTEST: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Longest interval of automatic rotation.
pub const ROTATION_LONGEST: SignedDuration = SignedDuration::from_hours(730 * 24);
/// How long the newest version of an asymmetric key must be there before another is made by hand.
pub const VERSION_REST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Whether a key rotates by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotationStatus {
    /// No.
    Disabled,
    /// Yes.
    Enabled,
    /// It would, but its state does not let it.
    Suspended,
}

impl Key {
    /// Whether the key rotates by itself.
    pub fn rotation_status(&self) -> RotationStatus {
        match (self.rotation, self.state) {
            (None, _) => RotationStatus::Disabled,
            (Some(_), KeyState::Enabled) => RotationStatus::Enabled,
            (Some(_), _) => RotationStatus::Suspended,
        }
    }

    /// When the next version takes over by itself; may be in the past.
    pub fn next_rotation(&self) -> Option<Timestamp> {
        let from = self
            .rotation_from
            .map_or(self.last_rotated, |from| from.max(self.last_rotated));
        self.rotation
            .map(|interval| from.saturating_add(interval).unwrap_or(Timestamp::MAX))
    }

    /// Whether a new version should have taken over by `now`.
    pub fn is_rotation_due(&self, now: Timestamp) -> bool {
        self.rotation_status() == RotationStatus::Enabled
            && self.next_rotation().is_some_and(|due| due <= now)
    }

    /// Sets the interval of automatic rotation, or ends it.
    ///
    /// # Errors
    /// [`Refusal::NotUsable`] unless enabled; [`Refusal::KeyKind`] for keys that do not rotate by themselves: key
    /// pairs, imported material, codes, keys of services.
    pub fn set_rotation(mut self, interval: Option<SignedDuration>) -> Result<Change<Self>, Refusal> {
        // State before kind: a key that waits for its material is refused for that, say the vendor's tables.
        self.check_enabled()?;
        self.check_rotates()?;
        if self.rotation == interval {
            return Ok(Change::AlreadySo(self));
        }
        self.rotation = interval;
        self.rotation_from = None;
        Ok(Change::Changed(self))
    }

    /// Lets the key rotate by itself from now on: the period begins at `now`. The interval is the one that counted
    /// last, or `default`.
    ///
    /// # Errors
    /// [`Refusal::KeyKind`] or [`Refusal::OfService`] for keys that do not rotate by themselves,
    /// [`Refusal::NotUsable`] unless enabled, [`Refusal::RotationOn`] when it does so already.
    pub fn begin_rotation(
        mut self,
        default: SignedDuration,
        now: Timestamp,
    ) -> Result<Change<Self>, Refusal> {
        self.check_rotates()?;
        self.check_enabled()?;
        if self.rotation.is_some() {
            return Err(Refusal::RotationOn);
        }
        self.rotation = Some(self.rotation_kept.take().unwrap_or(default));
        self.rotation_from = Some(now);
        Ok(Change::Changed(self))
    }

    /// Changes how often the key rotates by itself; a new period begins at `now`.
    ///
    /// # Errors
    /// As [`Self::begin_rotation`], with [`Refusal::RotationOff`] where it does not rotate.
    pub fn alter_rotation(
        mut self,
        interval: SignedDuration,
        now: Timestamp,
    ) -> Result<Change<Self>, Refusal> {
        self.check_rotates()?;
        self.check_enabled()?;
        if self.rotation.is_none() {
            return Err(Refusal::RotationOff);
        }
        self.rotation = Some(interval);
        self.rotation_from = Some(now);
        Ok(Change::Changed(self))
    }

    /// Lets the key no longer rotate by itself; its interval is kept for [`Self::begin_rotation`].
    ///
    /// # Errors
    /// As [`Self::alter_rotation`].
    pub fn end_rotation(mut self) -> Result<Change<Self>, Refusal> {
        self.check_rotates()?;
        self.check_enabled()?;
        let Some(interval) = self.rotation.take() else {
            return Err(Refusal::RotationOff);
        };
        self.rotation_kept = Some(interval);
        self.rotation_from = None;
        Ok(Change::Changed(self))
    }

    /// Makes `version` the primary version.
    ///
    /// # Errors
    /// As [`Self::set_rotation`].
    pub fn rotate(mut self, version: KeyVersionId, now: Timestamp) -> Result<Change<Self>, Refusal> {
        self.check_enabled()?;
        self.check_rotates()?;
        self.primary = Some(version);
        self.last_rotated = now;
        Ok(Change::Changed(self))
    }

    /// Notes a further version of an asymmetric key, made by hand at `now`.
    ///
    /// # Errors
    /// [`Refusal::NotUsable`] unless enabled; [`Refusal::KeyKind`] for other keys and for imported ones;
    /// [`Refusal::TooSoon`] before [`VERSION_REST`] has passed.
    pub fn add_version(mut self, now: Timestamp) -> Result<Change<Self>, Refusal> {
        // State before kind, as in `set_rotation`.
        self.check_enabled()?;
        // SOURCE: Alibaba Cloud KMS, "Import key material": a key has one version for life.
        if self.origin == Origin::External {
            return Err(Refusal::KeyKind(self.kind()));
        }
        self.ready_for(Purpose::AddVersion)?;
        if now.duration_since(self.last_rotated) < VERSION_REST {
            return Err(Refusal::TooSoon);
        }
        self.last_rotated = now;
        Ok(Change::Changed(self))
    }

    /// Whether keys of this kind rotate by themselves.
    ///
    /// # Errors
    /// [`Refusal::KeyKind`].
    pub fn check_rotates(&self) -> Result<(), Refusal> {
        let rotates =
            self.spec.is_symmetric() && self.origin == Origin::Generated && self.creator == Creator::Account;
        if rotates {
            Ok(())
        } else {
            Err(Refusal::KeyKind(self.kind()))
        }
    }

    fn check_enabled(&self) -> Result<(), Refusal> {
        match self.state {
            KeyState::Enabled => Ok(()),
            other => Err(Refusal::NotUsable(other.kind())),
        }
    }
}
