//! Requests of the official clients, recorded byte for byte, and changed ones, all through the door.

use std::collections::BTreeMap;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_testkit::{Builder, Signed, World};
use serde_json::Value;

use crate::kms::{Answer, Kms};

/// Codes that say: we do not know who you are.
const STRANGER: [&str; 13] = [
    "MissingParameter",
    "IncompleteSignature",
    "SignatureDoesNotMatch",
    "SignatureNonceUsed",
    "IllegalTimestamp",
    "InvalidTimeStamp.Expired",
    "InvalidTimeStamp.Format",
    "InvalidAccessKeyId.NotFound",
    "Forbidden.AccessKey",
    "InvalidSecurityToken.Expired",
    "InvalidSecurityToken.Malformed",
    "InvalidSecurityToken.MismatchWithAccessKey",
    "ParseRequestParameterException",
];

struct Vector {
    id: String,
    scheme: String,
    action: String,
    temporary: bool,
    expected: Value,
    clock: String,
    request: Signed,
}

fn read(file: &str) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/alibaba/recorded");
    let text = std::fs::read_to_string(PathBuf::from(folder).join(file)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn vectors() -> Vec<Vector> {
    let index = read("index.json");
    let entries = index["vectors"].as_array().unwrap().iter();
    let load = |entry: &Value| {
        let file = read(entry["file"].as_str().unwrap());
        let request = &file["request"];
        let headers = request["headers"].as_array().unwrap().iter();
        Vector {
            id: text(&file["id"]),
            scheme: text(&file["scheme"]),
            action: text(&entry["action"]),
            temporary: entry["credential"] == "sts",
            expected: file["expected"].clone(),
            clock: text(&file["server_clock"]),
            request: Signed {
                method: text(&request["method"]),
                target: text(&request["target"]),
                headers: headers.map(|pair| (text(&pair[0]), text(&pair[1]))).collect(),
                body: STANDARD.decode(text(&request["body_base64"])).unwrap(),
            },
        }
    };
    entries.map(load).collect()
}

/// A world that knows the long-term key of the records.
fn world() -> Builder {
    let key = &read("index.json")["credentials"]["long_term"];
    World::build().caller(&text(&key["access_key_id"]), &text(&key["access_key_secret"]))
}

/// The vectors that `wanted` picks, each with the answer to it. One world serves all: the clock goes with the records,
/// and changed copies, which repeat nonces, come into a world of their own.
async fn replay(wanted: impl Fn(&Vector) -> bool) -> Vec<(Vector, Answer)> {
    let kms = Kms::over(world()).await;
    let mut answers = Vec::new();
    for vector in vectors().into_iter().filter(wanted) {
        let mutated = vector.id.starts_with("mutated/");
        let own = if mutated {
            Some(Kms::over(world()).await)
        } else {
            None
        };
        let kms = own.as_ref().unwrap_or(&kms);
        kms.world.clock().set(vector.clock.parse().unwrap());
        let answer = kms.send(&vector.request).await;
        answers.push((vector, answer));
    }
    answers
}

/// How many requests of which operation got which code.
fn census(answers: &[(Vector, Answer)]) -> BTreeMap<String, usize> {
    let mut census = BTreeMap::new();
    for (vector, answer) in answers {
        let line = format!("{} {} {}", vector.action, answer.status, answer.code());
        *census.entry(line.trim_end().to_owned()).or_default() += 1;
    }
    census
}

fn lines<const N: usize>(lines: [(&str, usize); N]) -> BTreeMap<String, usize> {
    lines.map(|(line, count)| (line.to_owned(), count)).into()
}

fn is_of(vector: &Vector, scheme: &str, temporary: bool, signature: &str) -> bool {
    vector.scheme.contains(scheme)
        && vector.temporary == temporary
        && vector.expected["signature"] == signature
}

#[tokio::test]
async fn valid_requests_of_known_callers_get_as_far_as_their_operation() {
    let answers = replay(|vector| is_of(vector, "HMAC", false, "valid")).await;
    for (vector, answer) in &answers {
        let code = answer.code();
        assert!(
            !STRANGER.contains(&code.as_str()),
            "{}: {}",
            vector.id,
            answer.text
        );
    }
    // Keys and aliases of the records do not exist here, nor do ciphertexts of other servers. Roots take no roles.
    let expected = lines([
        ("AssumeRole 403 NoPermission", 2),
        ("AsymmetricVerify 404 Forbidden.AliasNotFound", 2),
        ("AttachPolicyToUser 200", 1),
        ("CreateAccessKey 200", 1),
        ("CreateKey 200", 3),
        // A tag with a space.
        ("CreateKey 400 InvalidParameter", 11),
        ("CreatePolicy 200", 1),
        ("CreateRole 200", 1),
        ("CreateUser 200", 1),
        ("Decrypt 400 InvalidParameter", 19),
        ("Decrypt 400 UnsupportedOperation", 5),
        ("DescribeRegions 200", 12),
        ("Encrypt 404 Forbidden.AliasNotFound", 25),
        ("GenerateDataKey 404 Forbidden.AliasNotFound", 2),
        ("GenerateDataKey 404 Forbidden.KeyNotFound", 16),
        ("GetCallerIdentity 200", 2),
        ("GetSecretValue 400 UnsupportedOperation", 2),
        ("ListKeys 200", 20),
        ("ListUsers 200", 1),
        ("LookupEvents 200", 1),
        ("TagResources 400 InvalidParameter.TagKey", 11),
        ("UpdateKeyDescription 404 Forbidden.KeyNotFound", 14),
    ]);
    assert_eq!(census(&answers), expected);
}

/// Tokens that others made open nothing here.
#[tokio::test]
async fn temporary_keys_of_others_are_refused() {
    let answers = replay(|vector| is_of(vector, "HMAC", true, "valid")).await;
    for (vector, answer) in &answers {
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "InvalidSecurityToken.Malformed"),
            "{}: {}",
            vector.id,
            answer.text
        );
    }
    assert_eq!(answers.len(), 93);
}

