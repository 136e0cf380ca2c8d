//! Parameters of requests, decoded one by one.
//!
//! SOURCE: conventions of the KMS API reference (read 2026-11-21): an empty optional value counts as absent, unknown
//! parameters are ignored, booleans come in any letter case.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_model::{AliasName, EncryptionContext, Error, Missing, Page, Scope, Tags};
use claviger_secret::SecretBytes;
use claviger_service::ops::crypto::Ciphertext;
use claviger_service::{KeyName, KeyRef};
use claviger_signing::query::Params;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use crate::error::WireError;
use crate::ops::Input;

/// Longest text of an encryption context, in characters.
const CONTEXT_LIMIT: usize = 8192;
/// Most bytes that one call encrypts.
const PLAINTEXT_LIMIT: usize = 6144;
/// Longest ciphertext text that is looked at: the longest plaintext, the envelope, base64, and room.
const CIPHERTEXT_TEXT_LIMIT: usize = 16 * 1024;
/// Longest text that names a key.
const KEY_TEXT_LIMIT: usize = 512;

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
        let number = self.integer("PageNumber")?.unwrap_or(1);
        let size = self.integer("PageSize")?.unwrap_or(10);
        if number == 0 || number > i32::MAX.unsigned_abs() {
            return Err(WireError::invalid("PageNumber"));
        }
        if !(1..=100).contains(&size) {
            return Err(WireError::invalid("PageSize"));
        }
        Ok(PageParams { number, size })
    }

    /// An encryption context.
    ///
    /// SOURCE: EncryptionContext: a JSON object of text values, at most 8192 characters. Absent, empty, `{}` and the
    /// `null` of one SDK mean no context. A repeated key is refused, because JSON libraries differ in which they take.
    pub(crate) fn context(&self, name: &str) -> Result<EncryptionContext, WireError> {
        let Some(text) = self.optional(name) else {
            return Ok(EncryptionContext::default());
        };
        if text.len() > CONTEXT_LIMIT && text.chars().count() > CONTEXT_LIMIT {
            return Err(WireError::invalid(name));
        }
        let parsed: Option<Context> = serde_json::from_str(text).map_err(|_| WireError::invalid(name))?;
        Ok(parsed.map(|context| context.0).unwrap_or_default())
    }

    /// A plaintext: opaque text, returned as it came. The contract asks for base64, but clients of this vendor send
    /// other text too.
    pub(crate) fn plaintext(&self, name: &str) -> Result<SecretBytes, WireError> {
        let text = self.required(name)?;
        if data_length(text) > PLAINTEXT_LIMIT {
            return Err(WireError::invalid(name));
        }
        Ok(SecretBytes::copied(text.as_bytes()))
    }

    /// A ciphertext of a symmetric key.
    pub(crate) fn ciphertext(&self, name: &str) -> Result<Ciphertext, Fault> {
        let text = self.required(name)?;
        if text.len() > CIPHERTEXT_TEXT_LIMIT {
            return Err(WireError::invalid(name).into());
        }
        let blob = STANDARD.decode(text).map_err(|_| WireError::invalid(name))?;
        Ok(Ciphertext::parse(blob)?)
    }

    /// An alias name with its prefix.
    pub(crate) fn alias(&self, name: &str) -> Result<AliasName, WireError> {
        let text = self.required(name)?;
        let bare = text.strip_prefix("alias/").and_then(|bare| bare.parse().ok());
        bare.ok_or_else(|| WireError::invalid(name))
    }

    /// A key, named by its id, its resource name, or an alias.
    pub(crate) fn key(&self, name: &str) -> Result<KeyRef, Fault> {
        let text = self.required(name)?;
        if text.len() > KEY_TEXT_LIMIT {
            return Err(WireError::invalid(name).into());
        }
        let (scope, tail) = match text.strip_prefix("acs:kms:") {
            None => (self.scope.clone(), text),
            Some(rest) => resource_name(rest).ok_or_else(|| WireError::invalid(name))?,
        };
        let by_resource = text.len() != tail.len();
        if let Some(bare) = tail.strip_prefix("alias/") {
            // A name that no alias can have leads nowhere.
            let alias = bare.parse().map_err(|_| Error::NotFound(Missing::Alias))?;
            return Ok(KeyRef {
                scope,
                name: KeyName::Alias(alias),
            });
        }
        let id = if by_resource {
            tail.strip_prefix("key/").unwrap_or_default()
        } else {
            tail
        };
        if id.is_empty() {
            return Err(WireError::invalid(name).into());
        }
        let name = id
            .parse()
            .map_or_else(|_| KeyName::Unknown(id.into()), KeyName::Id);
        Ok(KeyRef { scope, name })
    }

    /// A key where the operation does not take aliases.
    ///
    /// SOURCE: common error codes, `Unsupported.Alias`.
    pub(crate) fn key_by_id(&self, name: &str) -> Result<KeyRef, Fault> {
        let text = self.required(name)?;
        if text.starts_with("alias/")
            || text
                .split(':')
                .nth(4)
                .is_some_and(|tail| tail.starts_with("alias/"))
        {
            return Err(WireError::unsupported_alias().into());
        }
        self.key(name)
    }

    /// Tags as a JSON array of `TagKey` and `TagValue`, no key twice.
    ///
    /// SOURCE: CreateKey, parameter Tags; TagResource for the characters and the reserved prefixes.
    pub(crate) fn tags(&self, name: &str) -> Result<Tags, WireError> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Tag {
            tag_key: String,
            #[serde(default)]
            tag_value: String,
        }
        let mut tags = Tags::default();
        let Some(text) = self.optional(name) else {
            return Ok(tags);
        };
        let invalid = || WireError::invalid(name);
        let parsed: Vec<Tag> = serde_json::from_str(text).map_err(|_| invalid())?;
        for Tag { tag_key, tag_value } in parsed {
            let reserved = tag_key.starts_with("aliyun") || tag_key.starts_with("acs:");
            let fits = !tag_key.is_empty() && is_tag_text(&tag_key) && is_tag_text(&tag_value);
            if reserved || !fits || tags.get(&tag_key).is_some() {
                return Err(invalid());
            }
            tags.set(tag_key, tag_value).map_err(|_| invalid())?;
        }
        Ok(tags)
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

