//! Labels on keys.

mod list;
mod rows;
mod set;
mod take;
mod values;

pub use list::{KeyTags, ListKeyTags};
pub use rows::{ListTagRows, TagRows};
pub use set::TagKeys;
pub use take::UntagKeys;
pub use values::ListTagValues;

use std::borrow::Cow;

use claviger_audit::record::Fields;
use claviger_model::{Action, Change, Error, Key, KeyId, KeyState, Missing, Scope, Tags};

use crate::call::{KeyName, KeyRef, Need, Target};
use crate::ops::{describe_key, key, own_key};
use crate::pipeline::Permitted;

/// A row of a list over tags.
pub use claviger_store::TagRow;

/// Which keys may be labelled. Clouds differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TagRules {
    /// Those that a service made, too; otherwise [`claviger_model::Refusal::OfService`].
    pub of_services: bool,
    /// Those that wait for their deletion, too; otherwise [`claviger_model::Refusal::NotUsable`].
    pub doomed: bool,
}

impl TagRules {
    const ALL: Self = Self {
        of_services: true,
        doomed: true,
    };

    /// Replaces the tags of a key.
    fn label(self, mut key: Key, tags: Tags) -> Result<Change<Key>, Error> {
        match key.state {
            KeyState::PendingDeletion { .. } if self.doomed && key.tags != tags => {
                key.tags = tags;
                Ok(Change::Changed(key))
            }
            KeyState::PendingDeletion { .. } if self.doomed => Ok(Change::AlreadySo(key)),
            _ => Ok(key.tag(tags)?),
        }
    }
}

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
        KeyName::Id(id) | KeyName::Anywhere(id) => id.to_string().into(),
        KeyName::Alias(name) => name.as_str().into(),
        KeyName::OfService(service) => crate::service_keys::alias_text(service).into(),
        KeyName::Unknown(text) => text.as_ref().into(),
    }
}

/// The keys of a permit, each once, and where they are. `None` where there are none.
///
/// # Errors
/// [`Missing::Tagged`] for keys of another scope than the first: one call is about one place.
/// [`claviger_model::Refusal::OfService`] for keys of services unless they are let in.
fn in_one_scope(permit: &Permitted, rules: TagRules) -> Result<Option<(Scope, Vec<KeyId>)>, Error> {
    let mut found: Option<(Scope, Vec<KeyId>)> = None;
    for position in 0..permit.targets().len() {
        let key = if rules.of_services {
            &key(permit, position)?.key
        } else {
            own_key(permit, position)?
        };
        match &mut found {
            None => found = Some((key.scope.clone(), vec![key.id])),
            Some((scope, _)) if *scope != key.scope => return Err(Error::NotFound(Missing::Tagged)),
            Some((_, ids)) if ids.contains(&key.id) => {}
            Some((_, ids)) => ids.push(key.id),
        }
    }
    Ok(found)
}
