//! Lists: pages and filters.

use crate::{AliasName, Creator, KeyId, KeySpec, ProtectionLevel, StateKind, Usage};

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many entries to pass over.
    pub skip: u64,
    /// How many entries to give at the most.
    pub take: u32,
}

/// A part of a list and how long the whole list is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paged<T> {
    /// The entries of the page, in the order of the list.
    pub items: Vec<T>,
    /// Entries of the whole list.
    pub total: u64,
}

/// In which order a list runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// What was made first comes first.
    #[default]
    OldestFirst,
    /// What was made last comes first.
    NewestFirst,
}

/// Which keys a list shows: all rows must match, each by any of its alternatives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyFilter {
    /// Alternatives per row. A row without alternatives matches nothing.
    pub all_of: Vec<Vec<KeyMatch>>,
}

/// One thing to look for in a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyMatch {
    /// The key with this id.
    Id(KeyId),
    /// Keys in this state.
    State(StateKind),
    /// Keys of this spec.
    Spec(KeySpec),
    /// Keys for this usage.
    Usage(Usage),
    /// Keys held there.
    Protection(ProtectionLevel),
    /// Keys that the account made itself (`true`) or that a service made for it (`false`).
    OfAccount(bool),
    /// Keys made by exactly this creator.
    Creator(Creator),
    /// The key that this alias leads to.
    Alias(AliasName),
    /// Keys with a tag of this key.
    TagKey(String),
    /// Keys with a tag of this value.
    TagValue(String),
    /// Keys with this tag.
    Tag(String, String),
    /// Keys whose display name begins so.
    TitleStart(String),
    /// No key: what the caller looks for cannot exist here.
    Nothing,
}
