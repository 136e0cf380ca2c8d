//! What the program says to people, and how it fails.

use std::io::{IsTerminal, Stderr, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use claviger_secret::SecretBytes;
use tracing::Subscriber;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::{DefaultFields, Format};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

use crate::seal::chain;
use crate::stages::StageTimes;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Settings, flags or folders are not as they must be.
    #[error("{0}")]
    Usage(String),
    /// Something did not work.
    #[error("{0}")]
    Failed(String),
}

impl Failure {
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    pub(crate) fn failed(text: impl Into<String>) -> Self {
        Self::Failed(text.into())
    }

    /// A failure with a file.
    pub(crate) fn file(doing: &str, path: &Path, error: &dyn std::fmt::Display) -> Self {
        Self::Failed(format!("cannot {doing} `{}`: {error}", path.display()))
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Failed(_) => 3,
        }
    }
}

/// Lets the log go to standard error. Sums the times of stages if asked to.
///
/// # Errors
/// The filter is none.
pub(crate) fn start_logging(filter: &str, stages: Option<&StageTimes>) -> Result<(), Failure> {
    let filter = parse_filter(filter)?;
    let registry = tracing_subscriber::registry();
    match stages {
        // The filter stands before all layers: where it refuses, no span is made.
        None => registry.with(filter).with(log()).init(),
        Some(times) => registry
            .with(log().with_filter(filter))
            .with(times.listener(Instant::now))
            .init(),
    }
    Ok(())
}

/// Reads a filter. A word alone that is no level would be a target, which nobody means and which silences all others.
fn parse_filter(text: &str) -> Result<EnvFilter, Failure> {
    let is_word = |piece: &&str| !piece.is_empty() && !piece.contains(['=', '[', ':']);
    let mut words = text.split(',').map(str::trim).filter(is_word);
    if let Some(word) = words.find(|word| word.parse::<LevelFilter>().is_err()) {
        return Err(Failure::usage(format!(
            "--log: `{word}` is not a level: error, warn, info, debug, trace or off"
        )));
    }
    EnvFilter::try_new(text).map_err(|error| Failure::usage(format!("--log: `{text}`: {}", chain(&error))))
}

/// The lines on standard error.
fn log<S>() -> fmt::Layer<S, DefaultFields, Format, fn() -> Stderr>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fmt::layer()
        .with_writer(std::io::stderr as fn() -> Stderr)
        .with_ansi(std::io::stderr().is_terminal())
        // Standard error may be a file on a full disk. The complaint about that would panic, in any thread.
        .log_internal_errors(false)
}

/// Says why the program ends.
pub(crate) fn complain(failure: &Failure) {
    let _ = writeln!(std::io::stderr(), "claviger: {failure}");
}

/// Prints on standard output what stands nowhere else: whoever does not get it has to hear so.
pub(crate) fn hand_out(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(|error| Failure::file("write to", Path::new("standard output"), &error))
}

/// A secret as text, to be shown.
pub(crate) fn shown(secret: &SecretBytes) -> Result<&str, Failure> {
    secret
        .expose_str()
        .map_err(|_| Failure::failed("a secret is not text and cannot be shown"))
}

/// Prints a text on standard output; a closed pipe is not our concern.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Tells people something beside the answer, on standard error.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "note: {text}");
}

/// An absolute path for messages and files, as far as it can be had.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
