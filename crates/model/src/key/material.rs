//! Material that the owner brings.
//!
//! SOURCE: Alibaba Cloud KMS, "Import key material".

use std::fmt;

use jiff::Timestamp;

use super::{Change, Key, KeyState, Origin, StateKind};
use crate::{KeyVersionId, Refusal};

/// A keyed digest of imported material, bound to its key: tells whether two imports are the same and nothing else.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint")
    }
}

/// What is kept of the first import for the life of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Import {
    /// Only this material may come again.
    pub fingerprint: Fingerprint,
    /// The one version of the key, present or not: ciphertexts bear it.
    pub version: KeyVersionId,
    /// When the material ceases to be there; none is never.
    pub expires: Option<Timestamp>,
}

impl Key {
    /// Whether material may be brought at all.
    ///
    /// # Errors
    /// [`Refusal::Origin`] for keys whose material was generated.
    pub fn takes_import(&self) -> Result<(), Refusal> {
        match self.origin {
            Origin::External => Ok(()),
            Origin::Generated => Err(Refusal::Origin),
        }
    }

    /// Takes material: the first makes `import.version` the primary version, later ones must be the same and only
    /// change the expiry. A key that waited for it becomes usable; one that is switched off stays so.
    ///
    /// # Errors
    /// [`Refusal::Origin`]; [`Refusal::Transition`] while it waits for its deletion; [`Refusal::OtherMaterial`].
    pub fn bring(mut self, import: Import, now: Timestamp) -> Result<Change<Self>, Refusal> {
        self.takes_import()?;
        if let KeyState::PendingDeletion { .. } = self.state {
            return Err(Refusal::Transition(StateKind::PendingDeletion));
        }
        let version = match &self.import {
            Some(known) if known.fingerprint != import.fingerprint => return Err(Refusal::OtherMaterial),
            Some(known) => known.version,
            None => {
                self.last_rotated = now;
                import.version
            }
        };
        self.import = Some(Import { version, ..import });
        self.primary = Some(version);
        if self.state == KeyState::PendingImport {
            self.state = KeyState::Enabled;
        }
        Ok(Change::Changed(self))
    }

    /// Gives imported material up. A key that waits for its deletion goes on waiting.
    ///
    /// # Errors
    /// [`Refusal::Origin`].
    pub fn discard_material(mut self) -> Result<Change<Self>, Refusal> {
        self.takes_import()?;
        if self.primary.is_none() {
            return Ok(Change::AlreadySo(self));
        }
        self.drop_material();
        Ok(Change::Changed(self))
    }

    pub(super) fn drop_material(&mut self) {
        self.primary = None;
        if let Some(import) = &mut self.import {
            import.expires = None;
        }
        if let KeyState::Enabled | KeyState::Disabled = self.state {
            self.state = KeyState::PendingImport;
        }
    }
}
