//! Labels on resources.

use std::collections::BTreeMap;

/// The most tags one resource can bear.
pub const TAG_LIMIT: usize = 20;

/// A resource has no room for that many tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a resource bears at most {TAG_LIMIT} tags")]
pub struct TooManyTags;

/// The tags of one resource, in the order of their keys. Which characters a key may hold is for the dialects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags(BTreeMap<String, String>);

impl Tags {
    /// Sets one tag, over an older value of the same key.
    ///
    /// # Errors
    /// [`TooManyTags`] when the key is new and the resource is full; then nothing has changed.
    pub fn set(&mut self, key: String, value: String) -> Result<(), TooManyTags> {
        if self.0.len() >= TAG_LIMIT && !self.0.contains_key(&key) {
            return Err(TooManyTags);
        }
        self.0.insert(key, value);
        Ok(())
    }

    /// Takes one tag away; nothing where there is none of that key.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }

    /// The value under `key`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// All tags, ordered by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_resource_takes_new_values_but_no_new_keys() {
        let mut tags = Tags::default();
        for n in 0..TAG_LIMIT {
            tags.set(format!("k{n}"), "v".into()).unwrap();
        }
        assert_eq!(tags.set("k3".into(), "w".into()), Ok(()));
        assert_eq!(tags.set("new".into(), "v".into()), Err(TooManyTags));
        assert_eq!(
            (tags.get("k3"), tags.get("new"), tags.len()),
            (Some("w"), None, TAG_LIMIT)
        );
    }

    #[test]
    fn a_tag_that_goes_leaves_room_for_another() {
        let mut tags = Tags::default();
        for n in 0..TAG_LIMIT {
            tags.set(format!("k{n}"), "v".into()).unwrap();
        }
        tags.remove("k3");
        tags.remove("never there");
        assert_eq!((tags.get("k3"), tags.len()), (None, TAG_LIMIT - 1));
        assert_eq!(tags.set("new".into(), "v".into()), Ok(()));
    }
}
