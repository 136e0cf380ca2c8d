//! The operations, one file each.

pub mod account;
pub mod alias;
pub mod crypto;
pub mod key;

use claviger_model::Error;

use crate::cache::LoadedKey;
use crate::call::{KeyRef, Need, Target};
use crate::pipeline::{Loaded, Permitted};

/// The key at a position of the permit.
///
/// # Errors
/// [`Error::Internal`] when the operation asked for something else there.
fn key(permit: &Permitted, position: usize) -> Result<&LoadedKey, Error> {
    match permit.targets().get(position) {
        Some(Loaded::Key(key) | Loaded::Version(_, key)) => Ok(key),
        Some(Loaded::Name) | None => Err(Error::Internal),
    }
}

fn one_key(action: claviger_model::Action, key: &KeyRef) -> Vec<Need> {
    vec![Need {
        action,
        target: Target::Key(key.clone()),
    }]
}

/// Writes how a key was named into an audit record.
fn describe_key(request: &mut claviger_audit::record::Fields, key: &KeyRef) {
    use crate::call::KeyName;
    match &key.name {
        KeyName::Id(id) => request.key("key", *id),
        KeyName::Alias(name) => request.text("alias", name.as_str()),
        KeyName::Unknown(text) => request.text("key", text),
    }
}
