//! Tell what would be decided about a call, and by which statements.

use std::sync::Arc;

use claviger_audit::record::Fields;
use claviger_authz::evaluate::{Decision, Outcome, Set};
use claviger_authz::languages::{Assumed, iam, read_action, read_resource};
use claviger_authz::policy::{Effect, Policy};
use claviger_authz::{Facts, Question, Subject, Told, Verdict, explain};
use claviger_model::{
    AccountId, Action, DomainId, Error, Grant, IdentityResource, KeyKind, Missing, Resource, RoleName,
    ServiceName, SessionName, Tags, UserName,
};

use crate::call::{Asked, Need, Note, Target};
use crate::credential::Credential;
use crate::ops::session::takes_roles;
use crate::pipeline::{Context, Operation, Permitted, from_store};
use crate::rights;

/// Tells what would be decided if somebody of the account asked for one action on one resource, and which statements
/// apply. Nothing is done.
///
/// Actions, resources and circumstances may be named in any language of policies. Policies, grants and tags of resources of
/// other accounts are not looked at. What no call can be about, such as an action that is not known, is not allowed, and
/// the answer says why.
#[derive(Debug)]
pub struct ExplainDecision {
    /// The account.
    pub account: AccountId,
    /// Who would ask.
    pub as_who: Who,
    /// For what, as policies name it.
    pub action: String,
    /// On what, as policies name it.
    pub resource: String,
    /// The circumstances, by the names of condition keys. Where time, address and transport are not told, those of this
    /// call count.
    pub conditions: Vec<(String, Vec<String>)>,
}

/// Somebody of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// The account itself.
    Root,
    /// A user.
    User(UserName),
    /// A session of a role, narrowed by nothing.
    Role(RoleName, SessionName),
    /// A service that the account manages.
    Service(ServiceName),
}

/// What would be decided, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Whether it is allowed.
    pub allowed: bool,
    /// Whether a statement decides, rather than that there is none.
    pub explicit: bool,
    /// Why, in words.
    pub reason: String,
    /// Every statement that applies.
    pub statements: Vec<ExplainedStatement>,
}

/// A statement that applies to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedStatement {
    /// The policy, and why it counts for who asks.
    pub policy: String,
    /// Its number there, from 0.
    pub statement: usize,
    /// Whether it allows (`true`) or denies.
    pub allows: bool,
    /// Whether it is the one that decides.
    pub decides: bool,
}

impl Explained {
    fn refused(reason: impl Into<String>) -> Self {
        Self {
            allowed: false,
            explicit: false,
            reason: reason.into(),
            statements: Vec::new(),
        }
    }
}

impl Operation for ExplainDecision {
    const ACTION: Action = Action::ExplainDecision;
    type Output = Explained;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![Need {
            action: Self::ACTION,
            target: Target::Identity(self.account, IdentityResource::Policies),
        }])
    }

    fn describe(&self, request: &mut Fields) {
        match &self.as_who {
            Who::Root => request.text("as", "root"),
            Who::User(name) => request.text("as", &format!("user/{name}")),
            Who::Role(name, session) => request.text("as", &format!("role/{name}/{session}")),
            Who::Service(name) => request.text("as", &format!("service/{name}")),
        }
        request.text("action", &self.action);
        request.text("resource", &self.resource);
        request.texts(
            "conditions",
            self.conditions.iter().map(|(name, _)| name.as_str()),
        );
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Explained, Error> {
        let explained = self.explain(cx).await?;
        note.response.flag("allowed", explained.allowed);
        Ok(explained)
    }
}

impl ExplainDecision {
    async fn explain(&self, cx: &Context<'_>) -> Result<Explained, Error> {
        let credential = self.who(cx).await?;
        let Some(action) = read_action(&self.action) else {
            return Ok(Explained::refused(format!(
                "no action `{}` is known",
                self.action
            )));
        };
        let Some(resource) = self.resource(cx).await? else {
            return Ok(Explained::refused(format!(
                "`{}` names no resource",
                self.resource
            )));
        };
        if action == Action::AssumeRole && !takes_roles(&credential.caller().identity) {
            return Ok(Explained::refused("the root of an account takes no roles"));
        }
        if action == Action::RetireGrant {
            return Ok(Explained::refused("each grant tells who may give it up"));
        }
        let assumed = match Assumed::read(&self.conditions) {
            Ok(assumed) => assumed,
            Err(error) => return Ok(Explained::refused(format!("a condition is not right: {error}"))),
        };
        let known = Known::load(cx, self.account, action, &resource).await?;
        let question = Question {
            tags: assumed.resource_tags().or(known.tags.as_ref()),
            policy: known.policy.as_deref(),
            maker: known.maker.as_ref(),
            kind: known.kind,
            grants: &known.grants,
            domain: known.domain,
            ..Question::new(action, &resource)
        };
        let subject = credential.subject();
        let present = Asked::default();
        Ok(assumed.with(cx.call.facts(&present), |facts| judge(subject, facts, &question)))
    }

    /// The resource, if the text names one of an account that is there.
    async fn resource(&self, cx: &Context<'_>) -> Result<Option<Resource>, Error> {
        let owner = match iam::domain_in(&self.resource) {
            None => self.account,
            Some(domain) => match cx
                .service
                .store
                .account_by_domain(domain)
                .await
                .map_err(from_store)?
            {
                Some(owner) => owner.id,
                None => return Ok(None),
            },
        };
        Ok(read_resource(&self.resource, owner))
    }

