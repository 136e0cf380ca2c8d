//! Requests of the official clients, recorded byte for byte.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_testkit::{Signed, World};
use serde_json::Value;

use crate::kms::{Answer, Kms};

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub(crate) fn files() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/huawei/recorded");
    let paths = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.extension().is_some_and(|kind| kind == "json"));
    files
        .map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
        .collect()
}

pub(crate) fn request(vector: &Value) -> Signed {
    let request = &vector["request"];
    let headers = request["headers"].as_array().unwrap().iter();
    Signed {
        method: text(&request["method"]),
        target: text(&request["target"]),
        headers: headers.map(|pair| (text(&pair[0]), text(&pair[1]))).collect(),
        body: STANDARD.decode(text(&request["body_base64"])).unwrap(),
    }
}

/// The moment in `X-Sdk-Date`; none where the request has none.
pub(crate) fn time(request: &Signed) -> Option<String> {
    let date = request
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("x-sdk-date"));
    date.map(|(_, date)| date.clone())
}

fn has(request: &Signed, name: &str) -> bool {
    request
        .headers
        .iter()
        .any(|(own, _)| own.eq_ignore_ascii_case(name))
}

/// Whether a signature of a kind that is offered is right, by what the records say.
fn verifies(vector: &Value, request: &Signed) -> bool {
    let of_pair = |algorithm: &str| algorithm.contains("ECDSA") || algorithm.contains("SM2");
    // The form of the path that the Node client signs need not be taken, and is.
    let form = vector["auth"]["path_form"] == "encode-wire";
    (form || vector["auth"]["must_verify"] == true)
        && !of_pair(&text(&vector["auth"]["algorithm"]))
        // Tokens of sessions that others began open nothing here.
        && !has(request, "x-security-token")
        && !request.headers.iter().any(|(_, value)| value == "UNSIGNED-PAYLOAD")
}

fn is_open(request: &Signed) -> bool {
    let path = request.target.trim_end_matches('/');
    request.method == "GET" && matches!(path, "" | "/v1.0" | "/v3")
}

/// Whether it shows a password: then whatever else it shows is not looked at.
fn logs_in(request: &Signed) -> bool {
    request.method == "POST" && request.target.starts_with("/v3/auth/tokens")
}

/// All that is recorded, each with its answer.
async fn replayed() -> Vec<(Value, Signed, Answer)> {
    let files = files();
    let credentials = &files[0]["credentials"];
    let (id, secret) = (text(&credentials["access_key"]), text(&credentials["secret_key"]));
    let kms = Kms::over(World::build().caller(&id, &secret)).await;
    let mut answers = Vec::new();
    for file in files {
        assert_eq!(file["credentials"]["access_key"], id);
        for vector in file["vectors"].as_array().unwrap() {
            let request = request(vector);
            if let Some(time) = time(&request) {
                kms.world.clock().set(time.parse().unwrap());
            }
            let answer = kms.send(&request).await;
            answers.push((vector.clone(), request, answer));
        }
    }
    answers
}

#[tokio::test]
async fn known_callers_get_as_far_as_their_operation_and_no_other_does() {
    let (mut known, mut strangers) = (0, 0);
    for (vector, request, answer) in replayed().await {
        let name = format!("{} {} {}", request.method, request.target, vector["auth"]);
        if is_open(&request) {
            assert_eq!(answer.status, 200, "{name}: {answer:?}");
        } else if answer.code() == "APIGW.0101" || logs_in(&request) {
            // There is no such path here, for anyone.
        } else if verifies(&vector, &request) {
            assert_ne!(answer.status, 401, "{name}: {answer:?}");
            known += 1;
        } else {
            answer.gateway(401, "APIGW.0301");
            strangers += 1;
        }
    }
    assert!(known >= 30 && strangers >= 15, "{known} {strangers}");
}

/// A client that repeats itself within a second sends the same signature again.
#[tokio::test]
async fn equal_requests_of_one_second_are_all_served() {
    let kms = Kms::new().await;
    let draft = crate::kms::Draft::new("GET", &format!("/v2/{}/kms/regions", crate::kms::PROJECT), "");
    let signed = draft.sign(kms.world.root(), &kms.time());
    for _ in 0..2 {
        assert_eq!(
            kms.send(&signed).await.ok()["regions"][0],
            claviger_testkit::REGION
        );
    }
}
