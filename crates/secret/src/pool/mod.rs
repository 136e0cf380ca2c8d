//! Memory for keys that stay: out of swap, out of core dumps, wiped when a key goes.

mod chunk;
mod key;
#[cfg(test)]
mod tests;

use std::{
    fmt, io,
    ptr::NonNull,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use self::chunk::{CHUNK_BYTES, Chunk};
pub use self::key::LockedKey;

/// Holds keys of `N` bytes side by side in locked pages.
///
/// It grows by 64 KiB when full and gives its memory back when the pool and the last of its keys are gone. Adding and
/// dropping a key costs the same however many there are. Clones are handles of the same pool; threads may share them.
///
/// Locking is best effort: where the kernel refuses, keys are kept all the same and [`LockedPool::report`] says so.
/// A child made by `fork` does not inherit the pages, so it faults on a key instead of reading a copy.
#[derive(Clone)]
pub struct LockedPool<const N: usize> {
    shared: Arc<Shared<N>>,
}

impl<const N: usize> LockedPool<N> {
    /// Makes a pool and maps its first pages, so that [`LockedPool::report`] tells at once whether they are locked.
    ///
    /// # Errors
    /// If the kernel has no memory.
    pub fn new() -> Result<Self, PoolError> {
        let mut state = State {
            chunks: Vec::new(),
            free: Vec::new(),
        };
        state.grow()?;
        Ok(Self {
            shared: Arc::new(Shared {
                state: Mutex::new(state),
            }),
        })
    }

    /// Adds a copy of `key`. The original stays the caller's to wipe.
    ///
    /// # Errors
    /// If the kernel has no memory.
    pub fn store(&self, key: &[u8; N]) -> Result<LockedKey<N>, PoolError> {
        self.fill(|slot| {
            slot.copy_from_slice(key);
            Ok(())
        })
    }

    /// Adds a key that `fill` writes in place over zero bytes, so that it never exists elsewhere.
    ///
    /// # Errors
    /// If the kernel has no memory, and those of `fill`; what it had written is wiped.
    pub fn fill<E: From<PoolError>>(
        &self,
        fill: impl FnOnce(&mut [u8; N]) -> Result<(), E>,
    ) -> Result<LockedKey<N>, E> {
        let slot = self.shared.take()?;
        let mut key = LockedKey::new(slot, Arc::clone(&self.shared));
        fill(key.bytes_mut())?;
        Ok(key)
    }

    /// How the pool stands now.
    pub fn report(&self) -> PoolReport {
        let state = self.shared.state();
        let locked_chunks = state.chunks.iter().filter(|chunk| chunk.locked).count();
        PoolReport {
            protection: if locked_chunks == state.chunks.len() {
                Protection::Locked
            } else {
                Protection::NotLocked
            },
            excluded_from_dumps: state.chunks.iter().all(|chunk| chunk.excluded_from_dumps),
            keys: state.chunks.len() * State::<N>::SLOTS - state.free.len(),
            mapped_bytes: state.chunks.len() * CHUNK_BYTES,
            locked_bytes: locked_chunks * CHUNK_BYTES,
        }
    }
}

impl<const N: usize> fmt::Debug for LockedPool<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report();
        write!(
            f,
            "LockedPool({} keys of {N} bytes, {:?})",
            report.keys, report.protection
        )
    }
}

/// Whether keys can reach the swap device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// All pages are locked in memory.
    Locked,
    /// Some are not: `RLIMIT_MEMLOCK` is too small and the process lacks `CAP_IPC_LOCK`.
    NotLocked,
}

/// State of a [`LockedPool`] for `doctor`, start-up and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolReport {
    /// The weakest protection any page of the pool has.
    pub protection: Protection,
    /// Whether core dumps leave out every page of the pool.
    pub excluded_from_dumps: bool,
    /// Keys held now.
    pub keys: usize,
    /// Memory taken from the kernel, in bytes.
    pub mapped_bytes: usize,
    /// Part of `mapped_bytes` that is locked.
    pub locked_bytes: usize,
}

/// Why a key could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// The kernel gave no memory.
    #[error("cannot map memory for keys")]
    Map(#[source] io::Error),
}

/// What a pool and its keys hold in common; its drop unmaps the memory.
struct Shared<const N: usize> {
    state: Mutex<State<N>>,
}

impl<const N: usize> Shared<N> {
    fn state(&self) -> MutexGuard<'_, State<N>> {
        // Nothing under this lock can panic half way, so a poisoned state is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands out a slot that holds zero bytes and that nobody else has.
    fn take(&self) -> Result<Slot<N>, PoolError> {
        let mut state = self.state();
        loop {
            if let Some(slot) = state.free.pop() {
                return Ok(slot);
            }
            state.grow()?;
        }
    }

    /// Takes a wiped slot back.
    fn give_back(&self, slot: Slot<N>) {
        self.state().free.push(slot);
    }
}

/// One place for a key. Whoever has it is its only user; it is not `Clone`.
struct Slot<const N: usize>(NonNull<[u8; N]>);

// SAFETY: a slot is owned like a `Box<[u8; N]>`: only its holder may touch the bytes, from whatever thread.
unsafe impl<const N: usize> Send for Slot<N> {}
// SAFETY: through a shared slot the bytes can only be read.
unsafe impl<const N: usize> Sync for Slot<N> {}

struct State<const N: usize> {
    chunks: Vec<Chunk>,
    /// Used as a stack: what was freed last is in the processor's cache. Has room for every slot there is, so that
    /// dropping a key never allocates.
    free: Vec<Slot<N>>,
}

impl<const N: usize> State<N> {
    /// Slots in a chunk. Evaluated when a pool of that `N` is compiled, so an `N` that cannot work does not build.
    const SLOTS: usize = {
        assert!(
            N > 0 && N <= CHUNK_BYTES,
            "a key must have between 1 byte and 64 KiB"
        );
        CHUNK_BYTES / N
    };

    fn grow(&mut self) -> Result<(), PoolError> {
        let chunk = Chunk::map().map_err(|errno| PoolError::Map(errno.into()))?;
        // `free` is empty or nearly so when the pool grows: the reserve must count the slots in use as well.
        let slots = (self.chunks.len() + 1) * Self::SLOTS;
        self.free.reserve(slots - self.free.len());
        let first = chunk.base.cast::<[u8; N]>();
        self.chunks.push(chunk);
        for index in (0..Self::SLOTS).rev() {
            // SAFETY: `index < SLOTS`, so the slot ends within the `CHUNK_BYTES` mapped at `base`; arrays of bytes
            // need no alignment.
            self.free.push(Slot(unsafe { first.add(index) }));
        }
        Ok(())
    }
}
