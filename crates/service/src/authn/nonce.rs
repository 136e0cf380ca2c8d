//! Which nonces were used lately.
//!
//! A nonce is kept as a 64-bit keyed hash of access key and nonce (SipHash with a key drawn at the start), so an
//! entry costs about 10 to 20 bytes, and nobody can aim at a collision; by chance, one call in 10^11 is refused
//! at ten million remembered nonces. Entries go by generations, so forgetting costs nothing per entry. Many small
//! tables instead of a big one keep the pause of a growing table far below a millisecond.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use claviger_model::{AccessKeyId, Timestamp};

use super::NONCE_MEMORY;

const SHARDS: usize = 256;
/// Generations kept beside the present one.
const OLDER: usize = 3;
const GENERATION_SECONDS: i64 = NONCE_MEMORY.as_secs() / 3;

/// What a nonce turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Freshness {
    /// Not used before; it is now.
    Fresh,
    /// Used before.
    Used,
    /// Not used before, but the memory is full.
    NoRoom,
}

/// The memory.
#[derive(Debug)]
pub(super) struct Nonces {
    hasher: RandomState,
    shards: Box<[Mutex<Shard>]>,
    count: AtomicUsize,
    limit: usize,
}

type Table = HashSet<u64, BuildHasherDefault<AsIs>>;

#[derive(Debug, Default)]
struct Shard {
    generation: i64,
    /// The present generation first.
    tables: [Table; OLDER + 1],
}

/// The entries are hashes already.
#[derive(Debug, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

impl Nonces {
    /// Remembers at most `limit` nonces at a time.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            hasher: RandomState::new(),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            count: AtomicUsize::new(0),
            limit,
        }
    }

    /// Uses a nonce up.
    pub(super) fn take(&self, access_key: &AccessKeyId, nonce: &str, now: Timestamp) -> Freshness {
        let hash = self.hasher.hash_one((access_key, nonce));
        let index = usize::try_from(hash >> 56).unwrap_or(0);
        let Some(shard) = self.shards.get(index) else {
            return Freshness::NoRoom;
        };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        self.count.fetch_sub(
            shard.age(now.as_second().div_euclid(GENERATION_SECONDS)),
            Ordering::Relaxed,
        );
        if shard.tables.iter().any(|table| table.contains(&hash)) {
            return Freshness::Used;
        }
        if self.count.fetch_add(1, Ordering::Relaxed) >= self.limit {
            self.count.fetch_sub(1, Ordering::Relaxed);
            return Freshness::NoRoom;
        }
        let [present, ..] = &mut shard.tables;
        present.insert(hash);
        Freshness::Fresh
    }
}

impl Shard {
    /// Moves on to a generation and forgets what is too old; gives how many entries were forgotten. A clock that
    /// goes back forgets nothing.
    fn age(&mut self, generation: i64) -> usize {
        let mut forgotten = 0;
        let steps = usize::try_from(generation - self.generation)
            .unwrap_or(0)
            .min(OLDER + 1);
        for _ in 0..steps {
            self.tables.rotate_right(1);
            let [oldest, ..] = &mut self.tables;
            forgotten += std::mem::take(oldest).len();
        }
        self.generation = self.generation.max(generation);
        forgotten
    }
}

#[cfg(test)]
mod tests {
    use claviger_model::SignedDuration;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_nonce_is_used_once_for_at_least_the_promised_time() {
        let key = "AK".parse().unwrap();
        for start in [0, 1, 299, 599] {
            let nonces = Nonces::new(10);
            assert_eq!(nonces.take(&key, "n", at(start)), Freshness::Fresh);
            for later in [0, 1, 600, 1200, NONCE_MEMORY.as_secs() - 1] {
                assert_eq!(
                    nonces.take(&key, "n", at(start + later)),
                    Freshness::Used,
                    "{start}+{later}"
                );
            }
        }
    }

    #[test]
    fn old_nonces_are_forgotten_and_make_room() {
        let key = "AK".parse().unwrap();
        let nonces = Nonces::new(1);
        assert_eq!(nonces.take(&key, "n", at(0)), Freshness::Fresh);
        assert_eq!(nonces.take(&key, "m", at(0)), Freshness::NoRoom);
        let later = at(0) + NONCE_MEMORY + SignedDuration::from_mins(10);
        assert_eq!(nonces.take(&key, "n", later), Freshness::Fresh);
        assert_eq!(
            nonces.take(&key, "n", at(0)),
            Freshness::Used,
            "a clock that goes back forgets nothing"
        );
    }

    #[test]
    fn access_keys_do_not_share_their_nonces() {
        let nonces = Nonces::new(10);
        assert_eq!(nonces.take(&"A".parse().unwrap(), "n", at(0)), Freshness::Fresh);
        assert_eq!(nonces.take(&"B".parse().unwrap(), "n", at(0)), Freshness::Fresh);
    }
}
