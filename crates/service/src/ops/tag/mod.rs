//! Labels on keys.

mod list;
mod rows;
mod set;
mod take;

pub use list::{KeyTags, ListKeyTags};
pub use rows::{ListTagRows, TagRows};
pub use set::TagKeys;
pub use take::UntagKeys;

use std::borrow::Cow;

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, KeyId, Missing, Scope};

use crate::call::{KeyName, KeyRef, Need, Target};
use crate::ops::{describe_key, key};
use crate::pipeline::Permitted;

/// A row of a list over tags.
pub use claviger_store::TagRow;

/// What an operation over several keys needs. Where one of them is not there, a resource is missing and not a key.
fn several(action: Action, keys: &[KeyRef]) -> Vec<Need> {
    let single = matches!(action, Action::TagResource | Action::UntagResource);
    let target = |key: &KeyRef| {
        if single {
            Target::Key(key.clone())
        } else {
            Target::Tagged(key.clone())
        }
    };
    keys.iter()
        .map(|key| Need {
            action,
            target: target(key),
        })
        .collect()
}

fn describe_several(request: &mut Fields, keys: &[KeyRef]) {
    if let [key] = keys {
        return describe_key(request, key);
    }
    let names: Vec<_> = keys.iter().map(|key| words(&key.name)).collect();
    request.texts("keys", names.iter().map(AsRef::as_ref));
}

/// How a key was named.
fn words(name: &KeyName) -> Cow<'_, str> {
    match name {
        KeyName::Id(id) => id.to_string().into(),
        KeyName::Alias(name) => name.as_str().into(),
        KeyName::Unknown(text) => text.as_ref().into(),
    }
}

/// The keys of a permit, each once, and where they are. `None` where there are none.
///
/// # Errors
/// [`Missing::Tagged`] for keys of another scope than the first: one call is about one place.
fn in_one_scope(permit: &Permitted) -> Result<Option<(Scope, Vec<KeyId>)>, Error> {
    let mut found: Option<(Scope, Vec<KeyId>)> = None;
    for position in 0..permit.targets().len() {
        let key = &key(permit, position)?.key;
        match &mut found {
            None => found = Some((key.scope.clone(), vec![key.id])),
            Some((scope, _)) if *scope != key.scope => return Err(Error::NotFound(Missing::Tagged)),
            Some((_, ids)) if ids.contains(&key.id) => {}
            Some((_, ids)) => ids.push(key.id),
        }
    }
    Ok(found)
}
