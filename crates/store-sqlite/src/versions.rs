//! Versions of keys: table `key_versions`.

use claviger_model::{
    Error, Key, KeyId, KeyVersion, KeyVersionId, Material, MessageLimit, Missing, Page, Paged, Quota, Region,
    Scope,
};
use claviger_store::{StoreError, VersionChange, VersionRow};
use rusqlite::types::ToSql;
use rusqlite::{Connection, params};

use crate::error::{Failure, Fault};
use crate::row::{Cells, Raw, micros, number};
use crate::{destructions, materials, page, query, reader};

/// Where the column of `materials` is in what [`load`] reads.
const BYTES_COLUMN: usize = 5;

pub(crate) fn load(connection: &Connection, id: KeyVersionId) -> Result<Option<KeyVersion>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT account, region, key, created, material, bytes
         FROM key_versions LEFT JOIN materials ON slot = material WHERE id = ?1",
    )?;
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
        material: match cells.optional_integer("material")? {
            None => None,
            Some(slot) => {
                let mut cells = Cells::at("materials", &slot, row, BYTES_COLUMN);
                Some(Material(cells.sealed()?.into()))
            }
        },
    }))
}

/// One page, with the length of the whole list as of the same moment.
pub(crate) fn list(
    connection: &Connection,
    scope: &Scope,
    key: KeyId,
    page: Page,
) -> Result<Paged<VersionRow>, Fault> {
    let account = number(scope.account);
    let values: [&dyn ToSql; 3] = [&account, &scope.region.as_str(), key.as_bytes()];
    reader::snapshot(connection, |connection| {
        let mut count = connection.prepare_cached(COUNT)?;
        // Ids tell versions of the same moment apart.
        let mut select = connection.prepare_cached(
            "SELECT id, created FROM key_versions WHERE account = ?1 AND region = ?2 AND key = ?3
             ORDER BY created DESC, id DESC LIMIT ?4 OFFSET ?5",
        )?;
        page::read(&mut count, &mut select, &values, page, |row| {
            let name = Raw(row, 0);
            let mut cells = Cells::new("key_versions", &name, row);
            Ok(VersionRow {
                id: KeyVersionId::from_bytes(cells.uuid("id")?),
                created: cells.time("created")?,
            })
        })
    })
}

const COUNT: &str = "SELECT count(*) FROM key_versions WHERE account = ?1 AND region = ?2 AND key = ?3";

/// Adds a version to a key that is there.
pub(crate) fn insert(connection: &Connection, key: &Key, version: &KeyVersion) -> Result<(), Failure> {
    if version.key != key.id || version.scope != key.scope {
        return Err(StoreError::Database("the version is of another key".into()).into());
    }
    if version.material.is_some() {
        destructions::arrive(connection, key.protection, version.id.as_bytes())?;
    }
    let slot = version.material.as_ref();
    let slot = slot
        .map(|material| materials::put(connection, &material.0))
        .transpose()?;
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
            slot,
        ])?;
    Ok(())
}

/// See `HsmStore::reserve_messages`.
pub(crate) fn reserve(
    connection: &Connection,
    version: KeyVersionId,
    limit: MessageLimit,
) -> Result<u64, Failure> {
    let reserved = query::one(
        connection,
        "SELECT messages FROM key_versions WHERE id = ?1",
        [version.as_bytes()],
        |row| {
            let mut cells = Cells::new("key_versions", &version, row);
            let number = cells.integer("messages")?;
            u64::try_from(number).map_err(|_| cells.bad("messages", "negative"))
        },
    )?;
    let block = limit.next_block(reserved.ok_or(Error::NotFound(Missing::Version))?);
    if block > 0 {
        // No limit is higher than what a column can hold.
        connection
            .prepare_cached("UPDATE key_versions SET messages = messages + ?2 WHERE id = ?1")?
            .execute(params![
                version.as_bytes(),
                i64::try_from(block).unwrap_or(i64::MAX)
            ])?;
    }
    Ok(block)
}

/// Does to the versions of a key what `Store::update_version` was asked.
pub(crate) fn apply(connection: &Connection, key: &Key, change: &VersionChange) -> Result<(), Failure> {
    let scope = &key.scope;
    match change {
        VersionChange::Add { version, quota } => {
            let count: i64 = connection.prepare_cached(COUNT)?.query_row(
                params![number(scope.account), scope.region.as_str(), key.id.as_bytes()],
                |row| row.get(0),
            )?;
            if count >= i64::from(*quota) {
                return Err(Error::Quota(Quota::Versions).into());
            }
            insert(connection, key, version)
        }
        VersionChange::Fill(id, material) => {
            destructions::arrive(connection, key.protection, id.as_bytes())?;
            put(connection, scope, key.id, *id, Some(material))
        }
        VersionChange::Clear(id) => {
            destructions::of_version(connection, scope, key.id, *id)?;
            put(connection, scope, key.id, *id, None)
        }
    }
}

/// Puts material, or none, in place of what a version has.
fn put(
    connection: &Connection,
    scope: &Scope,
    key: KeyId,
    id: KeyVersionId,
    material: Option<&Material>,
) -> Result<(), Failure> {
    // Also of no use where there is no such version: the refusal below undoes it.
    materials::erase(connection, id)?;
    let slot = material
        .map(|material| materials::put(connection, &material.0))
        .transpose()?;
    let found = connection
        .prepare_cached(
            "UPDATE key_versions SET material = ?5
             WHERE id = ?1 AND account = ?2 AND region = ?3 AND key = ?4",
        )?
        .execute(params![
            id.as_bytes(),
            number(scope.account),
            scope.region.as_str(),
            key.as_bytes(),
            slot,
        ])?;
    if found == 0 {
        return Err(Error::NotFound(Missing::Version).into());
    }
    Ok(())
}
