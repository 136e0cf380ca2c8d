//! Tokens: given, looked at, made void. Who shows a token may look at it and make it void, in its own account.

use std::sync::Arc;

use claviger_audit::record::Fields;
use claviger_model::{
    Account, Action, Error, Identity, LoginOwner, Missing, ProjectId, Random, RandomError, Region, Scope,
    Timestamp,
};
use claviger_secret::SecretBytes;

use super::login_owner;
use super::open::AccountName;
use crate::authn::AuthnError;
use crate::call::{Need, Note};
use crate::credential::Credential;
use crate::ops::identity::make;
use crate::pipeline::{Context, Operation, Permitted};
use crate::token::{LIFE, Method, Methods, Token, TokenFacts, whole_micros};

/// What a token is to open. Texts are as they were given: what names nothing is not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenScope {
    /// The account itself; where it is named, it has to be the caller's.
    Account(Option<AccountName>),
    /// A project of the account.
    Project {
        /// Which.
        project: ProjectName,
        /// Where the account is named, it has to be the caller's.
        account: Option<AccountName>,
    },
}

/// How a project is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectName {
    /// By its id.
    Id(Box<str>),
    /// By the name of its region.
    Name(Box<str>),
}

/// Gives a token. Only [`crate::Service::open_token`] makes one of these: whoever has one has shown something for it.
#[derive(Debug)]
pub(super) struct CreateToken {
    /// Whose it is to be.
    pub(super) owner: LoginOwner,
    /// What it is to open; none is the account.
    pub(super) scope: Option<TokenScope>,
    /// What was shown, last.
    pub(super) method: Method,
    /// The token that was shown.
    pub(super) parent: Option<TokenFacts>,
}

/// A token at its birth.
#[derive(Debug)]
pub struct NewToken {
    /// The token itself.
    pub text: SecretBytes,
    /// What it stands for.
    pub view: TokenView,
}

/// What a token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenView {
    /// What it says.
    pub facts: TokenFacts,
    /// The account.
    pub account: Account,
    /// Whose it is.
    pub owner: LoginOwner,
    /// The name of whose it is; that of the account for its root.
    pub name: String,
    /// The project that it opens; none where it opens the account.
    pub project: Option<ProjectId>,
}

/// Shows what a token stands for: [`Missing::Token`] where it opens nothing or is of another account.
#[derive(Debug)]
pub struct GetToken {
    /// The token.
    pub subject: SecretBytes,
}

/// Makes a token void: [`Missing::Token`] where it opens nothing or is of another account. Tokens that were got for it
/// stay.
#[derive(Debug)]
pub struct RevokeToken {
    /// The token.
    pub subject: SecretBytes,
}

impl TokenScope {
    fn account(&self) -> Option<&AccountName> {
        match self {
            Self::Account(account) | Self::Project { account, .. } => account.as_ref(),
        }
    }

    async fn region(&self, cx: &Context<'_>, account: &Account) -> Result<Option<Region>, Error> {
        if self.account().is_some_and(|named| !named.names(account)) {
            return Err(Error::NotFound(Missing::Account));
        }
        let found = match self {
            Self::Account(_) => return Ok(None),
            Self::Project { project, .. } => match project {
                ProjectName::Id(text) => match text.parse() {
                    Ok(id) => cx.service.region_of(account.id, id).await?,
                    Err(_) => None,
                },
                ProjectName::Name(text) => {
                    let mut regions = cx.service.regions().iter();
                    regions.find(|region| region.as_str() == &**text).cloned()
                }
            },
        };
        found.map(Some).ok_or(Error::NotFound(Missing::Project))
    }
}

fn draw_id(random: &dyn Random) -> Result<[u8; 16], RandomError> {
    let mut id = [0; 16];
    random.fill(&mut id)?;
    Ok(id)
}

fn note_id(note: &mut Note, id: [u8; 16]) {
    let text = format!("{:032x}", u128::from_be_bytes(id));
    note.response.text("token_id", &text);
}

