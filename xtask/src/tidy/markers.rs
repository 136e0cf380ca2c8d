//! Nothing unfinished, nothing switched off.

use super::{Finding, RustFile};
use crate::tree::File;

/// Files that people write code in.
const CODE: &[&str] = &[
    "rs", "py", "mjs", "js", "ts", "sh", "html", "css", "sql", "toml", "yml", "yaml",
];

/// Words that mark unfinished work, also in comments. Split, so that this file does not hold them.
const UNFINISHED: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:")];

/// What must not stand in Rust code, and why.
const RUST: &[(&str, &str)] = &[
    (concat!("to", "do!"), "unfinished"),
    (concat!("unimpl", "emented!"), "unfinished"),
    (
        "#[allow(",
        "use `#[expect(lint, reason = \"…\")]`, which fails when it is no longer needed",
    ),
    (
        "#![allow(",
        "use `#![expect(lint, reason = \"…\")]`, which fails when it is no longer needed",
    ),
    (
        ",allow(",
        "use `expect(lint, reason = \"…\")`, which fails when it is no longer needed",
    ),
    (concat!("#[", "ignore"), "a test that does not run proves nothing"),
];

/// How other languages' test runners skip a test.
const SKIPPED: &[&str] = &[
    concat!("mark.", "skip"),
    concat!("skip", "if("),
    concat!("unittest.", "skip"),
    concat!("test.", "skip("),
    concat!("it.", "skip("),
    concat!("describe.", "skip("),
];

/// Looks at every code file.
pub(super) fn check(files: &[File], rust: &[RustFile<'_>]) -> Vec<Finding> {
    let code = files.iter().filter(|file| CODE.contains(&file.extension()));
    let mut findings: Vec<Finding> = code.flat_map(text_markers).collect();
    findings.extend(rust.iter().flat_map(rust_markers));
    findings
}

fn text_markers(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        for marker in UNFINISHED.iter().filter(|marker| has_word(line, marker)) {
            findings.push(Finding::new(
                &file.path,
                number + 1,
                format!("`{marker}`: finish it or open an issue"),
            ));
        }
        for marker in SKIPPED
            .iter()
            .filter(|marker| file.extension() != "rs" && line.contains(*marker))
        {
            let message = format!("`{marker}`: a test that does not run proves nothing");
            findings.push(Finding::new(&file.path, number + 1, message));
        }
    }
    findings
}

fn rust_markers(file: &RustFile<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in file.source.code.lines().enumerate() {
        let dense: String = line.split_whitespace().collect();
        for (marker, advice) in RUST.iter().filter(|(marker, _)| has_word(&dense, marker)) {
            findings.push(Finding::new(
                file.path,
                number + 1,
                format!("`{marker}`: {advice}"),
            ));
        }
    }
    findings
}

/// Whether `marker` stands in `line` and is not part of a longer word.
fn has_word(line: &str, marker: &str) -> bool {
    let in_word = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(marker).any(|(at, _)| {
        let before = line.get(..at).is_some_and(|before| before.ends_with(in_word));
        let after = line
            .get(at + marker.len()..)
            .is_some_and(|after| after.starts_with(in_word));
        let longer = (marker.starts_with(in_word) && before) || (marker.ends_with(in_word) && after);
        !longer
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        let file = File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let rust: Vec<_> = (file.extension() == "rs")
            .then(|| RustFile::new(path, text))
            .into_iter()
            .collect();
        check(&[file], &rust).len()
    }

    #[test]
    fn unfinished_words_are_found_in_comments_too() {
        assert_eq!(count("a.rs", concat!("// TO", "DO later")), 1);
        assert_eq!(count("a.py", concat!("# FIX", "ME")), 1);
        assert_eq!(count("a.rs", concat!("let TO", "DOS = 1;")), 0);
        assert_eq!(count("a.md", concat!("TO", "DO")), 0);
    }

    #[test]
    fn unfinished_macros_are_found_in_code_only() {
        assert_eq!(count("a.rs", concat!("fn a() { to", "do!() }")), 1);
        assert_eq!(count("a.rs", concat!("fn a() { unimpl", "emented!(\"b\") }")), 1);
        assert_eq!(count("a.rs", concat!("let a = \"to", "do!\"; // to", "do!")), 0);
    }

    #[test]
    fn lints_are_expected_not_allowed() {
        assert_eq!(count("a.rs", "#[allow(dead_code)]\nfn a() {}"), 1);
        assert_eq!(count("a.rs", "#![allow(clippy::all)]"), 1);
        assert_eq!(count("a.rs", "#[cfg_attr(test, allow(dead_code))]"), 1);
        assert_eq!(count("a.rs", "#[expect(dead_code, reason = \"x\")]"), 0);
        assert_eq!(count("a.rs", "let x = f(a, self.allow(b));"), 0);
    }

    #[test]
    fn switched_off_tests_are_found() {
        assert_eq!(count("a.rs", concat!("#[", "ignore = \"slow\"]\nfn a() {}")), 1);
        assert_eq!(count("a.py", concat!("@pytest.mark.", "skip")), 1);
        assert_eq!(count("a.mjs", concat!("test.", "skip('x', () => {})")), 1);
        assert_eq!(count("a.rs", "let x = items.iter().skip(1);"), 0);
    }
}
