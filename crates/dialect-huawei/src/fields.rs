//! The body of a request: one JSON object, whose members stay as they came until an operation reads them.
//!
//! What clients need beyond the documents is decided here, once for all operations: numbers come where texts are
//! documented and the other way round; absent, `null` and `""` are the same; what nobody reads is ignored; no body, `{}` and
//! `null` are an object without members. Secrets are never turned into values that are not wiped.

pub(crate) mod bytes;
mod string;

use std::borrow::Cow;
use std::fmt;

use claviger_secret::SecretBytes;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::WireError;
use crate::error::codes::{self, Code};

/// The members of one object. Not `Debug`: they may hold secrets.
#[derive(Default)]
pub(crate) struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

/// Members of a usual body: room for them is made at once.
const TYPICAL: usize = 8;

impl<'a> Fields<'a> {
    /// Takes a body apart.
    ///
    /// # Errors
    /// Where it is not a JSON object.
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, NotAnObject> {
        if matches!(body.trim_ascii(), b"" | b"{}" | b"null") {
            return Ok(Self::default());
        }
        let text = std::str::from_utf8(body).map_err(|_| NotAnObject)?;
        serde_json::from_str(text).map_err(|_| NotAnObject)
    }

    /// The value of a member as it came; none where it is absent, `null` or empty text. Of several the last one counts, as
    /// with most JSON libraries.
    fn raw(&self, name: &str) -> Option<&'a str> {
        let found = self.0.iter().rev().find(|(own, _)| own == name)?;
        Some(found.1.get()).filter(|value| !matches!(*value, "null" | "\"\""))
    }

    /// Whether a member is there and not empty.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// All members in their order, where names are not the point: with the text of each, empty ones too; none for what
    /// is not text.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, Option<Cow<'a, str>>)> {
        let strict = |raw: &'a str| raw.starts_with('"').then(|| text(raw)).flatten();
        self.0
            .iter()
            .map(move |(name, raw)| (name.as_ref(), strict(raw.get())))
    }

    /// A text; a number counts as its digits.
    ///
    /// # Errors
    /// KMS.0308 for anything else.
    pub(crate) fn text(&self, name: &str) -> Result<Option<Cow<'a, str>>, WireError> {
        self.raw(name)
            .map(|raw| text(raw).ok_or_else(|| codes::K0308.on(name)))
            .transpose()
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// KMS.0204 where it is not; KMS.0308 for what is neither text nor number.
    pub(crate) fn required(&self, name: &str) -> Result<Cow<'a, str>, WireError> {
        self.text(name)?.ok_or_else(|| codes::K0204.on(name))
    }

    /// A secret text, straight to where it is wiped.
    ///
    /// # Errors
    /// KMS.0308 for anything else than text or a number.
    pub(crate) fn secret(&self, name: &str) -> Result<Option<SecretBytes>, WireError> {
        self.raw(name)
            .map(|raw| secret(raw).ok_or_else(|| codes::K0308.on(name)))
            .transpose()
    }

    /// A secret text that must be there.
    ///
    /// # Errors
    /// As [`Self::required`].
    pub(crate) fn required_secret(&self, name: &str) -> Result<SecretBytes, WireError> {
        self.secret(name)?.ok_or_else(|| codes::K0204.on(name))
    }

    /// A whole number from 0, as a number or as text.
    ///
    /// # Errors
    /// `wrong` for anything else.
    pub(crate) fn whole(&self, name: &str, wrong: Code) -> Result<Option<u64>, WireError> {
        let Some(raw) = self.raw(name) else {
            return Ok(None);
        };
        let value = text(raw).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let number = value.and_then(|digits| digits.parse().ok());
        number.map(Some).ok_or_else(|| wrong.on(name))
    }

    /// A truth value, as such or as text in any letter case.
    ///
    /// # Errors
    /// KMS.0308 for anything else.
    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, WireError> {
        let is = |raw: &str, word: &str| raw.trim_matches('"').eq_ignore_ascii_case(word);
        match self.raw(name) {
            None => Ok(None),
            Some(raw) if is(raw, "true") => Ok(Some(true)),
            Some(raw) if is(raw, "false") => Ok(Some(false)),
            Some(_) => Err(codes::K0308.on(name)),
        }
    }

    /// The JSON text of a member that is an object, or a text that holds one, as some clients send it. [`Self::parse`]
    /// reads it.
    ///
    /// # Errors
    /// KMS.0308 for anything else.
    pub(crate) fn json(&self, name: &str) -> Result<Option<Cow<'a, str>>, WireError> {
        match self.raw(name) {
            None => Ok(None),
            Some(raw) if raw.starts_with('{') => Ok(Some(Cow::Borrowed(raw))),
            Some(raw) if raw.starts_with('"') => Ok(Some(text(raw).ok_or_else(|| codes::K0308.on(name))?)),
            Some(_) => Err(codes::K0308.on(name)),
        }
    }

    /// A member that is an object.
    ///
    /// # Errors
    /// `wrong` for anything else.
    pub(crate) fn object(&self, name: &str, wrong: Code) -> Result<Option<Fields<'a>>, WireError> {
        self.raw(name)
            .map(|raw| inner(raw).ok_or_else(|| wrong.on(name)))
            .transpose()
    }

    /// A member that is an array of objects.
    ///
    /// # Errors
    /// `wrong` for anything else.
    pub(crate) fn objects(&self, name: &str, wrong: Code) -> Result<Option<Vec<Fields<'a>>>, WireError> {
        self.array(name, wrong, inner)
    }

    /// A member that is an array of texts.
    ///
    /// # Errors
    /// `wrong` for anything else.
    pub(crate) fn texts(&self, name: &str, wrong: Code) -> Result<Option<Vec<Cow<'a, str>>>, WireError> {
        self.array(name, wrong, text)
    }

    fn array<T>(
        &self,
        name: &str,
        wrong: Code,
        read: impl Fn(&'a str) -> Option<T>,
    ) -> Result<Option<Vec<T>>, WireError> {
        let Some(raw) = self.raw(name) else {
            return Ok(None);
        };
        let items: Option<Vec<&'a RawValue>> = serde_json::from_str(raw).ok();
        let values = items.and_then(|items| items.into_iter().map(|item| read(item.get())).collect());
        values.map(Some).ok_or_else(|| wrong.on(name))
    }
}

