//! No file names the machine or the folder it was written in.

use super::Finding;
use crate::tree::File;

/// Texts that only make sense where somebody worked. Split, so that this file does not hold them.
const PRIVATE: &[&str] = &[
    concat!("../", "shared"),
    concat!("/wo", "rk/"),
    concat!("bash", "_jobs"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!(".lib", "rary/"),
];

/// Looks at one file of any kind.
pub(super) fn check(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        for text in PRIVATE.iter().filter(|text| line.contains(*text)) {
            findings.push(Finding::new(
                &file.path,
                number + 1,
                format!("`{text}` names somebody's workplace"),
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        check(&File {
            path: "a.md".to_owned(),
            text: text.to_owned(),
        })
        .len()
    }

    #[test]
    fn a_private_path_is_found() {
        assert_eq!(count(concat!("see /wo", "rk/main/a.rs")), 1);
        assert_eq!(count(concat!("first\nsee ../", "shared/notes.md")), 1);
    }

    #[test]
    fn ordinary_paths_are_fine() {
        assert_eq!(count("see crates/model/src/lib.rs and homework/a"), 0);
    }
}
