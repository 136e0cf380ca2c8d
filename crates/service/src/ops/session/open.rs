//! Coming in: from a password, a secret or a token to a token. Who does that is nobody yet when the call arrives.

use std::sync::Arc;

use claviger_crypto::digest::sha256;
use claviger_model::{
    Account, AccountId, Error, IdentityHex, LoginOwner, RequestId, Timestamp, UserId, UserName,
};
use claviger_secret::SecretBytes;

use super::login_owner;
use super::token::{CreateToken, NewToken, TokenScope};
use crate::authn::{AuthnError, Refused, Tried};
use crate::call::{Call, Source, WireCode};
use crate::credential::Credential;
use crate::pipeline::{Audited, from_store};
use crate::service::Service;
use crate::token::{Method, TokenFacts};

/// A call of somebody who is nobody yet. See [`Call`].
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// Its id, in the answer and in every trace of it.
    pub id: RequestId,
    /// When it was accepted.
    pub time: Timestamp,
    /// The front door's name.
    pub dialect: &'static str,
    /// The API behind that door.
    pub api: &'static str,
    /// What is asked in the words of the wire.
    pub operation: &'a str,
    /// Where it came from.
    pub source: Source<'a>,
    /// How the front door spells errors.
    pub wire_code: WireCode,
}

/// A token that somebody wants.
#[derive(Debug)]
pub struct TokenWish {
    /// What is shown for it.
    pub by: Evidence,
    /// What it is to open; none is the account.
    pub scope: Option<TokenScope>,
}

/// What is shown for a token.
#[derive(Debug)]
pub enum Evidence {
    /// A password.
    Password {
        /// Whose.
        who: LoginName,
        /// The password.
        password: SecretBytes,
    },
    /// The secret of an access key that lasts.
    Secret {
        /// The access key, or what was given as one.
        access_key: Box<str>,
        /// Its secret.
        secret: SecretBytes,
    },
    /// A token.
    Token(SecretBytes),
}

/// How somebody is named who comes with a password. Texts are as they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginName {
    /// By id: see [`IdentityHex`].
    Id(Box<str>),
    /// By name in an account. The root has the name of the account, and before a user of the same name.
    Name {
        /// The name.
        name: Box<str>,
        /// The account.
        account: AccountName,
    },
}

/// How an account is named. Texts are as they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountName {
    /// By its id as a domain.
    Domain(Box<str>),
    /// By its name. Several may have it: then none is meant.
    Name(Box<str>),
}

impl LoginName {
    /// What tells it from other names, whoever has them.
    fn digest(&self) -> [u8; 32] {
        digest(match self {
            Self::Id(id) => ["id", id, ""],
            Self::Name { name, account } => match account {
                AccountName::Domain(id) => ["domain", id, name],
                AccountName::Name(text) => ["account", text, name],
            },
        })
    }
}

fn digest(parts: [&str; 3]) -> [u8; 32] {
    sha256(parts.join("\0").as_bytes())
}

impl AccountName {
    /// Whether it is that account's.
    pub(super) fn names(&self, account: &Account) -> bool {
        match self {
            Self::Domain(id) => id.parse() == Ok(account.domain),
            Self::Name(name) => **name == *account.name,
        }
    }
}

/// Somebody who came in.
struct Known {
    credential: Arc<Credential>,
    owner: LoginOwner,
    method: Method,
    parent: Option<TokenFacts>,
}

impl Service {
    /// Gives a token for what is shown in the request. Who shows it is the caller of the call that is recorded. Who shows
    /// nothing that opens anything is counted among the callers that were turned away.
    ///
    /// # Errors
    /// [`AuthnError::Credentials`], [`AuthnError::Locked`], [`AuthnError::Disabled`], [`AuthnError::InactiveKey`], what
    /// [`Self::authenticate_token`] answers, and that it cannot be looked up. Inside, [`claviger_model::Missing::Account`]
    /// and [`claviger_model::Missing::Project`] for a scope that is not the caller's.
    pub async fn open_token(
        &self,
        arrival: &Arrival<'_>,
        wish: TokenWish,
    ) -> Result<Audited<Result<NewToken, Error>>, AuthnError> {
        let access_key = match &wish.by {
            Evidence::Secret { access_key, .. } => Some(access_key.clone()),
            Evidence::Password { .. } | Evidence::Token(_) => None,
        };
        let known = match self.admit(wish.by, arrival.time).await {
            Ok(known) => known,
            Err(error) => {
                self.turned_away(Refused {
                    error,
                    address: arrival.source.address,
                    access_key: access_key.as_deref(),
                });
                return Err(error);
            }
        };
        let scope = self.home(known.credential.caller().account);
        let call = Call {
            id: arrival.id,
            time: arrival.time,
            credential: &known.credential,
            scope: &scope,
            dialect: arrival.dialect,
            api: arrival.api,
            operation: arrival.operation,
            source: arrival.source,
            wire_code: arrival.wire_code,
            dry_run: false,
        };
        let create = CreateToken {
            owner: known.owner,
            scope: wish.scope,
            method: known.method,
            parent: known.parent,
        };
        Ok(self.execute(&call, create).await)
    }

