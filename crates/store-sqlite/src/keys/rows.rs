//! The way between rows of the table `keys` and the model.

use claviger_model::{
    Creator, Fingerprint, Import, Key, KeyId, KeyState, KeyVersionId, Scope, SignedDuration, StateKind, Tags,
    Timestamp, Title,
};
use claviger_store::StoreError;
use rusqlite::{Connection, Row, params};

use crate::error::{Failure, Fault};
use crate::row::{Cells, Raw, micros, number};
use crate::words::Word;

/// What the table has of a key besides its id, in the order in which [`key`] reads it.
macro_rules! columns {
    () => {
        "spec, usage, origin, protection, creator, keys.created, state, due, primary_version, last_rotated, rotation,
         rotation_from, rotation_kept, warned, title, import_fingerprint, import_version, import_expires,
         deletion_protection, policy, description"
    };
}

/// For lists; to be read with [`bare`] and [`add_tags`].
pub(super) const BARE: &str = concat!("id, ", columns!());

/// One row per tag, or one row for a key without tags, so that one statement sees one state of both tables.
const LOAD: &str = concat!(
    "SELECT ",
    columns!(),
    ", tags.name, tags.value
     FROM keys LEFT JOIN tags
          ON tags.account = keys.account AND tags.region = keys.region AND tags.key = keys.id
     WHERE keys.account = ?1 AND keys.region = ?2 AND keys.id = ?3"
);

/// Where the columns of `tags` begin in [`LOAD`].
const TAG_COLUMNS: usize = 21;

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

/// The key in a row of [`BARE`], without its tags.
pub(super) fn bare(row: &Row<'_>, scope: &Scope) -> Result<Key, StoreError> {
    let name = Raw(row, 0);
    let mut cells = Cells::new("keys", &name, row);
    let id = cells.key_id("id")?;
    key(&mut cells, scope, id)
}

/// Reads the tags of a key that has none yet.
pub(super) fn add_tags(connection: &Connection, key: &mut Key) -> Result<(), Fault> {
    let mut statement = connection
        .prepare_cached("SELECT name, value FROM tags WHERE account = ?1 AND region = ?2 AND key = ?3")?;
    let mut rows = statement.query(params![
        number(key.scope.account),
        key.scope.region.as_str(),
        key.id.as_bytes()
    ])?;
    while let Some(row) = rows.next()? {
        let id = key.id;
        Cells::new("tags", &id, row).tag(&mut key.tags)?;
    }
    Ok(())
}

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
            Some(service) => {
                let service = service.parse().map_err(|error| cells.bad("creator", error))?;
                Creator::Service(service)
            }
        },
        created: cells.time("created")?,
        state: state(cells)?,
        primary: cells.optional_version_id("primary_version")?,
        last_rotated: cells.time("last_rotated")?,
        rotation: cells.optional_integer("rotation")?.map(SignedDuration::from_secs),
        rotation_from: cells.optional_time("rotation_from")?,
        rotation_kept: cells
            .optional_integer("rotation_kept")?
            .map(SignedDuration::from_secs),
        warned: cells.flag("warned")?,
        title: title(cells)?,
        import: import(cells)?,
        deletion_protection: cells.optional_text("deletion_protection")?.map(Into::into),
        policy: cells.optional_text("policy")?.map(Into::into),
        description: cells.text("description")?.into(),
        tags: Tags::default(),
    })
}

fn title(cells: &mut Cells<'_>) -> Result<Option<Title>, StoreError> {
    let title = cells.optional_text("title")?.map(str::parse).transpose();
    title.map_err(|error| cells.bad("title", error))
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

fn import(cells: &mut Cells<'_>) -> Result<Option<Import>, StoreError> {
    let fingerprint = match cells.optional_blob("import_fingerprint")? {
        None => None,
        Some(bytes) => Some(bytes.try_into().map_err(|_| {
            cells.bad(
                "import_fingerprint",
                format_args!("{} bytes, not 32", bytes.len()),
            )
        })?),
    };
    let version = cells.optional_version_id("import_version")?;
    let expires = cells.optional_time("import_expires")?;
    match (fingerprint, version, expires) {
        (Some(fingerprint), Some(version), expires) => Ok(Some(Import {
            fingerprint: Fingerprint(fingerprint),
            version,
            expires,
        })),
        (None, None, None) => Ok(None),
        (None, None, Some(_)) => Err(cells.bad("import_expires", "a moment without an import")),
        (Some(_), None, _) => Err(cells.bad("import_version", "an import without its version")),
        (None, Some(_), _) => Err(cells.bad("import_fingerprint", "an import without its fingerprint")),
    }
}

fn expires(key: &Key) -> Option<i64> {
    let expires: Option<Timestamp> = key.import.as_ref().and_then(|import| import.expires);
    expires.map(micros)
}

/// What can change of a key, as ?1 to ?18, and further values.
macro_rules! values {
    ($key:ident $(, $further:expr)* $(,)?) => {
        params![
            number($key.scope.account),
            $key.scope.region.as_str(),
            $key.id.as_bytes(),
            $key.state.kind().word(),
            due($key.state),
            $key.primary.as_ref().map(KeyVersionId::as_bytes),
            micros($key.last_rotated),
            $key.rotation.map(|interval| interval.as_secs()),
            $key.rotation_from.map(micros),
            $key.rotation_kept.map(|interval| interval.as_secs()),
            $key.warned,
            $key.title.as_ref().map(Title::as_str),
            $key.import.as_ref().map(|import| import.fingerprint.0),
            $key.import.as_ref().map(|import| import.version.as_bytes()),
            expires($key),
            $key.deletion_protection,
            $key.policy,
            $key.description,
            $($further,)*
        ]
    };
}

pub(super) fn insert(connection: &Connection, key: &Key) -> Result<(), Failure> {
    let creator = match &key.creator {
        Creator::Account => None,
        Creator::Service(service) => Some(service.as_str()),
    };
    let insert = "\
        INSERT INTO keys (account, region, id, state, due, primary_version, last_rotated, rotation, rotation_from,
                          rotation_kept, warned, title, import_fingerprint, import_version, import_expires,
                          deletion_protection, policy, description, spec, usage, origin, protection, creator, created)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
                ?23, ?24)";
    let values = values![
        key,
        key.spec.word(),
        key.usage.word(),
        key.origin.word(),
        key.protection.word(),
        creator,
        micros(key.created),
    ];
    connection.prepare_cached(insert)?.execute(values)?;
    Ok(())
}

/// Writes what can change of a key, over its row.
pub(super) fn update(connection: &Connection, key: &Key) -> Result<(), Failure> {
    let update = "\
        UPDATE keys SET state = ?4, due = ?5, primary_version = ?6, last_rotated = ?7, rotation = ?8,
                        rotation_from = ?9, rotation_kept = ?10, warned = ?11, title = ?12, import_fingerprint = ?13,
                        import_version = ?14, import_expires = ?15, deletion_protection = ?16, policy = ?17,
                        description = ?18
        WHERE account = ?1 AND region = ?2 AND id = ?3";
    connection.prepare_cached(update)?.execute(values![key])?;
    Ok(())
}
