//! How far a walk has come: a table and the primary key of its last row.

use claviger_store::SealedCursor;

/// The tables that hold something wrapped, in the order of the walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Versions,
    Certificates,
    AccessKeys,
    Logins,
    Cells,
}

impl Table {
    const ALL: [Self; 5] = [
        Self::Versions,
        Self::Certificates,
        Self::AccessKeys,
        Self::Logins,
        Self::Cells,
    ];

    fn number(self) -> Option<u8> {
        let place = Self::ALL.iter().position(|table| *table == self)?;
        u8::try_from(place).ok()
    }

    /// The table after this one.
    pub(super) fn next(self) -> Option<Self> {
        let place = usize::from(self.number()?);
        Self::ALL.get(place + 1).copied()
    }
}

/// Where the next page begins: behind a row. The columns of its primary key that a table does not have are as they are here
/// at the beginning, which is before every row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cursor {
    pub(super) table: Table,
    /// `account` or nothing.
    pub(super) account: i64,
    /// `user` or nothing.
    pub(super) user: i64,
    /// `region`, `id` of an access key, or `name`.
    pub(super) text: String,
    /// `id` of a version or a certificate.
    pub(super) id: Vec<u8>,
}

impl Cursor {
    pub(super) const BEGIN: Self = Self::before(Table::Versions);

    /// Before all rows of a table.
    pub(super) const fn before(table: Table) -> Self {
        Self {
            table,
            account: 0,
            user: -1,
            text: String::new(),
            id: Vec::new(),
        }
    }

    pub(super) fn write(&self) -> Option<SealedCursor> {
        let mut out = vec![self.table.number()?];
        out.extend_from_slice(&self.account.to_be_bytes());
        out.extend_from_slice(&self.user.to_be_bytes());
        out.extend_from_slice(&u32::try_from(self.text.len()).ok()?.to_be_bytes());
        out.extend_from_slice(self.text.as_bytes());
        out.extend_from_slice(&self.id);
        Some(SealedCursor(out.into()))
    }

    /// What [`Self::write`] wrote; nothing for other bytes.
    pub(super) fn read(cursor: &SealedCursor) -> Option<Self> {
        let (table, rest) = cursor.0.split_first()?;
        let (account, rest) = rest.split_first_chunk()?;
        let (user, rest) = rest.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (text, id) = rest.split_at_checked(length)?;
        Some(Self {
            table: *Table::ALL.get(usize::from(*table))?,
            account: i64::from_be_bytes(*account),
            user: i64::from_be_bytes(*user),
            text: std::str::from_utf8(text).ok()?.into(),
            id: id.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_other_bytes_are_none() {
        let cursor = Cursor {
            account: 7,
            user: 9,
            text: "eu-test-1".into(),
            id: vec![1; 16],
            ..Cursor::before(Table::Certificates)
        };
        let written = cursor.write().unwrap();
        assert_eq!(Cursor::read(&written), Some(cursor));
        for end in 0..21 + "eu-test-1".len() {
            let cut = SealedCursor(written.0[..end].into());
            assert_eq!(Cursor::read(&cut), None, "cut at {end}");
        }
        let mut other = written.0.clone();
        other[0] = 5;
        assert_eq!(Cursor::read(&SealedCursor(other)), None);
    }
}
