//! `unsafe` stands only where it is allowed. That each block says why it is sound is clippy's to check.

use super::settings::Unsafe;
use super::{Finding, RustFile};

/// Looks at one Rust file.
pub(super) fn check(file: &RustFile<'_>, settings: &Unsafe) -> Vec<Finding> {
    if settings
        .folders
        .iter()
        .any(|folder| file.path.starts_with(&format!("{folder}/")))
    {
        return Vec::new();
    }
    let message = format!("`unsafe` is allowed in {} only", settings.folders.join(", "));
    let lines = file
        .source
        .code
        .lines()
        .enumerate()
        .filter(|(_, line)| has_unsafe(line));
    lines
        .map(|(number, _)| Finding::new(file.path, number + 1, message.clone()))
        .collect()
}

fn has_unsafe(line: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| word == "unsafe")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        let settings = Unsafe {
            folders: vec!["crates/secret".to_owned()],
        };
        check(&RustFile::new(path, text), &settings).len()
    }

    #[test]
    fn unsafe_code_has_its_places() {
        assert_eq!(count("crates/model/src/a.rs", "unsafe { f() }"), 1);
        assert_eq!(count("crates/secret/src/a.rs", "unsafe { f() }"), 0);
        assert_eq!(count("crates/secretive/src/a.rs", "unsafe { f() }"), 1);
    }

    #[test]
    fn the_word_alone_is_harmless() {
        assert_eq!(
            count(
                "crates/model/src/a.rs",
                "#![forbid(unsafe_code)] // unsafe\nlet a = \"unsafe\";"
            ),
            0
        );
    }
}
