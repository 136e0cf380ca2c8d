//! Policies, compiled: patterns, networks, numbers and dates are parsed once, whatever language they were written in.

use std::iter;

use claviger_model::{Action, Language};

use crate::condition::Condition;
use crate::context::{Principal, Request, RequestContext};
use crate::pattern::Pattern;

/// A list of statements. Their order means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    statements: Box<[Statement]>,
    /// A row of bits for each action that there is, one bit a statement, and behind them a row for all others. So a
    /// decision looks at no statement about other things.
    about: Box<[u64]>,
}

impl Policy {
    /// Of statements, each with the known actions that it is about.
    pub fn new(rules: impl IntoIterator<Item = (Statement, ActionSet)>) -> Self {
        let (statements, sets): (Vec<_>, Vec<_>) = rules.into_iter().unzip();
        let about = Action::ALL
            .iter()
            .flat_map(|action| row(sets.iter().map(|set| set.has(*action))))
            .chain(row(sets.iter().map(|_| true)))
            .collect();
        Self {
            statements: statements.into(),
            about,
        }
    }

    /// One statement about everything.
    fn all(effect: Effect) -> Self {
        let statement = Statement {
            // It asks for no name, so any does.
            language: Language::Ram,
            sid: None,
            effect,
            principals: None,
            actions: Selector::everything(),
            resources: Selector::everything(),
            conditions: Box::default(),
        };
        Self::new([(statement, ActionSet::of(|_| true))])
    }

    /// Allows everything.
    pub fn allow_all() -> Self {
        Self::all(Effect::Allow)
    }

    /// Denies everything: stands in for a policy that cannot be read, which might have denied.
    pub fn deny_all() -> Self {
        Self::all(Effect::Deny)
    }

    /// The statements, as the document orders them.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The statements about the action of a request, each with its number from 0.
    pub fn about<'a>(&'a self, request: &Request<'_>) -> impl Iterator<Item = (usize, &'a Statement)> {
        let (known, action) = (request.known, request.action);
        let words = self.statements.len().div_ceil(BITS);
        let start = words * known.map_or(Action::ALL.len(), number);
        let row = self.about.get(start..start + words).unwrap_or_default();
        let numbers = row
            .iter()
            .enumerate()
            .flat_map(|(word, bits)| ones(*bits).map(move |bit| word * BITS + bit));
        let numbered = numbers.filter_map(|number| Some((number, self.statements.get(number)?)));
        numbered.filter(move |(_, statement)| known.is_some() || statement.actions.selects(action))
    }
}

/// Bits of a word of [`Policy::about`].
const BITS: usize = 64;

/// Truths as the bits of words, the lowest bit first.
fn row(truths: impl ExactSizeIterator<Item = bool>) -> Vec<u64> {
    let mut words = vec![0; truths.len().div_ceil(BITS)];
    for (number, _) in truths.enumerate().filter(|(_, truth)| *truth) {
        if let Some(word) = words.get_mut(number / BITS) {
            *word |= 1 << (number % BITS);
        }
    }
    words
}

/// The places of the bits that are set, from the lowest.
fn ones(mut bits: u64) -> impl Iterator<Item = usize> {
    iter::from_fn(move || {
        let without_lowest = bits & bits.checked_sub(1)?;
        let place = bits.trailing_zeros();
        bits = without_lowest;
        usize::try_from(place).ok()
    })
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionSet(Vec<bool>);

impl ActionSet {
    /// Those that fit.
    pub fn of(fits: impl Fn(Action) -> bool) -> Self {
        Self(Action::ALL.iter().map(|action| fits(*action)).collect())
    }

    /// Whether an action is one of them.
    pub fn has(&self, action: Action) -> bool {
        self.0.get(number(action)).is_some_and(|has| *has)
    }
}

#[expect(clippy::as_conversions, reason = "an enum without data is its number")]
fn number(action: Action) -> usize {
    action as usize
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
    /// How the statement, which is about the action of a request, applies to it; none when it does not.
    pub fn reach(&self, request: &Request<'_>) -> Option<Reach> {
        if !self.resources.selects(request.resource.spelled(self.language)) {
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
