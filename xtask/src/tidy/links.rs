//! Relative links in Markdown files lead somewhere.

use std::collections::BTreeSet;

use super::Finding;
use crate::tree::File;

/// Looks at every Markdown file. A link may name a text file of the repository or a folder that holds one.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let known = places(files);
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.extension() == "md") {
        for (line, target) in links(&file.text) {
            let there = resolve(&file.path, target).is_some_and(|path| known.contains(&path));
            if !there {
                findings.push(Finding::new(
                    &file.path,
                    line,
                    format!("`{target}` does not exist"),
                ));
            }
        }
    }
    findings
}

/// All files and all folders, the root as the empty text.
fn places(files: &[File]) -> BTreeSet<String> {
    let mut known = BTreeSet::from([String::new()]);
    for file in files {
        known.extend(
            file.path
                .match_indices('/')
                .filter_map(|(at, _)| file.path.get(..at))
                .map(str::to_owned),
        );
        known.insert(file.path.clone());
    }
    known
}

/// Relative link targets with their lines, without fragments. Code, inline or fenced, holds no links.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let targets = line
                .match_indices("](")
                .filter(|(at, _)| !in_inline_code(line, *at));
            let targets = targets.filter_map(|(at, _)| target(line.get(at + 2..)?));
            found.extend(targets.map(|target| (number + 1, target)));
        }
    }
    found
}

fn in_inline_code(line: &str, at: usize) -> bool {
    line.get(..at)
        .is_some_and(|before| before.matches('`').count() % 2 == 1)
}

/// The file that the text after `](` names, unless the link leads out of the repository or into the same file.
fn target(text: &str) -> Option<&str> {
    let inside = match text.strip_prefix('<') {
        Some(bracketed) => bracketed.split('>').next()?,
        None => text.split([')', ' ']).next()?,
    };
    let file = inside.split('#').next()?;
    let outside = file.contains("://") || file.starts_with("mailto:");
    (!outside && !file.is_empty()).then_some(file)
}

/// The path from the root that `target`, written in the file `from`, means.
fn resolve(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = if target.starts_with('/') {
        Vec::new()
    } else {
        from.split('/').collect()
    };
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        let file = |path: &str, text: &str| File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let files = [
            file("docs/adr/0001-a.md", ""),
            file("README.md", ""),
            file(path, text),
        ];
        check(&files).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn links_to_files_and_folders_are_followed() {
        let good =
            "[a](adr/0001-a.md) [b](../README.md#x) [c](/docs/adr) [d](adr/) [e](..) [f](<adr/0001-a.md>)";
        assert_eq!(messages("docs/index.md", good), [""; 0]);
        assert_eq!(
            messages("docs/index.md", "[a](adr/0002-b.md)"),
            ["`adr/0002-b.md` does not exist"]
        );
        assert_eq!(
            messages("docs/index.md", "[a](README.md \"title\")"),
            ["`README.md` does not exist"]
        );
    }

    #[test]
    fn a_link_out_of_the_repository_is_found() {
        assert_eq!(
            messages("docs/index.md", "[a](../../README.md)"),
            ["`../../README.md` does not exist"]
        );
    }

    #[test]
    fn the_web_and_the_same_page_are_not_checked() {
        assert_eq!(
            messages(
                "a.md",
                "[a](https://example.org/x) [b](#part) [c](mailto:a@example.org)"
            ),
            [""; 0]
        );
    }

    #[test]
    fn code_holds_no_links() {
        assert_eq!(
            messages("a.md", "```\n[a](missing.md)\n```\nand `x[0](missing)` and"),
            [""; 0]
        );
    }
}
