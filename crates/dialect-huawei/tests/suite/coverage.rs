//! What of the vendor's operations and parameters is there, against the list in `fixtures/huawei/operations.json`: every operation
//! of key management with its parameters, after the API reference and the SDKs of the vendor (read 2026-11-22).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use claviger_dialect_huawei::{Operation, not_served, served};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vendor {
    name: String,
    method: String,
    path: String,
    status: u16,
    parameters: BTreeMap<String, Parameter>,
}

#[derive(Deserialize)]
struct Parameter {
    r#in: String,
    mandatory: bool,
}

fn read<T: for<'de> Deserialize<'de>>(file: &str) -> T {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/huawei");
    serde_json::from_slice(&std::fs::read(folder.join(file)).unwrap()).unwrap()
}

/// Our documents beside those of the vendor's key management.
const OURS: [&str; 1] = ["show-identity-version"];

fn kms(operations: impl Iterator<Item = Operation>) -> impl Iterator<Item = Operation> {
    operations.filter(|operation| operation.api == "kms" && !OURS.contains(&operation.name))
}

#[test]
fn every_operation_is_served_or_on_a_list_that_may_only_shrink() {
    let vendor: Vec<Vendor> = read("operations.json");
    let all: BTreeSet<&str> = vendor.iter().map(|operation| operation.name.as_str()).collect();
    assert_eq!(all.len(), 75);
    let mut found = BTreeSet::new();
    let ours = kms(served())
        .chain(kms(not_served()))
        .map(|operation| operation.name);
    for name in ours {
        assert!(found.insert(name), "{name} is on two lists");
    }
    assert_eq!(found, all);
    assert!(not_served().count() <= 19);
}

/// Method, path, status and what must be there are those of the documents.
#[test]
fn rows_are_as_documented() {
    let vendor: Vec<Vendor> = read("operations.json");
    for row in kms(served()).chain(kms(not_served())) {
        let known = vendor.iter().find(|known| known.name == row.name).unwrap();
        let path = if row.name == "show-version" {
            "/{version_id}".to_owned()
        } else {
            row.path
        };
        assert_eq!(
            (row.method, &path),
            (known.method.as_str(), &known.path),
            "{}",
            row.name
        );
        if row.status == 404 {
            continue;
        }
        assert_eq!(row.status, known.status, "{}", row.name);
        let needed = known.parameters.iter();
        let needed = needed.filter(|(_, parameter)| parameter.r#in == "body" && parameter.mandatory);
        let needed: BTreeSet<&str> = needed.map(|(name, _)| name.as_str()).collect();
        let required: BTreeSet<&str> = row.required.iter().copied().collect();
        assert_eq!(required, needed, "{}", row.name);
    }
}