#[tokio::test]
async fn changed_requests_are_refused() {
    let answers = replay(|vector| vector.expected["signature"] == "invalid").await;
    for (vector, answer) in &answers {
        let documented = vector.expected["code"].as_str().unwrap();
        // What the records allow besides: an earlier check may say no first.
        let earlier = match vector.id.as_str() {
            "mutated/rpc-token-dropped" => "InvalidAccessKeyId.NotFound",
            "mutated/acs3-date-changed" => "InvalidTimeStamp.Expired",
            _ => documented,
        };
        let code = answer.code();
        assert!(
            code == documented || code == earlier,
            "{}: {}",
            vector.id,
            answer.text
        );
    }
    assert_eq!(answers.len(), 10);
}

/// Key pairs and dedicated instances: valid requests that this server must not take for something else.
#[tokio::test]
async fn schemes_that_are_not_offered_are_refused_clearly() {
    let answers = replay(|vector| vector.scheme == "ACS3-RSA-SHA256").await;
    for (vector, answer) in &answers {
        let message = answer.refused(400, "IncompleteSignature");
        assert!(message.contains("ACS3-RSA-SHA256"), "{}: {message}", vector.id);
    }
    assert_eq!(answers.len(), 18);
    let answers = replay(|vector| vector.scheme.starts_with("dkms-gcs")).await;
    for (_, answer) in &answers {
        answer.refused(400, "UnsupportedOperation");
    }
    assert_eq!(answers.len(), 8);
}

#[tokio::test]
async fn a_recorded_request_works_once() {
    let kms = Kms::over(world()).await;
    let regions =
        |vector: &Vector| vector.action == "DescribeRegions" && is_of(vector, "HMAC", false, "valid");
    let vectors: Vec<_> = vectors().into_iter().filter(regions).collect();
    for vector in &vectors {
        kms.world.clock().set(vector.clock.parse().unwrap());
        kms.send(&vector.request).await.ok();
        kms.send(&vector.request).await.refused(400, "SignatureNonceUsed");
    }
    assert_eq!(vectors.len(), 12);
}
