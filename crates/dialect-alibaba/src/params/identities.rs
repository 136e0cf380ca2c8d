//! Names, texts and pages of the APIs about identities.
//!
//! SOURCE: RAM API reference, request parameters of the operations (read 2026-11-22): display names and comments of at
//! most 128 characters, descriptions of 1024; `Marker` and `MaxItems`, 1 to 1000 and 100 where it is absent; versions are
//! `v1`, `v2`, …

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use claviger_model::{AccessKeyStatus, NamePage, PolicyName, PolicyRef};

use super::parameter::{self, Parameter};
use crate::error::WireError;
use crate::row::Input;

/// Longest display name, comment, telephone number and address, in characters.
pub(crate) const NOTE_LIMIT: usize = 128;
/// Longest description, in characters.
pub(crate) const DESCRIPTION_LIMIT: usize = 1024;
/// Longest policy and trust policy, in bytes. SOURCE: RAM, "Limitations".
pub(crate) const DOCUMENT_LIMIT: usize = 6144;
/// Longest marker that is looked at: a kind and the longest name, in base64.
const MARKER_LIMIT: usize = 512;
/// Entries of a page where nobody says, and the most.
const PAGE_DEFAULT: u32 = 100;
const PAGE_LARGEST: u32 = 1000;

impl Input<'_> {
    /// A name of at most `longest` characters.
    pub(crate) fn name<N: FromStr>(&self, parameter: Parameter, longest: usize) -> Result<N, WireError> {
        let text = self.required(parameter.name)?;
        text.parse().map_err(|_| {
            if text.chars().count() > longest {
                parameter.length()
            } else {
                parameter.chars()
            }
        })
    }

    /// The same where it may be absent.
    pub(crate) fn optional_name<N: FromStr>(
        &self,
        parameter: Parameter,
        longest: usize,
    ) -> Result<Option<N>, WireError> {
        match self.optional(parameter.name) {
            None => Ok(None),
            Some(_) => self.name(parameter, longest).map(Some),
        }
    }

    /// Text of one line and at most `longest` characters; absent is empty.
    pub(crate) fn line(&self, parameter: Parameter, longest: usize) -> Result<String, WireError> {
        Ok(self.changed_line(parameter, longest)?.unwrap_or_default())
    }

    /// The same to change a text: absent leaves it as it is, empty empties it.
    pub(crate) fn changed_line(
        &self,
        parameter: Parameter,
        longest: usize,
    ) -> Result<Option<String>, WireError> {
        let Some(text) = self.params.get(parameter.name) else {
            return Ok(None);
        };
        if text.chars().count() > longest {
            return Err(parameter.length());
        }
        if text.chars().any(char::is_control) {
            return Err(parameter.chars());
        }
        Ok(Some(text.to_owned()))
    }

    /// Text as [`Self::changed_line`] in which line ends are fine, too.
    pub(crate) fn changed_text(
        &self,
        parameter: Parameter,
        longest: usize,
    ) -> Result<Option<String>, WireError> {
        let Some(text) = self.params.get(parameter.name) else {
            return Ok(None);
        };
        if text.chars().count() > longest {
            return Err(parameter.length());
        }
        Ok(Some(text.to_owned()))
    }

    /// A telephone number: digits with `-` between them, and `+` in front where wanted.
    pub(crate) fn phone(&self, parameter: Parameter) -> Result<Option<String>, WireError> {
        let text = self.changed_line(parameter, NOTE_LIMIT)?;
        let fits = |text: &str| {
            let text = text.strip_prefix('+').unwrap_or(text);
            text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
                && text.bytes().any(|byte| byte.is_ascii_digit())
        };
        formed(parameter, text, fits)
    }

    /// An address: one `@` with something on both sides.
    pub(crate) fn email(&self, parameter: Parameter) -> Result<Option<String>, WireError> {
        let text = self.changed_line(parameter, NOTE_LIMIT)?;
        let fits = |text: &str| {
            let (name, domain) = text.split_once('@').unwrap_or_default();
            !name.is_empty()
                && !domain.is_empty()
                && !domain.contains('@')
                && !text.contains(char::is_whitespace)
        };
        formed(parameter, text, fits)
    }

    /// A document, which must be there.
    pub(crate) fn document(&self, parameter: Parameter) -> Result<String, WireError> {
        let text = self.required(parameter.name)?;
        if text.len() > DOCUMENT_LIMIT {
            return Err(parameter.length());
        }
        Ok(text.to_owned())
    }

    /// One of a few words.
    pub(crate) fn word<T: Copy>(
        &self,
        parameter: Parameter,
        words: &[(&str, T)],
    ) -> Result<Option<T>, WireError> {
        let Some(text) = self.optional(parameter.name) else {
            return Ok(None);
        };
        let found = words.iter().find(|(word, _)| *word == text);
        found
            .map(|(_, value)| Some(*value))
            .ok_or_else(|| parameter.invalid())
    }

    /// `true` or `false`, in any letter case; absent is `false`.
    pub(crate) fn flag(&self, parameter: Parameter) -> Result<bool, WireError> {
        self.boolean(parameter.name).map_err(|_| parameter.invalid())
    }

    /// A whole number.
    pub(crate) fn number(&self, parameter: Parameter) -> Result<Option<u32>, WireError> {
        self.integer(parameter.name).map_err(|_| parameter.invalid())
    }

    /// Whether an access key is to open anything.
    pub(crate) fn status(&self) -> Result<AccessKeyStatus, WireError> {
        self.required(parameter::STATUS.name)?;
        self.word(
            parameter::STATUS,
            &[
                ("Active", AccessKeyStatus::Active),
                ("Inactive", AccessKeyStatus::Inactive),
            ],
        )?
        .ok_or_else(|| parameter::STATUS.invalid())
    }

    /// Whether policies are meant that come with the server (`System`) or those of the account (`Custom`).
    pub(crate) fn policy_type(&self) -> Result<Option<bool>, WireError> {
        self.word(parameter::POLICY_TYPE, &[("System", true), ("Custom", false)])
    }

    /// The name of a policy of the account.
    pub(crate) fn policy_name(&self) -> Result<PolicyName, WireError> {
        self.name(parameter::POLICY_NAME, 128)
    }

    /// A policy of either kind.
    pub(crate) fn policy(&self) -> Result<PolicyRef, WireError> {
        self.required(parameter::POLICY_TYPE.name)?;
        let system = self.policy_type()?.unwrap_or_default();
        let name = self.policy_name()?;
        Ok(if system {
            PolicyRef::System(name)
        } else {
            PolicyRef::Custom(name)
        })
    }

    /// The number of a version of a policy.
    pub(crate) fn policy_version(&self) -> Result<u32, WireError> {
        let text = self.required(parameter::VERSION_ID.name)?;
        let number = text
            .strip_prefix('v')
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0'));
        let number = number.and_then(|digits| digits.parse().ok());
        number.ok_or_else(|| parameter::VERSION_ID.format())
    }

    /// A page of a list that is ordered by name.
    pub(crate) fn name_page(&self) -> Result<NamePage, WireError> {
        let take = self.number(parameter::MAX_ITEMS)?.unwrap_or(PAGE_DEFAULT);
        if !(1..=PAGE_LARGEST).contains(&take) {
            return Err(parameter::MAX_ITEMS.invalid());
        }
        let after = match self.optional(parameter::MARKER.name) {
            None => None,
            Some(text) => Some(place(text).ok_or_else(|| parameter::MARKER.invalid())?),
        };
        Ok(NamePage { after, take })
    }
}

