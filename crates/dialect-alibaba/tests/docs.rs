//! `docs/alibaba.md` and `docs/identities.md` tell the truth about what is served.

#![expect(clippy::unwrap_used, reason = "a page that cannot be read fails the test")]

use std::fs;
use std::path::Path;

use claviger_dialect_alibaba::Api;

/// The text of a page under a heading, up to the next one.
fn section(page: &str, heading: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let page = fs::read_to_string(folder.join(page)).unwrap();
    let (_, rest) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split("\n## ").next().unwrap().to_owned()
}

/// What stands in backticks in a text.
fn quoted(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned)
}

/// What stands in backticks in one column of the section's table, in order of the alphabet.
fn names(section: &str, column: usize) -> Vec<String> {
    let rows = section.lines().filter(|line| line.starts_with("| "));
    let cells = rows.filter_map(|line| line.split('|').nth(column));
    let mut names: Vec<String> = cells.flat_map(quoted).collect();
    names.sort();
    names
}

#[test]
fn the_page_lists_what_is_served() {
    let served: Vec<_> = Api::Kms.served().collect();
    assert_eq!(names(&section("alibaba.md", "Served"), 1), served);
}

#[test]
fn the_page_lists_what_is_not_served() {
    let listed = names(&section("alibaba.md", "Not served"), 2);
    assert_eq!(listed, Api::Kms.not_served());
}

#[test]
fn the_other_tables_list_what_is_served_and_what_is_not() {
    for (api, heading) in [
        (Api::Ram, "Users, groups, roles and policies"),
        (Api::Sts, "Temporary credentials"),
        (Api::Admin, "The deployment"),
    ] {
        let section = section("identities.md", heading);
        assert_eq!(names(&section, 1), api.served().collect::<Vec<_>>());
        let not_served = section.lines().find_map(|line| line.strip_prefix("Not served: "));
        let not_served: Vec<_> = quoted(not_served.unwrap_or_default()).collect();
        assert_eq!(not_served, api.not_served());
    }
    for (api, prefix) in [
        (Api::ActionTrail, "Not served: "),
        (Api::ActionTrail2017, "Not served in 2017-12-04: "),
    ] {
        let section = section("alibaba.md", "Audit trail");
        let (table, _) = section.split_once(prefix).unwrap();
        assert_eq!(names(table, 1), api.served().collect::<Vec<_>>());
        let not_served = section.lines().find_map(|line| line.strip_prefix(prefix));
        assert_eq!(quoted(not_served.unwrap()).collect::<Vec<_>>(), api.not_served());
        assert!(section.contains(api.version()), "{api:?}");
    }
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/identities.md"));
    let page = page.unwrap();
    for api in [Api::Ram, Api::Sts, Api::Admin] {
        assert!(page.contains(api.version()), "{api:?}");
    }
}
