//! How stores fail.

/// A store could not do its work. Texts are for the operator's log, never for callers.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached or cannot write at the moment: disk full, read-only, locked. Trying later may help.
    #[error("store unavailable: {0}")]
    Unavailable(String),
    /// More work is waiting than it takes on.
    #[error("store overloaded")]
    Overloaded,
    /// A row does not hold what its column promises.
    #[error("bad value in {table}.{column} of row `{row}`: {reason}")]
    BadRow {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// Primary key of the row, as text.
        row: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The file was written by a newer version of this program.
    #[error("database schema {found} is newer than the newest this program knows, {known}")]
    NewerSchema {
        /// Schema number in the database.
        found: u32,
        /// Newest schema number of this program.
        known: u32,
    },
    /// Anything else the database says.
    #[error("database: {0}")]
    Database(String),
}
