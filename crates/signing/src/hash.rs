//! The two hash functions of the ACS schemes.

use aws_lc_rs::digest;
use sm3::{Digest, Sm3};

use crate::sink::Sink;

/// Length of both digests, in bytes.
pub(crate) const DIGEST: usize = 32;

/// Hash function of an ACS scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hash {
    /// SHA-256. SOURCE: FIPS 180-4.
    Sha256,
    /// SM3. SOURCE: GB/T 32905-2016.
    Sm3,
}

impl Hash {
    /// Hash of `bytes`: 32 bytes.
    pub fn digest(self, bytes: &[u8]) -> [u8; DIGEST] {
        let mut hasher = Hasher::new(self);
        hasher.absorb(bytes);
        hasher.finish()
    }

    /// Hash of `bytes` as 64 lower-case hex digits: what goes into `x-acs-content-sha256` or `x-acs-content-sm3`.
    pub fn hex_digest(self, bytes: &[u8]) -> String {
        hex(&self.digest(bytes)).into_iter().map(char::from).collect()
    }
}

/// A hash being computed.
pub(crate) enum Hasher {
    Sha256(digest::Context),
    Sm3(Sm3),
}

impl Hasher {
    pub(crate) fn new(hash: Hash) -> Self {
        match hash {
            Hash::Sha256 => Self::Sha256(digest::Context::new(&digest::SHA256)),
            Hash::Sm3 => Self::Sm3(Sm3::new()),
        }
    }

    pub(crate) fn finish(self) -> [u8; DIGEST] {
        match self {
            Self::Sha256(context) => fixed(context.finish().as_ref()),
            Self::Sm3(context) => context.finalize().into(),
        }
    }
}

impl Sink for Hasher {
    fn absorb(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(context) => context.update(bytes),
            Self::Sm3(context) => Digest::update(context, bytes),
        }
    }
}

/// Copies a digest or tag that has 32 bytes by its algorithm.
pub(crate) fn fixed(bytes: &[u8]) -> [u8; DIGEST] {
    let mut out = [0; DIGEST];
    for (out, byte) in out.iter_mut().zip(bytes) {
        *out = *byte;
    }
    out
}

/// Lower-case hex digits of `bytes`.
pub(crate) fn hex(bytes: &[u8; DIGEST]) -> [u8; 2 * DIGEST] {
    let mut out = [0; 2 * DIGEST];
    for (pair, byte) in out.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
    }
    out
}

const fn digit(nibble: u8) -> u8 {
    if nibble < 10 {
        b'0' + nibble
    } else {
        b'a' + nibble - 10
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SOURCE: GB/T 32905-2016 appendix A (both examples); SM3 of the empty text from the recorded clients.
    #[test]
    fn sm3_gives_the_digests_of_the_standard() {
        assert_eq!(
            Hash::Sm3.hex_digest(b"abc"),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
        assert_eq!(
            Hash::Sm3.hex_digest(&b"abcd".repeat(16)),
            "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
        );
        assert_eq!(
            Hash::Sm3.hex_digest(b""),
            "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"
        );
    }

    /// SOURCE: FIPS 180-4 example "abc"; SHA-256 of the empty text from the recorded clients.
    #[test]
    fn sha256_gives_the_digests_of_the_standard() {
        assert_eq!(
            Hash::Sha256.hex_digest(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            Hash::Sha256.hex_digest(b""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
