//! One key in a pool.

use std::{fmt, mem, ptr::NonNull, sync::Arc};

use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroize;

use super::{Shared, Slot};

/// A key of `N` bytes in a [`LockedPool`](super::LockedPool): wiped and its place reused when dropped.
///
/// It keeps the pool's memory alive, so it may outlive the pool. Share it by `Arc`; it cannot be cloned. `==` takes
/// the same time wherever the keys differ.
pub struct LockedKey<const N: usize> {
    slot: Slot<N>,
    pool: Arc<Shared<N>>,
}

impl<const N: usize> LockedKey<N> {
    pub(super) fn new(slot: Slot<N>, pool: Arc<Shared<N>>) -> Self {
        Self { slot, pool }
    }

    /// The key itself.
    pub fn expose(&self) -> &[u8; N] {
        // SAFETY: `pool` keeps the slot mapped, it was zeroed by the kernel, so it is initialised, and nobody else has
        // the slot: writes go through `&mut self`.
        unsafe { self.slot.0.as_ref() }
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8; N] {
        // SAFETY: as in `expose`, and `&mut self` excludes other references.
        unsafe { self.slot.0.as_mut() }
    }
}

impl<const N: usize> Drop for LockedKey<N> {
    fn drop(&mut self) {
        self.bytes_mut().zeroize();
        let slot = mem::replace(&mut self.slot, Slot(NonNull::dangling()));
        self.pool.give_back(slot);
    }
}

impl<const N: usize> ConstantTimeEq for LockedKey<N> {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.expose().ct_eq(other.expose())
    }
}

impl<const N: usize> PartialEq for LockedKey<N> {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl<const N: usize> Eq for LockedKey<N> {}

impl<const N: usize> fmt::Debug for LockedKey<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LockedKey({N} bytes)")
    }
}
