//! The form that the `Authorization` headers of all schemes share: `LABEL Name=value, Name=value`.

use crate::signed_headers::SignedHeaders;

/// Name of the header.
pub(crate) const AUTHORIZATION: &str = "authorization";

/// The part of an authorization that is missing, repeated, or cannot be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wrong(pub(crate) &'static str);

/// The label in front, and the rest.
pub(crate) fn split(value: &[u8]) -> Result<(&str, &str), Wrong> {
    let value = std::str::from_utf8(value)
        .map_err(|_| Wrong(AUTHORIZATION))?
        .trim_ascii();
    Ok(value.split_once(' ').unwrap_or((value, "")))
}

/// The values of the parts called `names`, as far as they are there.
///
/// Parts may come in any order, each at most once; blanks around commas do not matter.
pub(crate) fn parts<'a, const COUNT: usize>(
    text: &'a str,
    names: [&'static str; COUNT],
) -> Result<[Option<&'a str>; COUNT], Wrong> {
    let mut values = [None; COUNT];
    for part in text
        .split(',')
        .map(str::trim_ascii)
        .filter(|part| !part.is_empty())
    {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let mut places = names.into_iter().zip(&mut values);
        let (name, place) = places
            .find(|(known, _)| *known == name)
            .ok_or(Wrong(AUTHORIZATION))?;
        if place.replace(value).is_some() {
            return Err(Wrong(name));
        }
    }
    Ok(values)
}

/// The value of a part that must be there and not be empty.
pub(crate) fn filled<'a>(name: &'static str, value: Option<&'a str>) -> Result<&'a str, Wrong> {
    value.filter(|value| !value.is_empty()).ok_or(Wrong(name))
}

/// The list of signed headers, which must be there.
pub(crate) fn signed_headers(value: Option<&str>) -> Result<SignedHeaders<'_>, Wrong> {
    const NAME: &str = "SignedHeaders";
    SignedHeaders::parse(filled(NAME, value)?).ok_or(Wrong(NAME))
}
