//! `claviger audit export` and `claviger audit follow`: records for other programs.

use std::process::ExitCode;
use std::time::Duration;

use claviger_audit::Seq;
use tokio::signal::unix::{SignalKind, signal};

use super::cursor::Cursor;
use super::log_folder;
use super::options::{Export, Follow, Start};
use super::output::Output;
use super::progress::Progress;
use super::source::Source;
use super::transfer::{Step, Transfer};
use crate::commands::runtime;
use crate::output::Failure;

/// How often the end of the log is looked at for more.
const BEAT: Duration = Duration::from_millis(200);

/// Moves what is in the log.
pub(super) fn export(options: &Export) -> Result<ExitCode, Failure> {
    let log = log_folder(&options.data)?;
    let cursor = options.cursor.as_deref().map(Cursor::open).transpose()?;
    let output = Output::open(options.output.as_deref(), cursor.is_some())?;
    let mut progress = Progress::new(output.is_watched());
    let remembers = cursor.is_some();
    let mut transfer = if let Some(cursor) = cursor {
        Transfer::behind(&options.wanted, &log, cursor, output)?
    } else {
        let source = Source::new(&log, Seq(options.from.unwrap_or(1)));
        Transfer::new(&options.wanted, source, output)
    };
    loop {
        match transfer.step()? {
            Step::More => progress.at(transfer.place()),
            Step::Closed if remembers => {
                return Err(Failure::failed(
                    "nobody reads the output any more; the cursor stays where it was",
                ));
            }
            Step::End | Step::Closed => return Ok(ExitCode::SUCCESS),
        }
    }
}

/// Moves what comes, until somebody ends it.
pub(super) fn follow(options: &Follow) -> Result<ExitCode, Failure> {
    let log = log_folder(&options.data)?;
    let source = match options.from {
        Start::At(seq) => Source::new(&log, Seq(seq)),
        Start::Now => Source::at_end(&log)?,
    };
    let mut transfer = Transfer::new(&options.wanted, source, Output::Standard);
    runtime()?.block_on(async {
        let fault = |error: std::io::Error| Failure::failed(format!("cannot wait for signals: {error}"));
        let mut interrupt = signal(SignalKind::interrupt()).map_err(fault)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(fault)?;
        loop {
            let pause = match transfer.step()? {
                Step::Closed => break,
                Step::More => Duration::ZERO,
                Step::End => BEAT,
            };
            tokio::select! {
                biased;
                _ = interrupt.recv() => break,
                _ = terminate.recv() => break,
                () = tokio::time::sleep(pause) => {}
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}
