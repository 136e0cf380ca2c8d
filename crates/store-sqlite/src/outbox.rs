//! Audit drafts on their way to the log: tables `outbox` and `probe`.

use claviger_store::{Draft, Outboxed, StoreError};
use rusqlite::{Connection, params};

use crate::error::{Failure, Fault};
use crate::row::{Cells, Raw};

/// Adds the draft of a change and gives the change's result its number.
pub(crate) fn record<T>(connection: &Connection, draft: &Draft, value: T) -> Result<Outboxed<T>, Failure> {
    let row = connection
        .prepare_cached("INSERT INTO outbox (draft) VALUES (?1)")?
        .insert([&draft.0])?;
    let number =
        u64::try_from(row).map_err(|_| StoreError::Database(format!("the outbox gave the number {row}")))?;
    Ok(Outboxed { number, value })
}

pub(crate) fn list(connection: &Connection, after: u64, limit: u32) -> Result<Vec<Outboxed<Draft>>, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT number, draft FROM outbox WHERE number > ?1 ORDER BY number LIMIT ?2")?;
    let mut rows = statement.query(params![key(after), limit])?;
    let mut drafts = Vec::new();
    while let Some(row) = rows.next()? {
        let name = Raw(row, 0);
        let mut cells = Cells::new("outbox", &name, row);
        let number = cells.integer("number")?;
        let number = u64::try_from(number).map_err(|_| cells.bad("number", "negative"))?;
        drafts.push(Outboxed {
            number,
            value: Draft(cells.blob("draft")?.into()),
        });
    }
    Ok(drafts)
}

/// Forgets drafts, and never gives out their numbers again: where an older copy of the file meets a newer log, the
/// numbers of the copy would begin below those that the log knows, and the log would pass over what bears them.
pub(crate) fn settle(connection: &Connection, through: u64) -> Result<(), Failure> {
    let raised = connection
        .prepare_cached("UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'outbox'")?
        .execute([key(through)])?;
    if raised == 0 && through > 0 {
        // SQLite makes the row with the first draft.
        connection
            .prepare_cached("INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ?1)")?
            .execute([key(through)])?;
    }
    connection
        .prepare_cached("DELETE FROM outbox WHERE number <= ?1")?
        .execute([key(through)])?;
    Ok(())
}

/// Writes a row, reads it back and takes it away. The pages it has touched go through the commit.
pub(crate) fn probe(connection: &Connection) -> Result<(), Fault> {
    let row = connection
        .prepare_cached("INSERT INTO probe DEFAULT VALUES")?
        .insert([])?;
    let found: bool = connection
        .prepare_cached("SELECT 1 FROM probe WHERE number = ?1")?
        .exists([row])?;
    connection.prepare_cached("DELETE FROM probe")?.execute([])?;
    if found {
        Ok(())
    } else {
        Err(StoreError::Database("a row that was just written is not there".into()).into())
    }
}

/// No number in the file is higher than what a column can hold.
fn key(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
