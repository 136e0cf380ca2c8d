//! Secrets of one request.

use std::{fmt, str};

use subtle::{Choice, ConstantTimeEq};

/// Secret bytes of any length on the heap, wiped when dropped.
///
/// Making one from a `Vec` or a `String` takes the allocation over, so nothing is left behind elsewhere. It never
/// grows, because growing could move the bytes and leave the old ones. `==` takes the same time wherever the bytes
/// differ; only the lengths are compared openly.
#[derive(Default)]
pub struct SecretBytes {
    bytes: Vec<u8>,
}

impl SecretBytes {
    /// Copies `bytes`. The original stays the caller's to wipe.
    pub fn copied(bytes: &[u8]) -> Self {
        Self {
            bytes: bytes.to_vec(),
        }
    }

    /// Makes a secret of `len` zero bytes and lets `fill` write it in place.
    ///
    /// # Errors
    /// Those of `fill`; what it had written is wiped.
    pub fn filled<E>(len: usize, fill: impl FnOnce(&mut [u8]) -> Result<(), E>) -> Result<Self, E> {
        Self::filled_within(len, |bytes| fill(bytes).map(|()| len))
    }

    /// Like [`SecretBytes::filled`] for writers that know their length only afterwards, such as decoders.
    ///
    /// `fill` gets `max` zero bytes and returns how many of them, from the start, are the secret. The rest of the
    /// buffer is wiped with the secret. A length above `max` counts as `max`.
    ///
    /// # Errors
    /// Those of `fill`; what it had written is wiped.
    pub fn filled_within<E>(max: usize, fill: impl FnOnce(&mut [u8]) -> Result<usize, E>) -> Result<Self, E> {
        let mut secret = Self { bytes: vec![0; max] };
        let len = fill(&mut secret.bytes)?;
        secret.bytes.truncate(len);
        Ok(secret)
    }

    /// The bytes themselves.
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes as text.
    ///
    /// # Errors
    /// If they are not UTF-8. The error holds positions only.
    pub fn expose_str(&self) -> Result<&str, str::Utf8Error> {
        str::from_utf8(&self.bytes)
    }

    /// Number of bytes; it is not secret.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

impl From<Vec<u8>> for SecretBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }
}

impl From<String> for SecretBytes {
    fn from(text: String) -> Self {
        Self {
            bytes: text.into_bytes(),
        }
    }
}

impl ConstantTimeEq for SecretBytes {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.bytes.ct_eq(&other.bytes)
    }
}

impl PartialEq for SecretBytes {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for SecretBytes {}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.len())
    }
}

impl Drop for SecretBytes {
    fn drop(&mut self) {
        // Spare capacity may hold what a truncation or the former owner left there, so the whole allocation goes.
        self.bytes.clear();
        self.bytes.resize(self.bytes.capacity(), 0);
        // One memset the optimiser must keep; a volatile write per byte would cost more than the cipher.
        zeroize::optimization_barrier(self.bytes.as_slice());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn debug_shows_the_length_only() {
        let secret = SecretBytes::from("hunter2".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(7 bytes)");
        assert_eq!(format!("{secret:#?}"), "Secret(7 bytes)");
    }

    #[test]
    fn taking_over_does_not_copy() {
        let text = "hunter2".to_owned();
        let before = text.as_ptr();
        let secret = SecretBytes::from(text);
        assert_eq!(secret.expose().as_ptr(), before);

        let bytes = vec![1, 2, 3];
        let before = bytes.as_ptr();
        assert_eq!(SecretBytes::from(bytes).expose().as_ptr(), before);
    }

    #[test]
    fn filled_starts_at_zero_and_keeps_its_length() {
        let secret = SecretBytes::filled(4, |bytes| {
            assert_eq!(bytes, [0; 4]);
            bytes.copy_from_slice(b"abcd");
            Ok::<_, ()>(())
        });
        assert_eq!(secret.unwrap().expose(), b"abcd");
    }

    #[test]
    fn filled_passes_errors_on() {
        assert_eq!(
            SecretBytes::filled(4, |_| Err("no entropy")).unwrap_err(),
            "no entropy"
        );
    }

    #[test]
    fn filled_within_keeps_what_was_written() {
        let write = |count: usize| {
            SecretBytes::filled_within(4, move |bytes| {
                bytes.copy_from_slice(b"abcd");
                Ok::<_, ()>(count)
            })
        };
        assert_eq!(write(3).unwrap().expose(), b"abc");
        assert_eq!(write(0).unwrap().expose(), b"");
        assert_eq!(write(9).unwrap().expose(), b"abcd");
    }

    #[test]
    fn text_is_checked() {
        assert_eq!(
            SecretBytes::copied("schlüssel".as_bytes()).expose_str(),
            Ok("schlüssel")
        );
        assert!(SecretBytes::copied(&[0xff]).expose_str().is_err());
    }

    proptest! {
        #[test]
        fn equality_is_that_of_the_bytes(a: Vec<u8>, b: Vec<u8>, at: prop::sample::Index, bit in 0..8u8) {
            let secret = SecretBytes::copied(&a);
            prop_assert_eq!(&secret, &SecretBytes::copied(&a));
            prop_assert_eq!(secret == SecretBytes::copied(&b), a == b);
            if !a.is_empty() {
                let mut flipped = a.clone();
                flipped[at.index(a.len())] ^= 1 << bit;
                prop_assert_ne!(secret, SecretBytes::from(flipped));
            }
        }
    }
}
