//! What an access key opens: whom it stands for, with which rights, and its secret.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use claviger_authz::{Rights, Subject};
use claviger_model::{AccessKeyStatus, AccountId, Caller, Identity, Timestamp};
use claviger_secret::SecretBytes;

use crate::token::TokenFacts;

/// A caller with its rights, and the opened secret of the access key that it shows.
pub struct Credential {
    caller: Caller,
    rights: Rights,
    pub(crate) status: AccessKeyStatus,
    /// Whether whose it is may come in at all.
    pub(crate) enabled: bool,
    secret: SecretBytes,
    session: Option<SessionEnd>,
    token: Option<TokenFacts>,
    /// The last minute in which a use was noted, since 1970.
    minute: AtomicI64,
    prepared: RwLock<Vec<(TypeId, Arc<dyn Any + Send + Sync>)>>,
}

/// What a session has beyond other credentials.
struct SessionEnd {
    expires: Timestamp,
    token: Box<str>,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("caller", &self.caller)
            .field("status", &self.status)
            .field("expires", &self.expires())
            .finish_non_exhaustive()
    }
}

impl Credential {
    /// One that comes with an access key.
    pub(crate) fn new(caller: Caller, rights: Rights, status: AccessKeyStatus, secret: SecretBytes) -> Self {
        Self {
            caller,
            rights,
            status,
            enabled: true,
            secret,
            session: None,
            token: None,
            minute: AtomicI64::new(0),
            prepared: RwLock::default(),
        }
    }

    /// One for work inside the server, without an access key.
    pub(crate) fn inside(account: AccountId, identity: Identity, rights: Rights) -> Self {
        let caller = Caller {
            account,
            identity,
            access_key: None,
        };
        Self::new(caller, rights, AccessKeyStatus::Active, SecretBytes::copied(&[]))
    }

    /// The server itself, at work for an account.
    pub(crate) fn system(account: AccountId) -> Self {
        Self::inside(account, Identity::System, Rights::system(account))
    }

    /// The same until a moment, and only together with a token.
    pub(crate) fn until(self, expires: Timestamp, token: &str) -> Self {
        let session = SessionEnd {
            expires,
            token: token.into(),
        };
        Self {
            session: Some(session),
            ..self
        }
    }

    /// The same for somebody who may perhaps not come in at the moment.
    pub(crate) fn enabled(self, enabled: bool) -> Self {
        Self { enabled, ..self }
    }

    /// One that comes as a token alone.
    pub(crate) fn of_token(caller: Caller, rights: Rights, facts: TokenFacts) -> Self {
        Self {
            token: Some(facts),
            ..Self::new(caller, rights, AccessKeyStatus::Active, SecretBytes::copied(&[]))
        }
    }

    /// Whom the credential stands for.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// What it may do.
    pub fn rights(&self) -> &Rights {
        &self.rights
    }

    /// From when on it opens nothing; none where it stays.
    pub fn expires(&self) -> Option<Timestamp> {
        let session = self.session.as_ref().map(|session| session.expires);
        session.or(self.token.as_ref().map(|token| token.expires))
    }

    /// What the token says, where it came as one.
    pub fn token(&self) -> Option<&TokenFacts> {
        self.token.as_ref()
    }

    /// Whether it belongs to an access key that lasts for a while only.
    pub(crate) fn is_session(&self) -> bool {
        self.session.is_some()
    }

    /// Whether it comes with this secret, judged in constant time. One without a secret comes with none.
    pub(crate) fn has_secret(&self, secret: &SecretBytes) -> bool {
        !self.secret.is_empty() && self.secret == *secret
    }

    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            caller: &self.caller,
            rights: &self.rights,
        }
    }

    /// Whether it came with this token. To know the token opens nothing, so the comparison may take its time.
    pub(crate) fn has_token(&self, token: &str) -> bool {
        self.session
            .as_ref()
            .is_some_and(|session| *session.token == *token)
    }

    /// Notes a use; true for the first one in a minute.
    pub(crate) fn is_first_use(&self, now: Timestamp) -> bool {
        let minute = now.as_second().div_euclid(60);
        self.minute.load(Ordering::Relaxed) != minute && self.minute.swap(minute, Ordering::Relaxed) != minute
    }

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
