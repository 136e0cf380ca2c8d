//! Requests of the official Huawei-style clients, recorded byte for byte: each must verify or fail as marked, and with
//! any one byte changed none may verify.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a fixture that cannot be read must fail the test"
)]

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_signing::query::{Params, decode_pairs};
use claviger_signing::sdk::{
    self, Algorithm, Authorization, Refusal, SigningKeys, StringToSign, UnsignedPayload,
};
use claviger_signing::{MacKey, Request};
use serde_json::Value;

/// One recorded request with what is known about it.
#[derive(Clone)]
struct Vector {
    id: String,
    /// How it is authenticated: `token`, `none`, or the label of the algorithm.
    kind: String,
    must_verify: bool,
    canonical_request: Option<String>,
    string_to_sign: Option<String>,
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

/// All vectors of all files; they share one access key.
fn load() -> (Vec<Vector>, SigningKeys) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/huawei/recorded");
    let mut vectors = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap();
        let file: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(file["credentials"]["access_key"], ACCESS_KEY, "{name}");
        assert_eq!(file["credentials"]["secret_key"], SECRET, "{name}");
        let list = file["vectors"].as_array().unwrap();
        vectors.extend(list.iter().map(|value| vector(name, value)));
    }
    (vectors, SigningKeys::new(ACCESS_KEY, SECRET.as_bytes()))
}

const ACCESS_KEY: &str = "HPUATESTACCESSKEY0001";
const SECRET: &str = "TestSecretForVectors0123456789";

fn vector(file: &str, value: &Value) -> Vector {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (request, auth) = (&value["request"], &value["auth"]);
    let target = text(&request["target"]);
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    // Values are Latin-1 readings of the bytes.
    let bytes = |value: &Value| {
        let chars = value.as_str().unwrap().chars();
        chars.map(|letter| u8::try_from(letter).unwrap()).collect()
    };
    let headers = request["headers"].as_array().unwrap().iter();
    Vector {
        id: format!("{file}/{}", text(&value["name"])),
        kind: text(
            &auth[if auth["kind"] == "signature" {
                "algorithm"
            } else {
                "kind"
            }],
        ),
        must_verify: auth["must_verify"] == true,
        canonical_request: auth["canonical_request"].as_str().map(str::to_owned),
        string_to_sign: auth["string_to_sign"].as_str().map(str::to_owned),
        method: text(&request["method"]),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: headers.map(|pair| (text(&pair[0]), bytes(&pair[1]))).collect(),
        body: STANDARD.decode(request["body_base64"].as_str().unwrap()).unwrap(),
    }
}

/// What a server finds out about a request.
#[derive(Debug, PartialEq)]
enum Verdict {
    Verified,
    /// With the path as it was sent.
    VerifiedAsSent,
    Mismatch,
    Refused(Refusal),
    Undecodable,
    NotSigned,
}

impl Vector {
    /// Goes the way of a server.
    fn judge(&self, keys: &SigningKeys, unsigned: UnsignedPayload) -> Verdict {
        let authorization = match sdk::by_headers(&self.headers) {
            Err(refusal) => return Verdict::Refused(refusal),
            Ok(None) => return Verdict::NotSigned,
            Ok(Some(authorization)) => authorization,
        };
        self.with_request(
            |request| match StringToSign::new(&authorization, request, unsigned) {
                Err(refusal) => Verdict::Refused(refusal),
                Ok(text) => {
                    let right = with_key(keys, &authorization, |key| {
                        text.verify(key, authorization.signature)
                    });
                    let again = || StringToSign::with_sent_path(&authorization, request, unsigned);
                    let right_as_sent = || {
                        let text = again().ok()?;
                        Some(with_key(keys, &authorization, |key| {
                            text.verify(key, authorization.signature)
                        }))
                    };
                    if right {
                        Verdict::Verified
                    } else if right_as_sent() == Some(true) {
                        Verdict::VerifiedAsSent
                    } else {
                        Verdict::Mismatch
                    }
                }
            },
        )
        .unwrap_or(Verdict::Undecodable)
    }

