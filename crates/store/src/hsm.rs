//! What a store keeps for the sake of keys in hardware: messages that are counted, and material that has to end there.

use async_trait::async_trait;
use claviger_model::{KeyId, KeySpec, KeyVersionId, MessageLimit, ProtectionLevel, Scope, Timestamp};

use crate::{StoreError, WriteError};

/// Material of [`ProtectionLevel::Hsm`], by its place. The key pair of a certificate is one whose key and version are both
/// the id of the certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldMaterial {
    /// Where the key lies.
    pub scope: Scope,
    /// The key.
    pub key: KeyId,
    /// The version.
    pub version: KeyVersionId,
    /// What the material is.
    pub spec: KeySpec,
}

impl HeldMaterial {
    /// The protection level of all of it.
    pub const PROTECTION: ProtectionLevel = ProtectionLevel::Hsm;
}

/// Material that nothing in the store refers to, and that its provider has still to destroy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destruction {
    /// Its number in the queue; numbers grow.
    pub number: u64,
    /// What.
    pub material: HeldMaterial,
}

/// What became of the wish to destroy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// There is nothing to destroy.
    Nothing,
    /// Somebody else is at it.
    Busy,
    /// Whoever asked has it now.
    Mine(Destruction),
}

/// The part of a [`Store`](crate::Store) that keys in hardware need.
#[async_trait]
pub trait HsmStore: Send + Sync + std::fmt::Debug {
    /// Reserves the next block of messages under a version, and tells how many it has: none at the limit. They count as
    /// encrypted from then on. Giving material up and bringing it again changes nothing about what was reserved.
    ///
    /// # Errors
    /// [`claviger_model::Error::NotFound`] where there is no such version.
    async fn reserve_messages(&self, version: KeyVersionId, limit: MessageLimit) -> Result<u64, WriteError>;

    /// Tells that material is about to be made, before it is. From `until` on it has to be destroyed, unless a change that
    /// brought it into the store came first; such a change is refused where nobody had told of its material, or its
    /// destruction has begun.
    ///
    /// False where somebody else has told of the same and still has time at `now`, and where what was there before has still
    /// to be destroyed.
    async fn expect_material(
        &self,
        material: HeldMaterial,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Tells that no change will bring in what may have been made: it has to be destroyed from `now` on, unless one has.
    async fn give_up_material(&self, material: HeldMaterial, now: Timestamp) -> Result<(), StoreError>;

    /// What has to be destroyed at `now` and comes after number `after`, in order, at most `limit` of it.
    ///
    /// Deleting a key, clearing a version or deleting a certificate of that protection level puts its material here, in the
    /// same transaction.
    async fn destructions(
        &self,
        now: Timestamp,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Destruction>, StoreError>;

    /// Takes the destruction of one version on, until just before `until`, as [`Store::lease`](crate::Store::lease) does:
    /// one holder has it at a time, and an `until` that is not after `now` gives it back.
    ///
    /// What was expected and is in the store by now is none, and is forgotten.
    async fn claim_destruction(
        &self,
        version: KeyVersionId,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Claim, StoreError>;

    /// Forgets a destruction that its holder has brought about. Nothing happens where another has it by now.
    async fn settle_destruction(&self, version: KeyVersionId, holder: &str) -> Result<(), StoreError>;
}
