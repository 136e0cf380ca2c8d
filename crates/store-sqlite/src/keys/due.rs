//! Keys for which a job has something to do.

use claviger_model::{KeyId, Scope, Timestamp};
use rusqlite::{Connection, params};

use crate::error::Fault;
use crate::row::{Cells, Raw, micros};

/// The head of each of the four partial indices, merged: nothing else of the table is looked at. Conditions and
/// expressions are spelled as in the indices, or they would not be used. A deletion is announced a day before.
pub(crate) const DUE: &str = "\
    SELECT account, region, id FROM (
        SELECT * FROM (
            SELECT account, region, id, due AS moment FROM keys INDEXED BY keys_to_delete
            WHERE due IS NOT NULL AND due <= ?1
            ORDER BY due LIMIT ?2)
        UNION ALL
        SELECT * FROM (
            SELECT account, region, id, due - 86400000000 FROM keys INDEXED BY keys_to_warn
            WHERE due IS NOT NULL AND warned = 0 AND due <= ?1 + 86400000000
            ORDER BY due LIMIT ?2)
        UNION ALL
        SELECT * FROM (
            SELECT account, region, id, import_expires FROM keys INDEXED BY keys_to_expire
            WHERE import_expires IS NOT NULL AND primary_version IS NOT NULL AND import_expires <= ?1
            ORDER BY import_expires LIMIT ?2)
        UNION ALL
        SELECT * FROM (
            SELECT account, region, id, max(last_rotated, coalesce(rotation_from, last_rotated)) + rotation * 1000000
            FROM keys INDEXED BY keys_to_rotate
            WHERE rotation IS NOT NULL AND state = 'enabled'
                  AND max(last_rotated, coalesce(rotation_from, last_rotated)) + rotation * 1000000 <= ?1
            ORDER BY max(last_rotated, coalesce(rotation_from, last_rotated)) + rotation * 1000000 LIMIT ?2))
    GROUP BY account, region, id
    ORDER BY min(moment), account, region, id LIMIT ?2";

/// See `Store::due_keys`.
pub(crate) fn due(connection: &Connection, now: Timestamp, limit: u32) -> Result<Vec<(Scope, KeyId)>, Fault> {
    let mut statement = connection.prepare_cached(DUE)?;
    let mut rows = statement.query(params![micros(now), limit])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        let name = Raw(row, 2);
        let mut cells = Cells::new("keys", &name, row);
        keys.push((cells.scope()?, cells.key_id("id")?));
    }
    Ok(keys)
}
