//! Text that is written and looked at once.

use std::fmt;

/// Text on the stack; what does not fit there moves to the heap.
pub(crate) struct Text<const ROOM: usize> {
    bytes: [u8; ROOM],
    length: usize,
    long: String,
}

impl<const ROOM: usize> Default for Text<ROOM> {
    fn default() -> Self {
        Self {
            bytes: [0; ROOM],
            length: 0,
            long: String::new(),
        }
    }
}

impl<const ROOM: usize> Text<ROOM> {
    /// What was written.
    pub(crate) fn as_str(&self) -> &str {
        if !self.long.is_empty() {
            return &self.long;
        }
        let text = self.bytes.get(..self.length).map(std::str::from_utf8);
        text.and_then(Result::ok).unwrap_or_default()
    }
}

impl<const ROOM: usize> fmt::Debug for Text<ROOM> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl<const ROOM: usize> fmt::Write for Text<ROOM> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if !self.long.is_empty() {
            self.long.push_str(text);
            return Ok(());
        }
        let end = self.length + text.len();
        if let Some(room) = self.bytes.get_mut(self.length..end) {
            room.copy_from_slice(text.as_bytes());
            self.length = end;
        } else {
            let long = [self.as_str(), text].concat();
            self.long = long;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn short_and_long_text_read_back() {
        let mut text = Text::<4>::default();
        let mut expected = String::new();
        for piece in ["ab", "", "cd", "ü", "end"] {
            text.write_str(piece).unwrap();
            expected.push_str(piece);
            assert_eq!(text.as_str(), expected);
        }
        assert_eq!(format!("{text:?}"), r#""abcdüend""#);
    }
}