    /// Nothing if the query cannot be decoded.
    fn with_request<T>(&self, with: impl FnOnce(&Request<'_, [(String, Vec<u8>)]>) -> T) -> Option<T> {
        let mut query = Params::new();
        decode_pairs(self.query.as_bytes(), &mut query).ok()?;
        Some(with(&Request {
            method: &self.method,
            path: &self.path,
            query: &query,
            headers: &self.headers,
            body: &self.body,
        }))
    }

    fn authorization(&self) -> Option<Authorization<'_>> {
        sdk::by_headers(&self.headers).ok().flatten()
    }
}

fn with_key<T>(
    keys: &SigningKeys,
    authorization: &Authorization<'_>,
    with: impl FnOnce(&MacKey<Algorithm>) -> T,
) -> T {
    match (authorization.algorithm, authorization.scope) {
        (Algorithm::Plain(hash), None) => with(keys.plain(hash)),
        (Algorithm::Scoped, Some(scope)) => with(&keys.scoped(&scope)),
        (Algorithm::V11, Some(scope)) => with(&keys.v11(&scope)),
        other => panic!("{other:?}"),
    }
}

/// What the server need not take, and takes.
const ENCODED_TWICE: &str = "node-huaweicloud-sdk-core-3.1.211/delete_tag_preencoded_path";
const UNSIGNED: &str = "python-apigateway-sdk-python-1.0.0/describe_key_unsigned_payload";

#[test]
fn every_recorded_request_is_judged_as_marked() {
    let (vectors, keys) = load();
    let mut counts: BTreeMap<(String, bool), usize> = BTreeMap::new();
    for vector in vectors {
        let verdict = vector.judge(&keys, UnsignedPayload::Refuse);
        let expected = match (vector.kind.as_str(), vector.must_verify) {
            ("token" | "none", false) => Verdict::NotSigned,
            ("SDK-ECDSA-P256-SHA256" | "SDK-SM2-SM3", true) => {
                Verdict::Refused(Refusal::KeyPairAlgorithm(vector.kind.clone()))
            }
            (_, true) if vector.id == UNSIGNED => {
                let accepted = vector.judge(&keys, UnsignedPayload::Accept);
                assert_eq!(accepted, Verdict::Verified, "{UNSIGNED}");
                Verdict::Refused(Refusal::UnsignedPayload)
            }
            (_, true) => Verdict::Verified,
            (_, false) if vector.id == ENCODED_TWICE => Verdict::VerifiedAsSent,
            (_, false) => Verdict::Mismatch,
        };
        assert_eq!(verdict, expected, "{}", vector.id);
        *counts.entry((vector.kind, vector.must_verify)).or_default() += 1;
    }
    let expected = [
        ("SDK-ECDSA-P256-SHA256", true, 5),
        ("SDK-HMAC-SHA256", false, 3),
        ("SDK-HMAC-SHA256", true, 162),
        ("SDK-HMAC-SM3", true, 5),
        ("SDK-SM2-SM3", true, 5),
        ("V11-HMAC-SHA256", true, 5),
        ("none", false, 2),
        ("token", false, 27),
    ];
    assert_eq!(
        counts,
        expected
            .map(|(kind, right, count)| ((kind.to_owned(), right), count))
            .into()
    );
}

#[test]
fn canonical_texts_and_signatures_are_those_of_the_clients() {
    let (vectors, keys) = load();
    let mut compared = BTreeMap::new();
    for vector in vectors.iter().filter(|vector| vector.must_verify) {
        let Some(theirs) = vector.authorization() else {
            continue;
        };
        vector
            .with_request(|request| {
                let canonical = theirs.canonical_request(request).unwrap();
                let canonical: String = canonical.into_iter().map(char::from).collect();
                assert_eq!(
                    Some(&canonical),
                    vector.canonical_request.as_ref(),
                    "{}",
                    vector.id
                );
                let text = StringToSign::new(&theirs, request, UnsignedPayload::Accept).unwrap();
                assert_eq!(Some(text.to_string()), vector.string_to_sign, "{}", vector.id);
                let names = theirs.signed_headers.as_str();
                let ours = with_key(&keys, &theirs, |key| {
                    sdk::sign(key, theirs.access_key_id, theirs.scope, names, request).unwrap()
                });
                assert_eq!(ours, theirs.to_string(), "{}", vector.id);
            })
            .unwrap();
        *compared.entry(theirs.algorithm.label()).or_insert(0) += 1;
    }
    assert_eq!(
        compared,
        BTreeMap::from([
            ("SDK-HMAC-SHA256", 162),
            ("SDK-HMAC-SM3", 5),
            ("V11-HMAC-SHA256", 5)
        ])
    );
}

