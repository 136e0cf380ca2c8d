//! Vendors' words stay in their dialects: the core speaks its own language.

use super::settings::{Exception, Words};
use super::{Finding, RustFile};

/// Looks for vendor words in identifiers and strings of the core. Comments may compare and explain.
pub(super) fn check(files: &[RustFile<'_>], words: &Words) -> Vec<Finding> {
    let core = files
        .iter()
        .filter(|file| words.core.iter().any(|folder| is_in(file.path, folder)));
    let hits: Vec<Hit<'_>> = core.flat_map(|file| hits(file, words)).collect();
    let mut findings = Vec::new();
    for hit in hits.iter().filter(|hit| {
        !words
            .exception
            .iter()
            .any(|exception| hit.is_excused_by(exception))
    }) {
        let message = format!(
            "`{}` is a vendor's word; name the thing in our own, or in its dialect",
            hit.word
        );
        findings.push(Finding::new(hit.path, hit.line, message));
    }
    for exception in &words.exception {
        let mut complain = |what| {
            findings.push(Finding::new(
                "tidy.toml",
                0,
                format!("the exception for `{}` {what}", exception.path),
            ));
        };
        if exception.reason.trim().is_empty() {
            complain("gives no reason");
        }
        if !hits.iter().any(|hit| hit.is_excused_by(exception)) {
            complain("is not needed any more");
        }
    }
    findings
}

struct Hit<'a> {
    path: &'a str,
    line: usize,
    word: &'a str,
}

impl Hit<'_> {
    fn is_excused_by(&self, exception: &Exception) -> bool {
        is_in(self.path, &exception.path) && exception.word.as_deref().is_none_or(|only| only == self.word)
    }
}

fn hits<'a>(file: &'a RustFile<'_>, words: &'a Words) -> Vec<Hit<'a>> {
    let mut hits = Vec::new();
    let lines = file
        .source
        .uncommented
        .lines()
        .zip(file.source.code.lines())
        .enumerate();
    for (number, (line, without_strings)) in lines {
        let lower = line.to_lowercase();
        let vendor = words
            .vendor
            .iter()
            .filter(|word| lower.contains(&word.to_lowercase()));
        let count = |line: &str, word: &str| line.matches(word).count();
        let wire = words
            .wire
            .iter()
            .filter(|word| count(line, word) > count(without_strings, word));
        hits.extend(vendor.chain(wire).map(|word| Hit {
            path: file.path,
            line: number + 1,
            word,
        }));
    }
    hits
}

/// Whether `path` is `place` or lies below it; `place*` also covers longer names.
fn is_in(path: &str, place: &str) -> bool {
    match place.strip_suffix('*') {
        Some(start) => path.starts_with(start),
        None => path
            .strip_prefix(place)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str, exceptions: &str) -> Vec<String> {
        let settings = format!(
            "vendor = ['cmk']\nwire = ['RequestId']\ncore = ['crates/core', 'crates/store*']\n{exceptions}"
        );
        let findings = check(&[RustFile::new(path, text)], &toml::from_str(&settings).unwrap());
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn identifiers_and_strings_are_searched_in_any_case() {
        assert_eq!(messages("crates/core/src/a.rs", "\nlet cmk_id = 1;", "").len(), 1);
        assert_eq!(messages("crates/core/src/a.rs", "struct CmkId;", "").len(), 1);
        assert_eq!(
            messages("crates/core/src/a.rs", "let a = \"RequestId\";", "").len(),
            1
        );
    }

    #[test]
    fn comments_may_say_anything() {
        assert_eq!(
            messages(
                "crates/core/src/a.rs",
                "// what clouds call a CMK\nlet key = 1;",
                ""
            ),
            [""; 0]
        );
    }

    #[test]
    fn other_crates_are_free() {
        assert_eq!(messages("crates/corelike/src/a.rs", "let cmk = 1;", ""), [""; 0]);
        assert_eq!(messages("crates/store-x/src/a.rs", "let cmk = 1;", "").len(), 1);
    }

    #[test]
    fn an_exception_covers_its_place_and_word_only() {
        let exception =
            "[[exception]]\npath = 'crates/core/src/languages'\nword = 'cmk'\nreason = 'the language'";
        assert_eq!(
            messages("crates/core/src/languages/a.rs", "let cmk = 1;", exception),
            [""; 0]
        );
        // Two findings: the word itself, and the exception that excuses nothing.
        assert_eq!(
            messages(
                "crates/core/src/languages/a.rs",
                "let a = \"RequestId\";",
                exception
            )
            .len(),
            2
        );
    }

    #[test]
    fn an_exception_needs_a_reason_and_a_use() {
        let exception = "[[exception]]\npath = 'crates/core/src/a.rs'\nreason = ' '";
        assert_eq!(
            messages("crates/core/src/a.rs", "let cmk = 1;", exception).len(),
            1
        );
        assert_eq!(
            messages("crates/core/src/b.rs", "let key = 1;", exception).len(),
            2
        );
    }
}
