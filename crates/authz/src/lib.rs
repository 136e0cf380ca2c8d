//! Who may do what.
//!
//! [`authorize`] decides purely over facts that it is handed, and alone makes a [`Permit`]; operations take their
//! targets out of one, so a check cannot be forgotten. It must never load anything or know a wire format.
//!
//! Policies are documents of a language ([`languages`]) that are compiled into one form ([`policy`]) and judged together
//! ([`evaluate::Evaluation`]) over what is known about a request ([`context`]). Judging is pure, takes the time as an
//! argument, allocates nothing, and names the statement that decided.
//!
//! To add a language, turn its documents into a [`policy::Policy`]; nothing else has to know. To add a condition key,
//! give it a [`context::Key`] and a name in each language that has it.

pub mod condition;
pub mod context;
pub mod evaluate;
pub mod languages;
pub mod pattern;
pub mod policy;
pub mod value;

use claviger_model::{Action, Caller, Denial, Identity, Resource};

/// One thing a call needs: to do this to that.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What is to be done.
    pub action: Action,
    /// To what.
    pub resource: &'a Resource,
}

/// Why a question was answered as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The account owns the resource and its root identity may do everything with it.
    OwnAccount,
    /// The server itself asks.
    System,
    /// Nothing allows it.
    ImplicitDeny,
}

impl Decision {
    /// Whether the answer is yes.
    pub fn allows(self) -> bool {
        match self {
            Self::OwnAccount | Self::System => true,
            Self::ImplicitDeny => false,
        }
    }
}

/// Proof that a caller may do what it asked to its targets. Only [`authorize`] makes one.
#[derive(Debug)]
pub struct Permit<T>(T);

impl<T> Permit<T> {
    /// The targets.
    pub fn targets(&self) -> &T {
        &self.0
    }
}

impl<T, E> Permit<Result<T, E>> {
    /// The permit for targets that are there, or why they are not: who may not touch a thing does not learn that it is
    /// missing.
    ///
    /// # Errors
    /// What kept the targets from being loaded.
    pub fn transpose(self) -> Result<Permit<T>, E> {
        self.0.map(Permit)
    }
}

/// Answers one question: explicit deny beats allow beats nothing.
pub fn evaluate(caller: &Caller, question: Question<'_>) -> Decision {
    match caller.identity {
        Identity::System => Decision::System,
        Identity::Root if question.resource.scope().account == caller.account => Decision::OwnAccount,
        Identity::Root => Decision::ImplicitDeny,
    }
}

/// Answers all questions of a call; every one must be allowed.
///
/// # Errors
/// The first [`Denial`], in the order of the questions.
pub fn authorize<'a, T>(
    caller: &Caller,
    questions: impl IntoIterator<Item = Question<'a>>,
    targets: T,
) -> Result<Permit<T>, Denial> {
    for question in questions {
        if !evaluate(caller, question).allows() {
            return Err(Denial {
                resource: question.resource.clone(),
                explicit: false,
            });
        }
    }
    Ok(Permit(targets))
}

#[cfg(test)]
mod tests {
    use claviger_model::{AccountId, KeyId, Scope};

    use super::*;

    fn caller(account: u64, identity: Identity) -> Caller {
        Caller {
            account: AccountId::from_number(account).unwrap(),
            identity,
            access_key: None,
        }
    }

    fn key_of(account: u64) -> Resource {
        let account = AccountId::from_number(account).unwrap();
        let scope = Scope {
            account,
            region: "cn-hangzhou".parse().unwrap(),
        };
        Resource::Key(scope, KeyId::from_bytes([1; 16]))
    }

    const MINE: u64 = 1_111_111_111_111_111;
    const THEIRS: u64 = 2_222_222_222_222_222;

    #[test]
    fn root_may_do_everything_at_home_and_nothing_abroad() {
        let root = caller(MINE, Identity::Root);
        for &action in Action::ALL {
            let home = evaluate(
                &root,
                Question {
                    action,
                    resource: &key_of(MINE),
                },
            );
            let abroad = evaluate(
                &root,
                Question {
                    action,
                    resource: &key_of(THEIRS),
                },
            );
            assert_eq!((home, abroad), (Decision::OwnAccount, Decision::ImplicitDeny));
        }
    }

    #[test]
    fn one_refused_target_refuses_the_call_and_is_named() {
        let root = caller(MINE, Identity::Root);
        let (mine, theirs) = (key_of(MINE), key_of(THEIRS));
        let ask = |resource| Question {
            action: Action::ReEncryptTo,
            resource,
        };
        assert_eq!(*authorize(&root, [ask(&mine)], 7).unwrap().targets(), 7);
        let denial = authorize(&root, [ask(&mine), ask(&theirs)], ()).unwrap_err();
        assert_eq!(
            denial,
            Denial {
                resource: theirs,
                explicit: false
            }
        );
    }
}
