//! Files and functions stay small.

use super::settings::Sizes;
use super::{Finding, RustFile};

/// Looks at one Rust file.
pub(super) fn check(file: &RustFile<'_>, sizes: &Sizes) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lines = file.text.lines().count();
    if lines > sizes.file {
        findings.push(Finding::new(
            file.path,
            0,
            format!("{lines} lines, the limit is {}: split it", sizes.file),
        ));
    }
    for function in functions(&file.source.code) {
        if function.lines > sizes.function {
            let message = format!(
                "`{}` has {} lines, the limit is {}: split it",
                function.name, function.lines, sizes.function
            );
            findings.push(Finding::new(file.path, function.line, message));
        }
    }
    findings
}

struct Function<'a> {
    name: &'a str,
    line: usize,
    lines: usize,
}

/// Functions with a body, nested ones too. `code` has no comments and no strings.
fn functions(code: &str) -> Vec<Function<'_>> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let (before, from_fn) = code.split_at(at);
        if before.ends_with(|last: char| last.is_alphanumeric() || last == '_') {
            continue;
        }
        let after = from_fn.get(3..).unwrap_or_default().trim_start();
        let name = after
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
            .unwrap_or_default();
        // Without a name it is a function pointer type; without a body, a declaration.
        if let (false, Some(length)) = (name.is_empty(), length_to_end(from_fn)) {
            let lines = from_fn.get(..length).unwrap_or_default().matches('\n').count() + 1;
            found.push(Function {
                name,
                line: before.matches('\n').count() + 1,
                lines,
            });
        }
    }
    found
}

/// Bytes up to the brace that closes the body; nothing where there is no body.
fn length_to_end(code: &str) -> Option<usize> {
    // Parentheses and brackets: a `;` in `[u8; 4]` does not end the declaration.
    let mut nesting = 0_i32;
    let mut braces = 0_i32;
    for (at, character) in code.char_indices() {
        match character {
            '(' | '[' => nesting += 1,
            ')' | ']' => nesting -= 1,
            ';' if nesting == 0 && braces == 0 => return None,
            '{' => braces += 1,
            '}' => {
                braces -= 1;
                if braces == 0 && nesting == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str, file: usize, function: usize) -> Vec<String> {
        let findings = check(&RustFile::new("a.rs", text), &Sizes { file, function });
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_long_file_is_found() {
        assert_eq!(
            messages("a\nb\nc\n", 2, 80),
            ["a.rs: 3 lines, the limit is 2: split it"]
        );
        assert_eq!(messages("a\nb\n", 2, 80), [""; 0]);
    }

    #[test]
    fn a_long_function_is_found_where_it_starts() {
        let text = "struct S;\nimpl S {\n    pub fn long(&self, a: [u8; 4]) -> u8 {\n        1\n    }\n}\n";
        assert_eq!(
            messages(text, 500, 2),
            ["a.rs:3: `long` has 3 lines, the limit is 2: split it"]
        );
        assert_eq!(messages(text, 500, 3), [""; 0]);
    }

    #[test]
    fn braces_in_strings_and_comments_do_not_count() {
        let text = "fn a() {\n    f(\"}\"); // }\n    '}';\n}\n";
        assert_eq!(
            messages(text, 500, 3),
            ["a.rs:1: `a` has 4 lines, the limit is 3: split it"]
        );
    }

    #[test]
    fn declarations_and_pointer_types_are_no_functions() {
        assert_eq!(
            messages(
                "trait T { fn a(&self, b: [u8; 4]);\n\n\n}\ntype F = fn (u8) -> u8;\n",
                500,
                1
            ),
            [""; 0]
        );
    }

    #[test]
    fn a_where_clause_and_a_nested_function_are_followed() {
        let text = "fn outer<T>()\nwhere\n    T: Copy,\n{\n    fn inner() {\n    }\n}\n";
        let names: Vec<_> = functions(text)
            .iter()
            .map(|function| (function.name, function.lines))
            .collect();
        assert_eq!(names, [("outer", 7), ("inner", 2)]);
    }
}