    async fn admit(&self, by: Evidence, now: Timestamp) -> Result<Known, AuthnError> {
        let (credential, method, parent) = match by {
            Evidence::Password { who, password } => {
                let credential = self.by_password(&who, password).await?;
                (Arc::new(credential), Method::Password, None)
            }
            Evidence::Secret { access_key, secret } => {
                let found = self.authenticator.by_secret(&access_key, &secret, now);
                (found.await?, Method::Secret, None)
            }
            Evidence::Token(text) => {
                let text = text.expose_str().map_err(|_| AuthnError::TokenMalformed)?;
                let credential = self.authenticate_token(text, now).await?;
                let parent = credential.token().cloned();
                (credential, Method::Token, parent)
            }
        };
        // Services come with secrets, too, and get no tokens.
        let owner = login_owner(&credential.caller().identity).ok_or(AuthnError::Credentials)?;
        Ok(Known {
            credential,
            owner,
            method,
            parent,
        })
    }

    async fn by_password(&self, who: &LoginName, password: SecretBytes) -> Result<Credential, AuthnError> {
        let tried = self.find_login(who).await?;
        let login = self.check_password(tried, password).await?;
        if !login.enabled {
            return Err(AuthnError::Disabled);
        }
        let found = self.authenticator.identity(login.account, login.owner).await;
        let (identity, rights) = found.map_err(|error| match error {
            Error::NotFound(_) => AuthnError::Credentials,
            other => other.into(),
        })?;
        Ok(Credential::inside(login.account, identity, rights))
    }

    async fn find_login(&self, who: &LoginName) -> Result<Tried, Error> {
        match who {
            LoginName::Id(id) => {
                let found = match id.parse::<IdentityHex>() {
                    Ok(id) => self.login_by_id(id).await?,
                    Err(_) => None,
                };
                Ok(found.map_or_else(|| Tried::Nobody(who.digest()), Tried::Somebody))
            }
            LoginName::Name { name, account } => {
                let Some(account) = self.find_account(account).await? else {
                    return Ok(Tried::Nobody(who.digest()));
                };
                // However the account was named: a login that is there is locked for all of its names, too.
                let nobody = || Tried::Nobody(digest(["in", &account.id.to_string(), name]));
                if **name == *account.name {
                    return Ok(Tried::Somebody((account.id, LoginOwner::Root)));
                }
                let Ok(name) = name.parse::<UserName>() else {
                    return Ok(nobody());
                };
                let user = self.store.user(account.id, &name).await.map_err(from_store)?;
                let place = user.map(|user| (account.id, LoginOwner::User(user.id)));
                Ok(place.map_or_else(nobody, Tried::Somebody))
            }
        }
    }

    async fn login_by_id(&self, id: IdentityHex) -> Result<Option<(AccountId, LoginOwner)>, Error> {
        let IdentityHex { account, number } = id;
        if number == 0 {
            let found = self.store.account(account).await.map_err(from_store)?;
            return Ok(found.map(|account| (account.id, LoginOwner::Root)));
        }
        let Some(id) = UserId::from_number(number) else {
            return Ok(None);
        };
        let found = self.store.user_by_id(account, id).await.map_err(from_store)?;
        Ok(found.map(|user| (account, LoginOwner::User(user.id))))
    }

    async fn find_account(&self, name: &AccountName) -> Result<Option<Account>, Error> {
        match name {
            AccountName::Domain(id) => match id.parse() {
                Ok(id) => self.store.account_by_domain(id).await.map_err(from_store),
                Err(_) => Ok(None),
            },
            AccountName::Name(name) => {
                let found = self.store.accounts_named(name).await.map_err(from_store)?;
                let mut found = found.into_iter();
                Ok(found.next().filter(|_| found.next().is_none()))
            }
        }
    }
}
