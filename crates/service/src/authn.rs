//! Who is calling: clock window, credential, signature, replay — in this order.

mod nonce;

use std::any::{Any, TypeId};
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use claviger_model::{AccessKeyId, AccessKeyStatus, Caller, Error, Missing, SignedDuration, Timestamp};
use claviger_provider::{Cell, Keeper};
use claviger_secret::SecretBytes;
use claviger_store::Store;

use quick_cache::sync::Cache;

use self::nonce::{Freshness, Nonces};
use crate::pipeline::from_store;

/// How far a caller's clock may be from ours, either way.
///
/// SOURCE: Alibaba Cloud KMS, instance gateway: requests more than 15 minutes off are refused.
pub const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// How long a used nonce is remembered at the least: as long as a request that bears it can be inside the window.
pub const NONCE_MEMORY: SignedDuration = SignedDuration::from_mins(30);

/// Credentials kept in memory.
const CAPACITY: usize = 10_000;

/// What a caller shows: a signature made with the secret of an access key.
pub trait Proof: Send + Sync {
    /// The access key it claims.
    fn access_key(&self) -> &str;
    /// The time it was signed for.
    fn time(&self) -> Timestamp;
    /// A word that the access key uses once.
    fn nonce(&self) -> &str;
    /// Whether the signature was made with this credential's secret, judged in constant time.
    fn verify(&self, credential: &Credential) -> bool;
}

/// An access key with its secret opened.
pub struct Credential {
    caller: Caller,
    status: AccessKeyStatus,
    secret: SecretBytes,
    prepared: RwLock<Vec<(TypeId, Arc<dyn Any + Send + Sync>)>>,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("caller", &self.caller)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Credential {
    /// What a dialect computes once from the secret, such as keyed hash states. Made at first use and kept.
    pub fn prepared<T: Any + Send + Sync>(&self, prepare: impl FnOnce(&SecretBytes) -> T) -> Arc<T> {
        let kind = TypeId::of::<T>();
        let known = self.prepared.read().unwrap_or_else(PoisonError::into_inner);
        let found = known
            .iter()
            .find(|(id, _)| *id == kind)
            .map(|(_, value)| Arc::clone(value));
        drop(known);
        if let Some(Ok(value)) = found.map(Arc::downcast::<T>) {
            return value;
        }
        let made = Arc::new(prepare(&self.secret));
        let mut known = self.prepared.write().unwrap_or_else(PoisonError::into_inner);
        known.push((kind, Arc::clone(&made) as Arc<dyn Any + Send + Sync>));
        made
    }
}

/// Why a caller is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthnError {
    /// The request carries nothing that proves anything, or a proof of a kind that is not served.
    #[error("no usable credentials")]
    NoCredentials,
    /// The request is too old, or from the future.
    #[error("signed outside the clock window")]
    Skewed,
    /// There is no such access key.
    #[error("unknown access key")]
    UnknownKey,
    /// The access key is switched off.
    #[error("inactive access key")]
    InactiveKey,
    /// The signature was not made with the secret of the access key over this request.
    #[error("wrong signature")]
    WrongSignature,
    /// The access key has used the nonce already.
    #[error("nonce used before")]
    NonceUsed,
    /// There is no room to remember another nonce.
    #[error("too many calls to remember")]
    Overloaded,
    /// The credential cannot be looked up at the moment.
    #[error("credentials cannot be looked up")]
    Unavailable,
}

impl AuthnError {
    /// A short stable word for the audit trail and metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoCredentials => "no_credentials",
            Self::Skewed => "skewed",
            Self::UnknownKey => "unknown_key",
            Self::InactiveKey => "inactive_key",
            Self::WrongSignature => "signature",
            Self::NonceUsed => "replay",
            Self::Overloaded => "overloaded",
            Self::Unavailable => "unavailable",
        }
    }
}

/// A caller that was turned away, as the tally counts it.
#[derive(Debug, Clone, Copy)]
pub struct Refused<'a> {
    /// Why.
    pub error: AuthnError,
    /// Address of the peer.
    pub address: IpAddr,
    /// The access key it named, if any.
    pub access_key: Option<&'a str>,
}

/// Looks credentials up and judges proofs.
#[derive(Debug)]
pub(crate) struct Authenticator {
    store: Arc<dyn Store>,
    keeper: Arc<dyn Keeper>,
    credentials: Cache<AccessKeyId, Arc<Credential>>,
    nonces: Nonces,
}

impl Authenticator {
    pub(crate) fn new(store: Arc<dyn Store>, keeper: Arc<dyn Keeper>, nonce_limit: usize) -> Self {
        Self {
            store,
            keeper,
            credentials: Cache::new(CAPACITY),
            nonces: Nonces::new(nonce_limit),
        }
    }

    pub(crate) async fn authenticate(
        &self,
        proof: &dyn Proof,
        now: Timestamp,
    ) -> Result<Arc<Credential>, AuthnError> {
        if now.duration_since(proof.time()).abs() > SKEW {
            return Err(AuthnError::Skewed);
        }
        let id: AccessKeyId = proof.access_key().parse().map_err(|_| AuthnError::UnknownKey)?;
        let credential = self.credential(&id).await?;
        if !proof.verify(&credential) {
            return Err(AuthnError::WrongSignature);
        }
        if credential.status == AccessKeyStatus::Inactive {
            return Err(AuthnError::InactiveKey);
        }
        match self.nonces.take(&id, proof.nonce(), now) {
            Freshness::Fresh => Ok(credential),
            Freshness::Used => Err(AuthnError::NonceUsed),
            Freshness::NoRoom => Err(AuthnError::Overloaded),
        }
    }

    async fn credential(&self, id: &AccessKeyId) -> Result<Arc<Credential>, AuthnError> {
        let loaded = self.credentials.get_or_insert_async(id, self.load(id)).await;
        loaded.map_err(|error| match error {
            Error::NotFound(_) => AuthnError::UnknownKey,
            Error::Overloaded => AuthnError::Overloaded,
            _ => AuthnError::Unavailable,
        })
    }

    async fn load(&self, id: &AccessKeyId) -> Result<Arc<Credential>, Error> {
        let row = self.store.access_key(id).await.map_err(from_store)?;
        let row = row.ok_or(Error::NotFound(Missing::Key))?;
        let cell = Cell {
            table: "access_keys",
            column: "secret",
            row: id.as_str(),
        };
        let secret = self.keeper.open(&cell, &row.secret.0).map_err(|error| {
            tracing::error!(%error, access_key = %id, "secret of an access key does not open");
            Error::Internal
        })?;
        Ok(Arc::new(Credential {
            caller: Caller {
                account: row.account,
                identity: row.identity,
                access_key: Some(id.clone()),
            },
            status: row.status,
            secret,
            prepared: RwLock::default(),
        }))
    }
}

impl Credential {
    /// Whom the credential stands for.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }
}
