//! From method and path to the row of an operation.
//!
//! SOURCE: Key Management Service API reference, "Calling APIs" (read 2026-11-22): `/v1.0/{project_id}/kms/<name>`; a few later
//! operations are under `/v2`. Here every operation of a project is under both, and under `/v1`.

use std::borrow::Cow;

use claviger_model::Action;

use crate::error::codes as table;
use crate::row::{Auth, Row};
use crate::{cts, iam, kms, version};

/// The APIs behind this door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    /// Key management.
    Kms,
    /// Identities under `/v3`, in the manner of Keystone.
    Iam,
    /// Identities under `/v3.0` and `/v5`, in the vendor's own manner.
    IamExtension,
    /// Traces.
    Cts,
}

impl Api {
    /// What records call it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Kms => "kms",
            Self::Iam | Self::IamExtension => "iam",
            Self::Cts => "cts",
        }
    }
}

/// The first segments of the paths of this face.
const HEADS: [&str; 7] = ["v1.0", "v1", "v2", "v2.0", "v3", "v3.0", "v5"];

/// Whether a path is one of this face, served or not; `/` alone is not told by its path.
pub(crate) fn is_ours(path: &str) -> bool {
    let head = path.strip_prefix('/').unwrap_or(path).split('/').next();
    head.is_some_and(|head| HEADS.contains(&head))
}

/// What a path leads to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Found {
    /// An operation.
    Row(&'static Row),
    /// Operations of this API, but none with that method.
    Method(Api),
    /// Nothing.
    Nothing,
}

/// The path of a target, decoded once, without the slash in front and without one at its end.
///
/// It is decoded as a whole: signatures make no difference between a slash and an escaped one, so none may be made here.
/// None where an escape is broken or the path is not text.
pub(crate) fn decode(raw: &str) -> Option<Cow<'_, str>> {
    let path = raw.strip_prefix('/').unwrap_or(raw);
    let path = path.strip_suffix('/').unwrap_or(path);
    if !path.contains('%') {
        return Some(Cow::Borrowed(path));
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut nibble = || {
            char::from(rest.next()?)
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        };
        bytes.push(nibble()? << 4 | nibble()?);
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// The row for a method and a decoded path.
pub(crate) fn find(method: &str, path: &str) -> Found {
    let mut found = Found::Nothing;
    if let Some(row) = verb(path) {
        if row.method == method {
            return Found::Row(row);
        }
        found = Found::Method(row.api);
    }
    for row in patterns().filter(|row| fits(row, path)) {
        if row.method == method {
            return Found::Row(row);
        }
        found = Found::Method(row.api);
    }
    found
}

/// The operations whose path is `/v1.0/{project_id}/kms/` and their name: nearly all, and all that have to be fast.
fn verb(path: &str) -> Option<&'static Row> {
    let mut segments = path.splitn(5, '/');
    let (version, _project) = (segments.next()?, segments.next()?);
    let (service, name) = (segments.next()?, segments.next()?);
    if service != "kms" || !is_version(version) || segments.next().is_some() {
        return None;
    }
    let at = kms::VERBS.binary_search_by(|row| row.name.cmp(name)).ok()?;
    kms::VERBS.get(at)
}

/// All other operations. Of those that fit a path the first one counts, so literal segments come before variable ones.
fn patterns() -> impl Iterator<Item = &'static Row> {
    [kms::OTHERS, cts::ROWS, version::ROWS, iam::ROWS, kms::NOT_SERVED]
        .into_iter()
        .flatten()
}

/// Versions under which operations of a project are served.
fn is_version(segment: &str) -> bool {
    matches!(segment, "v1.0" | "v1" | "v2")
}

fn fits(row: &Row, path: &str) -> bool {
    let mut segments = path.split('/');
    for own in row.path.split('/') {
        let Some(segment) = segments.next() else {
            return false;
        };
        let fits = match own.strip_prefix('{') {
            // What begins with a slash has an empty first segment.
            Some(name) if name.ends_with(REST) => return !segment.is_empty() || segments.next().is_some(),
            Some(_) => !segment.is_empty(),
            None => own == segment || (row.auth == Auth::Project && is_version(own) && is_version(segment)),
        };
        if !fits {
            return false;
        }
    }
    segments.next().is_none()
}

/// The end of a variable that takes the rest of the path.
const REST: &str = "...}";

/// The value of a variable of a row's path; empty where the path has no such variable.
pub(crate) fn variable<'p>(row: &Row, path: &'p str, name: &str) -> &'p str {
    let whole = format!("{{{name}}}");
    let rest = format!("{{{name}{REST}");
    let mut segments = row.path.split('/');
    let found = segments.position(|own| own == whole || own == rest);
    let found = found.and_then(|at| {
        if row.path.ends_with(&rest) && at + 1 == row.path.split('/').count() {
            path.splitn(at + 1, '/').nth(at)
        } else {
            path.split('/').nth(at)
        }
    });
    found.unwrap_or_default()
}

/// The project that the path of a request names. It stands behind the version wherever there is one.
pub(crate) fn project(path: &str) -> &str {
    path.split('/').nth(1).unwrap_or_default()
}

/// An operation of this face, for lists of what is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The API: `kms`, `iam` or `cts`.
    pub api: &'static str,
    /// Its name.
    pub name: &'static str,
    /// HTTP method.
    pub method: &'static str,
    /// Path with variables in braces.
    pub path: String,
    /// HTTP status of its answer.
    pub status: u16,
    /// The members that a body must have.
    pub required: &'static [&'static str],
}

impl From<&Row> for Operation {
    fn from(row: &Row) -> Self {
        let path = match row.path {
            "" if row.auth == Auth::Project => format!("v1.0/{{project_id}}/kms/{}", row.name),
            path => path.replace(REST, "}"),
        };
        Self {
            api: row.api.word(),
            name: row.name,
            method: row.method,
            path: format!("/{path}"),
            status: row.status,
            required: row.required,
        }
    }
}

/// The status of a right answer to an action, whichever front door it came through: that of its row here. Of several rows
/// the first one counts, which is the one with a body. 200 for what this face does not offer.
pub(crate) fn status(action: Action) -> u16 {
    // Two actions that no row is for alone.
    let name = match action {
        Action::UntagResources => Some("batch-tags"),
        Action::CreateToken => Some("create-token"),
        _ => None,
    };
    let is_of = |row: &&Row| name.map_or(row.action == Some(action), |name| row.name == name);
    kms::VERBS
        .iter()
        .chain(patterns())
        .find(is_of)
        .map_or(200, |row| row.status)
}

/// The operations that are served.
pub fn served() -> impl Iterator<Item = Operation> {
    let rows = [kms::VERBS, kms::OTHERS, cts::ROWS, iam::ROWS, version::ROWS];
    rows.into_iter().flatten().map(Operation::from)
}

/// Known operations that answer as if there were none, after whoever asks is known. The list may only shrink.
pub fn not_served() -> impl Iterator<Item = Operation> {
    kms::NOT_SERVED.iter().map(Operation::from)
}

/// Every code of key management that is answered here, with its HTTP status.
pub fn codes() -> impl Iterator<Item = (&'static str, u16)> {
    table::ALL.iter().map(|code| (code.text, code.status))
}

#[cfg(test)]
mod tests;
