//! `docs/huawei.md` tells the truth about what is served.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use claviger_dialect_huawei::{Operation, not_served, served};
use serde_json::Value;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

/// The text of the page under a heading, up to the next one.
fn section(heading: &str) -> String {
    let page = read("docs/huawei.md");
    let (_, rest) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split("\n## ").next().unwrap().to_owned()
}

/// What stands in backticks in a text.
fn quoted(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned)
}

/// What stands in backticks in two columns of the section's table, row by row.
fn rows(section: &str, columns: [usize; 2]) -> Vec<[Vec<String>; 2]> {
    let lines = section.lines().filter(|line| line.starts_with("| "));
    let cells =
        lines.map(|line| columns.map(|column| quoted(line.split('|').nth(column).unwrap()).collect()));
    cells
        .filter(|cells: &[Vec<String>; 2]| !cells[0].is_empty() || !cells[1].is_empty())
        .collect()
}

fn of_api(api: &'static str) -> impl Iterator<Item = Operation> {
    served().filter(move |operation| operation.api == api)
}

/// Method and path of every operation of key management, after the vendor's documents.
fn vendor() -> Vec<[String; 2]> {
    let all: Vec<Value> = serde_json::from_str(&read("fixtures/huawei/operations.json")).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    all.iter()
        .map(|known| {
            [
                text(&known["name"]),
                format!("{} {}", text(&known["method"]), text(&known["path"])),
            ]
        })
        .collect()
}

#[test]
fn the_page_lists_what_is_served() {
    let idle: BTreeSet<_> = not_served().map(|operation| operation.name).collect();
    let expected: BTreeSet<_> = vendor()
        .into_iter()
        .filter(|[name, _]| !idle.contains(name.as_str()))
        .collect();
    let listed = rows(&section("Served"), [1, 2]).into_iter().map(|[name, path]| {
        let [name] = <[String; 1]>::try_from(name).unwrap();
        let path = match path.first().map(|path| path.split_once(' ').unwrap()) {
            None => format!("POST /v1.0/{{project_id}}/kms/{name}"),
            Some((method, path)) if name == "list-regions" => format!("{method} /v2/{{project_id}}/{path}"),
            Some(_) if name == "show-version" => "GET /{version_id}".to_owned(),
            Some((method, path)) if path.starts_with('/') => format!("{method} {path}"),
            Some((method, path)) => format!("{method} /v1.0/{{project_id}}/{path}"),
        };
        [name, path]
    });
    assert_eq!(listed.collect::<BTreeSet<_>>(), expected);
}

#[test]
fn the_page_lists_what_is_not_served() {
    let listed: Vec<_> = rows(&section("Not served"), [2, 2])
        .into_iter()
        .flat_map(|[names, _]| names)
        .collect();
    let expected: BTreeSet<_> = not_served().map(|operation| operation.name.to_owned()).collect();
    assert_eq!(
        (listed.len(), listed.into_iter().collect()),
        (expected.len(), expected)
    );
}

#[test]
fn the_page_lists_the_calls_of_the_trace_service() {
    let listed: BTreeSet<_> = rows(&section("Traces"), [1, 2])
        .into_iter()
        .flat_map(|[name, paths]| paths.into_iter().map(move |path| (name[0].clone(), path)))
        .collect();
    let expected: BTreeSet<_> = of_api("cts")
        .map(|operation| {
            (
                operation.name.to_owned(),
                format!("{} {}", operation.method, operation.path),
            )
        })
        .collect();
    assert_eq!(listed, expected);
}

#[test]
fn the_page_lists_the_calls_about_identities() {
    let listed: BTreeSet<_> = rows(&section("Identities"), [1, 2])
        .into_iter()
        .flat_map(|[paths, methods]| {
            let of = move |path: String| {
                methods
                    .clone()
                    .into_iter()
                    .map(move |method| (method, path.clone()))
            };
            paths.into_iter().flat_map(of)
        })
        .collect();
    let expected: BTreeSet<_> = of_api("iam")
        .map(|operation| (operation.method.to_owned(), operation.path))
        .collect();
    assert_eq!(listed, expected);
}
