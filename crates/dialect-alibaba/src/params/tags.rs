//! Tags and their keys.
//!
//! SOURCE: KMS API reference, TagResource, TagResources, CreateKey (read 2026-11-21): keys of 1 to 128 and values of 0
//! to 128 characters, letters, digits and `/\_-.+=:@`; keys that begin with `aliyun` or `acs:` are reserved; 20 tags on
//! a resource.

use claviger_model::{TAG_LIMIT, Tags};

use super::object::Object;
use crate::error::WireError;
use crate::row::Input;

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    tag_key: String,
    #[serde(default)]
    tag_value: String,
}

impl Input<'_> {
    /// Tags as a JSON array of `TagKey` and `TagValue`, no key twice; none where the parameter is absent.
    pub(crate) fn tags(&self, name: &str) -> Result<Tags, WireError> {
        let mut tags = Tags::default();
        for (key, value) in self.tag_list(name)? {
            tags.set(key, value).map_err(|_| WireError::invalid(name))?;
        }
        Ok(tags)
    }

    /// The same in the order of the request.
    pub(crate) fn tag_list(&self, name: &str) -> Result<Vec<(String, String)>, WireError> {
        let Some(text) = self.optional(name) else {
            return Ok(Vec::new());
        };
        let invalid = || WireError::invalid(name);
        let parsed: Vec<Object<Tag>> = serde_json::from_str(text).map_err(|_| invalid())?;
        let mut tags: Vec<(String, String)> = Vec::with_capacity(parsed.len());
        for Object(Tag { tag_key, tag_value }) in parsed {
            let repeated = tags.iter().any(|(known, _)| *known == tag_key);
            if repeated || !is_free_key(&tag_key) || !is_tag_text(&tag_value) {
                return Err(invalid());
            }
            tags.push((tag_key, tag_value));
        }
        if tags.len() > TAG_LIMIT {
            return Err(invalid());
        }
        Ok(tags)
    }

    /// Keys of tags as a JSON array; at least one.
    pub(crate) fn tag_keys(&self, name: &str) -> Result<Vec<String>, WireError> {
        let text = self.required(name)?;
        let keys: Vec<String> = serde_json::from_str(text).map_err(|_| WireError::invalid(name))?;
        let right = (1..=TAG_LIMIT).contains(&keys.len()) && keys.iter().all(|key| is_tag_key(key));
        if right {
            Ok(keys)
        } else {
            Err(WireError::invalid(name))
        }
    }

    /// Keys of tags as `TagKey.N`.
    pub(crate) fn numbered_tag_keys(&self, name: &str) -> Result<Vec<String>, WireError> {
        let mut keys = Vec::new();
        for (number, key) in self.numbered(name, TAG_LIMIT)? {
            if !is_tag_key(key) {
                return Err(WireError::invalid_tag_key(&format!("{name}.{number}")));
            }
            keys.push(key.to_owned());
        }
        Ok(keys)
    }

    /// Tags as `Tag.N.Key` and `Tag.N.Value`, at least one.
    pub(crate) fn numbered_tags(&self) -> Result<Vec<(String, String)>, WireError> {
        let tags = self.tag_pairs(is_free_key)?;
        if tags.is_empty() {
            return Err(WireError::missing("Tag"));
        }
        let text = |(key, value): (String, Option<String>)| (key, value.unwrap_or_default());
        Ok(tags.into_iter().map(text).collect())
    }

    /// The same for something new, which need not have any.
    pub(crate) fn first_tags(&self) -> Result<Tags, WireError> {
        let mut tags = Tags::default();
        for (key, value) in self.tag_pairs(is_free_key)? {
            tags.set(key, value.unwrap_or_default())
                .map_err(|_| WireError::invalid("Tag"))?;
        }
        Ok(tags)
    }

    /// The same to look for tags: a key without a value means any value.
    pub(crate) fn tag_filter(&self) -> Result<Vec<(String, Option<String>)>, WireError> {
        self.tag_pairs(is_tag_key)
    }

    fn tag_pairs(&self, fits: fn(&str) -> bool) -> Result<Vec<(String, Option<String>)>, WireError> {
        let mut tags: Vec<(String, Option<String>)> = Vec::new();
        for pair in self.numbered_pairs("Tag", ("Key", "Value"), TAG_LIMIT)? {
            let name = |field: &str| format!("Tag.{}.{field}", pair.number);
            let key = pair.key.ok_or_else(|| WireError::missing(&name("Key")))?;
            if !fits(key) {
                return Err(WireError::invalid_tag_key(&name("Key")));
            }
            if !pair.value.is_none_or(is_tag_text) {
                return Err(WireError::invalid_tag_value(&name("Value")));
            }
            if tags.iter().any(|(known, _)| known == key) {
                return Err(WireError::duplicate_tag_key());
            }
            tags.push((key.to_owned(), pair.value.map(str::to_owned)));
        }
        Ok(tags)
    }
}

/// Whether a key may be given to a tag by its owner.
fn is_free_key(text: &str) -> bool {
    is_tag_key(text) && !text.starts_with("aliyun") && !text.starts_with("acs:")
}

fn is_tag_key(text: &str) -> bool {
    !text.is_empty() && is_tag_text(text)
}

fn is_tag_text(text: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || "/\\_-.+=:@".contains(c);
    text.chars().count() <= 128 && text.chars().all(fits)
}
