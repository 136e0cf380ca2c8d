//! Keys, their versions and the laws of their states.

mod life;
mod material;
mod rotation;
mod title;

use std::fmt;

use jiff::{SignedDuration, Timestamp};

pub use material::{Fingerprint, Import};
pub use rotation::{ROTATION_LONGEST, ROTATION_SHORTEST, RotationStatus, VERSION_REST};
pub use title::Title;

use crate::{
    KeyId, KeySpec, KeyVersionId, ProtectionLevel, Purpose, Refusal, Scope, ServiceName, Tags, Usage,
};

/// Where the material of a key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Drawn by the provider.
    Generated,
    /// Brought by the owner of the key.
    External,
}

/// What a key is, apart from whose it is and how it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyKind {
    /// What it is made of.
    pub spec: KeySpec,
    /// What it is for.
    pub usage: Usage,
    /// Where its material comes from.
    pub origin: Origin,
}

/// Who made a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Creator {
    /// The account that owns it.
    Account,
    /// An integrated service, for the account.
    Service(ServiceName),
}

/// What may be done with a key, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// There is no material yet, or no longer.
    PendingImport,
    /// In use.
    Enabled,
    /// Switched off by its owner; everything is kept.
    Disabled,
    /// Will be deleted. Past `due` the key is gone for every caller, even if no job has run.
    PendingDeletion {
        /// The moment of deletion.
        due: Timestamp,
    },
}

/// A state without its data, as messages and filters name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StateKind {
    /// See [`KeyState::PendingImport`].
    PendingImport,
    /// See [`KeyState::Enabled`].
    Enabled,
    /// See [`KeyState::Disabled`].
    Disabled,
    /// See [`KeyState::PendingDeletion`].
    PendingDeletion,
}

impl fmt::Display for StateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PendingImport => "pending import",
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::PendingDeletion => "pending deletion",
        })
    }
}

impl KeyState {
    /// The state without its data.
    pub fn kind(self) -> StateKind {
        match self {
            Self::PendingImport => StateKind::PendingImport,
            Self::Enabled => StateKind::Enabled,
            Self::Disabled => StateKind::Disabled,
            Self::PendingDeletion { .. } => StateKind::PendingDeletion,
        }
    }
}

/// What became of a wish to change something: clouds differ in whether [`Change::AlreadySo`] is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change<T> {
    /// It is now as asked.
    Changed(T),
    /// It was so before; nothing happened.
    AlreadySo(T),
}

impl<T> Change<T> {
    /// The thing, changed or not.
    pub fn into_inner(self) -> T {
        match self {
            Self::Changed(thing) | Self::AlreadySo(thing) => thing,
        }
    }
}

/// What becomes of a wish for something that is so already: clouds differ, so the caller says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// It is served.
    Fine,
    /// It is refused.
    Refused,
}

/// Where a key lands when its deletion is cancelled: clouds differ, so the caller says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// In use again at once.
    Enabled,
    /// Switched off until someone enables it.
    Disabled,
}

/// A key: what it is, whose it is, and how it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name for life.
    pub id: KeyId,
    /// Account and region it lives in.
    pub scope: Scope,
    /// What it is made of.
    pub spec: KeySpec,
    /// What it is for.
    pub usage: Usage,
    /// Where its material comes from.
    pub origin: Origin,
    /// Where its material is held.
    pub protection: ProtectionLevel,
    /// Who made it.
    pub creator: Creator,
    /// When it was made.
    pub created: Timestamp,
    /// What may be done with it.
    pub state: KeyState,
    /// Its display name; none for keys of services, and where its maker gave none.
    pub title: Option<Title>,
    /// Free text of its owner, at most 8192 characters.
    pub description: String,
    /// The version that encrypts; none while there is no material, and none for asymmetric keys.
    pub primary: Option<KeyVersionId>,
    /// When the newest version was made.
    pub last_rotated: Timestamp,
    /// How often a new version takes over; none where rotation is off.
    pub rotation: Option<SignedDuration>,
    /// Where the running period of rotation began, if later than at the newest version.
    pub rotation_from: Option<Timestamp>,
    /// The interval that was set last, while rotation is off; it counts again when that is switched on.
    pub rotation_kept: Option<SignedDuration>,
    /// Whether the deletion that it waits for was announced in the audit trail.
    pub warned: bool,
    /// What was imported; none for generated keys, and before the first import.
    pub import: Option<Import>,
    /// Why the key must not be deleted, in its owner's words; none where it may be.
    pub deletion_protection: Option<String>,
    /// The policy document that its owner put on it, as it came.
    pub policy: Option<String>,
    /// Its labels.
    pub tags: Tags,
}

/// Material that only its provider can open, or a handle to an object inside an HSM.
#[derive(Clone, PartialEq, Eq)]
pub struct Material(pub Box<[u8]>);

impl fmt::Debug for Material {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Material({} bytes)", self.0.len())
    }
}

/// One piece of material of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyVersion {
    /// Its name for life; ciphertexts bear it.
    pub id: KeyVersionId,
    /// The key it belongs to.
    pub key: KeyId,
    /// Account and region of that key.
    pub scope: Scope,
    /// When it was made.
    pub created: Timestamp,
    /// The sealed material; none where it was imported and is deleted or expired.
    pub material: Option<Material>,
}

/// A key that may be used for the purpose it was asked for, at the moment it was asked.
///
/// [`Key::ready_for`] alone makes one; providers are reached through it.
#[derive(Debug, Clone, Copy)]
pub struct ReadyKey<'a> {
    key: &'a Key,
}

impl<'a> ReadyKey<'a> {
    /// The key itself.
    pub fn key(&self) -> &'a Key {
        self.key
    }
}

impl Key {
    /// What the key is.
    pub fn kind(&self) -> KeyKind {
        KeyKind {
            spec: self.spec,
            usage: self.usage,
            origin: self.origin,
        }
    }

    /// Whether the key is gone at `now`: its deletion was due.
    pub fn is_gone(&self, now: Timestamp) -> bool {
        matches!(self.state, KeyState::PendingDeletion { due } if due <= now)
    }

    /// The only door to the providers: checks kind and state together, kind first.
    ///
    /// # Errors
    /// [`Refusal::KeyKind`] when the key cannot serve the purpose in any state, [`Refusal::NotUsable`] when it
    /// cannot serve it now.
    pub fn ready_for(&self, purpose: Purpose) -> Result<ReadyKey<'_>, Refusal> {
        if !purpose.fits(self.spec, self.usage) {
            return Err(Refusal::KeyKind(self.kind()));
        }
        match self.state {
            KeyState::Enabled => Ok(ReadyKey { key: self }),
            other => Err(Refusal::NotUsable(other.kind())),
        }
    }
}

#[cfg(test)]
mod tests;