impl CreateToken {
    fn facts(&self, id: [u8; 16], region: Option<Region>, now: Timestamp) -> Result<TokenFacts, Error> {
        let end = whole_micros(now.saturating_add(LIFE).map_err(|_| Error::Internal)?);
        let (methods, expires) = match &self.parent {
            None => (Methods::only(self.method), end),
            // It lives no longer than what was shown for it, or nobody would ever have to show a password again.
            Some(parent) => (parent.methods.and(self.method), end.min(parent.expires)),
        };
        Ok(TokenFacts {
            id,
            region,
            methods,
            issued: whole_micros(now),
            expires,
        })
    }
}

impl Operation for CreateToken {
    const ACTION: Action = Action::CreateToken;
    type Output = NewToken;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(Vec::new())
    }

    fn describe(&self, request: &mut Fields) {
        request.text(
            "method",
            match self.method {
                Method::Password => "password",
                Method::Secret => "secret",
                Method::Token => "token",
            },
        );
        match &self.scope {
            Some(TokenScope::Project {
                project: ProjectName::Id(text) | ProjectName::Name(text),
                ..
            }) => request.text("project", text),
            Some(TokenScope::Account(_)) | None => {}
        }
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<NewToken, Error> {
        let caller = cx.call.caller();
        let account = cx.service.account(caller.account).await?;
        let region = match &self.scope {
            Some(scope) => scope.region(cx, &account).await?,
            None => None,
        };
        let facts = self.facts(cx.service.draw(draw_id)?, region, cx.call.time)?;
        let token = Token {
            account: account.id,
            owner: self.owner,
            facts,
        };
        let text = token.seal(cx.service.keeper.as_ref())?;
        note_id(note, token.facts.id);
        let view = view(cx, account, &caller.identity, token.facts).await?;
        Ok(NewToken { text, view })
    }
}

async fn view(
    cx: &Context<'_>,
    account: Account,
    identity: &Identity,
    facts: TokenFacts,
) -> Result<TokenView, Error> {
    let name = match identity {
        Identity::User { name, .. } => name.as_str().to_owned(),
        _ => account.name.clone(),
    };
    let project = match &facts.region {
        None => None,
        Some(region) => {
            let scope = Scope {
                account: account.id,
                region: region.clone(),
            };
            Some(cx.service.project(&scope).await?)
        }
    };
    Ok(TokenView {
        facts,
        account,
        owner: login_owner(identity).ok_or(Error::Internal)?,
        name,
        project,
    })
}

/// Whom a token stands for that somebody of the same account shows.
async fn shown(cx: &Context<'_>, subject: &SecretBytes) -> Result<(Arc<Credential>, TokenFacts), Error> {
    let missing = Error::NotFound(Missing::Token);
    let text = subject.expose_str().map_err(|_| missing.clone())?;
    let found = cx.service.authenticate_token(text, cx.call.time).await;
    let credential = found.map_err(|error| match error {
        AuthnError::Unavailable => Error::Unavailable,
        AuthnError::Overloaded => Error::Overloaded,
        _ => missing.clone(),
    })?;
    match credential.token().cloned() {
        Some(facts) if credential.caller().account == cx.call.caller().account => Ok((credential, facts)),
        _ => Err(missing),
    }
}

impl Operation for GetToken {
    const ACTION: Action = Action::GetToken;
    type Output = TokenView;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(Vec::new())
    }

    fn describe(&self, _: &mut Fields) {}

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<TokenView, Error> {
        let (credential, facts) = shown(cx, &self.subject).await?;
        note_id(note, facts.id);
        let caller = credential.caller();
        let account = cx.service.account(caller.account).await?;
        view(cx, account, &caller.identity, facts).await
    }
}

impl Operation for RevokeToken {
    const ACTION: Action = Action::RevokeToken;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(Vec::new())
    }

    fn describe(&self, _: &mut Fields) {}

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<(), Error> {
        let (credential, facts) = shown(cx, &self.subject).await?;
        note_id(note, facts.id);
        make(cx, credential.caller().account, note, |store, draft| async move {
            store.revoke_token(facts.id, facts.expires, draft).await
        })
        .await
    }
}
