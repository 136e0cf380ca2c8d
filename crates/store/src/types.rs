//! What goes in and out of a store beside the domain's own nouns.

use std::fmt;

use claviger_model::{
    AccessKeyId, AccessKeyStatus, AccountId, Error, KeyId, KeyOwner, KeyVersion, KeyVersionId, Material,
    Timestamp,
};

use crate::StoreError;

/// The audit record of the call that makes a change, already in the form the log will hold.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft(pub Box<[u8]>);

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Draft({} bytes)", self.0.len())
    }
}

/// Something with its number in the outbox. Numbers grow in the order of the commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outboxed<T> {
    /// The number of the draft, from 1.
    pub number: u64,
    /// The thing.
    pub value: T,
}

/// A small secret, sealed by a provider and bound to the cell it lies in.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedCell(pub Box<[u8]>);

impl fmt::Debug for SealedCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedCell({} bytes)", self.0.len())
    }
}

/// An access key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// Its public half.
    pub id: AccessKeyId,
    /// The account it opens.
    pub account: AccountId,
    /// Whom it stands for in there.
    pub owner: KeyOwner,
    /// Its secret half, sealed.
    pub secret: SealedCell,
    /// Whether it opens anything.
    pub status: AccessKeyStatus,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used, as far as that was noted; it may lag by a minute.
    pub last_used: Option<Timestamp>,
}

/// A version in a list, without its material.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionRow {
    /// Its id.
    pub id: KeyVersionId,
    /// When it was made.
    pub created: Timestamp,
}

/// A tag in a list over resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagRow {
    /// The key that bears it.
    pub key: KeyId,
    /// Its key.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// What happens to a version while its key changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionChange {
    /// It is added, unless the key has `quota` versions already.
    Add {
        /// The version.
        version: KeyVersion,
        /// The most versions of the key.
        quota: u32,
    },
    /// Its material is put in place of what was there or not there.
    Fill(KeyVersionId, Material),
    /// Its material goes, the version stays. Nothing of the material is left in the database.
    Clear(KeyVersionId),
}

/// Why a change did not happen.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The domain refused; nothing was written.
    #[error(transparent)]
    Domain(#[from] Error),
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}
