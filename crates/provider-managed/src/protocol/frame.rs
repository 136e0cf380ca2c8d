//! Where a message begins and ends.

use std::fmt;

use claviger_secret::SecretBytes;

use super::buffer::{Buffer, wipe};

/// Most bytes of a frame, its length not counted.
pub const MAX_FRAME: usize = 1024 * 1024;
/// The same before the end of the handshake.
pub const MAX_GREETING: usize = 256;

/// Bytes of the length in front of a frame.
const LENGTH_LEN: usize = 4;
/// Bytes that are read at a time, and kept for it.
const READ_LEN: usize = 64 * 1024;
/// A call to the kernel for less than this is not worth it.
const LEAST_SPACE: usize = 4 * 1024;

/// A message does not fit into a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the message is longer than a frame may be")]
pub struct TooLong;

/// What came is no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Its length is more than may be.
    #[error("a frame of {len} bytes, where {limit} are the most")]
    TooLong {
        /// What it says.
        len: usize,
        /// The most.
        limit: usize,
    },
}

/// Appends a frame whose content `fill` appends. If it does not fit, `out` is as it was.
pub(crate) fn write(
    out: &mut Buffer,
    limit: usize,
    fill: impl FnOnce(&mut Buffer) -> Result<(), TooLong>,
) -> Result<(), TooLong> {
    let start = out.len();
    out.put(&[0; LENGTH_LEN]);
    let filled = fill(out);
    let len = out.len() - start - LENGTH_LEN;
    match (filled, u32::try_from(len)) {
        (Ok(()), Ok(written)) if len <= limit => {
            out.patch(start, &written.to_be_bytes());
            Ok(())
        }
        _ => {
            out.truncate(start);
            Err(TooLong)
        }
    }
}

/// What has come in, cut into frames.
///
/// It grows with what came, by doubling, up to one frame of the longest kind and a little; then nothing is read until
/// frames were taken out.
pub struct Frames {
    /// All of it is initialised; `start..end` is what came and was not taken.
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    limit: usize,
}

impl Frames {
    /// Nothing yet, and no frame may be longer than `limit`.
    pub fn new(limit: usize) -> Self {
        Self {
            bytes: vec![0; READ_LEN],
            start: 0,
            end: 0,
            limit,
        }
    }

    /// From now on, frames may be that long.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Where to read to; never empty once every whole frame was taken out. What was taken out before is wiped.
    pub fn space(&mut self) -> &mut [u8] {
        self.compact();
        let len = self.bytes.len();
        if self.end == 0 && len > READ_LEN {
            self.replace(READ_LEN);
        } else if len - self.end < LEAST_SPACE {
            let most = LENGTH_LEN + self.limit.max(READ_LEN) + LEAST_SPACE;
            self.replace((len * 2).min(most).max(len));
        }
        self.bytes.get_mut(self.end..).unwrap_or_default()
    }

    /// So many bytes were read to [`Self::space`].
    pub fn filled(&mut self, count: usize) {
        self.end = self.end.saturating_add(count).min(self.bytes.len());
    }

    /// The content of the next frame, if it has come whole.
    pub fn take(&mut self) -> Result<Option<&[u8]>, FrameError> {
        let came = self.bytes.get(self.start..self.end).unwrap_or_default();
        let Some((length, rest)) = came.split_first_chunk::<LENGTH_LEN>() else {
            return Ok(None);
        };
        let len = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        if len > self.limit {
            return Err(FrameError::TooLong {
                len,
                limit: self.limit,
            });
        }
        let Some(content) = rest.get(..len) else {
            return Ok(None);
        };
        self.start += LENGTH_LEN + len;
        Ok(Some(content))
    }

    /// Whether bytes have come that are no whole frame.
    pub fn has_part(&self) -> bool {
        self.start != self.end
    }

    /// Moves what was not taken to the front, and wipes behind it.
    fn compact(&mut self) {
        let left = self.end - self.start;
        if self.start == 0 {
            return;
        }
        if left > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
        }
        wipe(self.bytes.get_mut(left..self.end).unwrap_or_default());
        self.start = 0;
        self.end = left;
    }

    fn replace(&mut self, len: usize) {
        let mut bytes = vec![0; len];
        if let (Some(to), Some(from)) = (bytes.get_mut(..self.end), self.bytes.get(..self.end)) {
            to.copy_from_slice(from);
        }
        drop(SecretBytes::from(std::mem::replace(&mut self.bytes, bytes)));
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        drop(SecretBytes::from(std::mem::take(&mut self.bytes)));
    }
}

impl fmt::Debug for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frames({} bytes)", self.end - self.start)
    }
}
