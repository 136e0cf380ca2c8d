//! Licence expressions.
//! SOURCE: SPDX specification 3.0, annex B "SPDX license expressions", read 2026-11-21.

use std::fmt;

/// Whether an expression can be satisfied with the licences that `allowed` accepts.
///
/// `X WITH Y` is asked as one name. A `/` means OR, as old manifests write it.
pub(super) fn satisfied(expression: &str, allowed: &dyn Fn(&str) -> bool) -> Result<bool, Malformed> {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let mut parser = Parser {
        tokens: spaced.split_whitespace().peekable(),
        allowed,
    };
    let value = parser.alternatives()?;
    if parser.tokens.next().is_some() {
        Err(Malformed)
    } else {
        Ok(value)
    }
}

/// The text is no licence expression.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a licence expression")
    }
}

struct Parser<'a> {
    tokens: std::iter::Peekable<std::str::SplitWhitespace<'a>>,
    allowed: &'a dyn Fn(&str) -> bool,
}

impl Parser<'_> {
    fn alternatives(&mut self) -> Result<bool, Malformed> {
        let mut value = self.all()?;
        while self.tokens.next_if_eq(&"OR").is_some() {
            value |= self.all()?;
        }
        Ok(value)
    }

    fn all(&mut self) -> Result<bool, Malformed> {
        let mut value = self.one()?;
        while self.tokens.next_if_eq(&"AND").is_some() {
            value &= self.one()?;
        }
        Ok(value)
    }

    fn one(&mut self) -> Result<bool, Malformed> {
        match self.tokens.next() {
            Some("(") => {
                let value = self.alternatives()?;
                if self.tokens.next() == Some(")") {
                    Ok(value)
                } else {
                    Err(Malformed)
                }
            }
            None | Some(")" | "OR" | "AND" | "WITH") => Err(Malformed),
            Some(name) if self.tokens.next_if_eq(&"WITH").is_some() => {
                let exception = self.tokens.next().ok_or(Malformed)?;
                Ok((self.allowed)(&format!("{name} WITH {exception}")))
            }
            Some(name) => Ok((self.allowed)(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(expression: &str) -> Result<bool, Malformed> {
        satisfied(expression, &|name| {
            ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].contains(&name)
        })
    }

    #[test]
    fn or_needs_one_and_needs_both() {
        assert_eq!(good("MIT OR GPL-3.0-only"), Ok(true));
        assert_eq!(good("GPL-3.0-only OR AGPL-3.0-only"), Ok(false));
        assert_eq!(good("MIT AND GPL-3.0-only"), Ok(false));
        assert_eq!(good("MIT AND ISC"), Ok(true));
        assert_eq!(good("MIT/GPL-2.0"), Ok(true));
    }

    #[test]
    fn and_binds_closer_than_or_and_parentheses_closest() {
        assert_eq!(good("MIT OR GPL-3.0-only AND GPL-2.0-only"), Ok(true));
        assert_eq!(good("(MIT OR GPL-3.0-only) AND GPL-2.0-only"), Ok(false));
        assert_eq!(good("ISC AND (MIT OR Apache-2.0)"), Ok(true));
    }

    #[test]
    fn an_exception_is_part_of_the_name() {
        assert_eq!(good("Apache-2.0 WITH LLVM-exception"), Ok(true));
        assert_eq!(good("Apache-2.0"), Ok(false));
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for text in ["", "MIT OR", "(MIT", "MIT)", "MIT ISC", "AND MIT", "MIT WITH"] {
            assert_eq!(good(text), Err(Malformed), "{text}");
        }
    }
}
