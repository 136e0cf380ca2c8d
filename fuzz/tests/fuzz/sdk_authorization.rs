//! The `Authorization` header of the other face.

use std::fs;
use std::path::Path;

use claviger_fuzz::{Recipe, Seeds, target, words};
use claviger_signing::sdk::{Algorithm, Authorization};
use serde_json::Value;

/// What recorded clients put into the header.
fn recorded() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/huawei/recorded");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let files = files.filter(|file| file.extension().is_some_and(|kind| kind == "json"));
    let mut found = Vec::new();
    for file in files {
        let file: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        for vector in file["vectors"].as_array().into_iter().flatten() {
            for header in vector["request"]["headers"].as_array().into_iter().flatten() {
                if let (Some("Authorization"), Some(value)) = (header[0].as_str(), header[1].as_str()) {
                    found.push(value.into());
                }
            }
        }
    }
    assert!(found.len() > 150, "{}", found.len());
    found
}

#[test]
fn what_is_read_is_printed_and_read_again() {
    let seeds = Seeds {
        whole: recorded(),
        words: words(),
    };
    target!().with_type::<Recipe>().for_each(|recipe: &Recipe| {
        let raw = recipe.cook(&seeds);
        let Ok(read) = Authorization::parse(&raw) else {
            return;
        };
        assert!(!read.access_key_id.is_empty() && !read.signature.is_empty());
        assert_eq!(
            read.scope.is_none(),
            matches!(read.algorithm, Algorithm::Plain(_))
        );
        let printed = read.to_string();
        assert_eq!(Authorization::parse(printed.as_bytes()), Ok(read));
    });
}
