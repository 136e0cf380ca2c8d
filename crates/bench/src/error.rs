//! Why a measurement could not be made.

use std::path::Path;

/// All failures of this tool.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The system refused something.
    #[error("cannot {what}: {source}")]
    System {
        /// What was tried.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A server under test did not start.
    #[error("`{program}` did not become ready: {reason}\n{log}")]
    NotReady {
        /// The program.
        program: String,
        /// What happened instead.
        reason: String,
        /// The end of what it printed.
        log: String,
    },
    /// A server under test broke the protocol.
    #[error("the server {0}")]
    Protocol(String),
    /// A server answered a call that prepares a measurement with an error.
    #[error("{action} was answered with {status}: {body}")]
    Refused {
        /// The call.
        action: String,
        /// The HTTP status.
        status: u16,
        /// The body, or its beginning.
        body: String,
    },
    /// TLS could not be set up.
    #[error("TLS: {0}")]
    Tls(String),
    /// The server's database does not allow what a measurement needs.
    #[error("the server's database: {0}")]
    Database(#[from] rusqlite::Error),
    /// Something in this tool does not fit together.
    #[error("{0}")]
    Unfit(String),
}

impl Error {
    /// For `map_err`: names what was tried.
    pub(crate) fn system<E: Into<std::io::Error>>(what: impl Into<String>) -> impl FnOnce(E) -> Self {
        let what = what.into();
        move |source| Self::System {
            what,
            source: source.into(),
        }
    }

    /// For `map_err`: names the file.
    pub(crate) fn file<E: Into<std::io::Error>>(what: &str, path: &Path) -> impl FnOnce(E) -> Self {
        Self::system(format!("{what} `{}`", path.display()))
    }
}

impl From<tokio_rustls::rustls::Error> for Error {
    fn from(error: tokio_rustls::rustls::Error) -> Self {
        Self::Tls(error.to_string())
    }
}