/// A body that is not a JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotAnObject;

fn inner(raw: &str) -> Option<Fields<'_>> {
    raw.starts_with('{').then(|| Fields::parse(raw.as_bytes()).ok())?
}

/// A text, or the digits of a number.
fn text(raw: &str) -> Option<Cow<'_, str>> {
    match string::quoted(raw) {
        None => number(raw).map(Cow::Borrowed),
        Some(quoted) if !string::is_escaped(quoted) => Some(Cow::Borrowed(quoted)),
        Some(quoted) => {
            let mut bytes = vec![0; quoted.len()];
            let length = string::unescape(quoted, &mut bytes)?;
            bytes.truncate(length);
            String::from_utf8(bytes).ok().map(Cow::Owned)
        }
    }
}

fn secret(raw: &str) -> Option<SecretBytes> {
    match string::quoted(raw) {
        None => number(raw).map(|digits| SecretBytes::copied(digits.as_bytes())),
        Some(quoted) if !string::is_escaped(quoted) => Some(SecretBytes::copied(quoted.as_bytes())),
        Some(quoted) => {
            SecretBytes::filled_within(quoted.len(), |out| string::unescape(quoted, out).ok_or(())).ok()
        }
    }
}

fn number(raw: &str) -> Option<&str> {
    raw.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        .then_some(raw)
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Fields<'de>, M::Error> {
                let mut members = Vec::with_capacity(TYPICAL);
                while let Some((name, value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    members.push((name.0, value));
                }
                Ok(Fields(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// The name of a member, borrowed where it can be.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests;
