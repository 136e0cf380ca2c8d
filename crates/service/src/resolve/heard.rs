//! What those get to hear who may not touch a thing.

use claviger_model::{Denial, Error, Resource, Scope};

use crate::call::{Call, KeyName, KeyRef, Need, Target};
use crate::service_keys::alias_text;

/// The key that a target names.
fn named(target: &Target) -> Option<&KeyRef> {
    match target {
        Target::Key(key)
        | Target::Tagged(key)
        | Target::VersionOfKey(key, _)
        | Target::Pair(key)
        | Target::Grant(key, _) => Some(key),
        _ => None,
    }
}

/// Whether a denial would tell that something lies elsewhere. It has to be as good as what is nowhere.
pub(crate) fn is_hidden(call: &Call<'_>, need: Option<&Need>, denial: &Denial) -> bool {
    let Some(Need { target, .. }) = need else {
        return false;
    };
    match target {
        Target::Version(_) => denial.resource.account() != call.caller().account,
        Target::VersionWithin(scope, _) => !lies_in(&denial.resource, scope),
        other => named(other).is_some_and(|key| {
            matches!(key.name, KeyName::Anywhere(_)) && !lies_in(&denial.resource, &key.scope)
        }),
    }
}

fn lies_in(resource: &Resource, scope: &Scope) -> bool {
    resource.account() == scope.account && resource.region() == Some(&scope.region)
}

/// What a denied caller gets to hear: nothing that was not in the request. An alias is named and not the key behind it.
pub(crate) fn denied(call: &Call<'_>, denial: Denial, need: Option<&Need>) -> Error {
    let resource = match need.map(|need| &need.target) {
        // A ciphertext names a version, and not the key that it belongs to.
        Some(Target::Version(_)) => Some(Resource::UnknownKey(call.scope.clone(), "*".into())),
        Some(Target::VersionWithin(scope, _)) => Some(Resource::UnknownKey(scope.clone(), "*".into())),
        Some(Target::KeyOfAlias(scope, name)) => Some(Resource::Alias(scope.clone(), name.clone())),
        Some(target) => named(target).and_then(|KeyRef { scope, name }| match name {
            KeyName::Alias(name) => Some(Resource::Alias(scope.clone(), name.clone())),
            KeyName::OfService(service) => {
                Some(Resource::UnknownKey(scope.clone(), alias_text(service).into()))
            }
            KeyName::Id(_) | KeyName::Anywhere(_) | KeyName::Unknown(_) => None,
        }),
        None => None,
    };
    Error::Denied(match resource {
        Some(resource) => Denial { resource, ..denial },
        None => denial,
    })
}
