//! Why a sink does not take records. The texts are shown to operators: no path, header or answer of a sink is in them.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use claviger_audit::VerifyError;
use http::StatusCode;

/// What is in the way.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// Nobody answers there.
    #[error("cannot connect: {0}")]
    Connect(io::Error),
    /// The two do not agree on TLS, or the certificate is not to be trusted.
    #[error("no TLS: {0}")]
    Tls(io::Error),
    /// The peer closed, and may not have taken the last records.
    #[error("the peer closed the connection")]
    Closed,
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(io::Error),
    /// The peer takes nothing, or does not answer.
    #[error("no progress within {0} ms")]
    Slow(u128),
    /// The peer spoke no HTTP, or broke off.
    #[error("no answer: {0}")]
    Http(String),
    /// A status that does not take the batch.
    #[error("the answer was {0}")]
    Status(StatusCode),
    /// A file of the settings.
    #[error(transparent)]
    File(#[from] FileFault),
    /// The log cannot be read.
    #[error("cannot read the audit log: {0}")]
    Log(#[from] VerifyError),
    /// The log ends before what it says to be durable.
    #[error("the audit log has no line {0}")]
    Short(u64),
    /// The cursor cannot be kept.
    #[error("cannot write the cursor: {0}")]
    Cursor(io::Error),
    /// A thread of ours died.
    #[error("the work was broken off")]
    Worker,
}

impl Fault {
    pub(crate) fn http(error: &dyn Error) -> Self {
        Self::Http(chain(error))
    }
}

/// A file that the settings name cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("`{}` cannot be used: {reason}", path.display())]
pub struct FileFault {
    /// The file.
    pub path: PathBuf,
    /// Why not; nothing of what is in it.
    pub reason: String,
}

/// An error and what caused it, in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
