//! Who does the shared work: table `leases`.

use claviger_model::Timestamp;
use rusqlite::{Connection, params};

use crate::error::Failure;
use crate::row::micros;

/// See `Store::lease`.
pub(crate) fn take(
    connection: &Connection,
    name: &str,
    holder: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, Failure> {
    let taken = connection
        .prepare_cached(
            "INSERT INTO leases (name, holder, until) VALUES (?1, ?2, ?4)
             ON CONFLICT (name) DO UPDATE SET holder = ?2, until = ?4 WHERE holder = ?2 OR until <= ?3",
        )?
        .execute(params![name, holder, micros(now), micros(until)])?;
    Ok(taken > 0)
}
