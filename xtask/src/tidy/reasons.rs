//! Every dependency of the workspace says why it is there.

use super::Finding;
use crate::tree::File;

/// Looks at the root manifest. A comment above a dependency covers it and those that follow without a blank line.
pub(super) fn check(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut inside = false;
    let mut explained = false;
    for (number, line) in file.text.lines().enumerate() {
        let line = line.trim_end();
        if line.starts_with('[') {
            inside = line == "[workspace.dependencies]";
        } else if line.is_empty() {
            explained = false;
        } else if line.starts_with('#') {
            explained = true;
        } else if let (true, false, Some(name)) = (inside, explained, declared(line)) {
            findings.push(Finding::new(
                &file.path,
                number + 1,
                format!("`{name}` has no comment that says why"),
            ));
        }
    }
    findings
}

/// The dependency that a line declares; not the inner lines of a long declaration, not our own crates.
fn declared(line: &str) -> Option<&str> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end();
    let is_name = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    (is_name && !value.contains("path = \"crates/")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        let file = File {
            path: "Cargo.toml".to_owned(),
            text: format!("[workspace.dependencies]\n{text}"),
        };
        check(&file).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_dependency_without_a_reason_is_found() {
        assert_eq!(
            messages("a = \"1\""),
            ["Cargo.toml:2: `a` has no comment that says why"]
        );
        assert_eq!(
            messages("# For b.\nb = \"1\"\n\na = { version = \"1\" }").len(),
            1
        );
    }

    #[test]
    fn one_reason_covers_its_group() {
        assert_eq!(
            messages("# Runtime.\na = \"1\"\nb = { version = \"1\", features = [\n  \"x\",\n] }\n"),
            [""; 0]
        );
    }

    #[test]
    fn our_own_crates_and_other_sections_need_none() {
        assert_eq!(
            messages("claviger-a = { path = \"crates/a\" }\n[profile.dev]\ndebug = true\n"),
            [""; 0]
        );
    }
}
