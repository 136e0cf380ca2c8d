//! Policies, compiled: patterns, networks, numbers and dates are parsed once, whatever language they were written in.

use claviger_model::{Action, Language};

use crate::condition::Condition;
use crate::context::{Principal, Request, RequestContext};
use crate::pattern::Pattern;

/// A list of statements. Their order means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The statements, as the document orders them.
    pub statements: Box<[Statement]>,
}

impl Policy {
    /// One statement about everything.
    fn all(effect: Effect) -> Self {
        Self {
            statements: Box::new([Statement {
                // It asks for no name, so any does.
                language: Language::Ram,
                sid: None,
                effect,
                principals: None,
                actions: Selector::everything(),
                known: ActionSet::of(|_| true),
                resources: Selector::everything(),
                conditions: Box::default(),
            }]),
        }
    }

    /// Allows everything.
    pub fn allow_all() -> Self {
        Self::all(Effect::Allow)
    }

    /// Denies everything: stands in for a policy that cannot be read, which might have denied.
    pub fn deny_all() -> Self {
        Self::all(Effect::Deny)
    }
}

/// One rule. It applies when principal, action, resource and all conditions do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Whose names of resources its patterns are about.
    pub language: Language,
    /// A name for people.
    pub sid: Option<Box<str>>,
    /// What it says when it applies.
    pub effect: Effect,
    /// Whom it is about; everybody who has the policy when there is none.
    pub principals: Option<Box<[PrincipalPattern]>>,
    /// Which actions.
    pub actions: Selector,
    /// Which of the known actions those are, found out once.
    pub known: ActionSet,
    /// Which resources.
    pub resources: Selector,
    /// All must hold.
    pub conditions: Box<[Condition]>,
}

/// What a statement says when it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Yes, unless another one denies.
    Allow,
    /// No, whatever others say.
    Deny,
}

/// Names by patterns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// What any of them matches.
    Only(Box<[Pattern]>),
    /// What none of them matches.
    Except(Box<[Pattern]>),
}

/// Some of the actions that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionSet([u64; ActionSet::WORDS]);

impl ActionSet {
    const WORDS: usize = Action::ALL.len().div_ceil(64);

    /// Those that fit.
    pub fn of(fits: impl Fn(Action) -> bool) -> Self {
        let mut words = [0; Self::WORDS];
        for action in Action::ALL.iter().filter(|action| fits(**action)) {
            let (word, bit) = place(*action);
            if let Some(word) = words.get_mut(word) {
                *word |= bit;
            }
        }
        Self(words)
    }

    /// Whether an action is one of them.
    pub fn has(&self, action: Action) -> bool {
        let (word, bit) = place(action);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }
}

/// The word and the bit of an action in a set.
fn place(action: Action) -> (usize, u64) {
    #[expect(clippy::as_conversions, reason = "an enum without data is its number")]
    let number = action as usize;
    (number / 64, 1 << (number % 64))
}

/// Whom a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrincipalPattern {
    /// An account as a whole: see [`Reach::Account`].
    Account(Box<str>),
    /// Users, roles, sessions by their resource name.
    Identity(Pattern),
    /// One service, by its host name or by the first label of it.
    Service(Box<str>),
    /// One identity provider by its resource name.
    Federated(Box<str>),
}

/// How a statement means who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Only as part of an account. An Allow then hands the account a right that its own policies must still give on.
    Account,
    /// As such.
    Direct,
}

impl Statement {
    /// How the statement applies to a request; none when it does not.
    pub fn reach(&self, request: &Request<'_>) -> Option<Reach> {
        let meant = match request.known {
            Some(action) => self.known.has(action),
            None => self.actions.selects(request.action),
        };
        if !meant || !self.resources.selects(request.resource.spelled(self.language)) {
            return None;
        }
        let reach = match &self.principals {
            None => Reach::Direct,
            Some(principals) => principals
                .iter()
                .filter_map(|one| one.reach(request.context))
                .max()?,
        };
        let holds = self.conditions.iter().all(|one| one.holds(request.context));
        holds.then_some(reach)
    }
}

impl Selector {
    /// Everything.
    pub fn everything() -> Self {
        Self::Only(Box::new([Pattern::anything()]))
    }

    /// Whether a name is selected.
    pub fn selects(&self, name: &str) -> bool {
        let any = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(name));
        match self {
            Self::Only(patterns) => any(patterns),
            Self::Except(patterns) => !any(patterns),
        }
    }
}

impl PrincipalPattern {
    fn reach(&self, context: &RequestContext<'_>) -> Option<Reach> {
        let (meant, reach) = match (self, context.principal) {
            (Self::Account(account), Principal::Identity { .. }) => {
                (**account == *context.account, Reach::Account)
            }
            (Self::Identity(pattern), Principal::Identity { name, role }) => {
                let meant = pattern.matches(name) || role.is_some_and(|role| pattern.matches(role));
                (meant, Reach::Direct)
            }
            (Self::Service(wanted), Principal::Service(name)) => {
                let short = wanted.split('.').next().unwrap_or_default();
                let meant = [wanted, short].iter().any(|one| one.eq_ignore_ascii_case(name));
                (meant, Reach::Direct)
            }
            (Self::Federated(wanted), Principal::Federated(name)) => (**wanted == *name, Reach::Direct),
            _ => (false, Reach::Direct),
        };
        meant.then_some(reach)
    }
}
