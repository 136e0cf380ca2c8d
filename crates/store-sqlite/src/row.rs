//! Reading rows: every value is checked, and a bad one is reported with its place.

use std::fmt;

use claviger_model::{
    AccountId, Extent, GroupId, KeyId, KeyVersionId, PolicyId, RoleId, Scope, Tags, Timestamp, UserId,
};
use claviger_store::StoreError;
use rusqlite::Row;
use rusqlite::types::ValueRef;

use crate::words::Word;
use crate::{materials, texts};

/// The columns of one row, read one after the other in the order of the statement.
pub(crate) struct Cells<'a> {
    table: &'static str,
    name: &'a dyn fmt::Display,
    row: &'a Row<'a>,
    next: usize,
}

impl<'a> Cells<'a> {
    /// `name` is the primary key of the row, for messages.
    pub(crate) fn new(table: &'static str, name: &'a dyn fmt::Display, row: &'a Row<'a>) -> Self {
        Self {
            table,
            name,
            row,
            next: 0,
        }
    }

    /// The same row from another column on.
    pub(crate) fn at(table: &'static str, name: &'a dyn fmt::Display, row: &'a Row<'a>, next: usize) -> Self {
        Self {
            table,
            name,
            row,
            next,
        }
    }

    /// An error about a column of this row.
    pub(crate) fn bad(&self, column: &'static str, reason: impl fmt::Display) -> StoreError {
        StoreError::BadRow {
            table: self.table,
            column,
            row: self.name.to_string(),
            reason: reason.to_string(),
        }
    }

    fn value(&mut self, column: &'static str) -> Result<ValueRef<'a>, StoreError> {
        let value = self
            .row
            .get_ref(self.next)
            .map_err(|error| self.bad(column, error))?;
        self.next += 1;
        Ok(value)
    }

    fn mismatch(&self, column: &'static str, found: ValueRef<'_>, wanted: &str) -> StoreError {
        self.bad(
            column,
            format_args!("{} where {wanted} is due", found.data_type()),
        )
    }

    pub(crate) fn integer(&mut self, column: &'static str) -> Result<i64, StoreError> {
        self.optional_integer(column)?
            .ok_or_else(|| self.mismatch(column, ValueRef::Null, "an integer"))
    }

    pub(crate) fn optional_integer(&mut self, column: &'static str) -> Result<Option<i64>, StoreError> {
        match self.value(column)? {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(number) => Ok(Some(number)),
            other => Err(self.mismatch(column, other, "an integer")),
        }
    }

    pub(crate) fn blob(&mut self, column: &'static str) -> Result<&'a [u8], StoreError> {
        self.optional_blob(column)?
            .ok_or_else(|| self.mismatch(column, ValueRef::Null, "a blob"))
    }

    pub(crate) fn optional_blob(&mut self, column: &'static str) -> Result<Option<&'a [u8]>, StoreError> {
        match self.value(column)? {
            ValueRef::Null => Ok(None),
            ValueRef::Blob(bytes) => Ok(Some(bytes)),
            other => Err(self.mismatch(column, other, "a blob")),
        }
    }

    pub(crate) fn text(&mut self, column: &'static str) -> Result<&'a str, StoreError> {
        self.optional_text(column)?
            .ok_or_else(|| self.mismatch(column, ValueRef::Null, "text"))
    }

    pub(crate) fn optional_text(&mut self, column: &'static str) -> Result<Option<&'a str>, StoreError> {
        match self.value(column)? {
            ValueRef::Null => Ok(None),
            ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Some(text)),
                Err(_) => Err(self.bad(column, "not UTF-8")),
            },
            other => Err(self.mismatch(column, other, "text")),
        }
    }

    /// A text of the model's own making: parsed anew.
    pub(crate) fn parsed<T: std::str::FromStr<Err: fmt::Display>>(
        &mut self,
        column: &'static str,
    ) -> Result<T, StoreError> {
        let text = self.text(column)?;
        text.parse().map_err(|error| self.bad(column, error))
    }

    pub(crate) fn word<T: Word>(&mut self, column: &'static str) -> Result<T, StoreError> {
        let text = self.text(column)?;
        T::from_word(text).ok_or_else(|| self.bad(column, "no such word"))
    }

    pub(crate) fn time(&mut self, column: &'static str) -> Result<Timestamp, StoreError> {
        let number = self.integer(column)?;
        Timestamp::from_microsecond(number).map_err(|error| self.bad(column, error))
    }

    pub(crate) fn optional_time(&mut self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        let Some(number) = self.optional_integer(column)? else {
            return Ok(None);
        };
        let time = Timestamp::from_microsecond(number);
        time.map(Some).map_err(|error| self.bad(column, error))
    }

    pub(crate) fn uuid(&mut self, column: &'static str) -> Result<[u8; 16], StoreError> {
        let blob = self.blob(column)?;
        blob.try_into()
            .map_err(|_| self.bad(column, format_args!("{} bytes, not 16", blob.len())))
    }

    pub(crate) fn key_id(&mut self, column: &'static str) -> Result<KeyId, StoreError> {
        self.uuid(column).map(KeyId::from_bytes)
    }

    pub(crate) fn optional_version_id(
        &mut self,
        column: &'static str,
    ) -> Result<Option<KeyVersionId>, StoreError> {
        let Some(bytes) = self.optional_blob(column)? else {
            return Ok(None);
        };
        let id = bytes.try_into().map(KeyVersionId::from_bytes);
        id.map(Some)
            .map_err(|_| self.bad(column, format_args!("{} bytes, not 16", bytes.len())))
    }

    /// The column `bytes` of `materials`, without what surrounds the sealed value.
    pub(crate) fn sealed(&mut self) -> Result<&'a [u8], StoreError> {
        let sealed = materials::read(self.blob("bytes")?);
        sealed.ok_or_else(|| self.bad("bytes", "shorter than it says"))
    }

    pub(crate) fn small(&mut self, column: &'static str) -> Result<u32, StoreError> {
        let number = self.integer(column)?;
        u32::try_from(number).map_err(|_| self.bad(column, format_args!("{number}, not a small number")))
    }

    pub(crate) fn user_id(&mut self, column: &'static str) -> Result<UserId, StoreError> {
        self.numbered(column, UserId::from_number, "not a user id")
    }

    pub(crate) fn role_id(&mut self, column: &'static str) -> Result<RoleId, StoreError> {
        self.numbered(column, RoleId::from_number, "not a role id")
    }

    pub(crate) fn group_id(&mut self, column: &'static str) -> Result<GroupId, StoreError> {
        self.numbered(column, GroupId::from_number, "not a group id")
    }

    pub(crate) fn policy_id(&mut self, column: &'static str) -> Result<PolicyId, StoreError> {
        self.numbered(column, PolicyId::from_number, "not a policy id")
    }

    fn numbered<T>(
        &mut self,
        column: &'static str,
        from: impl FnOnce(u64) -> Option<T>,
        otherwise: &str,
    ) -> Result<T, StoreError> {
        let number = self.integer(column)?;
        let value = u64::try_from(number).ok().and_then(from);
        value.ok_or_else(|| self.bad(column, otherwise))
    }

    /// One of the texts of `texts.rs`.
    pub(crate) fn read<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        let text = self.text(column)?;
        read(text).ok_or_else(|| self.bad(column, STRANGE))
    }

    /// As [`Self::read`], for a column that may be null.
    pub(crate) fn read_optional<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let Some(text) = self.optional_text(column)? else {
            return Ok(None);
        };
        read(text).map(Some).ok_or_else(|| self.bad(column, STRANGE))
    }

