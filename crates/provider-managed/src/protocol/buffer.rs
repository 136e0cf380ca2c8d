//! Bytes on their way out.

use std::fmt;

use claviger_secret::SecretBytes;

/// A buffer that keeps what it may give back: more is dropped when it is cleared.
const KEPT: usize = 256 * 1024;

/// Bytes that grow at their end. Whatever leaves it is wiped.
#[derive(Default)]
pub struct Buffer {
    bytes: Vec<u8>,
}

impl Buffer {
    /// An empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is in it.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Appends bytes.
    pub fn put(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    /// Writes over bytes that are there; beyond the end nothing happens.
    pub(crate) fn patch(&mut self, at: usize, bytes: &[u8]) {
        if let Some(place) = at
            .checked_add(bytes.len())
            .and_then(|end| self.bytes.get_mut(at..end))
        {
            place.copy_from_slice(bytes);
        }
    }

    /// Wipes what is behind the first `len` bytes.
    pub(crate) fn truncate(&mut self, len: usize) {
        wipe(self.bytes.get_mut(len..).unwrap_or_default());
        self.bytes.truncate(len);
    }

    /// Wipes everything.
    pub fn clear(&mut self) {
        if self.bytes.capacity() > KEPT {
            drop(SecretBytes::from(std::mem::take(&mut self.bytes)));
        } else {
            self.truncate(0);
        }
    }

    /// Makes room. Bytes that move leave nothing behind.
    fn reserve(&mut self, more: usize) {
        let needed = self.bytes.len().saturating_add(more);
        if needed > self.bytes.capacity() {
            let mut wider = Vec::with_capacity(needed.max(self.bytes.capacity().saturating_mul(2)).max(1024));
            wider.extend_from_slice(&self.bytes);
            drop(SecretBytes::from(std::mem::replace(&mut self.bytes, wider)));
        }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        drop(SecretBytes::from(std::mem::take(&mut self.bytes)));
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buffer({} bytes)", self.len())
    }
}

/// Overwrites bytes so that the optimiser cannot leave it out.
pub(super) fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    zeroize::optimization_barrier(bytes);
}
