//! Lists in pages.

use claviger_model::{Page, Paged};
use claviger_store::StoreError;
use rusqlite::types::ToSql;
use rusqlite::{Row, Statement};

use crate::error::Fault;

/// Reads one page and the length of the whole list.
///
/// Both statements take `values`; `select` takes two more: how many rows to give, and how many to pass over.
pub(crate) fn read<T>(
    count: &mut Statement<'_>,
    select: &mut Statement<'_>,
    values: &[&dyn ToSql],
    page: Page,
    mut item: impl FnMut(&Row<'_>) -> Result<T, Fault>,
) -> Result<Paged<T>, Fault> {
    let total: i64 = count.query_row(values, |row| row.get(0))?;
    let total = u64::try_from(total).map_err(|_| StoreError::Database("a negative count".into()))?;
    let mut items = Vec::new();
    if page.take > 0 && page.skip < total {
        let skip = i64::try_from(page.skip).unwrap_or(i64::MAX);
        let mut values = values.to_vec();
        values.push(&page.take);
        values.push(&skip);
        let mut rows = select.query(values.as_slice())?;
        while let Some(row) = rows.next()? {
            items.push(item(row)?);
        }
    }
    Ok(Paged { items, total })
}
