//! Who may do what.
//!
//! [`authorize`] decides purely over facts that it is handed, and alone makes a [`Permit`]; operations take their
//! targets out of one, so a check cannot be forgotten. It must never load anything or know a wire format.
//!
//! Policies are documents of a language ([`languages`]) that are compiled into one form ([`policy`]) and judged together
//! ([`evaluate::Evaluation`]) over what is known about a request ([`context`]). Judging is pure, takes the time as an
//! argument, allocates nothing, and names the statement that decided. Who needs no policies, and what grants add to
//! them, is told in `judge`.
//!
//! Languages call actions and resources by names of their own, and every policy counts whichever face a call came
//! through: see [`claviger_model::Language`] and [`names`].
//!
//! To add a language, turn its documents into a [`policy::Policy`] and give [`names`] its spelling of resources. To add a
//! condition key, give it a [`context::Key`] and a name in each language that has it.
#![deny(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions)]

pub mod condition;
pub mod context;
pub mod evaluate;
mod judge;
pub mod languages;
pub mod names;
pub mod pattern;
pub mod policy;
mod subject;
mod text;
pub mod value;

use claviger_model::{Denial, GrantId};

pub use judge::{Explained, Told, Verdict, explain};
pub use subject::{Facts, Held, Persona, Question, Rights, Subject};

/// A thing that a call touches, with what it is asked for.
pub trait Touched {
    /// What operations work with.
    type Target;
    /// Why it is not there.
    type Absence;

    /// What is asked.
    fn question(&self) -> Question<'_>;

    /// The thing without the question.
    ///
    /// # Errors
    /// When it is not there.
    fn into_target(self) -> Result<Self::Target, Self::Absence>;
}

/// Proof that a caller may do what it asked to its targets. Only [`authorize`] makes one.
#[derive(Debug)]
pub struct Permit<T> {
    targets: T,
    carried: Carried,
}

impl<T> Permit<T> {
    /// The targets.
    pub fn targets(&self) -> &T {
        &self.targets
    }

    /// The grant without which the answer to the question at that place, from 0, would have been no. None where the
    /// caller needs no grant.
    pub fn by_grant(&self, place: usize) -> Option<GrantId> {
        self.carried.at(place)
    }
}

/// Places and the grants that carried them. Nearly every call has one place, and needs no heap here.
#[derive(Debug, Default)]
struct Carried {
    first: Option<(usize, GrantId)>,
    more: Vec<(usize, GrantId)>,
}

impl Carried {
    fn note(&mut self, place: usize, grant: GrantId) {
        if self.first.is_none() {
            self.first = Some((place, grant));
        } else {
            self.more.push((place, grant));
        }
    }

    fn at(&self, place: usize) -> Option<GrantId> {
        let mut all = self.first.iter().chain(&self.more);
        all.find(|(other, _)| *other == place).map(|(_, grant)| *grant)
    }
}

/// Why there is no permit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoPermit<E> {
    /// The answer to a question is no: its place among the others, and what to tell.
    Denied(usize, Denial),
    /// All answers are yes, but a thing is not there: who may not touch it does not learn that.
    Absent(E),
}

/// Answers all questions of a call; every one must be allowed.
///
/// # Errors
/// [`NoPermit`], for the first question or thing that stands in the way.
pub fn authorize<T: Touched>(
    subject: Subject<'_>,
    facts: &Facts<'_>,
    things: Vec<T>,
) -> Result<Permit<Vec<T::Target>>, NoPermit<T::Absence>> {
    let mut carried = Carried::default();
    for (place, thing) in things.iter().enumerate() {
        let judged = judge::judge(subject, facts, &thing.question());
        if let Some(grant) = judged.map_err(|denial| NoPermit::Denied(place, denial))? {
            carried.note(place, grant);
        }
    }
    let targets = things.into_iter().map(T::into_target).collect::<Result<_, _>>();
    let targets = targets.map_err(NoPermit::Absent)?;
    Ok(Permit { targets, carried })
}
