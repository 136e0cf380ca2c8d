//! The text of a subject, character by character.

use crate::{SubjectError, SubjectProblem};

/// A value as it was written.
#[derive(Debug)]
pub(super) enum Raw {
    Text(String),
    /// What stood after `#`.
    Hex(Vec<u8>),
}

/// A place in the text.
#[derive(Debug)]
pub(super) struct Reader {
    text: Vec<char>,
    next: usize,
}

impl Reader {
    pub(super) fn new(text: &str) -> Self {
        Self {
            text: text.chars().collect(),
            next: 0,
        }
    }

    /// The number of the next character, counted from 1.
    pub(super) fn at(&self) -> usize {
        self.next + 1
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.text.get(self.next).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.next += 1;
        Some(character)
    }

    pub(super) fn skip_spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.next += 1;
        }
    }

    /// What stands before `=` or a separator, without spaces around it.
    pub(super) fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(character) = self
            .peek()
            .filter(|character| *character != '=' && !separates(*character))
        {
            name.push(character);
            self.next += 1;
        }
        name.trim().to_owned()
    }

    /// The value up to a separator or the end.
    pub(super) fn value(&mut self) -> Result<Raw, SubjectError> {
        match self.peek() {
            Some('#') => self.hex().map(Raw::Hex),
            Some('"') => self.quoted().map(Raw::Text),
            _ => self.plain().map(Raw::Text),
        }
    }

    fn fail(at: usize, problem: SubjectProblem) -> SubjectError {
        SubjectError { at, problem }
    }

    fn ends(&self) -> bool {
        self.peek().is_none_or(separates)
    }

    fn hex(&mut self) -> Result<Vec<u8>, SubjectError> {
        let at = self.at();
        let fail = || Self::fail(at, SubjectProblem::Hex);
        self.next += 1;
        let mut bytes = Vec::new();
        while let Some(high) = self.digit() {
            let low = self.digit().ok_or_else(fail)?;
            bytes.push(high << 4 | low);
        }
        self.skip_spaces();
        if self.ends() { Ok(bytes) } else { Err(fail()) }
    }

    fn digit(&mut self) -> Option<u8> {
        let digit = self.peek()?.to_digit(16)?;
        self.next += 1;
        u8::try_from(digit).ok()
    }

    fn quoted(&mut self) -> Result<String, SubjectError> {
        let at = self.at();
        let fail = || Self::fail(at, SubjectProblem::Quotes);
        self.next += 1;
        let mut bytes = Vec::new();
        loop {
            match self.next().ok_or_else(fail)? {
                '"' => break,
                '\\' => self.escaped(&mut bytes)?,
                character => push(&mut bytes, character),
            }
        }
        self.skip_spaces();
        if self.ends() { text(at, bytes) } else { Err(fail()) }
    }

    fn plain(&mut self) -> Result<String, SubjectError> {
        let at = self.at();
        let mut bytes = Vec::new();
        // Spaces at the end count only if they are escaped.
        let mut kept = 0;
        while !self.ends() {
            let here = self.at();
            match self.next() {
                Some('\\') => self.escaped(&mut bytes)?,
                Some(special @ ('"' | '<' | '>')) => {
                    return Err(Self::fail(here, SubjectProblem::Unescaped(special)));
                }
                Some(character) => {
                    push(&mut bytes, character);
                    if character.is_whitespace() {
                        continue;
                    }
                }
                None => break,
            }
            kept = bytes.len();
        }
        bytes.truncate(kept);
        text(at, bytes)
    }

    /// What follows a backslash.
    fn escaped(&mut self, out: &mut Vec<u8>) -> Result<(), SubjectError> {
        let fail = Self::fail(self.at() - 1, SubjectProblem::Escape);
        if let Some(high) = self.digit() {
            out.push(high << 4 | self.digit().ok_or(fail)?);
            return Ok(());
        }
        match self.next() {
            Some(special @ (' ' | '"' | '#' | '+' | ',' | ';' | '<' | '=' | '>' | '\\')) => {
                push(out, special);
                Ok(())
            }
            _ => Err(fail),
        }
    }
}

fn separates(character: char) -> bool {
    matches!(character, ',' | ';' | '+')
}

fn push(bytes: &mut Vec<u8>, character: char) {
    bytes.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
}

fn text(at: usize, bytes: Vec<u8>) -> Result<String, SubjectError> {
    String::from_utf8(bytes).map_err(|_| Reader::fail(at, SubjectProblem::Utf8))
}
