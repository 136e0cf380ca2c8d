//! Text with wildcards: `*` stands for any run of characters, none included, `?` for exactly one.

use std::fmt;

/// Longest text between two `*`, in characters, where it cannot be searched for in linear time: with a `?` in it, or
/// when case is ignored. It bounds the work per character of a text.
pub const MIDDLE_LIMIT: usize = 256;

/// Whether letters of the two cases are the same. Only the letters A to Z have cases here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// They differ.
    Matters,
    /// They are the same.
    Ignored,
}

/// A pattern has a part that would be slow to search for: more than [`MIDDLE_LIMIT`] characters between two `*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {MIDDLE_LIMIT} characters between two `*`")]
pub struct PatternError;

/// A compiled pattern. Matching takes time linear in the text and allocates nothing.
///
/// There is no escape: `*` and `?` cannot be asked for literally.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    source: Box<str>,
    case: Case,
    head: Part,
    /// What follows the first `*`; none where there is no `*`.
    tail: Option<Tail>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Tail {
    /// Between two `*`, never empty.
    middle: Box<[Part]>,
    end: Part,
}

/// Text without `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    text: Box<str>,
    characters: usize,
    /// Whether a `?` is among them.
    open: bool,
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// [`PatternError`].
    pub fn compile(source: &str, case: Case) -> Result<Self, PatternError> {
        let mut parts = source.split('*').map(Part::new);
        let head = parts.next().unwrap_or_else(|| Part::new(""));
        let mut rest: Vec<Part> = parts.collect();
        let tail = rest.pop().map(|end| {
            rest.retain(|part| part.characters > 0);
            Tail {
                middle: rest.into(),
                end,
            }
        });
        let slow = |part: &Part| part.characters > MIDDLE_LIMIT && (part.open || case == Case::Ignored);
        if tail.as_ref().is_some_and(|tail| tail.middle.iter().any(slow)) {
            return Err(PatternError);
        }
        Ok(Self {
            source: source.into(),
            case,
            head,
            tail,
        })
    }

    /// The pattern that everything matches: `*`.
    pub fn anything() -> Self {
        Self {
            source: "*".into(),
            case: Case::Matters,
            head: Part::new(""),
            tail: Some(Tail {
                middle: Box::default(),
                end: Part::new(""),
            }),
        }
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether the whole of `text` is as the pattern says.
    pub fn matches(&self, text: &str) -> bool {
        let Some(rest) = self.head.strip(text, self.case) else {
            return false;
        };
        let Some(tail) = &self.tail else {
            return rest.is_empty();
        };
        // The end has one place only, and mostly tells at once.
        let Some(mut rest) = tail.end.strip_end(rest, self.case) else {
            return false;
        };
        // The leftmost place leaves most to what follows, so no other need be tried.
        for part in &tail.middle {
            match part.find(rest, self.case) {
                Some(after) => rest = after,
                None => return false,
            }
        }
        true
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl Part {
    fn new(text: &str) -> Self {
        Self {
            text: text.into(),
            characters: text.chars().count(),
            open: text.contains('?'),
        }
    }

    /// What is left of `text` when it begins with this part.
    fn strip<'t>(&self, text: &'t str, case: Case) -> Option<&'t str> {
        match (self.open, case) {
            (false, Case::Matters) => text.strip_prefix(&*self.text),
            (false, Case::Ignored) => {
                let (start, rest) = text.split_at_checked(self.text.len())?;
                start.eq_ignore_ascii_case(&self.text).then_some(rest)
            }
            (true, _) => {
                let mut rest = text.chars();
                for wanted in self.text.chars() {
                    let found = rest.next()?;
                    let same = match case {
                        Case::Matters => wanted == found,
                        Case::Ignored => wanted.eq_ignore_ascii_case(&found),
                    };
                    if wanted != '?' && !same {
                        return None;
                    }
                }
                Some(rest.as_str())
            }
        }
    }

    /// What is left of `text` behind the first place that is as this part says.
    fn find<'t>(&self, mut text: &'t str, case: Case) -> Option<&'t str> {
        if !self.open && case == Case::Matters {
            // Colons stand alone in most patterns, and one character is found faster than a text of one.
            let mut characters = self.text.chars();
            let found = match (characters.next(), characters.next()) {
                (Some(only), None) => text.split_once(only),
                _ => text.split_once(&*self.text),
            };
            return found.map(|(_, after)| after);
        }
        loop {
            if let Some(after) = self.strip(text, case) {
                return Some(after);
            }
            let mut characters = text.chars();
            characters.next()?;
            text = characters.as_str();
        }
    }

    /// What is left of `text` when it ends with this part.
    fn strip_end<'t>(&self, text: &'t str, case: Case) -> Option<&'t str> {
        if !self.open && case == Case::Matters {
            return text.strip_suffix(&*self.text);
        }
        let Some(last) = self.characters.checked_sub(1) else {
            return Some(text);
        };
        let (start, _) = text.char_indices().rev().nth(last)?;
        let (before, end) = text.split_at_checked(start)?;
        (self.strip(end, case) == Some("")).then_some(before)
    }
}

#[cfg(test)]
mod tests;
