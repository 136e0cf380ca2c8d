//! All that a store holds wrapped, so that it can be wrapped anew.

use std::fmt;

use async_trait::async_trait;
use claviger_model::{
    AccessKeyId, AccountId, CertificateId, KeyId, KeySpec, KeyVersionId, LoginOwner, ProtectionLevel, Scope,
};

use crate::StoreError;

/// Where something wrapped lies, with all that it is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealedPlace {
    /// Material of a version of a key.
    Version {
        /// Where the key lies.
        scope: Scope,
        /// The key.
        key: KeyId,
        /// The version.
        version: KeyVersionId,
        /// What the material is.
        spec: KeySpec,
        /// Where it is held.
        protection: ProtectionLevel,
    },
    /// The key pair of a certificate.
    Certificate {
        /// Where the certificate lies.
        scope: Scope,
        /// The certificate.
        id: CertificateId,
        /// What the key pair is.
        spec: KeySpec,
        /// Where it is held.
        protection: ProtectionLevel,
    },
    /// The secret of an access key.
    AccessKey(AccessKeyId),
    /// The password of a login.
    Password {
        /// The account.
        account: AccountId,
        /// Whose it is in there.
        owner: LoginOwner,
    },
    /// A named cell.
    Cell(String),
}

impl SealedPlace {
    /// Where key material is held; nothing for small secrets.
    pub fn protection(&self) -> Option<ProtectionLevel> {
        match self {
            Self::Version { protection, .. } | Self::Certificate { protection, .. } => Some(*protection),
            Self::AccessKey(_) | Self::Password { .. } | Self::Cell(_) => None,
        }
    }
}

impl fmt::Display for SealedPlace {
    /// For logs and messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version { key, version, .. } => write!(f, "version {version} of key {key}"),
            Self::Certificate { id, .. } => write!(f, "the key pair of certificate {id}"),
            Self::AccessKey(id) => write!(f, "the secret of access key {id}"),
            Self::Password { account, owner } => match owner {
                LoginOwner::Root => write!(f, "the password of account {account}"),
                LoginOwner::User(id) => write!(f, "the password of user {id} of account {account}"),
            },
            Self::Cell(name) => write!(f, "the cell `{name}`"),
        }
    }
}

/// Something wrapped.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedValue {
    /// Where it lies.
    pub place: SealedPlace,
    /// What is there, as a provider or a keeper gave it.
    pub bytes: Box<[u8]>,
}

impl fmt::Debug for SealedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedValue({}, {} bytes)", self.place, self.bytes.len())
    }
}

/// Another form of something wrapped, to be put in the place of the one that was seen.
#[derive(Clone, PartialEq, Eq)]
pub struct Resealed {
    /// What was seen.
    pub was: SealedValue,
    /// What is to be there.
    pub bytes: Box<[u8]>,
}

impl fmt::Debug for Resealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Resealed({:?}, now {} bytes)", self.was, self.bytes.len())
    }
}

/// How far a walk has come. Stores alone make and read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedCursor(pub Box<[u8]>);

/// A piece of the walk.
#[derive(Debug)]
pub struct SealedPage {
    /// What is there.
    pub values: Vec<SealedValue>,
    /// Rows that do not tell what they hold: a [`StoreError::BadRow`] for each.
    pub bad: Vec<StoreError>,
    /// Where the walk goes on; nothing at its end. Pages before the end may be short or empty.
    pub next: Option<SealedCursor>,
}

/// The part of a [`Store`](crate::Store) that wrapping anew needs.
#[async_trait]
pub trait SealedStore: Send + Sync + std::fmt::Debug {
    /// The next page of a walk over all that is wrapped, from the start without a cursor; at most `limit` rows.
    ///
    /// What is there during the whole walk is seen once, with the bytes of some moment of it. What comes or goes meanwhile
    /// may be seen or not.
    async fn sealed(&self, after: Option<&SealedCursor>, limit: u32) -> Result<SealedPage, StoreError>;

    /// Puts other forms in the places of those that were seen, all in one transaction, and tells of each whether it did:
    /// not where there is another value by now, or none. Nothing of what was there before is left in the database. Leaves
    /// no draft: to everybody but the providers it is the same value.
    async fn replace_sealed(&self, changes: Vec<Resealed>) -> Result<Vec<bool>, StoreError>;
}
