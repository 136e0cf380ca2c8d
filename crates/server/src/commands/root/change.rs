//! Changes of a key file.

use std::time::Duration;

use claviger_crypto::SystemRng;
use claviger_model::{Clock as _, SystemClock};
use claviger_provider_soft::{RootKeys, SealInfo, Sealer, Share};
use serde_json::json;

use super::options::{Add, Copy, Open};
use super::shares;
use super::show::{of_seal, print};
use super::target::Target;
use crate::config::Seal;
use crate::output::{Failure, hand_out, note, say, shown};
use crate::private::must_be_ours;
use crate::roots::BEAT;
use crate::seal::{Whose, chain, new_sealer};

/// Adds a version.
pub(super) fn rotate(target: &Target, json: bool) -> Result<(), Failure> {
    let version = target
        .open()?
        .rotate(&target.path, &SystemRng, SystemClock.now())
        .map_err(failed)?;
    tell_version(target, version, json);
    wait_for_followers(target);
    Ok(())
}

/// Adds a version that nothing old leads to.
pub(super) fn renew(target: &Target, json: bool) -> Result<(), Failure> {
    let sealer = target.sealer()?;
    let version = target
        .open_by(&sealer)?
        .renew(&target.path, &[&sealer], &SystemRng, SystemClock.now())
        .map_err(failed)?;
    tell_version(target, version, json);
    note("start the server again: it cannot follow to this version");
    Ok(())
}

fn tell_version(target: &Target, version: u32, json: bool) {
    let path = target.path.display();
    if json {
        print(&json!({ "file": target.path, "version": version }));
    } else {
        say(&format!("Version {version} of `{path}` wraps from now on."));
    }
}

/// A server follows one version at a time, so the next rotation must not come before it did. Where nobody can tell whether
/// one runs, it may.
fn wait_for_followers(target: &Target) {
    if target.whose == Whose::Server && target.folder.is_in_use().unwrap_or(true) {
        std::thread::sleep(BEAT + Duration::from_millis(500));
    }
}

/// Writes a copy that one new seal opens.
pub(super) fn copy(target: &Target, copy: &Copy, json: bool) -> Result<(), Failure> {
    let roots = target.open()?;
    let seal = copy.options.seal(copy.seal)?;
    let sealer = new_sealer(&seal, target.whose)?;
    roots
        .copy_to(&copy.to, &[&sealer], &SystemRng, SystemClock.now())
        .map_err(failed)?;
    if json {
        print(&json!({ "file": copy.to, "versions": roots.versions() }));
    } else {
        say(&format!(
            "`{}` has the key; its one seal: {}.",
            copy.to.display(),
            sealer.kind()
        ));
    }
    Ok(())
}

/// Adds a seal.
pub(super) fn add(target: &Target, add: &Add, json: bool) -> Result<(), Failure> {
    must_be_ours(&target.path)?;
    let seal = add.options.seal(add.kind)?;
    add_to(target, &target.open()?, &seal, json)
}

/// Adds a seal to a key that shares open.
pub(super) fn open_with_shares(target: &Target, open: &Open, json: bool) -> Result<(), Failure> {
    must_be_ours(&target.path)?;
    let seal = open.options.seal(open.seal)?;
    let roots = target.open_by(&open.shares.sealer()?)?;
    add_to(target, &roots, &seal, json)
}

fn add_to(target: &Target, roots: &RootKeys, seal: &Seal, json: bool) -> Result<(), Failure> {
    let sealer = new_sealer(seal, target.whose)?;
    let made = put(target, roots, &sealer)?;
    if json {
        print(&of_seal(&made));
        return Ok(());
    }
    say(&format!(
        "Seal {} opens `{}`: {}. To let the server use it, in its settings:\n\n[{}]\n{}",
        made.id,
        target.path.display(),
        made.kind,
        target.section(),
        seal.to_toml().trim_end(),
    ));
    Ok(())
}

fn put(target: &Target, roots: &RootKeys, sealer: &Sealer) -> Result<SealInfo, Failure> {
    roots
        .add_seal(&target.path, sealer, &SystemRng, SystemClock.now())
        .map_err(failed)
}

/// Removes a seal.
pub(super) fn remove(target: &Target, id: &str, json: bool) -> Result<(), Failure> {
    target
        .open()?
        .remove_seal(&target.path, id, &SystemRng)
        .map_err(failed)?;
    if json {
        print(&json!({ "removed": id }));
    } else {
        let path = target.path.display();
        say(&format!(
            "Seal {id} does not open `{path}` any more; copies made before, it does."
        ));
    }
    Ok(())
}

/// Makes recovery shares and prints them.
pub(super) fn create_shares(target: &Target, count: u8, threshold: u8, json: bool) -> Result<(), Failure> {
    let dealt = Sealer::new_recovery(threshold, count, &SystemRng);
    let (sealer, made) = dealt.map_err(|error| Failure::usage(chain(&error)))?;
    let seal = put(target, &target.open()?, &sealer)?;
    let printed = if json {
        print_for_programs(&seal, &made)
    } else {
        shares::print(&made)
    };
    printed.map_err(|failure| {
        Failure::failed(format!(
            "{failure}; the seal {0} was added and not all of its shares were told: remove it with `claviger root seal remove {0}`",
            seal.id
        ))
    })
}

fn print_for_programs(seal: &SealInfo, made: &[Share]) -> Result<(), Failure> {
    let texts: Vec<_> = made.iter().map(Share::to_text).collect();
    let texts = texts.iter().map(shown).collect::<Result<Vec<_>, _>>()?;
    hand_out(&format!(
        "{:#}",
        json!({ "seal": of_seal(seal), "shares": texts })
    ))
}

fn failed(error: impl std::error::Error) -> Failure {
    Failure::failed(chain(&error))
}
