//! Sealed material, secrets of access keys and passwords: table `materials`. Its rows never move and never go, so that an
//! erased one is nowhere else in the file; the migration that made the table says why.

use claviger_model::{KeyId, KeyVersionId, Scope};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Failure;
use crate::row::number;

/// Lengths of rows are multiples of this, so that most free rows are of use.
const STEP: usize = 64;

/// Writes material into a free row of its length, or a new one, and gives the row's number.
pub(crate) fn put(connection: &Connection, sealed: &[u8]) -> Result<i64, Failure> {
    let bytes = padded(sealed);
    let free: Option<i64> = connection
        .prepare_cached("SELECT slot FROM materials WHERE free = 1 AND length(bytes) = length(?1) LIMIT 1")?
        .query_row([&bytes], |row| row.get(0))
        .optional()?;
    let Some(slot) = free else {
        let slot = connection
            .prepare_cached("INSERT INTO materials (free, bytes) VALUES (0, ?1)")?
            .insert([bytes])?;
        return Ok(slot);
    };
    connection
        .prepare_cached("UPDATE materials SET free = 0, bytes = ?2 WHERE slot = ?1")?
        .execute(params![slot, bytes])?;
    Ok(slot)
}

/// Writes another form of what lies in a row: over it where it has room, which is then exactly filled, and otherwise into
/// another row. Gives the number of the row that has it. `room` is the length of the row's bytes.
pub(crate) fn replace(
    connection: &Connection,
    slot: i64,
    room: usize,
    sealed: &[u8],
) -> Result<i64, Failure> {
    let bytes = padded(sealed);
    if bytes.len() == room {
        connection
            .prepare_cached("UPDATE materials SET bytes = ?2 WHERE slot = ?1")?
            .execute(params![slot, bytes])?;
        return Ok(slot);
    }
    let other = put(connection, sealed)?;
    connection
        .prepare_cached("UPDATE materials SET free = 1, bytes = zeroblob(length(bytes)) WHERE slot = ?1")?
        .execute([slot])?;
    Ok(other)
}

/// Overwrites the material of one version, if there is any.
pub(crate) fn erase(connection: &Connection, version: KeyVersionId) -> Result<(), Failure> {
    connection
        .prepare_cached(
            "UPDATE materials SET free = 1, bytes = zeroblob(length(bytes))
             WHERE slot = (SELECT material FROM key_versions WHERE id = ?1)",
        )?
        .execute([version.as_bytes()])?;
    Ok(())
}

/// Overwrites the material of all versions of a key.
pub(crate) fn erase_all(connection: &Connection, scope: &Scope, key: KeyId) -> Result<(), Failure> {
    connection
        .prepare_cached(
            "UPDATE materials SET free = 1, bytes = zeroblob(length(bytes))
             WHERE slot IN (SELECT material FROM key_versions WHERE account = ?1 AND region = ?2 AND key = ?3)",
        )?
        .execute(params![
            number(scope.account),
            scope.region.as_str(),
            key.as_bytes()
        ])?;
    Ok(())
}

/// What lies in the bytes of a row; `None` where they are not of the right form.
pub(crate) fn read(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    rest.get(..length)
}

fn padded(sealed: &[u8]) -> Vec<u8> {
    // The database takes no blob whose length does not fit.
    let length = u32::try_from(sealed.len()).unwrap_or(u32::MAX);
    let mut bytes = Vec::from(length.to_be_bytes());
    bytes.extend_from_slice(sealed);
    bytes.resize(bytes.len().next_multiple_of(STEP), 0);
    bytes
}
