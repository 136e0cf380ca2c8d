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
        let hex: &[u8; 64] = hex.try_into().ok()?;
        let (pairs, _) = hex.as_chunks::<2>();
        let mut bytes = [0; 32];
        let mut seen = 0;
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            // INVARIANT: a byte is below 256, the size of the table.
            let (high, low) = (NIBBLES[usize::from(*high)], NIBBLES[usize::from(*low)]);
            seen |= high | low;
            *byte = high << 4 | low;
        }
        (seen < NO_DIGIT).then_some(Self(bytes))
    }

    /// Appends 64 lower-case hexadecimal digits.
    pub(crate) fn push_hex(&self, out: &mut Vec<u8>) {
        let mut hex = [0; 64];
        let (pairs, _) = hex.as_chunks_mut::<2>();
        for ([high, low], byte) in pairs.iter_mut().zip(self.0) {
            // INVARIANT: half a byte is below 16, the number of digits.
            *high = DIGITS[usize::from(byte >> 4)];
            *low = DIGITS[usize::from(byte & 15)];
        }
        out.extend_from_slice(&hex);
    }
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

const NO_DIGIT: u8 = 16;

/// What a byte means as a digit. A table, because verifying a long log is for a good part reading digits.
const NIBBLES: [u8; 256] = {
    let mut table = [NO_DIGIT; 256];
    let mut value: u8 = 0;
    while value < 16 {
        table[DIGITS[value as usize] as usize] = value;
        value += 1;
    }
    table
};

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

/// The end of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tip {
    /// The chain after the last durable line.
    pub head: Head,
    /// The segment in which that line stands: the live one. All before it are closed.
    pub segment: u32,
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
