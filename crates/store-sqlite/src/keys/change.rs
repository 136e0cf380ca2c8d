//! Changing keys that are there.

use claviger_model::{Change, Error, Existing, Import, Key, KeyId, KeyState, Missing, Scope, SignedDuration};
use claviger_store::{Draft, KeyChange, Outboxed, VersionChange};
use rusqlite::{Connection, params};

use super::rows;
use crate::error::Failure;
use crate::row::{as_kept, number};
use crate::{outbox, query, tags, versions};

/// See `Store::update_key`. Where nothing changes, the number is 0: there is no draft.
pub(crate) fn update(
    connection: &Connection,
    scope: &Scope,
    id: KeyId,
    draft: &Draft,
    mut change: KeyChange,
) -> Result<Change<Outboxed<Key>>, Failure> {
    let key = write(connection, scope, id, &mut change)?;
    settle(connection, key, draft)
}

/// See `Store::update_keys`. A refusal midway is an error, and undoes what was written before it.
pub(crate) fn update_all(
    connection: &Connection,
    scope: &Scope,
    ids: &[KeyId],
    draft: &Draft,
    mut change: KeyChange,
) -> Result<Change<Outboxed<Vec<Key>>>, Failure> {
    let mut changed = false;
    let mut keys = Vec::with_capacity(ids.len());
    for id in ids {
        let key = write(connection, scope, *id, &mut change)?;
        changed |= matches!(key, Change::Changed(_));
        keys.push(key.into_inner());
    }
    let keys = if changed {
        Change::Changed(keys)
    } else {
        Change::AlreadySo(keys)
    };
    settle(connection, keys, draft)
}

/// See `Store::update_version`.
pub(crate) fn update_version(
    connection: &Connection,
    scope: &Scope,
    id: KeyId,
    version: &VersionChange,
    draft: &Draft,
    mut change: KeyChange,
) -> Result<Change<Outboxed<Key>>, Failure> {
    let key = write(connection, scope, id, &mut change)?;
    if let Change::Changed(key) = &key {
        versions::apply(connection, key, version)?;
    }
    settle(connection, key, draft)
}

/// Changes one key; without a draft.
fn write(
    connection: &Connection,
    scope: &Scope,
    id: KeyId,
    change: &mut KeyChange,
) -> Result<Change<Key>, Failure> {
    let was = rows::load(connection, scope, id)?.ok_or(Error::NotFound(Missing::Key))?;
    let key = match change(was.clone())? {
        Change::AlreadySo(_) => return Ok(Change::AlreadySo(was)),
        Change::Changed(key) => merge(&was, key),
    };
    if key.title != was.title {
        title_is_free(connection, &key)?;
    }
    rows::update(connection, &key)?;
    tags::replace(connection, &was.tags, &key)?;
    Ok(Change::Changed(key))
}

/// Leaves the draft if something changed.
fn settle<T>(
    connection: &Connection,
    change: Change<T>,
    draft: &Draft,
) -> Result<Change<Outboxed<T>>, Failure> {
    match change {
        Change::Changed(value) => Ok(Change::Changed(outbox::record(connection, draft, value)?)),
        Change::AlreadySo(value) => Ok(Change::AlreadySo(Outboxed { number: 0, value })),
    }
}

/// What can change of a key, over what cannot; as it will be read back.
fn merge(was: &Key, wish: Key) -> Key {
    Key {
        state: match wish.state {
            KeyState::PendingDeletion { due } => KeyState::PendingDeletion { due: as_kept(due) },
            other => other,
        },
        title: wish.title,
        description: wish.description,
        primary: wish.primary,
        last_rotated: as_kept(wish.last_rotated),
        rotation: wish.rotation.map(whole),
        rotation_from: wish.rotation_from.map(as_kept),
        rotation_kept: wish.rotation_kept.map(whole),
        warned: wish.warned,
        import: wish.import.map(|import| Import {
            expires: import.expires.map(as_kept),
            ..import
        }),
        deletion_protection: wish.deletion_protection,
        policy: wish.policy,
        tags: wish.tags,
        ..was.clone()
    }
}

fn whole(interval: SignedDuration) -> SignedDuration {
    SignedDuration::from_secs(interval.as_secs())
}

/// Whether no other key of the scope has the display name of this one.
pub(super) fn title_is_free(connection: &Connection, key: &Key) -> Result<(), Failure> {
    let Some(title) = &key.title else {
        return Ok(());
    };
    let taken = "SELECT 1 FROM keys WHERE account = ?1 AND region = ?2 AND title = ?3 AND id <> ?4";
    let values = params![
        number(key.scope.account),
        key.scope.region.as_str(),
        title.as_str(),
        key.id.as_bytes()
    ];
    if query::exists(connection, taken, values)? {
        return Err(Error::Exists(Existing::Title).into());
    }
    Ok(())
}
