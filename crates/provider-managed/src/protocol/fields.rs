//! Numbers and byte strings inside of messages.

use super::buffer::Buffer;
use super::frame::TooLong;

/// The bytes are no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the message is malformed")]
pub struct Malformed;

/// Reads fields one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (field, rest) = self.0.split_first_chunk().ok_or(Malformed)?;
        self.0 = rest;
        Ok(*field)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Malformed> {
        self.array().map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_be_bytes)
    }

    /// Bytes with their length as u32 in front.
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let len = usize::try_from(self.u32()?).map_err(|_| Malformed)?;
        self.split(len)
    }

    /// Text with its length as one byte in front.
    pub(crate) fn text(&mut self) -> Result<&'a str, Malformed> {
        let len = self.byte()?;
        std::str::from_utf8(self.split(len.into())?).map_err(|_| Malformed)
    }

    /// All that is left.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    /// Nothing may be left.
    pub(crate) fn end(self) -> Result<(), Malformed> {
        self.0.is_empty().then_some(()).ok_or(Malformed)
    }

    fn split(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let (field, rest) = self.0.split_at_checked(len).ok_or(Malformed)?;
        self.0 = rest;
        Ok(field)
    }
}

/// Appends bytes with their length as u32 in front.
pub(crate) fn put_bytes(out: &mut Buffer, bytes: &[u8]) -> Result<(), TooLong> {
    let len = u32::try_from(bytes.len()).map_err(|_| TooLong)?;
    out.put(&len.to_be_bytes());
    out.put(bytes);
    Ok(())
}

/// Appends text with its length as one byte in front.
pub(crate) fn put_text(out: &mut Buffer, text: &str) -> Result<(), TooLong> {
    let len = u8::try_from(text.len()).map_err(|_| TooLong)?;
    out.put(&[len]);
    out.put(text.as_bytes());
    Ok(())
}
