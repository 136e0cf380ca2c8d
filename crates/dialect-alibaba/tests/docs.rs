//! `docs/alibaba.md` tells the truth about what is served.

#![expect(clippy::unwrap_used, reason = "a page that cannot be read fails the test")]

use std::fs;
use std::path::Path;

use claviger_dialect_alibaba::{not_served, served};

/// The text under a heading, up to the next one.
fn section(heading: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/alibaba.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split("\n## ").next().unwrap().to_owned()
}

/// What stands in backticks in one column of the section's table, in order of the alphabet.
fn names(heading: &str, column: usize) -> Vec<String> {
    let section = section(heading);
    let rows = section.lines().filter(|line| line.starts_with("| "));
    let cells = rows.filter_map(|line| line.split('|').nth(column));
    let mut names: Vec<String> = cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}

#[test]
fn the_page_lists_what_is_served() {
    assert_eq!(names("Served", 1), served().collect::<Vec<_>>());
}

#[test]
fn the_page_lists_what_is_not_served() {
    assert_eq!(names("Not served", 2), not_served());
}
