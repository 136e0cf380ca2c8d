//! One question, answered: what each kind of caller may do, and what those hear who may not.
//!
//! Root may do everything at home, or all that its session is narrowed to. A service may use the keys that it made, and take the roles that trust it.
//! Everybody else, and root abroad, is judged by policies, and then by grants: a grant allows what no policy does, also
//! abroad, but a policy that denies, and one that narrows a session, stand above it. A grant is given up by its parties
//! and by nobody else.

use claviger_model::{Action, Denial, DenyingPolicy, GrantId, Identity, Region};

use crate::context::{Principal, Request, RequestContext};
use crate::evaluate::{Decision, Evaluation, Explanation, Match, Outcome, Set};
use crate::languages::{iam, ram};
use crate::names::Names;
use crate::policy::Effect;
use crate::subject::{Facts, Held, Question, Subject};

/// Why a question was answered as it was, for those who administer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The server itself asks.
    System,
    /// The account owns the resource and its root may do everything with it.
    OwnAccount,
    /// A service asks; it may (`true`) use what it made and nothing else.
    Service(bool),
    /// No policy can allow it: nobody but the server does it.
    Nobody,
    /// Policies decided.
    Policies(Decision),
    /// No policy allows it, and none denies it; this grant allows it.
    Grant(GrantId),
    /// A grant is to be given up, and no policy denies it: by somebody who may (`true`) or by somebody else.
    Party(bool),
}

impl Verdict {
    /// Whether the answer is yes.
    pub fn allows(self) -> bool {
        match self {
            Self::System | Self::OwnAccount | Self::Service(true) | Self::Grant(_) | Self::Party(true) => {
                true
            }
            Self::Service(false) | Self::Nobody | Self::Party(false) => false,
            Self::Policies(decision) => decision.outcome.allows(),
        }
    }
}

/// A verdict and every statement that applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained<'a> {
    /// The verdict.
    pub verdict: Verdict,
    /// Statements of the session's policy, of the identity's policies, of the resource's policy. Empty where policies
    /// were not asked.
    pub statements: Vec<Told<'a>>,
}

/// A statement that applies to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told<'a> {
    /// Which set it stands in.
    pub set: Set,
    /// The policy it stands in; none for the one on the resource.
    pub policy: Option<&'a Held>,
    /// Its number there, from 0.
    pub statement: usize,
    /// What it says.
    pub effect: Effect,
    /// Whether it could decide: see [`Match::counts`].
    pub counts: bool,
    /// Whether it did.
    pub decides: bool,
}

/// Answers one question: the grant that it took, if it took one.
///
/// # Errors
/// A [`Denial`] that tells nothing that would not hold if the resource were not there.
pub(crate) fn judge(
    subject: Subject<'_>,
    facts: &Facts<'_>,
    question: &Question<'_>,
) -> Result<Option<GrantId>, Denial> {
    let names = names(subject, question);
    let verdict = verdict(subject, facts, question, &names);
    if verdict.allows() {
        return Ok(match verdict {
            Verdict::Grant(id) => Some(id),
            _ => None,
        });
    }
    let blind = Question {
        abroad: question.abroad,
        ..Question::new(question.action, question.resource)
    };
    let Verdict::Policies(decision) = verdict else {
        return Err(denial(&blind, Outcome::ImplicitDeny, Set::Identity));
    };
    // Tags, kind and policies of the resource show only to those who would otherwise be allowed.
    let shown = match self::verdict(subject, facts, &blind, &names) {
        Verdict::Policies(blind) if !blind.outcome.allows() => blind,
        _ => decision,
    };
    Err(denial(question, shown.outcome, shown.set))
}

fn denial(question: &Question<'_>, outcome: Outcome, set: Set) -> Denial {
    Denial {
        action: question.action,
        resource: question.resource.clone(),
        explicit: outcome == Outcome::ExplicitDeny,
        policy: match set {
            Set::Session => DenyingPolicy::Session,
            Set::Identity => DenyingPolicy::Identity,
            Set::Resource if question.action == Action::AssumeRole => DenyingPolicy::Trust,
            Set::Resource => DenyingPolicy::Resource,
        },
    }
}

/// Answers one question for those who administer: the verdict, and every statement that applies.
pub fn explain<'a>(subject: Subject<'a>, facts: &Facts<'_>, question: &Question<'a>) -> Explained<'a> {
    let only = |verdict| Explained {
        verdict,
        statements: Vec::new(),
    };
    if let Some(verdict) = ruled(subject, question) {
        return only(verdict);
    }
    let names = names(subject, question);
    let explained = ask(subject, facts, question, &names, |policies, request| {
        policies.explain(request)
    });
    let Some(Explanation { decision, matches }) = explained else {
        return only(Verdict::Nobody);
    };
    let verdict = settle(subject, question, decision);
    let told = matches.iter().map(|one| tell(subject, verdict, one));
    Explained {
        statements: told.collect(),
        verdict,
    }
}

fn tell<'a>(subject: Subject<'a>, verdict: Verdict, one: &Match<'_>) -> Told<'a> {
    let decides = match verdict {
        Verdict::Policies(decision) => decision.set == one.set && decision.statement == Some(one.place),
        _ => false,
    };
    Told {
        set: one.set,
        policy: match one.set {
            Set::Session => subject.rights.session.as_ref(),
            Set::Identity => subject.rights.policies.get(one.place.policy),
            Set::Resource => None,
        },
        statement: one.place.statement,
        effect: one.statement.effect,
        counts: one.counts,
        decides,
    }
}