/// Another byte, which changes what the text means wherever it stands: in an escape too, and in place of a separator.
fn other(byte: u8) -> u8 {
    match byte {
        b'0' => b'1',
        _ if byte.is_ascii_alphanumeric() => b'0',
        _ => b'x',
    }
}

/// The text with the byte at each of its places changed. Nothing for the empty text and beyond ASCII.
fn changed(text: &str) -> impl Iterator<Item = String> {
    (0..text.len()).filter(|_| text.is_ascii()).map(|at| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] = other(bytes[at]);
        String::from_utf8(bytes).unwrap()
    })
}

/// The vector with one byte changed in what its signature covers, once for each byte.
fn mutants(vector: &Vector) -> Vec<Vector> {
    let mut mutants = Vec::new();
    let mut with = |change: &dyn Fn(&mut Vector)| {
        let mut mutant = vector.clone();
        change(&mut mutant);
        mutants.push(mutant);
    };
    for method in changed(&vector.method) {
        with(&|mutant| mutant.method.clone_from(&method));
    }
    for path in changed(&vector.path) {
        with(&|mutant| mutant.path.clone_from(&path));
    }
    for query in changed(&vector.query) {
        with(&|mutant| mutant.query.clone_from(&query));
    }
    for at in 0..vector.body.len() {
        with(&|mutant| mutant.body[at] ^= 1);
    }
    let authorization = vector.authorization().unwrap();
    for name in authorization.signed_headers.names() {
        let header = vector
            .headers
            .iter()
            .position(|(own, _)| own.eq_ignore_ascii_case(name));
        let header = header.unwrap();
        for at in 0..vector.headers[header].1.len() {
            with(&|mutant| mutant.headers[header].1[at] ^= 1);
        }
        with(&|mutant| {
            mutant.headers.remove(header);
        });
        with(&|mutant| mutant.headers.push(mutant.headers[header].clone()));
    }
    mutants
}

#[test]
fn a_recorded_request_with_any_signed_byte_changed_does_not_verify() {
    let (vectors, keys) = load();
    let mut tried = 0;
    for vector in vectors {
        if vector.judge(&keys, UnsignedPayload::Refuse) != Verdict::Verified {
            continue;
        }
        for mutant in mutants(&vector) {
            let verdict = mutant.judge(&keys, UnsignedPayload::Accept);
            assert_ne!(
                verdict,
                Verdict::Verified,
                "{} {} {}?{}",
                mutant.id,
                mutant.method,
                mutant.path,
                mutant.query
            );
            tried += 1;
        }
    }
    assert!(tried > 50_000, "{tried}");
}

/// Every name in the list counts, and so does the list itself.
#[test]
fn a_recorded_request_with_another_list_of_signed_headers_does_not_verify() {
    let (vectors, keys) = load();
    let mut tried = 0;
    for vector in vectors {
        if vector.judge(&keys, UnsignedPayload::Refuse) != Verdict::Verified {
            continue;
        }
        let authorization = vector.authorization().unwrap();
        let names: Vec<&str> = authorization.signed_headers.names().collect();
        let fewer = (0..names.len()).map(|at| {
            let mut names = names.clone();
            names.remove(at);
            names
        });
        let unsigned = vector.headers.iter().map(|(name, _)| name.to_ascii_lowercase());
        let unsigned: Vec<String> = unsigned.filter(|name| !names.contains(&name.as_str())).collect();
        let more = unsigned
            .iter()
            .map(|name| [&names[..], &[name.as_str()]].concat());
        for list in fewer.chain(more) {
            let header = authorization
                .to_string()
                .replace(authorization.signed_headers.as_str(), &list.join(";"));
            let mut mutant = vector.clone();
            for (name, value) in &mut mutant.headers {
                if name.eq_ignore_ascii_case("authorization") {
                    *value = header.clone().into_bytes();
                }
            }
            let verdict = mutant.judge(&keys, UnsignedPayload::Refuse);
            assert_ne!(verdict, Verdict::Verified, "{} {list:?}", vector.id);
            tried += 1;
        }
    }
    assert!(tried > 1000, "{tried}");
}