fn formed(
    parameter: Parameter,
    text: Option<String>,
    fits: impl FnOnce(&str) -> bool,
) -> Result<Option<String>, WireError> {
    match text {
        Some(text) if !text.is_empty() && !fits(&text) => Err(parameter.format()),
        text => Ok(text),
    }
}

/// The marker of the page behind a name. Whoever makes one up begins elsewhere in a list that is theirs anyway.
pub(crate) fn marker(name: &str) -> String {
    URL_SAFE_NO_PAD.encode(name)
}

fn place(text: &str) -> Option<String> {
    if text.len() > MARKER_LIMIT {
        return None;
    }
    String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use claviger_model::Scope;
    use claviger_signing::query::Params;

    use super::*;
    use crate::api::Api;

    fn with<T>(name: &str, value: &str, read: impl FnOnce(&Input<'_>) -> T) -> T {
        let params = Params::from_pairs([(name, value)]).unwrap();
        let scope = Scope {
            account: "1234567890123456".parse().unwrap(),
            region: "cn-hangzhou".parse().unwrap(),
        };
        read(&Input {
            api: Api::Ram,
            params: &params,
            scope: &scope,
            time: "2026-11-22T00:00:00Z".parse().unwrap(),
        })
    }

    #[test]
    fn markers_read_back_and_others_do_not() {
        for name in ["alice", "", "System/p", "ü"] {
            assert_eq!(place(&marker(name)).as_deref(), Some(name));
        }
        for wrong in ["!", "AA=", "A", &"A".repeat(516), &URL_SAFE_NO_PAD.encode([0xff])] {
            assert_eq!(place(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn versions_have_one_spelling() {
        let read = |text| with("VersionId", text, |input| input.policy_version().ok());
        assert_eq!((read("v1"), read("v12")), (Some(1), Some(12)));
        for wrong in ["1", "V1", "v", "v0", "v01", "v-1", "v1 ", "v٣", "v4294967296"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn numbers_and_addresses_have_a_form() {
        let phone = |text| with("MobilePhone", text, |input| input.phone(parameter::MOBILE_PHONE)).is_ok();
        for right in ["", "86-18600000000", "+49-30-1234", "110"] {
            assert!(phone(right), "{right}");
        }
        for wrong in ["-", "+", "86 186", "86-1868888****", "1+1", "abc"] {
            assert!(!phone(wrong), "{wrong}");
        }
        let email = |text| with("Email", text, |input| input.email(parameter::EMAIL)).is_ok();
        for right in ["", "alice@example.com", "a+b@x"] {
            assert!(email(right), "{right}");
        }
        for wrong in ["@", "a@", "@b", "a@b@c", "a b@c", "alice"] {
            assert!(!email(wrong), "{wrong}");
        }
    }
}