    async fn who(&self, cx: &Context<'_>) -> Result<Arc<Credential>, Error> {
        let (service, account) = (cx.service, self.account);
        match &self.as_who {
            Who::Root => service.root_of(account).await,
            Who::User(name) => service.as_user(account, name).await.map(Arc::new),
            Who::Role(role, name) => {
                let session = service.as_session(account, role, name, cx.call.time).await;
                session.map(Arc::new)
            }
            Who::Service(name) => {
                let found = service.as_service(name).await?;
                let own = found.caller().account == account;
                own.then(|| Arc::new(found))
                    .ok_or(Error::NotFound(Missing::Service))
            }
        }
    }
}

/// What is known about a resource beyond its name.
#[derive(Debug, Default)]
struct Known {
    tags: Option<Tags>,
    policy: Option<Arc<Policy>>,
    maker: Option<ServiceName>,
    kind: Option<KeyKind>,
    grants: Vec<Grant>,
    domain: Option<DomainId>,
}

impl Known {
    async fn load(
        cx: &Context<'_>,
        account: AccountId,
        action: Action,
        resource: &Resource,
    ) -> Result<Self, Error> {
        if resource.account() != account {
            let owner = cx.service.store.account(resource.account()).await;
            let owner = owner.map_err(from_store)?;
            return Ok(Self {
                domain: owner.map(|owner| owner.domain),
                ..Self::default()
            });
        }
        match resource {
            Resource::Key(scope, id) => match cx.service.keys.key(scope, *id, cx.call.time).await {
                Ok(loaded) => Ok(Self {
                    tags: Some(loaded.key.tags.clone()),
                    policy: loaded.policy.clone(),
                    maker: loaded.maker().cloned(),
                    kind: Some(loaded.key.kind()),
                    grants: loaded.grants.to_vec(),
                    domain: None,
                }),
                Err(Error::NotFound(_)) => Ok(Self::default()),
                Err(error) => Err(error),
            },
            Resource::Identity(_, IdentityResource::Role(name)) if action == Action::AssumeRole => {
                let Ok(name) = name.parse::<RoleName>() else {
                    return Ok(Self::default());
                };
                let role = cx.service.store.role(account, &name).await.map_err(from_store)?;
                Ok(role.map_or_else(Self::default, |role| Self {
                    policy: Some(rights::trust(role.name.as_str(), &role.trust)),
                    tags: Some(role.tags),
                    ..Self::default()
                }))
            }
            _ => Ok(Self::default()),
        }
    }
}

fn judge(subject: Subject<'_>, facts: &Facts<'_>, question: &Question<'_>) -> Explained {
    let explained = explain(subject, facts, question);
    let told = explained.statements.iter();
    let statements: Vec<_> = told.map(|told| tell(told, question.action)).collect();
    Explained {
        allowed: explained.verdict.allows(),
        explicit: match explained.verdict {
            Verdict::Policies(decision) => decision.statement.is_some(),
            _ => false,
        },
        reason: reason(explained.verdict, &statements, question.action),
        statements,
    }
}

/// What a policy on a resource is called.
fn on_resource(action: Action) -> &'static str {
    if action == Action::AssumeRole {
        "Trust policy of the role"
    } else {
        "Policy of the resource"
    }
}

fn tell(told: &Told<'_>, action: Action) -> ExplainedStatement {
    let title = told.policy.map_or(on_resource(action), |held| &held.title);
    ExplainedStatement {
        policy: title.to_owned(),
        statement: told.statement,
        allows: told.effect == Effect::Allow,
        decides: told.decides,
    }
}

fn reason(verdict: Verdict, statements: &[ExplainedStatement], action: Action) -> String {
    match verdict {
        Verdict::System => "the server itself asks".into(),
        Verdict::OwnAccount => "the root of an account may do everything in it".into(),
        Verdict::Service(true) => "the service made the key".into(),
        Verdict::Service(false) => "a service may use keys that it made, and nothing else".into(),
        Verdict::Nobody => "no policy can allow it".into(),
        Verdict::Grant(id) => format!("allowed by the grant {id}"),
        Verdict::Party(true) => "who asks may give the grant up".into(),
        Verdict::Party(false) => "each grant tells who may give it up".into(),
        Verdict::Policies(decision) => judged(decision, statements, action),
    }
}

fn judged(decision: Decision, statements: &[ExplainedStatement], action: Action) -> String {
    let place = match statements.iter().find(|one| one.decides) {
        Some(one) => format!("statement {} of: {}", one.statement, one.policy),
        None => String::new(),
    };
    match (decision.outcome, decision.set) {
        (Outcome::Allow, _) => format!("allowed by {place}"),
        (Outcome::ExplicitDeny, _) => format!("denied by {place}"),
        (Outcome::ImplicitDeny, Set::Session) => "the policy of the session does not allow it".into(),
        (Outcome::ImplicitDeny, Set::Identity) => "no policy of who asks allows it".into(),
        (Outcome::ImplicitDeny, Set::Resource) => format!("not allowed by: {}", on_resource(action)),
    }
}
