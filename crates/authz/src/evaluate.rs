//! The decision over all policies that a request meets.
//!
//! SOURCE: RAM, "Policy evaluation process" (read 2026-11-22). In one set of policies an explicit deny beats an allow
//! beats nothing. A session policy comes first and can only narrow. Then the policies of the identity and of the
//! resource: a deny in either denies; at home an allow in either is enough, from another account both must allow.

use claviger_model::Region;

use crate::context::Request;
use crate::policy::{Effect, Policy, Reach, Statement};

/// A policy and where it counts.
pub trait Placed {
    /// The policy.
    fn policy(&self) -> &Policy;

    /// Whether it counts for what lies in `region`, or in none. Where it does not it is as good as not there.
    fn covers(&self, region: Option<&Region>) -> bool;
}

/// The policies that a request meets.
#[derive(Debug, Clone, Copy)]
pub struct Evaluation<'a, P = &'a Policy> {
    /// What the session was narrowed to when it was made.
    pub session: Option<&'a Policy>,
    /// Those of the user and of its groups, or of the role.
    pub identity: &'a [P],
    /// The one on the resource; for taking a role, its trust policy.
    pub resource: Option<&'a Policy>,
    /// Whether who asks and the resource are of one account. Taking a role needs both sides, as if it were not so.
    pub same_account: bool,
    /// Whether the policy on the resource can deny and not allow.
    pub resource_only_denies: bool,
}

/// An answer and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub outcome: Outcome,
    /// The set that made it; for an implicit deny, the set that should have allowed.
    pub set: Set,
    /// The statement that made it; none for an implicit deny.
    pub statement: Option<StatementRef>,
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// Yes.
    Allow,
    /// No, a statement says so.
    ExplicitDeny,
    /// No, nothing allows it.
    ImplicitDeny,
}

/// One of the sets of policies of an [`Evaluation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Set {
    /// [`Evaluation::session`].
    Session,
    /// [`Evaluation::identity`].
    Identity,
    /// [`Evaluation::resource`].
    Resource,
}

/// A statement in a set. Both numbers begin at 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatementRef {
    /// Number of the policy in its set.
    pub policy: usize,
    /// Number of the statement in its policy.
    pub statement: usize,
}

/// A statement that applies to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match<'a> {
    /// The set it stands in.
    pub set: Set,
    /// Its place there.
    pub place: StatementRef,
    /// The statement.
    pub statement: &'a Statement,
    /// Whether it can decide: an allow for a whole account in a policy on a resource of the same account cannot, it
    /// leaves the decision to the policies of the account's identities; nor can one in a policy that only denies.
    pub counts: bool,
}

/// A decision and every statement that applies, whether it was needed or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation<'a> {
    /// The decision.
    pub decision: Decision,
    /// All statements that apply: session, identity, resource.
    pub matches: Vec<Match<'a>>,
}

impl Outcome {
    /// Whether the answer is yes.
    pub fn allows(self) -> bool {
        self == Self::Allow
    }
}

impl<P> Default for Evaluation<'_, P> {
    fn default() -> Self {
        Self {
            session: None,
            identity: &[],
            resource: None,
            same_account: false,
            resource_only_denies: false,
        }
    }
}

impl Placed for Policy {
    fn policy(&self) -> &Policy {
        self
    }

    fn covers(&self, _: Option<&Region>) -> bool {
        true
    }
}

impl<P: Placed> Placed for &P {
    fn policy(&self) -> &Policy {
        (*self).policy()
    }

    fn covers(&self, region: Option<&Region>) -> bool {
        (*self).covers(region)
    }
}

impl<'a, P: Placed> Evaluation<'a, P> {
    /// Answers one request. Allocates nothing.
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        let session = self.findings(Set::Session, request);
        if self.session.is_some() && (session.deny.is_some() || session.allow.is_none()) {
            return denied(Set::Session, session);
        }
        let identity = self.findings(Set::Identity, request);
        if identity.deny.is_some() {
            return denied(Set::Identity, identity);
        }
        let resource = self.findings(Set::Resource, request);
        if resource.deny.is_some() {
            return denied(Set::Resource, resource);
        }
        match (identity.allow, resource.allow) {
            (Some(place), other) if self.same_account || other.is_some() => allowed(Set::Identity, place),
            (Some(_), _) => denied(Set::Resource, resource),
            (None, Some(place)) if self.same_account => allowed(Set::Resource, place),
            (None, _) => denied(Set::Identity, identity),
        }
    }

    /// Answers one request and tells every statement that applies to it.
    pub fn explain(&self, request: &Request<'_>) -> Explanation<'a> {
        let sets = [Set::Session, Set::Identity, Set::Resource];
        Explanation {
            decision: self.decide(request),
            matches: sets
                .into_iter()
                .flat_map(|set| self.matches(set, request))
                .collect(),
        }
    }

    fn findings(&self, set: Set, request: &Request<'_>) -> Findings {
        let mut findings = Findings::default();
        for (place, statement) in self.statements(set, request) {
            // One allow is as good as many.
            let needless = statement.effect == Effect::Allow && findings.allow.is_some();
            if needless || self.counts(set, statement, request) != Some(true) {
                continue;
            }
            match statement.effect {
                Effect::Allow => findings.allow = Some(place),
                Effect::Deny => {
                    findings.deny = Some(place);
                    break;
                }
            }
        }
        findings
    }

    fn matches(&self, set: Set, request: &Request<'_>) -> impl Iterator<Item = Match<'a>> {
        let statements = self.statements(set, request);
        statements.filter_map(move |(place, statement)| {
            let counts = self.counts(set, statement, request)?;
            Some(Match {
                set,
                place,
                statement,
                counts,
            })
        })
    }

    /// Whether a statement of a set that applies can decide; none where it does not apply.
    fn counts(&self, set: Set, statement: &Statement, request: &Request<'_>) -> Option<bool> {
        let reach = statement.reach(request)?;
        if set != Set::Resource || statement.effect == Effect::Deny {
            return Some(true);
        }
        let left_to_account = self.same_account && reach == Reach::Account;
        Some(!self.resource_only_denies && !left_to_account)
    }

    /// The statements of a set about the action of a request.
    fn statements(
        &self,
        set: Set,
        request: &Request<'_>,
    ) -> impl Iterator<Item = (StatementRef, &'a Statement)> {
        let (one, many) = match set {
            Set::Session => (self.session, &[][..]),
            Set::Identity => (None, self.identity),
            Set::Resource => (self.resource, &[][..]),
        };
        let region = request.resource.region();
        let counting = move |held: &'a P| held.covers(region).then(|| held.policy());
        let policies = one.into_iter().map(Some).chain(many.iter().map(counting));
        let found = policies
            .enumerate()
            .filter_map(|(number, found)| Some((number, found?)));
        found.flat_map(move |(policy, found)| {
            found
                .about(request)
                .map(move |(statement, found)| (StatementRef { policy, statement }, found))
        })
    }
}

/// The first statement of either effect in one set.
#[derive(Debug, Clone, Copy, Default)]
struct Findings {
    allow: Option<StatementRef>,
    deny: Option<StatementRef>,
}

fn allowed(set: Set, place: StatementRef) -> Decision {
    Decision {
        outcome: Outcome::Allow,
        set,
        statement: Some(place),
    }
}

fn denied(set: Set, findings: Findings) -> Decision {
    Decision {
        outcome: match findings.deny {
            Some(_) => Outcome::ExplicitDeny,
            None => Outcome::ImplicitDeny,
        },
        set,
        statement: findings.deny,
    }
}
