//! The store: what it keeps, and what it promises.
//!
//! Methods are whole domain changes. Each change takes the audit [`Draft`] of the call that makes it and inserts
//! it into the outbox in the same transaction: either both are durable when the future resolves, or neither is
//! there. The service moves the outbox to the audit log in the order of its numbers.
//!
//! A store never sees plaintext secrets: material and cells are sealed by a provider before they come here.
//! Bad rows are errors that name table and column, never panics.
//!
//! To write a store: implement [`Store`] and pass [`conformance`].

mod certificates;
pub mod conformance;
mod error;
mod grants;
mod hsm;
mod identities;
mod logins;
mod sealed;
mod types;

use async_trait::async_trait;
use claviger_model::{
    Alias, AliasName, Change, Error, Key, KeyFilter, KeyId, KeyVersion, KeyVersionId, NamePage, Named, Order,
    Page, Paged, Refusal, Scope, Timestamp,
};

pub use certificates::{CertificateChange, CertificateStore};
pub use error::StoreError;
pub use grants::GrantStore;
pub use hsm::{Claim, Destruction, HeldMaterial, HsmStore};
pub use identities::{HeldPolicy, IdentityChange, IdentityStore, Joined, PolicyRow};
pub use logins::LoginStore;
pub use sealed::{Resealed, SealedCursor, SealedPage, SealedPlace, SealedStore, SealedValue};
pub use types::{AccessKey, Draft, Outboxed, SealedCell, TagRow, VersionChange, VersionRow, WriteError};

/// Everything durable except the audit log.
///
/// Reads see every write whose future has resolved, on the same node at once.
#[async_trait]
pub trait Store: CertificateStore + IdentityStore + LoginStore + GrantStore + HsmStore + SealedStore {
    /// The key with that id in that scope.
    async fn key(&self, scope: &Scope, id: KeyId) -> Result<Option<Key>, StoreError>;

    /// The version with that id, with its sealed material, in whatever scope it is.
    async fn key_version(&self, id: KeyVersionId) -> Result<Option<KeyVersion>, StoreError>;

    /// One page of the versions of a key, newest first; of those of the same moment, the greater id first. Empty where
    /// the key is not there.
    async fn key_versions(
        &self,
        scope: &Scope,
        key: KeyId,
        page: Page,
    ) -> Result<Paged<VersionRow>, StoreError>;

    /// The scope that the key with that id lies in.
    async fn scope_of_key(&self, id: KeyId) -> Result<Option<Scope>, StoreError>;

    /// One page of the keys of a scope that pass the filter, by the moment of their birth.
    async fn keys(
        &self,
        scope: &Scope,
        filter: &KeyFilter,
        order: Order,
        page: Page,
    ) -> Result<Paged<KeyId>, StoreError>;

    /// As [`Self::keys`], with all that is known of each key.
    async fn whole_keys(
        &self,
        scope: &Scope,
        filter: &KeyFilter,
        order: Order,
        page: Page,
    ) -> Result<Paged<Key>, StoreError>;

    /// How many keys a scope holds that its account made, those that wait for their deletion too.
    async fn key_count(&self, scope: &Scope) -> Result<u64, StoreError>;

    /// All tag keys in a scope, by name, each with its values in their order, none twice.
    async fn tag_values(&self, scope: &Scope) -> Result<Vec<(String, Vec<String>)>, StoreError>;

