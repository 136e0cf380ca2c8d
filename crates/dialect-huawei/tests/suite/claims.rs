//! Which requests are for this door, by those that clients of both vendors sent.

use std::path::{Path, PathBuf};

use claviger_front::Door as _;
use serde_json::Value;

use crate::kms::Kms;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

/// Every recorded request below a folder.
fn requests(folder: &Path) -> Vec<Value> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(requests(&path));
        } else if path.extension().is_some_and(|kind| kind == "json") {
            let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            let vectors = file["vectors"]
                .as_array()
                .cloned()
                .unwrap_or_else(|| vec![file.clone()]);
            found.extend(vectors.into_iter().map(|vector| vector["request"].clone()));
        }
    }
    found.retain(Value::is_object);
    found
}

fn head(request: &Value) -> http::request::Parts {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut head = http::Request::builder()
        .method(text(&request["method"]).as_str())
        .uri(text(&request["target"]));
    for pair in request["headers"].as_array().unwrap() {
        head = head.header(text(&pair[0]), text(&pair[1]));
    }
    head.body(()).unwrap().into_parts().0
}

#[tokio::test]
async fn requests_of_each_vendor_are_for_the_door_of_that_vendor() {
    let kms = Kms::new().await;
    for (vendor, least, ours) in [("huawei", 214, true), ("alibaba", 282, false)] {
        let requests = requests(&fixtures().join(vendor).join("recorded"));
        assert!(requests.len() >= least, "{vendor}: {}", requests.len());
        for request in &requests {
            assert_eq!(kms.door.claims(&head(request)), ours, "{request}");
        }
    }
}
