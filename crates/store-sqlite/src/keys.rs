//! Keys and their versions: tables `keys` and `key_versions`.

use claviger_model::{
    Change, Creator, Error, Key, KeyFilter, KeyId, KeyState, KeyVersion, KeyVersionId, Material, Missing,
    Page, Paged, Region, Scope, StateKind, Tags,
};
use claviger_store::{Draft, KeyChange, Outboxed, StoreError};
use rusqlite::types::ToSql;
use rusqlite::{Connection, params};

use crate::error::{Failure, Fault};
use crate::filter::Condition;
use crate::row::{Cells, Raw, as_kept, micros, number};
use crate::words::Word;
use crate::{outbox, page, reader, tags};

/// One row per tag, or one row for a key without tags, so that one statement sees one state of both tables.
const LOAD: &str = "\
    SELECT spec, usage, origin, protection, creator, keys.created, state, due, primary_version, last_rotated,
           description, tags.name, tags.value
    FROM keys LEFT JOIN tags
         ON tags.account = keys.account AND tags.region = keys.region AND tags.key = keys.id
    WHERE keys.account = ?1 AND keys.region = ?2 AND keys.id = ?3";

pub(crate) fn load(connection: &Connection, scope: &Scope, id: KeyId) -> Result<Option<Key>, Fault> {
    let mut statement = connection.prepare_cached(LOAD)?;
    let mut rows = statement.query(params![
        number(scope.account),
        scope.region.as_str(),
        id.as_bytes()
    ])?;
    let mut found = None;
    while let Some(row) = rows.next()? {
        let key = match &mut found {
            Some(key) => key,
            None => found.insert(key(&mut Cells::new("keys", &id, row), scope, id)?),
        };
        add_tag(key, &mut Cells::at("tags", &id, row, TAG_COLUMNS))?;
    }
    Ok(found)
}

/// Where the columns of `tags` begin in [`LOAD`].
const TAG_COLUMNS: usize = 11;

fn key(cells: &mut Cells<'_>, scope: &Scope, id: KeyId) -> Result<Key, StoreError> {
    Ok(Key {
        id,
        scope: scope.clone(),
        spec: cells.word("spec")?,
        usage: cells.word("usage")?,
        origin: cells.word("origin")?,
        protection: cells.word("protection")?,
        creator: match cells.optional_text("creator")? {
            None => Creator::Account,
            Some(service) => Creator::Service(service.into()),
        },
        created: cells.time("created")?,
        state: state(cells)?,
        primary: cells.optional_version_id("primary_version")?,
        last_rotated: cells.time("last_rotated")?,
        description: cells.text("description")?.into(),
        tags: Tags::default(),
    })
}

fn add_tag(key: &mut Key, cells: &mut Cells<'_>) -> Result<(), StoreError> {
    if let Some(name) = cells.optional_text("name")? {
        let value = cells.text("value")?;
        key.tags
            .set(name.into(), value.into())
            .map_err(|error| cells.bad("name", error))?;
    }
    Ok(())
}

fn state(cells: &mut Cells<'_>) -> Result<KeyState, StoreError> {
    let kind = cells.word("state")?;
    let due = cells.optional_time("due")?;
    match (kind, due) {
        (StateKind::PendingImport, None) => Ok(KeyState::PendingImport),
        (StateKind::Enabled, None) => Ok(KeyState::Enabled),
        (StateKind::Disabled, None) => Ok(KeyState::Disabled),
        (StateKind::PendingDeletion, Some(due)) => Ok(KeyState::PendingDeletion { due }),
        (StateKind::PendingDeletion, None) => Err(cells.bad("due", "a deletion without its moment")),
        (_, Some(_)) => Err(cells.bad("due", "a moment without a deletion")),
    }
}

fn due(state: KeyState) -> Option<i64> {
    match state {
        KeyState::PendingDeletion { due } => Some(micros(due)),
        KeyState::PendingImport | KeyState::Enabled | KeyState::Disabled => None,
    }
}

pub(crate) fn load_version(connection: &Connection, id: KeyVersionId) -> Result<Option<KeyVersion>, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT account, region, key, created, material FROM key_versions WHERE id = ?1")?;
    let mut rows = statement.query([id.as_bytes()])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let mut cells = Cells::new("key_versions", &id, row);
    let account = cells.account_id("account")?;
    let region: Region = cells.parsed("region")?;
    Ok(Some(KeyVersion {
        id,
        key: cells.key_id("key")?,
        scope: Scope { account, region },
        created: cells.time("created")?,
        material: Material(cells.blob("material")?.into()),
    }))
}

