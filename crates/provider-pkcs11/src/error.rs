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
    #[error("the PKCS#11 module has no token `{name}`; it has: {}", list(there))]
    NotFound {
        /// Label or serial number asked for.
        name: String,
        /// Labels of the tokens that are there.
        there: Vec<String>,
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
