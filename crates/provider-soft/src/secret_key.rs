//! Secret keys in locked memory.

use claviger_secret::{LockedKey, LockedPool, PoolError};
use zeroize::Zeroizing;

/// Bytes of one place in the pool.
const PLACE_LEN: usize = 32;
/// Bytes of the longest key.
pub(crate) const MAX_LEN: usize = 2 * PLACE_LEN;

/// A secret key of 1 to 64 bytes in places of 32. Most keys fit one; only those of the two longest HMACs take two.
#[derive(Debug)]
pub(crate) enum SecretKey {
    Short {
        len: u8,
        key: LockedKey<PLACE_LEN>,
    },
    Long {
        len: u8,
        halves: Box<[LockedKey<PLACE_LEN>; 2]>,
    },
}

impl SecretKey {
    /// Lets `fill` write a key of `len` bytes.
    ///
    /// # Errors
    /// If there is no memory, which a `len` above [`MAX_LEN`] counts as, and those of `fill`.
    pub(crate) fn fill<E>(
        pool: &LockedPool<PLACE_LEN>,
        len: usize,
        fill: impl FnOnce(&mut [u8]) -> Result<(), E>,
    ) -> Result<Self, FillError<E>> {
        let count = u8::try_from(len).map_err(|_| FillError::Memory)?;
        if len <= PLACE_LEN {
            let key = pool.fill(|place| {
                let bytes = place.get_mut(..len).ok_or(FillError::Memory)?;
                fill(bytes).map_err(FillError::Fill)
            })?;
            return Ok(Self::Short { len: count, key });
        }
        // Ciphers write whole keys only, so a key of two places is in one piece for a moment.
        let mut whole = Zeroizing::new([0; MAX_LEN]);
        let bytes = whole.get_mut(..len).ok_or(FillError::Memory)?;
        fill(bytes).map_err(FillError::Fill)?;
        let (first, rest) = whole.split_first_chunk().ok_or(FillError::Memory)?;
        let rest = rest.first_chunk().ok_or(FillError::Memory)?;
        let halves = Box::new([pool.store(first)?, pool.store(rest)?]);
        Ok(Self::Long { len: count, halves })
    }

    /// Does something with the bytes of the key.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&[u8]) -> T) -> T {
        match self {
            Self::Short { len, key } => work(key.expose().get(..usize::from(*len)).unwrap_or_default()),
            Self::Long { len, halves } => {
                let mut whole = Zeroizing::new([0; MAX_LEN]);
                for (place, half) in whole.chunks_exact_mut(PLACE_LEN).zip(halves.iter()) {
                    place.copy_from_slice(half.expose());
                }
                work(whole.get(..usize::from(*len)).unwrap_or_default())
            }
        }
    }
}

/// Why there is no key.
#[derive(Debug)]
pub(crate) enum FillError<E> {
    /// Whoever should write it could not.
    Fill(E),
    /// There is no memory for it.
    Memory,
}

impl<E> From<PoolError> for FillError<E> {
    fn from(_: PoolError) -> Self {
        Self::Memory
    }
}