/// One page, with the length of the whole list as of the same moment. Ids sort by their time of birth.
pub(crate) fn list(
    connection: &Connection,
    scope: &Scope,
    filter: &KeyFilter,
    page: Page,
) -> Result<Paged<KeyId>, Fault> {
    let Some(condition) = Condition::of(filter) else {
        return Ok(Paged {
            items: Vec::new(),
            total: 0,
        });
    };
    let matching = format!("FROM keys WHERE account = ? AND region = ?{}", condition.sql);
    let account = number(scope.account);
    let region = scope.region.as_str();
    let mut values: Vec<&dyn ToSql> = vec![&account, &region];
    values.extend(condition.values.iter().map(|value| -> &dyn ToSql { value }));
    reader::snapshot(connection, |connection| {
        // Not cached: filters differ, and would drive the fixed statements out.
        let mut count = connection.prepare(&format!("SELECT count(*) {matching}"))?;
        let mut select = connection.prepare(&format!("SELECT id {matching} ORDER BY id LIMIT ? OFFSET ?"))?;
        page::read(&mut count, &mut select, &values, page, |row| {
            let name = Raw(row, 0);
            Ok(Cells::new("keys", &name, row).key_id("id")?)
        })
    })
}

pub(crate) fn create(
    connection: &Connection,
    key: &Key,
    version: Option<&KeyVersion>,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    insert(connection, key)?;
    if let Some(version) = version {
        if version.key != key.id || version.scope != key.scope {
            return Err(StoreError::Database("the version is of another key".into()).into());
        }
        insert_version(connection, version)?;
    }
    tags::insert(connection, key)?;
    outbox::record(connection, draft, ())
}

fn insert(connection: &Connection, key: &Key) -> Result<(), Failure> {
    let creator = match &key.creator {
        Creator::Account => None,
        Creator::Service(service) => Some(service),
    };
    connection
        .prepare_cached(
            "INSERT INTO keys (account, region, id, spec, usage, origin, protection, creator, created, state, due,
                               primary_version, last_rotated, description)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute(params![
            number(key.scope.account),
            key.scope.region.as_str(),
            key.id.as_bytes(),
            key.spec.word(),
            key.usage.word(),
            key.origin.word(),
            key.protection.word(),
            creator,
            micros(key.created),
            key.state.kind().word(),
            due(key.state),
            key.primary.as_ref().map(KeyVersionId::as_bytes),
            micros(key.last_rotated),
            key.description,
        ])?;
    Ok(())
}

fn insert_version(connection: &Connection, version: &KeyVersion) -> Result<(), Failure> {
    connection
        .prepare_cached(
            "INSERT INTO key_versions (id, account, region, key, created, material)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            version.id.as_bytes(),
            number(version.scope.account),
            version.scope.region.as_str(),
            version.key.as_bytes(),
            micros(version.created),
            version.material.0,
        ])?;
    Ok(())
}

/// See `Store::update_key`. Where nothing changes, the number is 0: there is no draft.
pub(crate) fn update(
    connection: &Connection,
    scope: &Scope,
    id: KeyId,
    draft: &Draft,
    mut change: KeyChange,
) -> Result<Change<Outboxed<Key>>, Failure> {
    let was = load(connection, scope, id)?.ok_or(Error::NotFound(Missing::Key))?;
    let key = match change(was.clone())? {
        Change::AlreadySo(_) => {
            return Ok(Change::AlreadySo(Outboxed {
                number: 0,
                value: was,
            }));
        }
        Change::Changed(key) => merge(&was, key),
    };
    connection
        .prepare_cached(
            "UPDATE keys SET state = ?4, due = ?5, primary_version = ?6, last_rotated = ?7, description = ?8
             WHERE account = ?1 AND region = ?2 AND id = ?3",
        )?
        .execute(params![
            number(scope.account),
            scope.region.as_str(),
            id.as_bytes(),
            key.state.kind().word(),
            due(key.state),
            key.primary.as_ref().map(KeyVersionId::as_bytes),
            micros(key.last_rotated),
            key.description,
        ])?;
    tags::replace(connection, &was.tags, &key)?;
    Ok(Change::Changed(outbox::record(connection, draft, key)?))
}

/// What can change of a key, over what cannot; as it will be read back.
fn merge(was: &Key, wish: Key) -> Key {
    Key {
        state: match wish.state {
            KeyState::PendingDeletion { due } => KeyState::PendingDeletion { due: as_kept(due) },
            other => other,
        },
        description: wish.description,
        primary: wish.primary,
        last_rotated: as_kept(wish.last_rotated),
        tags: wish.tags,
        ..was.clone()
    }
}