    /// Adds a key with its first version, if it has one, unless its scope holds `quota` keys of the same kind of
    /// creator already: those of the account and those of services are counted apart. Keys that wait for their deletion
    /// count.
    ///
    /// # Errors
    /// [`Error::Quota`]; [`Error::Exists`] where a key of the scope has its display name. A key or version that is there
    /// already, or a version of another key, is a [`StoreError`].
    async fn create_key(
        &self,
        key: Key,
        version: Option<KeyVersion>,
        quota: u32,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError>;

    /// Loads a key for update, applies `change`, writes the result and the draft.
    ///
    /// `change` is pure and may run more than once. Where it answers [`Change::AlreadySo`], nothing is written
    /// and the draft is dropped; where it refuses, neither.
    ///
    /// # Errors
    /// [`Error::NotFound`]; what `change` answers; [`Error::Exists`] where another key of the scope has the display name.
    async fn update_key(
        &self,
        scope: &Scope,
        id: KeyId,
        draft: Draft,
        change: KeyChange,
    ) -> Result<Change<Outboxed<Key>>, WriteError>;

    /// As [`Self::update_key`] for several keys of a scope in one transaction: all change or none does. `change` runs
    /// for each, in their order, which is that of the answer too; where it answers [`Change::AlreadySo`] for all of them,
    /// nothing is written and the draft is dropped. Where it does for some, those stay as they are. A key that is named
    /// twice is changed twice.
    ///
    /// # Errors
    /// Those of [`Self::update_key`], from the first key that is missing or refuses.
    async fn update_keys(
        &self,
        scope: &Scope,
        ids: &[KeyId],
        draft: Draft,
        change: KeyChange,
    ) -> Result<Change<Outboxed<Vec<Key>>>, WriteError>;

    /// As [`Self::update_key`], and in the same transaction changes a version of the key. Where `change` answers
    /// [`Change::AlreadySo`], the version stays as it is too. `change` has its say before the version is looked at.
    ///
    /// # Errors
    /// [`Error::Quota`] when a version is added to a key that has as many as `quota` allows; [`Error::NotFound`] when
    /// the key, or the version that is filled or cleared, is not there. To add a version of another key, or one that is
    /// there already, is a [`StoreError`].
    async fn update_version(
        &self,
        scope: &Scope,
        id: KeyId,
        version: VersionChange,
        draft: Draft,
        change: KeyChange,
    ) -> Result<Change<Outboxed<Key>>, WriteError>;

    /// Removes a key with its versions, tags, aliases and grants, if `admit` lets it go. Nothing of the material is left
    /// in the database.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the key is not there, or what `admit` answers.
    async fn delete_key(
        &self,
        scope: &Scope,
        id: KeyId,
        draft: Draft,
        admit: KeyCheck,
    ) -> Result<Outboxed<Key>, WriteError>;

    /// Keys of all scopes for which something is due at `now`: their deletion, a day before it its announcement unless
    /// that was made, the expiry of material that is there, whatever their state, or an automatic rotation while enabled.
    /// At most `limit` of them, each once, those that are longest due first; of those due at the same moment, by scope
    /// and id.
    async fn due_keys(&self, now: Timestamp, limit: u32) -> Result<Vec<(Scope, KeyId)>, StoreError>;

    /// Tags of the keys of a scope that come after `after`, by key id and tag key, at most `limit` rows. `keys`: only of
    /// these, all if empty. `tags`: only of keys that bear all of these, a value of `None` being any; of such keys all
    /// tags are given. What `after` names need not be there any more.
    async fn tag_rows(
        &self,
        scope: &Scope,
        keys: &[KeyId],
        tags: &[(String, Option<String>)],
        after: Option<&(KeyId, String)>,
        limit: u32,
    ) -> Result<Vec<TagRow>, StoreError>;

    /// Takes or prolongs the lease of that name for `holder`, until just before `until`; false while another holder has
    /// it, and then nothing changes. Whoever asks first from that moment on gets it. An `until` that is not after `now`
    /// gives it back.
    async fn lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError>;

    /// The alias of that name.
    async fn alias(&self, scope: &Scope, name: &AliasName) -> Result<Option<Alias>, StoreError>;

    /// One page of the aliases of a scope, or of one key in it, ordered by name.
    async fn aliases(
        &self,
        scope: &Scope,
        key: Option<KeyId>,
        page: Page,
    ) -> Result<Paged<Alias>, StoreError>;

    /// The aliases of a scope, or of one key in it, that come after a name, by name.
    async fn aliases_after(
        &self,
        scope: &Scope,
        key: Option<KeyId>,
        page: NamePage,
    ) -> Result<Named<Alias>, StoreError>;

    /// Adds an alias if the name is free, its scope holds fewer than `quota` and its key fewer than `per_key`, and
    /// `admit` lets its key be named.
    ///
    /// # Errors
    /// [`Error::AliasExists`]; [`Error::Quota`]; [`Error::NotFound`] when the key is not there; what `admit` answers.
    /// They are looked for in this order.
    async fn create_alias(
        &self,
        alias: Alias,
        quota: u32,
        per_key: u32,
        draft: Draft,
        admit: KeyCheck,
    ) -> Result<Outboxed<()>, WriteError>;

    /// Leads an alias to another key at `now`, if `admit` lets that key be named, and if it leads to `from` so far, where that
    /// is given: whoever asks was permitted to take it from that key alone. Gives the alias as it was.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the alias or the key, [`Error::Unavailable`] for an alias that leads elsewhere by now, or what
    /// `admit` answers.
    #[expect(
        clippy::too_many_arguments,
        reason = "what is moved, from where, to where, and how"
    )]
    async fn move_alias(
        &self,
        scope: &Scope,
        name: &AliasName,
        from: Option<KeyId>,
        to: KeyId,
        now: Timestamp,
        draft: Draft,
        admit: KeyCheck,
    ) -> Result<Outboxed<Alias>, WriteError>;

    /// Takes an alias away, if it leads to `from`, where that is given. Gives it as it was.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none of that name, [`Error::Unavailable`] for one that leads elsewhere by now.
    async fn delete_alias(
        &self,
        scope: &Scope,
        name: &AliasName,
        from: Option<KeyId>,
        draft: Draft,
    ) -> Result<Outboxed<Alias>, WriteError>;

    /// A named cell: deployment-wide values such as the log's id or a wrapped password.
    async fn cell(&self, name: &str) -> Result<Option<SealedCell>, StoreError>;

    /// Writes a named cell, over an older value.
    async fn set_cell(&self, name: &str, value: SealedCell) -> Result<(), StoreError>;

    /// Writes a named cell unless there is one of that name. Gives what is there then: of many who try at once, all get
    /// the value of one.
    async fn add_cell(&self, name: &str, value: SealedCell) -> Result<SealedCell, StoreError>;

    /// Drafts that are not settled yet and come after number `after`, in order, at most `limit` of them.
    async fn outbox(&self, after: u64, limit: u32) -> Result<Vec<Outboxed<Draft>>, StoreError>;

    /// Forgets drafts up to and including number `through`: they are in the audit log.
    ///
    /// Numbers are never used twice, not even after a restart, and no later draft has a number up to `through`, whether
    /// or not there were drafts with such numbers.
    async fn settle(&self, through: u64) -> Result<(), StoreError>;

    /// Writes and reads back something small, so health checks tell whether changes are possible.
    async fn probe(&self) -> Result<(), StoreError>;
}

/// A pure change of a key inside [`Store::update_key`].
pub type KeyChange = Box<dyn FnMut(Key) -> Result<Change<Key>, Refusal> + Send>;

/// Whether a key may bear an alias, be granted or go, judged inside the transaction that does it.
pub type KeyCheck = Box<dyn FnMut(&Key) -> Result<(), Error> + Send>;
