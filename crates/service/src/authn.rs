//! Who is calling: clock window, credential, signature, status, end of a session, replay — in this order.

mod load;
mod login;
mod nonce;
mod password;
mod token;
mod uses;

use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use claviger_model::{AccessKeyId, AccessKeyStatus, AccountId, Error, SignedDuration, Timestamp};
use claviger_provider::Keeper;
use claviger_store::Store;
use quick_cache::sync::Cache;

pub(crate) use self::login::{Logins, Tried};
use self::nonce::{Freshness, Nonces};
pub(crate) use self::password::is_strong;
pub use self::password::{password_cell, password_row};
use self::uses::Uses;
use crate::credential::Credential;
use crate::session::{KEY_START, Session};

/// How far a caller's clock may be from ours, either way.
///
/// SOURCE: Alibaba Cloud KMS, instance gateway: requests more than 15 minutes off are refused.
pub const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// How long a used nonce is remembered at the least: as long as a request that bears it can be inside the window.
pub const NONCE_MEMORY: SignedDuration = SignedDuration::from_mins(30);

/// Credentials kept in memory.
const CAPACITY: usize = 10_000;

/// What a caller shows: a signature made with the secret of an access key, and the token of a session where it is one's.
pub trait Proof: Send + Sync {
    /// The access key it claims.
    fn access_key(&self) -> &str;
    /// The token of a session; empty where there is none.
    fn token(&self) -> &str;
    /// The time it was signed for.
    fn time(&self) -> Timestamp;
    /// A word that the access key uses once. None where signatures of the kind have no such word: then a request can be
    /// played again for as long as its time is in the window.
    fn nonce(&self) -> Option<&str>;
    /// Whether the signature was made with this credential's secret, judged in constant time.
    fn verify(&self, credential: &Credential) -> bool;
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
    /// There is no such access key; of a session, it came without its token, or its role is gone.
    #[error("unknown access key")]
    UnknownKey,
    /// The token is not one of ours, or not whole.
    #[error("malformed session token")]
    TokenMalformed,
    /// The token is that of another access key.
    #[error("session token of another access key")]
    TokenMismatch,
    /// The session is over, or the token has ended.
    #[error("session is over")]
    TokenExpired,
    /// The token was made void, or whose it was is gone.
    #[error("token was revoked")]
    TokenRevoked,
    /// The name and the password, or the access key and its secret, do not belong together. Which of them is wrong is not
    /// told.
    #[error("wrong name or password")]
    Credentials,
    /// Wrong passwords were shown too often lately.
    #[error("too many wrong passwords")]
    Locked,
    /// Whose it is may not come in at all.
    #[error("login is switched off")]
    Disabled,
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
            Self::TokenMalformed => "token_malformed",
            Self::TokenMismatch => "token_mismatch",
            Self::TokenExpired => "token_expired",
            Self::TokenRevoked => "token_revoked",
            Self::Credentials => "credentials",
            Self::Locked => "locked",
            Self::Disabled => "disabled",
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
///
/// **Invariant:** on one node no credential is older than the last change of its account's identities whose call was
/// answered: changes forget before they answer, and what was being loaded at that moment is not kept.
#[derive(Debug)]
pub(crate) struct Authenticator {
    store: Arc<dyn Store>,
    keeper: Arc<dyn Keeper>,
    credentials: Cache<AccessKeyId, Arc<Credential>>,
    /// By the SHA-256 of their text.
    tokens: Cache<[u8; 32], Arc<Credential>>,
    /// How often credentials were forgotten. Held while they are, and while one is put into the cache.
    forgotten: Mutex<u64>,
    nonces: Nonces,
    uses: Uses,
}

impl Authenticator {
    pub(crate) fn new(store: Arc<dyn Store>, keeper: Arc<dyn Keeper>, nonce_limit: usize) -> Self {
        Self {
            store,
            keeper,
            credentials: Cache::new(CAPACITY),
            tokens: Cache::new(CAPACITY),
            forgotten: Mutex::new(0),
            nonces: Nonces::new(nonce_limit),
            uses: Uses::default(),
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
        let credential = if id.as_str().starts_with(KEY_START) {
            self.of_session(&id, proof.token()).await?
        } else {
            let credential = self
                .known(&self.credentials, &id, async { Box::pin(self.load(&id)).await })
                .await?;
            if !proof.token().is_empty() {
                return Err(AuthnError::TokenMismatch);
            }
            credential
        };
        if !proof.verify(&credential) {
            return Err(AuthnError::WrongSignature);
        }
        if credential.status == AccessKeyStatus::Inactive {
            return Err(AuthnError::InactiveKey);
        }
        if !credential.enabled {
            return Err(AuthnError::Disabled);
        }
        if credential.expires().is_some_and(|end| end <= now) {
            return Err(AuthnError::TokenExpired);
        }
        let fresh = proof.nonce().map(|nonce| self.nonces.take(&id, nonce, now));
        match fresh.unwrap_or(Freshness::Fresh) {
            Freshness::Fresh => {
                self.uses.note(&credential, now);
                Ok(credential)
            }
            Freshness::Used => Err(AuthnError::NonceUsed),
            Freshness::NoRoom => Err(AuthnError::Overloaded),
        }
    }

    /// Forgets everything about the identities of an account, because something changed there.
    pub(crate) fn forget(&self, account: AccountId) {
        let mut forgotten = self.forgotten.lock().unwrap_or_else(PoisonError::into_inner);
        *forgotten = forgotten.wrapping_add(1);
        self.credentials
            .retain(|_, credential| credential.caller().account != account);
        self.tokens
            .retain(|_, credential| credential.caller().account != account);
    }

    async fn of_session(&self, id: &AccessKeyId, token: &str) -> Result<Arc<Credential>, AuthnError> {
        if token.is_empty() {
            return Err(AuthnError::UnknownKey);
        }
        if let Some(known) = self.credentials.get(id)
            && known.has_token(token)
        {
            return Ok(known);
        }
        let session = Session::open(self.keeper.as_ref(), token).map_err(AuthnError::from)?;
        let session = session.ok_or(AuthnError::TokenMalformed)?;
        if session.access_key != *id {
            return Err(AuthnError::TokenMismatch);
        }
        let load = async { Box::pin(self.load_session(session, token)).await };
        self.known(&self.credentials, id, load).await
    }

    /// A credential from a cache, or as it is loaded now.
    async fn known<K: Hash + Eq + Clone>(
        &self,
        cache: &Cache<K, Arc<Credential>>,
        key: &K,
        load: impl Future<Output = Result<Credential, AuthnError>>,
    ) -> Result<Arc<Credential>, AuthnError> {
        let place = match cache.get_value_or_guard_async(key).await {
            Ok(known) => return Ok(known),
            Err(place) => place,
        };
        let before = *self.forgotten.lock().unwrap_or_else(PoisonError::into_inner);
        let loaded = Arc::new(load.await?);
        let forgotten = self.forgotten.lock().unwrap_or_else(PoisonError::into_inner);
        if *forgotten == before {
            // It fails where the place is gone, and then there is nothing to keep.
            let _ = place.insert(Arc::clone(&loaded));
        }
        Ok(loaded)
    }
}

impl From<Error> for AuthnError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(_) => Self::UnknownKey,
            Error::Overloaded => Self::Overloaded,
            _ => Self::Unavailable,
        }
    }
}
