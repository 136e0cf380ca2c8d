//! From documents to [`Policy`]: one module a language. They know how a vendor writes
//! policies and what it calls actions, resources and keys; the rest of the crate does not.

mod assumed;
mod conditions;
mod elements;
pub mod iam;
mod json;
pub mod ram;
mod system;

use std::fmt;

use claviger_model::{AccountId, Action, Language, Resource};

pub use assumed::Assumed;
pub use system::{Layer, SystemPolicy, SystemRole, system_policies, system_policy};

use crate::policy::Policy;

/// Reads and compiles a document for identities, or one that narrows a session, of at most `limit` bytes.
///
/// # Errors
/// The first fault, with its place.
pub fn parse(language: Language, document: &str, limit: usize) -> Result<Policy, PolicyError> {
    match language {
        Language::Ram => ram::parse(document, ram::Kind::Identity, limit),
        Language::Iam => iam::parse(document, iam::Kind::Any, limit),
    }
}

/// The action of a name, in whichever language that is.
pub fn read_action(name: &str) -> Option<Action> {
    ram::read_action(name).or_else(|| iam::read_action(name))
}

/// The resource of a name, in whichever language that is: see [`ram::read_resource`] and [`iam::read_resource`].
pub fn read_resource(text: &str, account: AccountId) -> Option<Resource> {
    ram::read_resource(text, account).or_else(|| iam::read_resource(text, account))
}

/// Why a document is no policy, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct PolicyError {
    /// Where: members by name, elements of lists by number from 0, such as `Statement[1].Condition.StringLikes`.
    pub place: Place,
    /// What is wrong there.
    pub fault: Fault,
}

/// Where in a document. Its text is short and has no control characters, whatever the document's names are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place(String);

/// What is wrong at one place of a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The document has too many bytes.
    #[error("longer than {0} bytes")]
    TooLong(usize),
    /// The document is not JSON, or is nested too deeply.
    #[error("not valid JSON at line {line}, column {column}")]
    Syntax {
        /// From 1.
        line: usize,
        /// In bytes; 0 where the line has none.
        column: usize,
    },
    /// Another kind of value belongs there.
    #[error("must be {0}")]
    Kind(&'static str),
    /// The member must be there.
    #[error("is missing")]
    Missing,
    /// Such a member does not belong there.
    #[error("is not known here; known are {}", Names(.0))]
    Unknown(&'static [&'static str]),
    /// The member is there twice.
    #[error("is given twice")]
    Repeated,
    /// One of two members must be there, and not both.
    #[error("must have either `{0}` or `{1}`")]
    Either(&'static str, &'static str),
    /// A list or an object without anything in it.
    #[error("must not be empty")]
    Empty,
    /// The list or the object has too many elements.
    #[error("has more than {0}")]
    TooMany(usize),
    /// The text has too many characters.
    #[error("has more than {0} characters")]
    TooManyCharacters(usize),
    /// The name of no operator.
    #[error("is no condition operator")]
    Operator,
    /// The text there does not have the form it needs.
    #[error("`{}` is not {expected}", Excerpt(.text))]
    Value {
        /// The text.
        text: Box<str>,
        /// The form it needs.
        expected: &'static str,
    },
    /// The pattern there cannot be searched for fast.
    #[error(transparent)]
    Pattern(#[from] crate::pattern::PatternError),
}

impl Place {
    /// A member of this object.
    fn member(&self, name: &str) -> Self {
        let dot = if self.0.is_empty() { "" } else { "." };
        Self(format!("{}{dot}{}", self.0, Excerpt(name)))
    }

    /// An element of this list.
    fn element(&self, number: usize) -> Self {
        Self(format!("{}[{number}]", self.0))
    }

    fn fault(&self, fault: Fault) -> PolicyError {
        PolicyError {
            place: self.clone(),
            fault,
        }
    }

    fn value(&self, text: &str, expected: &'static str) -> PolicyError {
        self.fault(Fault::Value {
            text: text.into(),
            expected,
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "document" } else { &self.0 })
    }
}

/// Names in backticks, with commas.
struct Names(&'static [&'static str]);

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, name) in self.0.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}`{name}`")?;
        }
        Ok(())
    }
}

/// The beginning of a text from outside, fit for one line.
struct Excerpt<'a>(&'a str);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LIMIT: usize = 64;
        let mut characters = self.0.chars();
        for character in characters.by_ref().take(LIMIT) {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                write!(f, "{character}")?;
            }
        }
        f.write_str(if characters.next().is_some() { "…" } else { "" })
    }
}
