//! Parameters of requests, decoded one by one.
//!
//! SOURCE: conventions of the KMS API reference (read 2026-11-21): an empty optional value counts as absent, unknown
//! parameters are ignored, booleans come in any letter case, lists are `Name.1`, `Name.2` or `Name.1.Field`.

mod bytes;
mod certificates;
mod context;
mod identities;
mod interval;
mod keys;
mod lists;
mod object;
pub(crate) mod parameter;
mod tags;

use claviger_model::{Error, Page};
use claviger_signing::query::Params;

use crate::error::WireError;
use crate::row::Input;

pub(crate) use bytes::PLAINTEXT_LIMIT;
pub(crate) use identities::{DESCRIPTION_LIMIT, NOTE_LIMIT, marker};
pub(crate) use interval::interval_text;
pub(crate) use object::Object;

/// Why a request does not become an operation.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The dialect says no.
    Wire(WireError),
    /// A law of the core is broken already.
    Core(Error),
}

impl From<WireError> for Fault {
    fn from(error: WireError) -> Self {
        Self::Wire(error)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl Input<'_> {
    /// A value that is there and not empty.
    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        self.params.get(name).filter(|value| !value.is_empty())
    }

    /// A value that must be there and not empty.
    pub(crate) fn required(&self, name: &str) -> Result<&str, WireError> {
        self.optional(name).ok_or_else(|| WireError::missing(name))
    }

    /// A whole number.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<u32>, WireError> {
        self.whole_number(name)
    }

    /// A whole number that may be long.
    pub(crate) fn long(&self, name: &str) -> Result<Option<i64>, WireError> {
        self.whole_number(name)
    }

    fn whole_number<N: std::str::FromStr>(&self, name: &str) -> Result<Option<N>, WireError> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        match self.optional(name) {
            None => Ok(None),
            Some(text) if digits(text) => text.parse().map(Some).map_err(|_| WireError::invalid(name)),
            Some(_) => Err(WireError::invalid(name)),
        }
    }

    /// `true` or `false` in any letter case; absent is `false`.
    pub(crate) fn boolean(&self, name: &str) -> Result<bool, WireError> {
        match self.optional(name) {
            None => Ok(false),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(_) => Err(WireError::invalid(name)),
        }
    }

    /// The same where it must be there.
    pub(crate) fn required_boolean(&self, name: &str) -> Result<bool, WireError> {
        self.required(name)?;
        self.boolean(name)
    }

    /// Text of at most `limit` characters, possibly empty.
    pub(crate) fn bounded_text(&self, name: &str, limit: usize) -> Result<&str, WireError> {
        let text = self.params.get(name).unwrap_or_default();
        if text.len() > limit && text.chars().count() > limit {
            return Err(WireError::invalid(name));
        }
        Ok(text)
    }

    /// A page of a list.
    ///
    /// SOURCE: ListKeys: pages from 1, 10 entries by default, 100 at the most.
    pub(crate) fn page(&self) -> Result<PageParams, WireError> {
        self.page_of(10)
    }

    /// A page of a list with another size by default.
    pub(crate) fn page_of(&self, size: u32) -> Result<PageParams, WireError> {
        let number = self.integer("PageNumber")?.unwrap_or(1);
        let size = self.integer("PageSize")?.unwrap_or(size);
        if number == 0 || number > i32::MAX.unsigned_abs() {
            return Err(WireError::invalid("PageNumber"));
        }
        if !(1..=100).contains(&size) {
            return Err(WireError::invalid("PageSize"));
        }
        Ok(PageParams { number, size })
    }
}

/// Whether the caller only asks if the call would work.
///
/// SOURCE: AsymmetricVerify, parameter DryRun.
pub(crate) fn dry_run(params: &Params<'_>) -> bool {
    params
        .get("DryRun")
        .is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// Page parameters as they were asked for; answers repeat them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageParams {
    pub(crate) number: u32,
    pub(crate) size: u32,
}

impl From<PageParams> for Page {
    fn from(params: PageParams) -> Self {
        let skip = u64::from(params.number.saturating_sub(1)) * u64::from(params.size);
        Self {
            skip,
            take: params.size,
        }
    }
}
