//! How users and the root of an account come in by themselves: passwords, and whether they may come in at all.

use std::sync::Arc;

use claviger_audit::record::Fields;
use claviger_model::{
    AccountId, Action, Clock, Error, Field, Identity, Login, LoginOwner, Missing, Timestamp, UserName,
};
use claviger_secret::SecretBytes;

use super::{find_user, make, need, of_user};
use crate::authn::{AuthnError, Tried, is_strong};
use crate::call::{Need, Note, Target};
use crate::ops::session::{in_person, login_owner};
use crate::pipeline::{Context, Operation, Permitted, from_store};
use crate::token::whole_micros;

/// Whose login a call is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginHolder {
    /// The caller's own: that of a user or of the root of an account. Others have none.
    Caller,
    /// That of a user.
    User(UserName),
}

/// Shows a login.
#[derive(Debug)]
pub struct GetLogin {
    /// The account.
    pub account: AccountId,
    /// Whose.
    pub holder: LoginHolder,
}

/// Sets a password, or puts another in its place. Tokens that were given before are void from then on.
///
/// Users need no permission for their own, and show the one they have: [`Error::Credentials`], also where they have none or
/// showed wrong ones too often. The root of an account need not show its own. Nobody sets their own with a temporary access
/// key, which may be narrowed: [`Error::Denied`]. Refused with [`Field::Password`].
#[derive(Debug)]
pub struct SetPassword {
    /// The account.
    pub account: AccountId,
    /// Whose.
    pub holder: LoginHolder,
    /// The password from now on.
    pub password: SecretBytes,
    /// The password so far, for [`LoginHolder::Caller`].
    pub original: Option<SecretBytes>,
}

/// Lets somebody in, or no longer: with a password, a token, an access key or a temporary access key. Tokens that were
/// given before stay void when it is switched on again.
#[derive(Debug)]
pub struct SwitchLogin {
    /// The account.
    pub account: AccountId,
    /// Whose.
    pub holder: LoginHolder,
    /// Whether it is to come in.
    pub enabled: bool,
}

impl LoginHolder {
    fn needs(&self, action: Action, account: AccountId) -> Vec<Need> {
        vec![match self {
            Self::Caller => Need {
                action,
                target: Target::Own(account),
            },
            Self::User(name) => need(action, account, of_user(name)),
        }]
    }

    fn describe(&self, request: &mut Fields) {
        match self {
            Self::Caller => {}
            Self::User(name) => request.text("user", name.as_str()),
        }
    }

    async fn owner(&self, cx: &Context<'_>, account: AccountId) -> Result<LoginOwner, Error> {
        match self {
            Self::Caller => {
                let own = login_owner(&cx.call.caller().identity);
                own.filter(|_| cx.call.caller().account == account)
                    .ok_or(Error::NotFound(Missing::User))
            }
            Self::User(name) => {
                let user = find_user(cx, account, name).await?;
                Ok(LoginOwner::User(user.id))
            }
        }
    }
}

impl Operation for GetLogin {
    const ACTION: Action = Action::GetUser;
    type Output = Login;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(self.holder.needs(Self::ACTION, self.account))
    }

    fn describe(&self, request: &mut Fields) {
        self.holder.describe(request);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, _: &mut Note) -> Result<Login, Error> {
        let owner = self.holder.owner(cx, self.account).await?;
        cx.service.login_of(self.account, owner).await
    }
}

impl SetPassword {
    /// Users show the password that they have.
    async fn check_original(&mut self, cx: &Context<'_>, owner: LoginOwner) -> Result<(), Error> {
        let own = matches!(
            (&self.holder, &cx.call.caller().identity),
            (LoginHolder::Caller, Identity::User { .. })
        );
        if !own {
            return Ok(());
        }
        let original = self.original.take().ok_or(Error::Credentials)?;
        let checked = cx
            .service
            .check_password(Tried::Somebody((self.account, owner)), original);
        checked.await.map(drop).map_err(|error| match error {
            AuthnError::Overloaded => Error::Overloaded,
            AuthnError::Unavailable => Error::Unavailable,
            _ => Error::Credentials,
        })
    }
}

impl Operation for SetPassword {
    const ACTION: Action = Action::SetPassword;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        if !is_strong(&self.password) {
            return Err(Error::Invalid(Field::Password));
        }
        Ok(match self.holder {
            LoginHolder::Caller => Vec::new(),
            LoginHolder::User(_) => self.holder.needs(Self::ACTION, self.account),
        })
    }

    fn describe(&self, request: &mut Fields) {
        self.holder.describe(request);
    }

    async fn run(mut self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<(), Error> {
        let account = self.account;
        if self.holder == LoginHolder::Caller {
            in_person(cx, Self::ACTION)?;
        }
        let owner = self.holder.owner(cx, account).await?;
        self.check_original(cx, owner).await?;
        let sealed = cx.service.hash_password((account, owner), self.password).await?;
        let clock = Arc::clone(&cx.service.clock);
        make(cx, account, note, |store, draft| async move {
            let change = move |login: Login| {
                let now = at_the_change(clock.as_ref());
                Ok(Login {
                    changed: Some(now),
                    tokens_from: Some(now),
                    ..login
                })
            };
            store
                .update_login(account, owner, Some(sealed), draft, Box::new(change))
                .await
        })
        .await
        .map(drop)
    }
}

/// The moment from which tokens count. Not that of the call: while a password waits to be hashed, others may come in with the
/// one before.
fn at_the_change(clock: &dyn Clock) -> Timestamp {
    whole_micros(clock.now())
}

impl Operation for SwitchLogin {
    const ACTION: Action = Action::UpdateUser;
    type Output = Login;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(self.holder.needs(Self::ACTION, self.account))
    }

    fn describe(&self, request: &mut Fields) {
        self.holder.describe(request);
        request.flag("enabled", self.enabled);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Login, Error> {
        let account = self.account;
        let owner = self.holder.owner(cx, account).await?;
        let enabled = self.enabled;
        let clock = Arc::clone(&cx.service.clock);
        make(cx, account, note, |store, draft| async move {
            let change = move |login: Login| {
                let now = at_the_change(clock.as_ref());
                Ok(Login {
                    enabled,
                    tokens_from: if enabled { login.tokens_from } else { Some(now) },
                    ..login
                })
            };
            store
                .update_login(account, owner, None, draft, Box::new(change))
                .await
        })
        .await
    }
}

impl crate::Service {
    /// A login, for who was permitted to see whose it is.
    ///
    /// # Errors
    /// When the store cannot tell.
    pub async fn login_of(&self, account: AccountId, owner: LoginOwner) -> Result<Login, Error> {
        let found = self.store.login(account, owner).await;
        found.map(|(login, _)| login).map_err(from_store)
    }
}
