//! The end of a version that nothing is wrapped by any more.

use std::sync::Arc;

use claviger_crypto::SystemRng;
use claviger_model::{Clock as _, SignedDuration, SystemClock, Timestamp};
use claviger_provider_soft::RootKeys;
use claviger_service::LONGEST_TOKEN;
use serde_json::json;

use super::made;
use super::options::Retire;
use super::show::print;
use super::target::Target;
use super::waiting::{self, Waiting};
use crate::commands::runtime;
use crate::output::{Failure, say};
use crate::seal::{Whose, chain};

/// The version that makes the fingerprints of imported material.
const FIRST: u32 = 1;
/// How long a server may have wrapped by an older version after the next one was made.
const SLACK: SignedDuration = SignedDuration::from_mins(1);

/// Removes a version, if nothing needs it.
pub(super) fn run(target: &Target, asked: &Retire, json: bool) -> Result<(), Failure> {
    let rows = waiting::database(target)?;
    let roots = Arc::new(target.open()?);
    must_go(target, &roots, asked.version)?;
    if !asked.at_once {
        must_be_old(target, asked.version, SystemClock.now())?;
    }
    // Held until the version is gone: no server begins meanwhile.
    let alone = target.folder.take()?;
    let found = runtime()?.block_on(async {
        let found = waiting::count(target, Arc::clone(&roots), &rows).await?;
        // Values that are made at this moment are not seen, but a server that left the mark wraps by the newest version.
        let marked = alone.is_some() || waiting::is_marked(target, Arc::clone(&roots), &rows).await?;
        Ok::<_, Failure>((found, marked))
    })?;
    must_be_unused(&roots, &found.0)?;
    if !found.1 {
        return Err(Failure::failed(format!(
            "the server that runs has not looked whether everything is wrapped by version {} yet; it does within minutes of a \
             change: try again then",
            newest(&roots)
        )));
    }
    roots
        .retire(&target.path, asked.version, &SystemRng)
        .map_err(|error| Failure::failed(chain(&error)))?;
    tell(target, &roots, asked.version, json);
    Ok(())
}

fn newest(roots: &RootKeys) -> u32 {
    roots.versions().last().copied().unwrap_or_default()
}

/// Refuses versions that have to stay.
fn must_go(target: &Target, roots: &RootKeys, version: u32) -> Result<(), Failure> {
    let path = target.path.display();
    if !roots.versions().contains(&version) {
        return Err(Failure::failed(format!("`{path}` has no version {version}")));
    }
    if version == newest(roots) {
        return Err(Failure::failed(format!(
            "version {version} is the newest one of `{path}`, which wraps: `claviger root rotate` makes another"
        )));
    }
    if version == FIRST {
        return Err(Failure::failed(format!(
            "version {FIRST} of `{path}` stays: the fingerprints of imported key material are made with it"
        )));
    }
    Ok(())
}

/// Refuses while tokens are good that the version may have sealed.
fn must_be_old(target: &Target, version: u32, now: Timestamp) -> Result<(), Failure> {
    let until = made::next_after(&target.path, version)?
        .and_then(|made| made.saturating_add(LONGEST_TOKEN + SLACK).ok());
    let when = match until {
        Some(until) if until <= now => return Ok(()),
        Some(until) => format!("until {until:.0}"),
        None => "for nobody knows how long".to_owned(),
    };
    let tokens = match target.whose {
        Whose::Server => "tokens for imports, sessions and sign-ins",
        Whose::Hsm => "tokens for imports into the HSM",
    };
    Err(Failure::failed(format!(
        "{tokens} that version {version} sealed may be good {when}; with --at-once they end at once"
    )))
}

/// Refuses while anything hangs on older versions, or may.
fn must_be_unused(roots: &RootKeys, found: &Waiting) -> Result<(), Failure> {
    if found.older > 0 {
        let (values, them) = match found.older {
            1 => ("1 value is".to_owned(), "it"),
            many => (format!("{many} values are"), "them"),
        };
        return Err(Failure::failed(format!(
            "{values} still wrapped by versions before {}; start the server, which wraps {them} anew",
            newest(roots)
        )));
    }
    if found.closed > 0 {
        let count = found.closed;
        return Err(Failure::failed(format!(
            "{count} values do not open, so nobody knows what they need: {}; put them right or delete them first",
            found.places.join(", ")
        )));
    }
    Ok(())
}

fn tell(target: &Target, roots: &RootKeys, version: u32, json: bool) {
    let path = target.path.display();
    if json {
        print(&json!({ "file": target.path, "retired": version, "versions": roots.versions() }));
        return;
    }
    let left: Vec<_> = roots.versions().iter().map(u32::to_string).collect();
    say(&format!(
        "Version {version} of `{path}` is gone; left: {}.",
        left.join(", ")
    ));
}
