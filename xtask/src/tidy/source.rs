//! A light look at Rust text: which parts are comments, which are strings, which are code.
//!
//! It does not parse. It knows enough of the lexical grammar never to take a brace in a string, or a word in a
//! comment, for code.

/// Two views of one file. Both have the length and the line breaks of the original; blanked bytes are spaces.
pub(super) struct Source {
    /// Comments blanked.
    pub(super) uncommented: String,
    /// Comments and the insides of string and character literals blanked.
    pub(super) code: String,
}

impl Source {
    /// Takes the text apart. Text that is not valid Rust gives some answer, never a panic.
    pub(super) fn scan(text: &str) -> Self {
        let mut scanner = Scanner {
            text,
            at: 0,
            uncommented: text.as_bytes().to_vec(),
            code: text.as_bytes().to_vec(),
        };
        scanner.run();
        let string = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self {
            uncommented: string(scanner.uncommented),
            code: string(scanner.code),
        }
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    uncommented: Vec<u8>,
    code: Vec<u8>,
}

impl Scanner<'_> {
    fn run(&mut self) {
        // True after a letter, digit or underscore: an `r` there ends an identifier, it does not open a raw string.
        let mut in_word = false;
        while let Some(next) = self.rest().chars().next() {
            if self.rest().starts_with("//") {
                self.comment(self.rest().find('\n').unwrap_or(self.rest().len()));
            } else if self.rest().starts_with("/*") {
                self.comment(block_comment(self.rest()));
            } else if let Some(open) = (!in_word).then(|| raw_string_opening(self.rest())).flatten() {
                let closing = format!("\"{}", "#".repeat(open.hashes));
                self.literal(open.length, &closing);
            } else if next == '"' {
                self.string();
            } else if next == '\'' {
                self.quote();
            } else {
                self.at += next.len_utf8();
                in_word = next.is_alphanumeric() || next == '_';
                continue;
            }
            in_word = false;
        }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn comment(&mut self, length: usize) {
        blank(&mut self.uncommented, self.at, length);
        blank(&mut self.code, self.at, length);
        self.at += length;
    }

    /// Steps over a literal without escapes: `opening` bytes, then everything up to `closing`.
    fn literal(&mut self, opening: usize, closing: &str) {
        let inside = self.rest().get(opening..).unwrap_or_default();
        let length = inside.find(closing).unwrap_or(inside.len());
        blank(&mut self.code, self.at + opening, length);
        self.at = (self.at + opening + length + closing.len()).min(self.text.len());
    }

    fn string(&mut self) {
        let length = escaped_length(self.rest(), '"');
        blank(&mut self.code, self.at + 1, length);
        self.at = (self.at + 1 + length + 1).min(self.text.len());
    }

    /// A quote opens a character literal or a lifetime.
    fn quote(&mut self) {
        let mut after = self.rest().chars().skip(1);
        let is_literal = match (after.next(), after.next()) {
            (Some('\\'), _) => true,
            (Some(_), Some(second)) => second == '\'',
            _ => false,
        };
        if is_literal {
            let length = escaped_length(self.rest(), '\'');
            blank(&mut self.code, self.at + 1, length);
            self.at = (self.at + 1 + length + 1).min(self.text.len());
        } else {
            self.at += 1;
        }
    }
}

/// Bytes between an opening quote, the first byte of `text`, and the quote that closes it.
fn escaped_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        if !escaped && character == quote {
            return at - 1;
        }
        escaped = !escaped && character == '\\';
    }
    text.len().saturating_sub(1)
}

struct RawOpening {
    /// Bytes up to and including the quote.
    length: usize,
    hashes: usize,
}

fn raw_string_opening(text: &str) -> Option<RawOpening> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        text.strip_prefix(prefix)
            .is_some_and(|rest| rest.trim_start_matches('#').starts_with('"'))
    })?;
    let hashes = text
        .strip_prefix(prefix)?
        .bytes()
        .take_while(|byte| *byte == b'#')
        .count();
    Some(RawOpening {
        length: prefix.len() + hashes + 1,
        hashes,
    })
}

/// Length of a block comment; they nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

fn blank(bytes: &mut [u8], from: usize, length: usize) {
    for byte in bytes
        .iter_mut()
        .skip(from)
        .take(length)
        .filter(|byte| **byte != b'\n')
    {
        *byte = b' ';
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn code(text: &str) -> String {
        let source = Source::scan(text);
        assert_eq!(source.code.len(), text.len());
        assert_eq!(source.uncommented.len(), text.len());
        source.code
    }

    #[test]
    fn comments_are_blanked_and_lines_stay() {
        assert_eq!(code("a // b {\nc"), "a       \nc");
        assert_eq!(code("a /* b /* c */ } */ d"), "a                   d");
        assert_eq!(code("a /* never closed"), "a                ");
    }

    #[test]
    fn strings_lose_their_insides() {
        assert_eq!(
            code(r#"f("}{ \" // no comment", x)"#),
            r#"f("                   ", x)"#
        );
        assert_eq!(code("r#\"a \" b\"# c"), "r#\"     \"# c");
        assert_eq!(code("br\"\\\" c"), "br\" \" c");
        assert_eq!(code("\"open"), "\"    ");
    }

    #[test]
    fn an_identifier_that_ends_in_r_opens_no_raw_string() {
        assert_eq!(code(r#"for"a\"b"c"#), r#"for"    "c"#);
    }

    #[test]
    fn lifetimes_are_not_character_literals() {
        assert_eq!(
            code("fn f<'a>(x: &'a str) { '{' }"),
            "fn f<'a>(x: &'a str) { ' ' }"
        );
        assert_eq!(code(r"['\'', '{', b'\\']"), r"['  ', ' ', b'  ']");
        assert_eq!(code("'é' }"), "'  ' }");
    }

    #[test]
    fn strings_stay_where_only_comments_are_blanked() {
        assert_eq!(Source::scan("\"word\" // word").uncommented, "\"word\"        ");
    }
}
