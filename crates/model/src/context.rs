//! The encryption context: public words that are bound to a ciphertext.

use std::collections::BTreeMap;

/// Pairs of text that encryption binds to the ciphertext and decryption must repeat. Not secret.
///
/// Two contexts are equal when they hold the same pairs, whatever order or spelling they were sent in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EncryptionContext(BTreeMap<String, String>);

impl EncryptionContext {
    /// Adds a pair; `false` when the key is there already, and then nothing has changed.
    pub fn add(&mut self, key: String, value: String) -> bool {
        use std::collections::btree_map::Entry;
        match self.0.entry(key) {
            Entry::Vacant(place) => {
                place.insert(value);
                true
            }
            Entry::Occupied(_) => false,
        }
    }

    /// The pairs, ordered by the bytes of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Whether there are no pairs.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Appends the canonical form to `out`: the count of pairs as big-endian u32, then for each pair, ordered by
    /// key bytes, key and value, each as big-endian u32 length and UTF-8 bytes.
    ///
    /// Unlike joining with separators, no two different contexts share a canonical form.
    pub fn write_canonical(&self, out: &mut Vec<u8>) {
        let length = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes();
        out.extend_from_slice(&length(self.0.len()));
        for (key, value) in &self.0 {
            for part in [key, value] {
                out.extend_from_slice(&length(part.len()));
                out.extend_from_slice(part.as_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(context: &EncryptionContext) -> Vec<u8> {
        let mut out = Vec::new();
        context.write_canonical(&mut out);
        out
    }

    fn context(pairs: &[(String, String)]) -> EncryptionContext {
        let mut context = EncryptionContext::default();
        for (key, value) in pairs {
            context.add(key.clone(), value.clone());
        }
        context
    }

    #[test]
    fn the_canonical_form_is_fixed() {
        assert_eq!(canonical(&EncryptionContext::default()), [0, 0, 0, 0]);
        let both = context(&[("b".into(), String::new()), ("a".into(), "xy".into())]);
        assert_eq!(
            canonical(&both),
            b"\0\0\0\x02\0\0\0\x01a\0\0\0\x02xy\0\0\0\x01b\0\0\0\0"
        );
    }

    #[test]
    fn a_key_is_taken_once() {
        let mut context = EncryptionContext::default();
        assert!(context.add("k".into(), "first".into()));
        assert!(!context.add("k".into(), "second".into()));
        assert_eq!(context.iter().collect::<Vec<_>>(), [("k", "first")]);
    }

    proptest! {
        #[test]
        fn contexts_are_equal_exactly_when_their_canonical_forms_are(
            left in prop::collection::vec(("[a-c=&]{0,3}", "[a-c=&]{0,3}"), 0..4),
            right in prop::collection::vec(("[a-c=&]{0,3}", "[a-c=&]{0,3}"), 0..4),
        ) {
            let (left, right) = (context(&left), context(&right));
            prop_assert_eq!(left == right, canonical(&left) == canonical(&right));
        }

        #[test]
        fn order_of_arrival_does_not_matter(pairs in prop::collection::btree_map(".{0,5}", ".{0,5}", 0..6)) {
            let forward: Vec<_> = pairs.into_iter().collect();
            let backward: Vec<_> = forward.iter().rev().cloned().collect();
            prop_assert_eq!(canonical(&context(&forward)), canonical(&context(&backward)));
        }
    }
}