/// Splits `<region>:<account>:<relative id>`.
fn resource_name(rest: &str) -> Option<(Scope, &str)> {
    let mut parts = rest.splitn(3, ':');
    let (region, account, tail) = (parts.next()?, parts.next()?, parts.next()?);
    let scope = Scope {
        account: account.parse().ok()?,
        region: region.parse().ok()?,
    };
    (!tail.contains(':')).then_some((scope, tail))
}

/// Bytes of data in a text: decoded where it is base64, else as it is.
fn data_length(text: &str) -> usize {
    if text.len() <= PLAINTEXT_LIMIT {
        return text.len();
    }
    // Longer than the longest that could decode to the limit: not worth decoding.
    if text.len() > PLAINTEXT_LIMIT.div_ceil(3) * 4 {
        return text.len();
    }
    STANDARD
        .decode(text)
        .map_or(text.len(), |data| SecretBytes::from(data).len())
}

fn is_tag_text(text: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || "/\\_-.+=:@".contains(c);
    text.chars().count() <= 128 && text.chars().all(fits)
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

/// A context in the strict form: an object, text values, no key twice.
struct Context(EncryptionContext);

impl<'de> Deserialize<'de> for Context {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Context;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of text values")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Context, M::Error> {
                let mut context = EncryptionContext::default();
                while let Some((key, value)) = map.next_entry::<String, String>()? {
                    if !context.add(key, value) {
                        return Err(M::Error::custom("a key is repeated"));
                    }
                }
                Ok(Context(context))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}
