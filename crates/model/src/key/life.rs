//! What may become of a key, and when: the transitions of its state and the edits that a state allows.
//!
//! SOURCE: Alibaba Cloud KMS, "Impact of CMK states on API operations".

use jiff::Timestamp;

use super::{Change, Key, KeyState, Origin, Resume, StateKind, Title};
use crate::{Refusal, Tags};

impl Key {
    /// The key as it is at `now`: material past its expiry is no longer there, even if no job has run.
    #[must_use]
    pub fn settle(mut self, now: Timestamp) -> Self {
        if self.is_settled(now) {
            return self;
        }
        self.drop_material();
        self
    }

    /// Whether [`Self::settle`] would change nothing.
    pub fn is_settled(&self, now: Timestamp) -> bool {
        let expires = self.import.as_ref().and_then(|import| import.expires);
        expires.is_none_or(|expires| expires > now) || self.primary.is_none()
    }

    /// Puts a key into use.
    ///
    /// # Errors
    /// [`Refusal::Transition`] while it has no material or waits for its deletion.
    pub fn enable(mut self) -> Result<Change<Self>, Refusal> {
        match self.state {
            KeyState::Enabled => Ok(Change::AlreadySo(self)),
            KeyState::Disabled => {
                self.state = KeyState::Enabled;
                Ok(Change::Changed(self))
            }
            KeyState::PendingImport | KeyState::PendingDeletion { .. } => {
                Err(Refusal::Transition(self.state.kind()))
            }
        }
    }

    /// Takes a key out of use.
    ///
    /// # Errors
    /// [`Refusal::Transition`] while it has no material or waits for its deletion.
    pub fn disable(mut self) -> Result<Change<Self>, Refusal> {
        match self.state {
            KeyState::Disabled => Ok(Change::AlreadySo(self)),
            KeyState::Enabled => {
                self.state = KeyState::Disabled;
                Ok(Change::Changed(self))
            }
            KeyState::PendingImport | KeyState::PendingDeletion { .. } => {
                Err(Refusal::Transition(self.state.kind()))
            }
        }
    }

    /// Sets the moment of deletion, from every state but [`KeyState::PendingDeletion`].
    ///
    /// # Errors
    /// [`Refusal::Transition`] when it waits for its deletion already, [`Refusal::Protected`] where its owner
    /// protected it.
    pub fn schedule_deletion(mut self, due: Timestamp) -> Result<Change<Self>, Refusal> {
        if let KeyState::PendingDeletion { .. } = self.state {
            return Err(Refusal::Transition(StateKind::PendingDeletion));
        }
        if self.deletion_protection.is_some() {
            return Err(Refusal::Protected);
        }
        self.state = KeyState::PendingDeletion { due };
        self.warned = false;
        Ok(Change::Changed(self))
    }

    /// Takes a key back from deletion. A key without material lands in [`KeyState::PendingImport`] whatever is
    /// asked.
    ///
    /// # Errors
    /// [`Refusal::Transition`] from every other state.
    pub fn cancel_deletion(mut self, resume: Resume) -> Result<Change<Self>, Refusal> {
        let KeyState::PendingDeletion { .. } = self.state else {
            return Err(Refusal::Transition(self.state.kind()));
        };
        self.state = match (self.lacks_material(), resume) {
            (true, _) => KeyState::PendingImport,
            (false, Resume::Enabled) => KeyState::Enabled,
            (false, Resume::Disabled) => KeyState::Disabled,
        };
        Ok(Change::Changed(self))
    }

    /// Replaces the description.
    ///
    /// # Errors
    /// [`Refusal::NotUsable`] while the key waits for its deletion.
    pub fn describe(mut self, description: String) -> Result<Change<Self>, Refusal> {
        self.may_be_edited()?;
        if self.description == description {
            return Ok(Change::AlreadySo(self));
        }
        self.description = description;
        Ok(Change::Changed(self))
    }

    /// Replaces the display name. Whether it is free, the store decides.
    ///
    /// # Errors
    /// [`Refusal::NotUsable`] while the key waits for its deletion.
    pub fn entitle(mut self, title: Title) -> Result<Change<Self>, Refusal> {
        self.may_be_edited()?;
        if self.title.as_ref() == Some(&title) {
            return Ok(Change::AlreadySo(self));
        }
        self.title = Some(title);
        Ok(Change::Changed(self))
    }

    /// Notes that the deletion it waits for was announced.
    ///
    /// # Errors
    /// [`Refusal::Transition`] while it waits for none.
    pub fn warn(mut self) -> Result<Change<Self>, Refusal> {
        let KeyState::PendingDeletion { .. } = self.state else {
            return Err(Refusal::Transition(self.state.kind()));
        };
        if self.warned {
            return Ok(Change::AlreadySo(self));
        }
        self.warned = true;
        Ok(Change::Changed(self))
    }

    /// Replaces the tags.
    ///
    /// # Errors
    /// [`Refusal::NotUsable`] while the key waits for its deletion.
    pub fn tag(mut self, tags: Tags) -> Result<Change<Self>, Refusal> {
        self.may_be_edited()?;
        if self.tags == tags {
            return Ok(Change::AlreadySo(self));
        }
        self.tags = tags;
        Ok(Change::Changed(self))
    }

    /// Protects the key from deletion, with the reason, or lifts the protection.
    ///
    /// # Errors
    /// [`Refusal::NotUsable`] while the key waits for its deletion.
    pub fn protect(mut self, reason: Option<String>) -> Result<Change<Self>, Refusal> {
        self.may_be_edited()?;
        if self.deletion_protection == reason {
            return Ok(Change::AlreadySo(self));
        }
        self.deletion_protection = reason;
        Ok(Change::Changed(self))
    }

    /// Puts a policy on the key.
    ///
    /// # Errors
    /// [`Refusal::NotUsable`] while the key waits for its deletion.
    pub fn set_policy(mut self, policy: String) -> Result<Change<Self>, Refusal> {
        self.may_be_edited()?;
        let policy = Some(policy);
        if self.policy == policy {
            return Ok(Change::AlreadySo(self));
        }
        self.policy = policy;
        Ok(Change::Changed(self))
    }

    fn may_be_edited(&self) -> Result<(), Refusal> {
        match self.state {
            KeyState::PendingDeletion { .. } => Err(Refusal::NotUsable(StateKind::PendingDeletion)),
            KeyState::Enabled | KeyState::Disabled | KeyState::PendingImport => Ok(()),
        }
    }

    fn lacks_material(&self) -> bool {
        self.origin == Origin::External && self.primary.is_none()
    }
}