    pub(crate) fn extent(&mut self) -> Result<Extent, StoreError> {
        self.read("extent", texts::extent)
    }

    /// 0 or 1.
    pub(crate) fn flag(&mut self, column: &'static str) -> Result<bool, StoreError> {
        match self.integer(column)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(self.bad(column, format_args!("{other}, not 0 or 1"))),
        }
    }

    /// The columns `account` and `region`.
    pub(crate) fn scope(&mut self) -> Result<Scope, StoreError> {
        let account = self.account_id("account")?;
        let region = self.parsed("region")?;
        Ok(Scope { account, region })
    }

    /// The columns `name` and `value` of a table of tags.
    pub(crate) fn tag(&mut self, tags: &mut Tags) -> Result<(), StoreError> {
        let (name, value) = (self.text("name")?, self.text("value")?);
        let set = tags.set(name.into(), value.into());
        set.map_err(|error| self.bad("name", error))
    }

    pub(crate) fn account_id(&mut self, column: &'static str) -> Result<AccountId, StoreError> {
        self.numbered(column, AccountId::from_number, "not an account number")
    }
}

/// What is wrong with a text that nothing here writes.
const STRANGE: &str = "no such text";

/// Reads back what a column holds of a user id.
pub(crate) fn user_id(number: i64) -> Option<UserId> {
    u64::try_from(number).ok().and_then(UserId::from_number)
}

/// A column of a row as it lies there, for messages about rows whose own key is bad.
pub(crate) struct Raw<'a>(pub(crate) &'a Row<'a>, pub(crate) usize);

impl fmt::Display for Raw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.get_ref(self.1) {
            Ok(ValueRef::Integer(number)) => write!(f, "{number}"),
            Ok(ValueRef::Text(bytes)) => write!(f, "{}", String::from_utf8_lossy(bytes)),
            Ok(ValueRef::Blob(bytes)) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Ok(ValueRef::Real(_) | ValueRef::Null) | Err(_) => f.write_str("?"),
        }
    }
}

/// The moment as a column holds it: microseconds; what is finer is cut off.
pub(crate) fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// The moment as it will be read back.
pub(crate) fn as_kept(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(micros(time)).unwrap_or(time)
}

/// The account as a column holds it. Account numbers have 16 digits, so the sign bit is never in use.
pub(crate) fn number(account: AccountId) -> i64 {
    account.number().cast_signed()
}
