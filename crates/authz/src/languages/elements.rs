//! Elements of statements that all languages write in the same way.

use super::json::Members;
use super::{Fault, Place, PolicyError};
use crate::pattern::{Case, Pattern};
use crate::policy::{Effect, Selector};

/// Longest name of a statement.
const SID_LIMIT: usize = 128;

/// The vendors' grammars have no spaces, their samples have.
pub(super) fn sid(members: &Members<'_>) -> Result<Option<Box<str>>, PolicyError> {
    let Some(node) = members.find("Sid") else {
        return Ok(None);
    };
    let text = node.text()?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_/+=.@- ".contains(&byte);
    if text.len() > SID_LIMIT || !text.bytes().all(fits) {
        let expected = "at most 128 letters, digits, spaces and `_/+=.@-`";
        return Err(node.place.value(text, expected));
    }
    Ok(Some(text.into()))
}

pub(super) fn effect(members: &Members<'_>) -> Result<Effect, PolicyError> {
    let node = members.need("Effect")?;
    match node.text()? {
        "Allow" => Ok(Effect::Allow),
        "Deny" => Ok(Effect::Deny),
        other => Err(node.place.value(other, "`Allow` or `Deny`")),
    }
}

/// What is selected by one of two members.
pub(super) fn either(
    members: &Members<'_>,
    only: &'static str,
    except: &'static str,
    make: fn(&Place, &str) -> Result<Pattern, PolicyError>,
) -> Result<Selector, PolicyError> {
    match (members.find(only), members.find(except)) {
        (Some(node), None) => node.texts(make).map(Selector::Only),
        (None, Some(node)) => node.texts(make).map(Selector::Except),
        _ => Err(members.place.fault(Fault::Either(only, except))),
    }
}

pub(super) fn pattern(place: &Place, text: &str, case: Case) -> Result<Pattern, PolicyError> {
    Pattern::compile(text, case).map_err(|error| place.fault(error.into()))
}
