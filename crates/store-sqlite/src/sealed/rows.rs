//! From rows to what is wrapped in them.

use claviger_model::{CertificateId, KeyVersionId, LoginOwner};
use claviger_store::{SealedPage, SealedPlace, SealedValue, StoreError};
use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, params};

use super::cursor::{Cursor, Table};
use crate::error::Fault;
use crate::row::{Cells, Raw, user_id};

/// Each takes its place in the table and how many rows to give, and gives `bytes` last.
pub(crate) const VERSIONS: &str = "\
    SELECT v.id, v.account, v.region, v.key, spec, protection, bytes
    FROM key_versions v
         LEFT JOIN keys k ON k.account = v.account AND k.region = v.region AND k.id = v.key
         LEFT JOIN materials ON slot = v.material
    WHERE v.id > ?1 AND v.material IS NOT NULL ORDER BY v.id LIMIT ?2";
pub(crate) const CERTIFICATES: &str = "\
    SELECT id, account, region, spec, protection, bytes
    FROM certificates LEFT JOIN materials ON slot = material
    WHERE (account, region, id) > (?1, ?2, ?3) ORDER BY account, region, id LIMIT ?4";
pub(crate) const ACCESS_KEYS: &str = "\
    SELECT id, bytes FROM access_keys LEFT JOIN materials ON slot = secret
    WHERE id > ?1 ORDER BY id LIMIT ?2";
pub(crate) const LOGINS: &str = "\
    SELECT account, user, bytes FROM logins LEFT JOIN materials ON slot = password
    WHERE (account, user) > (?1, ?2) AND password IS NOT NULL ORDER BY account, user LIMIT ?3";
pub(crate) const CELLS: &str = "SELECT name, value FROM cells WHERE name > ?1 ORDER BY name LIMIT ?2";

/// The rows of one table that come after a place in it.
pub(super) fn page(connection: &Connection, after: &Cursor, limit: u32) -> Result<SealedPage, Fault> {
    let limit = limit.max(1);
    let read = |sql: &str, values: &[&dyn ToSql], take: Take| {
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query(values)?;
        let mut found = Found::default();
        while let Some(row) = rows.next()? {
            found.take(row, after.table, take)?;
        }
        Ok::<_, Fault>(found)
    };
    let Cursor {
        account,
        user,
        text,
        id,
        ..
    } = after;
    let found = match after.table {
        Table::Versions => read(VERSIONS, params![id, limit], version),
        Table::Certificates => read(CERTIFICATES, params![account, text, id, limit], certificate),
        Table::AccessKeys => read(ACCESS_KEYS, params![text, limit], access_key),
        Table::Logins => read(LOGINS, params![account, user, limit], password),
        Table::Cells => read(CELLS, params![text, limit], cell),
    }?;
    let full = found.rows >= u64::from(limit);
    let next = match found.last.filter(|_| full) {
        Some(last) => Some(last),
        None => after.table.next().map(Cursor::before),
    };
    Ok(SealedPage {
        values: found.values,
        bad: found.bad,
        next: next.as_ref().and_then(Cursor::write),
    })
}

/// How a row of a table is read.
type Take = fn(&Row<'_>) -> Result<SealedValue, StoreError>;

#[derive(Default)]
struct Found {
    rows: u64,
    values: Vec<SealedValue>,
    bad: Vec<StoreError>,
    last: Option<Cursor>,
}

impl Found {
    fn take(&mut self, row: &Row<'_>, table: Table, take: Take) -> Result<(), Fault> {
        self.rows += 1;
        self.last = Some(key(row, table)?);
        match take(row) {
            Ok(value) => self.values.push(value),
            Err(error) => self.bad.push(error),
        }
        Ok(())
    }
}

/// The primary key of a row, whatever is wrong with it.
fn key(row: &Row<'_>, table: Table) -> Result<Cursor, Fault> {
    let mut cursor = Cursor::before(table);
    match table {
        Table::Versions => cursor.id = row.get(0)?,
        Table::Certificates => {
            (cursor.id, cursor.account, cursor.text) = (row.get(0)?, row.get(1)?, row.get(2)?);
        }
        Table::AccessKeys | Table::Cells => cursor.text = row.get(0)?,
        Table::Logins => (cursor.account, cursor.user) = (row.get(0)?, row.get(1)?),
    }
    Ok(cursor)
}

fn version(row: &Row<'_>) -> Result<SealedValue, StoreError> {
    let name = Raw(row, 0);
    let mut cells = Cells::new("key_versions", &name, row);
    let version = KeyVersionId::from_bytes(cells.uuid("id")?);
    let (scope, key) = (cells.scope()?, cells.key_id("key")?);
    let mut cells = Cells::at("keys", &key, row, 4);
    let place = SealedPlace::Version {
        scope,
        key,
        version,
        spec: cells.word("spec")?,
        protection: cells.word("protection")?,
    };
    value(row, 6, place)
}

fn certificate(row: &Row<'_>) -> Result<SealedValue, StoreError> {
    let name = Raw(row, 0);
    let mut cells = Cells::new("certificates", &name, row);
    let id = CertificateId::from_bytes(cells.uuid("id")?);
    let place = SealedPlace::Certificate {
        scope: cells.scope()?,
        id,
        spec: cells.word("spec")?,
        protection: cells.word("protection")?,
    };
    value(row, 5, place)
}

fn access_key(row: &Row<'_>) -> Result<SealedValue, StoreError> {
    let name = Raw(row, 0);
    let id = Cells::new("access_keys", &name, row).parsed("id")?;
    value(row, 1, SealedPlace::AccessKey(id))
}

fn password(row: &Row<'_>) -> Result<SealedValue, StoreError> {
    let name = Raw(row, 0);
    let mut cells = Cells::new("logins", &name, row);
    let account = cells.account_id("account")?;
    let owner = match cells.integer("user")? {
        0 => LoginOwner::Root,
        number => LoginOwner::User(user_id(number).ok_or_else(|| cells.bad("user", "not a user id"))?),
    };
    value(row, 2, SealedPlace::Password { account, owner })
}

fn cell(row: &Row<'_>) -> Result<SealedValue, StoreError> {
    let name = Raw(row, 0);
    let mut cells = Cells::new("cells", &name, row);
    Ok(SealedValue {
        place: SealedPlace::Cell(cells.text("name")?.into()),
        bytes: cells.blob("value")?.into(),
    })
}

/// What lies in `materials` for a place.
fn value(row: &Row<'_>, column: usize, place: SealedPlace) -> Result<SealedValue, StoreError> {
    let bytes = Cells::at("materials", &place, row, column).sealed()?.into();
    Ok(SealedValue { place, bytes })
}
