//! The buffer that holds decoded text.

use std::mem;

use crate::wipe::wipe;

/// Decoded text of all parameters of a request, wiped when dropped and when it moves to a larger buffer.
#[derive(Default)]
pub(super) struct Scratch(String);

impl Scratch {
    /// Text at a place that decoding has recorded and checked.
    pub(super) fn text(&self, start: usize, end: usize) -> &str {
        // INVARIANT: recorded places are within the text and on character boundaries, so the default is never taken.
        self.whole(start, end).unwrap_or_default()
    }

    /// Text at a place, if it begins and ends between characters.
    pub(super) fn whole(&self, start: usize, end: usize) -> Option<&str> {
        self.0.get(start..end)
    }

    /// Takes the bytes out, to decode more of them.
    pub(super) fn take(&mut self) -> Raw {
        Raw(mem::take(&mut self.0).into_bytes())
    }

    /// Puts bytes in.
    ///
    /// # Errors
    /// The bytes again when they are not UTF-8.
    pub(super) fn put(&mut self, mut raw: Raw) -> Result<(), Raw> {
        match String::from_utf8(mem::take(&mut raw.0)) {
            Ok(text) => {
                self.0 = text;
                Ok(())
            }
            Err(error) => Err(Raw(error.into_bytes())),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(self.take());
    }
}

/// Decoded bytes that are not known to be text yet.
#[derive(Default)]
pub(super) struct Raw(Vec<u8>);

impl Raw {
    /// All bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Makes room for `more` bytes without leaving the old ones behind, as a plain reallocation would.
    pub(super) fn reserve(&mut self, more: usize) {
        if self.0.capacity() - self.0.len() < more {
            let mut larger = Vec::with_capacity(self.0.len() + more);
            larger.extend_from_slice(&self.0);
            wipe(&mut self.0);
            self.0 = larger;
        }
    }

    /// Appends bytes; room was made before.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}
