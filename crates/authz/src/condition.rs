//! Conditions of statements: what a request must be like beyond action and resource.
//!
//! Values in one list are alternatives; a negated test means that none of them fits. A key that the request lacks
//! makes a test false and a negated one true; `IfExists` makes both true.

use claviger_model::Timestamp;

use crate::context::{Found, Key, RequestContext, Value, fold};
use crate::pattern::Pattern;
use crate::value::{Network, Number, parse_bool, parse_time};

/// One key under one operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What is looked at.
    pub key: Key,
    /// What it must be like.
    pub check: Check,
}

/// What a key must be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// Whether the request may have the key.
    Presence {
        /// Holds when it has it.
        present: bool,
        /// Holds when it lacks it.
        absent: bool,
    },
    /// Values are compared.
    Values {
        /// With what and how.
        test: Test,
        /// Whether none of the listed values may fit.
        negated: bool,
        /// Which values of the request.
        over: Over,
        /// Whether a missing key is as good as one that fits.
        if_exists: bool,
    },
}

/// Which of the values of a request a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The only one. Of several, any that fits; negated, none may.
    Single,
    /// At least one must pass by itself. Without values nothing passes.
    Any,
    /// Each must pass by itself. Without values all do.
    All,
}

/// Listed values and how they are compared. One that fits is enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// Equal text.
    Text(Box<[Box<str>]>),
    /// Equal text but for case.
    Folded(Box<[Folded]>),
    /// Patterns.
    Like(Box<[Pattern]>),
    /// Beginnings of text. Nothing in them is a wildcard.
    Start(Box<[Box<str>]>),
    /// Ends of text. Nothing in them is a wildcard.
    End(Box<[Box<str>]>),
    /// Numbers.
    Number(Comparison, Box<[Number]>),
    /// Points in time.
    Time(Comparison, Box<[Timestamp]>),
    /// Truth.
    Bool(Box<[bool]>),
    /// Addresses.
    Address(Box<[Network]>),
}

/// Text that has lost its cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded(Box<str>);

impl Folded {
    /// Takes the cases away.
    pub fn new(text: &str) -> Self {
        Self(fold(text).collect())
    }
}

/// How the value of a request stands to a listed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The same.
    Equal,
    /// Less than it.
    Less,
    /// Less or the same.
    LessOrEqual,
    /// More than it.
    Greater,
    /// More or the same.
    GreaterOrEqual,
}

impl Comparison {
    fn holds<T: Ord>(self, found: &T, listed: &T) -> bool {
        match self {
            Self::Equal => found == listed,
            Self::Less => found < listed,
            Self::LessOrEqual => found <= listed,
            Self::Greater => found > listed,
            Self::GreaterOrEqual => found >= listed,
        }
    }
}

impl Condition {
    /// Whether a request is as the condition wants it.
    pub fn holds(&self, context: &RequestContext<'_>) -> bool {
        let found = context.lookup(&self.key);
        match &self.check {
            Check::Presence { present, absent } => {
                if found.is_missing() {
                    *absent
                } else {
                    *present
                }
            }
            Check::Values {
                test,
                negated,
                over,
                if_exists,
            } => *if_exists && found.is_missing() || test.passes(found, *negated, *over),
        }
    }
}

impl Test {
    /// A missing key needs no case of its own: nothing fits, so a plain test fails and a negated one does not.
    fn passes(&self, found: Found<'_>, negated: bool, over: Over) -> bool {
        let mut values = found.values();
        match over {
            Over::Single => values.any(|value| self.fits(value)) != negated,
            Over::Any => values.any(|value| self.fits(value) != negated),
            Over::All => values.all(|value| self.fits(value) != negated),
        }
    }

    /// Whether a value is as one of the listed. One of another kind is as none.
    fn fits(&self, value: Value<'_>) -> bool {
        match self {
            Self::Text(listed) => value.with_text(|text| listed.iter().any(|other| **other == *text)),
            Self::Folded(listed) => {
                value.with_text(|text| listed.iter().any(|other| fold(text).eq(other.0.chars())))
            }
            Self::Like(listed) => value.with_text(|text| listed.iter().any(|pattern| pattern.matches(text))),
            Self::Start(listed) => {
                value.with_text(|text| listed.iter().any(|start| text.starts_with(&**start)))
            }
            Self::End(listed) => value.with_text(|text| listed.iter().any(|end| text.ends_with(&**end))),
            Self::Number(comparison, listed) => any(value.number(), listed, *comparison),
            Self::Time(comparison, listed) => any(value.time(), listed, *comparison),
            Self::Bool(listed) => any(value.bool(), listed, Comparison::Equal),
            Self::Address(listed) => value
                .address()
                .is_some_and(|address| listed.iter().any(|network| network.contains(address))),
        }
    }
}

fn any<T: Ord>(found: Option<T>, listed: &[T], comparison: Comparison) -> bool {
    found.is_some_and(|found| listed.iter().any(|other| comparison.holds(&found, other)))
}

impl Value<'_> {
    fn number(self) -> Option<Number> {
        match self {
            Self::Text(text) => Number::parse(text),
            Self::Bool(_) | Self::Time(_) | Self::Address(_) => None,
        }
    }

    fn time(self) -> Option<Timestamp> {
        match self {
            Self::Text(text) => parse_time(text),
            Self::Time(time) => Some(time),
            Self::Bool(_) | Self::Address(_) => None,
        }
    }

    fn bool(self) -> Option<bool> {
        match self {
            Self::Text(text) => parse_bool(text),
            Self::Bool(value) => Some(value),
            Self::Time(_) | Self::Address(_) => None,
        }
    }

    fn address(self) -> Option<std::net::IpAddr> {
        match self {
            Self::Text(text) => text.parse().ok(),
            Self::Address(address) => Some(address),
            Self::Bool(_) | Self::Time(_) => None,
        }
    }
}
