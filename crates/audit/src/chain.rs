//! Sequence numbers, hashes and the step from one line to the next.

use std::fmt;

use aws_lc_rs::digest;

use crate::error::Fault;
use crate::line::Envelope;

/// Number of a line: 1, 2, 3, … over all segments of a log. 0 stands before the first line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u64);

impl Seq {
    /// The number after this one. A log would need millions of years to reach the end of the range; there it
    /// stops counting, which the verifier then reports.
    #[must_use]
    pub(crate) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The number before this one; nothing before 0.
    pub(crate) fn previous(self) -> Option<Self> {
        self.0.checked_sub(1).map(Self)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A link of the chain: the SHA-256 that a line carries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash([u8; 32]);

impl Hash {
    /// What stands before the first line: 32 zero bytes.
    pub const ZERO: Self = Self([0; 32]);

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads exactly 64 lower-case hexadecimal digits.
    pub(crate) fn from_hex(hex: &[u8]) -> Option<Self> {
        let (pairs, []) = hex.as_chunks::<2>() else {
            return None;
        };
        let mut bytes = [0; 32];
        if pairs.len() != bytes.len() {
            return None;
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = nibble(*high)? << 4 | nibble(*low)?;
        }
        Some(Self(bytes))
    }

    /// Appends 64 lower-case hexadecimal digits.
    pub(crate) fn push_hex(&self, out: &mut Vec<u8>) {
        for byte in self.0 {
            out.extend([digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

fn digit(nibble: u8) -> u8 {
    if nibble < 10 {
        b'0' + nibble
    } else {
        b'a' + nibble - 10
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// Where the chain stands after a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of the line.
    pub seq: Seq,
    /// Hash of the line.
    pub hash: Hash,
    /// Outbox mark: the highest outbox number of any record up to and including the line.
    pub outbox: u64,
}

impl Head {
    /// Before the first line of a log.
    pub const GENESIS: Self = Self {
        seq: Seq(0),
        hash: Hash::ZERO,
        outbox: 0,
    };
}

/// Computes links. Holds a buffer, because one call over joined bytes is cheaper than a digest state per line.
#[derive(Default)]
pub(crate) struct Linker {
    joined: Vec<u8>,
}

impl Linker {
    /// SHA-256 over the hash before and the bytes of a line that its own hash covers.
    pub(crate) fn link(&mut self, before: &Hash, text: &[u8]) -> Hash {
        self.joined.clear();
        self.joined.extend_from_slice(before.as_bytes());
        self.joined.extend_from_slice(text);
        let mut hash = Hash::ZERO;
        let digest = digest::digest(&digest::SHA256, &self.joined);
        for (to, from) in hash.0.iter_mut().zip(digest.as_ref()) {
            *to = *from;
        }
        hash
    }

    /// The head after `line`, if it may stand after `before`.
    pub(crate) fn follow(&mut self, before: &Head, line: &Envelope<'_>) -> Result<Head, Fault> {
        let expected = before.seq.next();
        if line.seq != expected {
            return Err(Fault::Sequence {
                expected,
                found: line.seq,
            });
        }
        if line.outbox < before.outbox {
            return Err(Fault::Mark {
                before: before.outbox,
                found: line.outbox,
            });
        }
        if line.hash != self.link(&before.hash, line.text) {
            return Err(Fault::Hash);
        }
        Ok(line.head())
    }
}
