//! Why a token cannot be used.

use std::path::PathBuf;

/// A token could not be opened. No text holds a PIN.
#[derive(Debug, thiserror::Error)]
pub enum Pkcs11Error {
    /// The shared library is missing, is no PKCS#11 module, or does not start.
    #[error("the PKCS#11 module `{}` cannot be used: {reason}", path.display())]
    Module {
        /// Where it should be.
        path: PathBuf,
        /// What the system or the module said.
        reason: String,
    },
    /// No token is named.
    #[error("no PKCS#11 token is named")]
    NoToken,
    /// No token has this label or serial number; those that are there.
    #[error(
        "the PKCS#11 module has no token `{name}`; it has: {}{}",
        list(there),
        flaws(unreadable)
    )]
    NotFound {
        /// Label or serial number asked for.
        name: String,
        /// Labels of the tokens that are there.
        there: Vec<String>,
        /// Why other tokens that are there cannot be asked for their label.
        unreadable: Vec<String>,
    },
    /// Several tokens have this label: their serial numbers tell them apart.
    #[error("several PKCS#11 tokens are called `{0}`: name them by serial number")]
    Ambiguous(String),
    /// The PIN is wrong, locked, expired or not set. Nothing tries it again: tokens lock after a few wrong ones.
    #[error("the PKCS#11 token `{token}` does not take the PIN: {reason}")]
    Pin {
        /// The token.
        token: String,
        /// What the token said.
        reason: String,
    },
    /// It does not do what every token must.
    #[error("the PKCS#11 token `{token}` does not answer: {reason}")]
    Token {
        /// The token.
        token: String,
        /// What the token said.
        reason: String,
    },
    /// It can do nothing that keys are for.
    #[error("the PKCS#11 token `{0}` has no mechanism that keys need")]
    Incapable(String),
    /// A thread could not be started.
    #[error("the threads of the PKCS#11 sessions cannot be started")]
    Threads(#[source] std::io::Error),
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

fn flaws(reasons: &[String]) -> String {
    let told = reasons
        .iter()
        .map(|reason| format!("; one cannot be read: {reason}"));
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_cannot_be_read_is_told_when_another_is_not_found() {
        let missing = |unreadable| Pkcs11Error::NotFound {
            name: "a".to_owned(),
            there: vec!["b".to_owned()],
            unreadable,
        };
        let text = missing(vec!["bad clock".to_owned()]).to_string();
        assert!(
            text.ends_with("it has: `b`; one cannot be read: bad clock"),
            "{text}"
        );
        assert!(missing(Vec::new()).to_string().ends_with("it has: `b`"));
    }
}
