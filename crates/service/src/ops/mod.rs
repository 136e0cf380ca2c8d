//! The operations, one file each.

pub mod account;
pub mod alias;
pub mod audit;
pub mod certificate;
pub mod crypto;
pub mod deployment;
pub mod explain;
pub mod grant;
pub mod identity;
pub mod import;
pub mod key;
pub mod session;
pub mod tag;

use claviger_model::{Change, Creator, Error, Key, KeyId, KeyVersionId, Refusal, Scope};
use claviger_provider::Binding;

use crate::cache::LoadedKey;
use crate::call::{KeyRef, Need, Note, Target};
use crate::pipeline::{Context, Loaded, Permitted};

/// The key at a position of the permit.
///
/// # Errors
/// [`Error::Internal`] when the operation asked for something else there.
fn key(permit: &Permitted, position: usize) -> Result<&LoadedKey, Error> {
    let target = permit.targets().get(position);
    target.and_then(Loaded::key).ok_or(Error::Internal)
}

/// The key at a position of the permit, to be changed: a key of a service is not its account's to change.
///
/// # Errors
/// [`Refusal::OfService`].
fn own_key(permit: &Permitted, position: usize) -> Result<&Key, Error> {
    let key = &key(permit, position)?.key;
    match key.creator {
        Creator::Account => Ok(key),
        Creator::Service(_) => Err(Refusal::OfService.into()),
    }
}

/// Applies a pure change to a permitted key.
async fn change(
    cx: &Context<'_>,
    key: &Key,
    note: &mut Note,
    wish: impl FnMut(Key) -> Result<Change<Key>, Error> + Clone + Send + 'static,
) -> Result<Change<()>, Error> {
    note.response.key("key", key.id);
    match change_keys(cx, &key.scope, &[key.id], note, wish).await? {
        Change::Changed(_) => Ok(Change::Changed(())),
        Change::AlreadySo(_) => Ok(Change::AlreadySo(())),
    }
}

/// The same where the key is the answer.
async fn change_to(
    cx: &Context<'_>,
    key: &Key,
    note: &mut Note,
    wish: impl FnMut(Key) -> Result<Change<Key>, Error> + Clone + Send + 'static,
) -> Result<Key, Error> {
    note.response.key("key", key.id);
    let keys = change_keys(cx, &key.scope, &[key.id], note, wish).await?;
    keys.into_inner().pop().ok_or(Error::Internal)
}

/// Applies a pure change to permitted keys of one scope, to all or to none. What is noted of the answer has to be noted
/// before.
async fn change_keys(
    cx: &Context<'_>,
    scope: &Scope,
    ids: &[KeyId],
    note: &mut Note,
    wish: impl FnMut(Key) -> Result<Change<Key>, Error> + Clone + Send + 'static,
) -> Result<Change<Vec<Key>>, Error> {
    let (time, draft) = (cx.call.time, cx.draft(note));
    let change = cx.service.change_keys(scope, ids, time, draft, wish).await?;
    note.outboxed = matches!(change, Change::Changed(_));
    Ok(change)
}

/// The place of one version of a key.
pub(crate) fn binding(key: &Key, version: KeyVersionId) -> Binding<'_> {
    Binding {
        account: key.scope.account,
        region: &key.scope.region,
        key: key.id,
        version,
        spec: key.spec,
        protection: key.protection,
    }
}

fn one_key(action: claviger_model::Action, key: &KeyRef) -> Vec<Need> {
    vec![Need {
        action,
        target: Target::Key(key.clone()),
    }]
}

/// Tags as [`crate::Asked`] takes them.
fn pairs(tags: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))
}

/// Writes how a key was named into an audit record.
pub(crate) fn describe_key(request: &mut claviger_audit::record::Fields, key: &KeyRef) {
    use crate::call::KeyName;
    match &key.name {
        KeyName::Id(id) | KeyName::Anywhere(id) => request.key("key", *id),
        KeyName::OfService(service) => request.text("alias", &crate::service_keys::alias_text(service)),
        KeyName::Alias(name) => request.text("alias", name.as_str()),
        KeyName::Unknown(text) => request.text("key", text),
    }
}
