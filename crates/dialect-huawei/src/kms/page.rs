//! Pages of lists that are counted: where one begins, how long it is, and where the next one begins.
//!
//! SOURCE: Key Management Service API reference, "Querying the CMK List", "Querying CMK Instances" (read 2026-11-22). Clients
//! follow `next_marker` until it is empty; some ask for `limit` 0 or an empty one, which is none.

use claviger_model::Page;

use crate::error::WireError;
use crate::error::codes::{self, Code};
use crate::fields::Fields;
use crate::json::Answer;
use crate::row::Input;

/// The most entries of a page.
pub(super) const LARGEST: u32 = 1000;

/// The page that a body asks for, with what is taken where it names no `limit`.
///
/// # Errors
/// KMS.1601, KMS.1602.
pub(super) fn marked(fields: &Fields<'_>, default: u32) -> Result<Page, WireError> {
    Ok(Page {
        skip: fields.whole("marker", codes::K1602)?.unwrap_or(0),
        take: limit(fields, default)?,
    })
}

/// The `limit` of a body.
///
/// # Errors
/// KMS.1601.
pub(super) fn limit(fields: &Fields<'_>, default: u32) -> Result<u32, WireError> {
    bounded(fields.whole("limit", codes::K1601)?, default, LARGEST)
}

/// A number of entries, or `default` where there is none.
///
/// # Errors
/// KMS.1601 where there are more than `most`.
pub(super) fn bounded(asked: Option<u64>, default: u32, most: u32) -> Result<u32, WireError> {
    match asked.map(u32::try_from) {
        None | Some(Ok(0)) => Ok(default),
        Some(Ok(limit)) if limit <= most => Ok(limit),
        Some(_) => Err(codes::K1601.error()),
    }
}

/// A parameter of the query; none where it is absent or empty.
pub(super) fn parameter<'a>(input: &'a Input<'_>, name: &str) -> Option<&'a str> {
    input.query.get(name).filter(|value| !value.is_empty())
}

/// A whole number in the query.
///
/// # Errors
/// `wrong` for anything else.
pub(super) fn number(input: &Input<'_>, name: &str, wrong: Code) -> Result<Option<u64>, WireError> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    parameter(input, name)
        .map(|text| text.parse().ok().filter(|_| digits(text)))
        .map(|number| number.ok_or_else(|| wrong.on(name)))
        .transpose()
}

/// Writes what comes behind a page of so many entries, of a list of `total`.
pub(super) fn rest(answer: &mut Answer, fields: &Fields<'_>, shown: usize, total: u64) {
    let skip = fields.whole("marker", codes::K1602).ok().flatten().unwrap_or(0);
    let next = skip.saturating_add(u64::try_from(shown).unwrap_or(u64::MAX));
    if next < total {
        answer.number_text("next_marker", next);
        answer.plain("truncated", "true");
    } else {
        answer.plain("next_marker", "");
        answer.plain("truncated", "false");
    }
    answer.number("total", total);
}
