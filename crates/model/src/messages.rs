//! How many messages are encrypted under one version of a key.

use crate::Refusal;

/// A bound on the messages under one version of a key, and how many of them a node reserves at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageLimit {
    most: u64,
    block: u64,
}

impl MessageLimit {
    /// For nonces of 96 bits that are drawn at random: 2^32 messages.
    ///
    /// SOURCE: NIST SP 800-38D section 8.3.
    pub const RANDOM_96: Self = Self::new(1 << 32, 1 << 16);

    /// At most `most` messages, reserved in blocks of `block`, which is at least 1.
    pub const fn new(most: u64, block: u64) -> Self {
        let block = if block == 0 { 1 } else { block };
        Self { most, block }
    }

    /// How many messages the next block has after so many were reserved; none where the limit is reached.
    pub fn next_block(self, reserved: u64) -> u64 {
        self.most.saturating_sub(reserved).min(self.block)
    }
}

/// Messages that a node has reserved under a version and not yet encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allowance {
    left: u64,
    spent: bool,
}

impl Allowance {
    /// Takes one message; false where a block has to be reserved first.
    ///
    /// # Errors
    /// [`Refusal::MessageLimit`] where there is none to reserve any more.
    pub fn take(&mut self) -> Result<bool, Refusal> {
        if let Some(left) = self.left.checked_sub(1) {
            self.left = left;
            return Ok(true);
        }
        if self.spent {
            Err(Refusal::MessageLimit)
        } else {
            Ok(false)
        }
    }

    /// Adds a block that was reserved. An empty one is the last.
    pub fn add(&mut self, block: u64) {
        self.left = self.left.saturating_add(block);
        self.spent = block == 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_end_at_the_limit() {
        let limit = MessageLimit::new(10, 4);
        let blocks = [(0, 4), (4, 4), (8, 2), (9, 1), (10, 0), (11, 0), (u64::MAX, 0)];
        for (reserved, block) in blocks {
            assert_eq!(limit.next_block(reserved), block, "after {reserved}");
        }
        assert_eq!(MessageLimit::new(10, 0).next_block(0), 1);
        assert_eq!(MessageLimit::RANDOM_96.next_block(0), 65_536);
        assert_eq!(MessageLimit::RANDOM_96.next_block((1 << 32) - 1), 1);
        assert_eq!(MessageLimit::RANDOM_96.next_block(1 << 32), 0);
    }

    #[test]
    fn an_allowance_gives_as_many_as_were_reserved() {
        let mut allowance = Allowance::default();
        assert_eq!(allowance.take(), Ok(false));
        allowance.add(2);
        assert_eq!([allowance.take(), allowance.take()], [Ok(true), Ok(true)]);
        assert_eq!(allowance.take(), Ok(false));
        allowance.add(1);
        allowance.add(0);
        assert_eq!(allowance.take(), Ok(true));
        assert_eq!(allowance.take(), Err(Refusal::MessageLimit));
    }
}
