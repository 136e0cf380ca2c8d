//! Encryption contexts.
//!
//! SOURCE: KMS API reference, EncryptionContext (read 2026-11-21): a JSON object of text values, at most 8192
//! characters.

use std::fmt;

use claviger_model::EncryptionContext;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use crate::error::WireError;
use crate::row::Input;

/// Longest text of an encryption context, in characters.
const CONTEXT_LIMIT: usize = 8192;

impl Input<'_> {
    /// An encryption context. Absent, empty, `{}` and the `null` of one SDK mean no context. A repeated key is
    /// refused, because JSON libraries differ in which they take.
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
