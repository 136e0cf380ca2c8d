//! Another form in the place of the one that was seen.

use claviger_store::{Resealed, SealedPlace};
use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Failure;
use crate::row::number;
use crate::{logins, materials};

/// Puts it there, unless there is another value by now, or none.
pub(super) fn swap(connection: &Connection, change: &Resealed) -> Result<bool, Failure> {
    match &change.was.place {
        SealedPlace::Version { version, .. } => Slot {
            select: "SELECT slot, bytes FROM key_versions JOIN materials ON slot = material WHERE id = ?1",
            update: "UPDATE key_versions SET material = ?2 WHERE id = ?1",
            row: &[version.as_bytes()],
        }
        .swap(connection, change),
        SealedPlace::Certificate { scope, id, .. } => Slot {
            select: "SELECT slot, bytes FROM certificates JOIN materials ON slot = material
                     WHERE account = ?1 AND region = ?2 AND id = ?3",
            update: "UPDATE certificates SET material = ?4 WHERE account = ?1 AND region = ?2 AND id = ?3",
            row: &[&number(scope.account), &scope.region.as_str(), id.as_bytes()],
        }
        .swap(connection, change),
        SealedPlace::AccessKey(id) => Slot {
            select: "SELECT slot, bytes FROM access_keys JOIN materials ON slot = secret WHERE id = ?1",
            update: "UPDATE access_keys SET secret = ?2 WHERE id = ?1",
            row: &[&id.as_str()],
        }
        .swap(connection, change),
        SealedPlace::Password { account, owner } => Slot {
            select: "SELECT slot, bytes FROM logins JOIN materials ON slot = password
                     WHERE account = ?1 AND user = ?2",
            update: "UPDATE logins SET password = ?3 WHERE account = ?1 AND user = ?2",
            row: &[&number(*account), &logins::column(*owner)],
        }
        .swap(connection, change),
        SealedPlace::Cell(name) => {
            let update = "UPDATE cells SET value = ?3 WHERE name = ?1 AND value = ?2";
            let values = params![name, change.was.bytes, change.bytes];
            Ok(connection.prepare_cached(update)?.execute(values)? > 0)
        }
    }
}

/// A row that refers to one of `materials`.
struct Slot<'a> {
    /// Finds it by the values of its primary key.
    select: &'static str,
    /// Lets it refer to another: the last value.
    update: &'static str,
    row: &'a [&'a dyn ToSql],
}

impl Slot<'_> {
    fn swap(&self, connection: &Connection, change: &Resealed) -> Result<bool, Failure> {
        let found: Option<(i64, Vec<u8>)> = connection
            .prepare_cached(self.select)?
            .query_row(self.row, |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((slot, bytes)) = found else {
            return Ok(false);
        };
        if materials::read(&bytes) != Some(&*change.was.bytes) {
            return Ok(false);
        }
        let other = materials::replace(connection, slot, bytes.len(), &change.bytes)?;
        if other != slot {
            let mut values = self.row.to_vec();
            values.push(&other);
            connection
                .prepare_cached(self.update)?
                .execute(values.as_slice())?;
        }
        Ok(true)
    }
}