fn verdict(subject: Subject<'_>, facts: &Facts<'_>, question: &Question<'_>, names: &Names<'_>) -> Verdict {
    ruled(subject, question).unwrap_or_else(|| {
        let decision = ask(subject, facts, question, names, |policies, request| {
            policies.decide(request)
        });
        decision.map_or(Verdict::Nobody, |decision| settle(subject, question, decision))
    })
}

/// What policies decided, and what follows where they do not stand in the way.
fn settle(subject: Subject<'_>, question: &Question<'_>, decision: Decision) -> Verdict {
    let Decision { outcome, set, .. } = decision;
    let narrowed = set == Set::Session && !outcome.allows();
    if narrowed || outcome == Outcome::ExplicitDeny {
        return Verdict::Policies(decision);
    }
    if let Some(verdict) = retiring(subject, question) {
        return verdict;
    }
    if outcome.allows() && !question.abroad {
        return Verdict::Policies(decision);
    }
    let mut grants = question.grants.iter();
    if let Some(grant) = grants.find(|grant| grant.allows(subject.caller, question.action)) {
        return Verdict::Grant(grant.id);
    }
    Verdict::Policies(if outcome.allows() {
        // Who asks may, the owner of the thing has not said so.
        Decision {
            outcome: Outcome::ImplicitDeny,
            set: Set::Resource,
            statement: None,
        }
    } else {
        decision
    })
}

/// Who may give a grant up the grant tells, and no policy.
fn retiring(subject: Subject<'_>, question: &Question<'_>) -> Option<Verdict> {
    let grant = question
        .grant
        .filter(|_| question.action == Action::RetireGrant)?;
    Some(Verdict::Party(grant.may_retire(subject.caller)))
}

/// What policies call the thing in question.
fn names<'a>(subject: Subject<'_>, question: &Question<'a>) -> Names<'a> {
    let own = question.resource.account() == subject.caller.account;
    let domain = if own {
        subject.rights.persona.domain
    } else {
        question.domain
    };
    Names::new(question.resource, domain)
}

/// What needs no policies.
fn ruled(subject: Subject<'_>, question: &Question<'_>) -> Option<Verdict> {
    let taking = question.action == Action::AssumeRole;
    match &subject.caller.identity {
        Identity::System => Some(Verdict::System),
        Identity::Root if subject.rights.session.is_none() && is_owner(subject, question) => {
            Some(retiring(subject, question).unwrap_or(Verdict::OwnAccount))
        }
        Identity::Service(name) if !taking => {
            let used = ram::uses_key(question.action) || question.action == Action::DescribeKey;
            Some(Verdict::Service(used && question.maker == Some(name)))
        }
        Identity::Root | Identity::User { .. } | Identity::Session { .. } | Identity::Service(_) => None,
    }
}

/// Whether the root of an account asks for something at home. No policy of others is above it there.
fn is_owner(subject: Subject<'_>, question: &Question<'_>) -> bool {
    let taking = question.action == Action::AssumeRole;
    let home = !question.abroad && question.resource.account() == subject.caller.account;
    home && !taking && subject.caller.identity == Identity::Root
}

/// Lays a question before the policies; none where it has no name in their language.
fn ask<'a, R>(
    subject: Subject<'a>,
    facts: &Facts<'_>,
    question: &Question<'a>,
    names: &Names<'_>,
    answer: impl FnOnce(Evaluation<'a, Held>, &Request<'_>) -> R,
) -> Option<R> {
    let (Subject { caller, rights }, action) = (subject, question.action);
    let taking = action == Action::AssumeRole;
    // A service belongs to no account, though one manages it.
    let service = matches!(caller.identity, Identity::Service(_));
    let own = !service && question.resource.account() == caller.account;
    let hears = own || taking || ram::foreign_accounts_may(action);
    let policies = Evaluation {
        session: rights.session.as_ref().map(|held| &*held.policy),
        identity: &rights.policies,
        resource: question.policy.filter(|_| !is_owner(subject, question)),
        // A role that is there wants both sides, also at home. One that is not there can tell nobody so but those whose
        // own policies allow it.
        same_account: own && !(taking && question.policy.is_some()),
        resource_only_denies: !hears,
    };
    let algorithm = facts.algorithm.filter(|_| action != Action::ReEncryptTo);
    let context = RequestContext {
        source: facts.source,
        secure_transport: facts.secure,
        mfa: facts.mfa,
        resource_tags: question.tags,
        key_tags: question.tags.filter(|_| ram::key_tags_apply(action)),
        request_tags: facts.tags,
        tag_keys: facts.tag_keys,
        encryption_algorithm: ram::algorithms_apply(action).then(|| ram::algorithm_name(algorithm)),
        external_id: facts.external_id,
        person: rights.persona.person(),
        region: question.resource.region().map(Region::as_str),
        service: iam::service_name(action),
        key: question.kind.or(facts.kind).map(iam::key_words),
        further: facts.further,
        ..RequestContext::new(principal(subject), &rights.account, facts.now)
    };
    let request = Request {
        // What no policy speaks of has no name in any language.
        action: ram::action_name(action)?,
        known: Some(action),
        resource: names,
        context: &context,
    };
    Some(answer(policies, &request))
}

fn principal(subject: Subject<'_>) -> Principal<'_> {
    match subject.caller.identity {
        Identity::Service(_) => Principal::Service(&subject.rights.name),
        Identity::Root | Identity::User { .. } | Identity::Session { .. } | Identity::System => {
            Principal::Identity {
                name: &subject.rights.name,
                role: subject.rights.role.as_deref(),
            }
        }
    }
}
