//! Every crate begins by saying what it is for.

use super::Finding;
use crate::tree::File;

/// Looks at crate roots, `src/lib.rs` and `src/main.rs`, and leaves other files alone.
pub(super) fn check(file: &File) -> Option<Finding> {
    let is_root = ["src/lib.rs", "src/main.rs"]
        .iter()
        .any(|root| file.path.ends_with(root));
    if is_root && !file.text.starts_with("//! ") {
        return Some(Finding::new(
            &file.path,
            1,
            "a crate begins with `//!`: what it is for, what it must never know",
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> bool {
        check(&File {
            path: path.to_owned(),
            text: text.to_owned(),
        })
        .is_some()
    }

    #[test]
    fn crate_roots_need_a_text() {
        assert!(found("crates/a/src/lib.rs", "pub mod a;"));
        assert!(found(
            "xtask/src/main.rs",
            "// A comment is no documentation.\nfn main() {}"
        ));
        assert!(!found("crates/a/src/lib.rs", "//! Words.\npub mod a;"));
    }

    #[test]
    fn other_files_are_free() {
        assert!(!found("crates/a/src/other.rs", "pub mod a;"));
    }
}
