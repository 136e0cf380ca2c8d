//! Streaming of canonical text into a hash, a MAC or a buffer.

use crate::encode::{ONCE, Table};
use crate::wipe::wipe;

/// What canonical text can be written to.
pub(crate) trait Sink {
    /// Takes the next bytes of the text.
    fn absorb(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn absorb(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

impl Sink for aws_lc_rs::hmac::Context {
    fn absorb(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
}

/// Bytes gathered before the sink is called; a call into the hash costs as much as tens of bytes hashed.
const CAPACITY: usize = 1024;

/// Small buffer in front of a [`Sink`], which also does the percent-encoding.
pub(crate) struct Writer<'s, S: Sink> {
    sink: &'s mut S,
    buffer: [u8; CAPACITY],
    filled: usize,
}

/// Runs `write` with a writer on `sink`, then flushes and wipes the buffer (it may have held a plaintext).
pub(crate) fn stream<S: Sink, T>(sink: &mut S, write: impl FnOnce(&mut Writer<'_, S>) -> T) -> T {
    let mut writer = Writer {
        sink,
        buffer: [0; CAPACITY],
        filled: 0,
    };
    let result = write(&mut writer);
    writer.flush();
    wipe(&mut writer.buffer);
    result
}

impl<S: Sink> Writer<'_, S> {
    /// Writes `bytes` as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        if bytes.len() > CAPACITY - self.filled {
            self.flush();
        }
        match self.buffer.get_mut(self.filled..self.filled + bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.filled += bytes.len();
            }
            // Longer than the whole buffer, which is empty now.
            None => self.sink.absorb(bytes),
        }
    }

    /// Writes `text` with each byte replaced by its row of `table`: runs that stay as they are in one piece.
    pub(crate) fn encoded(&mut self, text: &str, table: &Table) {
        let mut rest = text.as_bytes();
        loop {
            let run = rest.iter().take_while(|byte| Table::keeps(**byte)).count();
            let Some((plain, tail)) = rest.split_at_checked(run) else {
                return;
            };
            self.raw(plain);
            let Some((byte, tail)) = tail.split_first() else {
                return;
            };
            self.encoded_byte(*byte, table);
            rest = tail;
        }
    }

    /// Writes the row of one byte.
    pub(crate) fn encoded_byte(&mut self, byte: u8, table: &Table) {
        let row = table.row(byte);
        self.raw(row.get(..Table::used(row)).unwrap_or_default());
    }

    /// Writes a canonical query: pairs in the order given, encoded once.
    pub(crate) fn pairs<'t>(&mut self, pairs: impl Iterator<Item = (&'t str, &'t str)>) {
        let mut separator: &[u8] = b"";
        for (name, value) in pairs {
            self.raw(separator);
            self.encoded(name, &ONCE);
            self.raw(b"=");
            self.encoded(value, &ONCE);
            separator = b"&";
        }
    }

    fn flush(&mut self) {
        if let Some(bytes) = self.buffer.get(..self.filled) {
            self.sink.absorb(bytes);
        }
        self.filled = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::{ROW, TWICE};

    fn written(write: impl FnOnce(&mut Writer<'_, Vec<u8>>)) -> Vec<u8> {
        let mut out = Vec::new();
        stream(&mut out, write);
        out
    }

    #[test]
    fn pieces_of_any_size_come_out_whole_and_in_order() {
        for size in [0, 1, CAPACITY - 1, CAPACITY, CAPACITY + 1, 3 * CAPACITY] {
            let piece = vec![b'x'; size];
            let out = written(|w| {
                w.raw(b"<");
                w.raw(&piece);
                w.raw(b">");
            });
            assert_eq!(out.len(), size + 2);
            assert!(out.starts_with(b"<") && out.ends_with(b">"));
        }
    }

    #[test]
    fn encoded_text_longer_than_the_buffer_is_complete() {
        for length in [CAPACITY - ROW, CAPACITY - ROW + 1, CAPACITY, 5 * CAPACITY + 3] {
            let text = " a".repeat(length);
            assert_eq!(
                written(|w| w.encoded(&text, &ONCE)),
                "%20a".repeat(length).into_bytes()
            );
            assert_eq!(
                written(|w| w.encoded(&text, &TWICE)),
                "%2520a".repeat(length).into_bytes()
            );
        }
    }
}
