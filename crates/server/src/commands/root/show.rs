//! What is known of a key: its versions, its seals.

use claviger_model::Timestamp;
use claviger_provider_soft::{RootKeys, SealInfo, SealerKind};
use serde_json::{Value, json};

use super::target::Target;
use crate::output::{Failure, say};
use crate::seal::chain;

/// Prints versions and seals.
pub(super) fn key(target: &Target, json: bool) -> Result<(), Failure> {
    let roots = target.open()?;
    let (versions, seals) = (roots.versions(), read(target)?);
    if json {
        let seals: Vec<_> = seals.iter().map(of_seal).collect();
        print(&json!({
            "file": target.path,
            "versions": versions,
            "seals": seals,
            "damage": roots.damage(),
        }));
        return Ok(());
    }
    say(&format!("file      {}", target.path.display()));
    let numbers: Vec<_> = versions.iter().map(u32::to_string).collect();
    let newest = versions.last().copied().unwrap_or_default();
    say(&format!("versions  {}; {newest} wraps", numbers.join(", ")));
    table(&seals);
    for part in roots.damage() {
        say(&format!("DAMAGED   {part}: remove it and add it again"));
    }
    Ok(())
}

/// Prints the seals, without opening anything.
pub(super) fn seals(target: &Target, json: bool) -> Result<(), Failure> {
    let seals = read(target)?;
    if json {
        print(&seals.iter().map(of_seal).collect());
    } else {
        table(&seals);
    }
    Ok(())
}

fn read(target: &Target) -> Result<Vec<SealInfo>, Failure> {
    RootKeys::seals(&target.path).map_err(|error| Failure::failed(chain(&error)))
}

fn table(seals: &[SealInfo]) {
    for seal in seals {
        let kind = seal.kind.to_string();
        let shares = match seal.recovery {
            Some(counts) => format!(", {} of {} shares", counts.threshold, counts.shares),
            None => String::new(),
        };
        let made = made(seal);
        say(&format!(
            "seal      {:<10}  {kind:<13}  made {made}{shares}",
            seal.id
        ));
    }
}

/// When it was made, to the second.
fn made(seal: &SealInfo) -> String {
    match seal.created.parse::<Timestamp>() {
        Ok(time) => format!("{time:.0}"),
        Err(_) => seal.created.clone(),
    }
}

/// Prints an answer for programs.
pub(super) fn print(value: &Value) {
    say(&format!("{value:#}"));
}

/// A seal for programs.
pub(super) fn of_seal(seal: &SealInfo) -> Value {
    let mut value = json!({ "id": seal.id, "kind": kind(seal.kind), "created": seal.created });
    if let (Some(counts), Some(object)) = (seal.recovery, value.as_object_mut()) {
        object.insert("shares".to_owned(), counts.shares.into());
        object.insert("threshold".to_owned(), counts.threshold.into());
    }
    value
}

/// As the settings call it.
fn kind(kind: SealerKind) -> &'static str {
    match kind {
        SealerKind::KeyFile => "key-file",
        SealerKind::Passphrase => "passphrase",
        SealerKind::Device(kind) => kind,
        SealerKind::Recovery => "recovery",
    }
}
