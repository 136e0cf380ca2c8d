//! Requests of the official clients, recorded byte for byte, and changed ones: each must verify or fail as marked.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a fixture that cannot be read must fail the test"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_signing::acs::{self, Algorithm, Authorization, Request, StringToSign};
use claviger_signing::query::{Params, decode_pairs};
use claviger_signing::scheme::{self, Scheme};
use claviger_signing::{MacKey, Refusal, SigningKeys, rpc};
use serde_json::Value;

const FORM: &str = "application/x-www-form-urlencoded";

/// One recorded request with what is known about it.
struct Vector {
    id: String,
    scheme: String,
    expected: String,
    secret: Option<String>,
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// Parameters of the operation, decoded.
    parameters: Vec<(String, String)>,
    derived: BTreeMap<String, String>,
}

fn load() -> Vec<Vector> {
    let folder = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/alibaba/recorded"
    ));
    let read = |file: &str| -> Value {
        let text =
            std::fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
    };
    let index = read("index.json");
    index["vectors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| vector(&read(entry["file"].as_str().unwrap())))
        .collect()
}

fn vector(file: &Value) -> Vector {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let pair = |pair: &Value| (text(&pair[0]), text(&pair[1]));
    let pairs = |list: &Value| {
        list.as_array()
            .map(|list| list.iter().map(pair).collect())
            .unwrap_or_default()
    };
    let request = &file["request"];
    let (path, query) = request["target"]
        .as_str()
        .unwrap()
        .split_once('?')
        .unwrap_or((request["target"].as_str().unwrap(), ""));
    Vector {
        id: text(&file["id"]),
        scheme: text(&file["scheme"]),
        expected: text(&file["expected"]["signature"]),
        secret: file["credentials"]["access_key_secret"]
            .as_str()
            .map(str::to_owned),
        method: text(&request["method"]),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: pairs(&request["headers"]),
        body: STANDARD.decode(request["body_base64"].as_str().unwrap()).unwrap(),
        parameters: pairs(&file["expected"]["parameters"]),
        derived: file["derived"]
            .as_object()
            .map(|derived| {
                derived
                    .iter()
                    .map(|(name, value)| (name.clone(), text(value)))
                    .collect()
            })
            .unwrap_or_default(),
    }
}

/// What a server finds out about a request.
#[derive(Debug, PartialEq)]
enum Verdict {
    Verified,
    Mismatch,
    Refused(Refusal),
    InstanceGateway,
}

impl Vector {
    fn keys(&self) -> SigningKeys {
        SigningKeys::new(self.secret.as_deref().unwrap().as_bytes())
    }

    fn query(&self) -> Params<'_> {
        let mut params = Params::new();
        decode_pairs(self.query.as_bytes(), &mut params).unwrap();
        params
    }

    /// Adds the pairs of a form body, if the body is one.
    fn with_form<'v>(&'v self, mut params: Params<'v>) -> Params<'v> {
        let form = |(name, value): &(String, String)| {
            name.eq_ignore_ascii_case("content-type") && value.starts_with(FORM)
        };
        if self.headers.iter().any(form) {
            decode_pairs(&self.body, &mut params).unwrap();
        }
        params
    }

    fn request<'v>(&'v self, query: &'v Params<'v>) -> Request<'v, [(String, String)]> {
        Request {
            method: &self.method,
            path: &self.path,
            query,
            headers: &self.headers,
            body: &self.body,
        }
    }

    /// Goes the way of a server, in the order that the crate documents.
    fn judge(&self) -> Verdict {
        let query = self.query();
        match scheme::by_headers(&self.headers) {
            Err(refusal) => Verdict::Refused(refusal),
            Ok(Some(Scheme::InstanceGateway)) => Verdict::InstanceGateway,
            Ok(Some(Scheme::Acs(authorization))) => self.judge_acs(&authorization, &query),
            Ok(Some(other)) => panic!("{}: {other:?}", self.id),
            Ok(None) => self.judge_rpc(&self.with_form(query)),
        }
    }

    fn judge_acs(&self, authorization: &Authorization<'_>, query: &Params<'_>) -> Verdict {
        match StringToSign::new(authorization, &self.request(query)) {
            Err(refusal) => Verdict::Refused(refusal),
            Ok(text) => verdict(with_key(&self.keys(), authorization, |key| {
                text.verify(key, authorization.signature)
            })),
        }
    }

    fn judge_rpc(&self, params: &Params<'_>) -> Verdict {
        match scheme::by_params(params) {
            Err(refusal) => Verdict::Refused(refusal),
            Ok(Scheme::Rpc(proof)) => {
                verdict(rpc::verify(&self.keys(), &self.method, params, proof.signature))
            }
            Ok(other) => panic!("{}: {other:?}", self.id),
        }
    }
}

fn verdict(right: bool) -> Verdict {
    if right {
        Verdict::Verified
    } else {
        Verdict::Mismatch
    }
}

fn with_key<T>(keys: &SigningKeys, authorization: &Authorization<'_>, with: impl FnOnce(&MacKey) -> T) -> T {
    match (authorization.algorithm, authorization.scope) {
        (Algorithm::Acs4(hash), Some(scope)) => with(&keys.acs4(hash, &scope)),
        (Algorithm::Acs3(hash) | Algorithm::Acs4(hash), _) => with(keys.acs3(hash)),
    }
}

/// The parsed authorization of an ACS request that we offer.
fn authorization(vector: &Vector) -> Option<Authorization<'_>> {
    match scheme::by_headers(&vector.headers) {
        Ok(Some(Scheme::Acs(authorization))) => Some(authorization),
        _ => None,
    }
}

#[test]
fn every_recorded_request_is_judged_as_marked() {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for vector in load() {
        let verdict = vector.judge();
        let offered = vector.scheme.contains("HMAC");
        match (offered, vector.expected.as_str()) {
            (true, "valid") => assert_eq!(verdict, Verdict::Verified, "{}", vector.id),
            (true, "invalid") => assert!(
                matches!(
                    verdict,
                    Verdict::Mismatch | Verdict::Refused(Refusal::BodyHash(_))
                ),
                "{}: {verdict:?}",
                vector.id
            ),
            (false, "valid") if vector.scheme == "ACS3-RSA-SHA256" => {
                let refusal = Refusal::KeyPairAlgorithm("ACS3-RSA-SHA256".into());
                assert_eq!(verdict, Verdict::Refused(refusal), "{}", vector.id);
            }
            (false, "valid") => assert_eq!(verdict, Verdict::InstanceGateway, "{}", vector.id),
            other => panic!("{}: {other:?}", vector.id),
        }
        *counts.entry((vector.scheme, vector.expected)).or_default() += 1;
    }
    let expected = [
        ("ACS3-HMAC-SHA256", "invalid", 5),
        ("ACS3-HMAC-SHA256", "valid", 61),
        ("ACS3-HMAC-SM3", "valid", 26),
        ("ACS3-RSA-SHA256", "valid", 18),
        ("ACS4-HMAC-SHA256", "invalid", 1),
        ("ACS4-HMAC-SHA256", "valid", 34),
        ("ACS4-HMAC-SM3", "valid", 18),
        ("RPC HMAC-SHA1", "invalid", 4),
        ("RPC HMAC-SHA1", "valid", 107),
        ("dkms-gcs RSA_PKCS1_SHA_256", "valid", 8),
    ];
    assert_eq!(
        counts,
        expected
            .map(|(scheme, signature, count)| ((scheme.to_owned(), signature.to_owned()), count))
            .into()
    );
}

#[test]
fn canonical_texts_are_those_the_clients_signed() {
    let mut compared = BTreeMap::from([("RPC", 0), ("ACS", 0)]);
    for vector in load()
        .iter()
        .filter(|vector| vector.derived.contains_key("string_to_sign"))
    {
        let query = vector.query();
        let string_to_sign = &vector.derived["string_to_sign"];
        if vector.scheme.starts_with("RPC") {
            let params = vector.with_form(query);
            assert_eq!(
                &rpc::string_to_sign(&vector.method, &params),
                string_to_sign,
                "{}",
                vector.id
            );
            *compared.get_mut("RPC").unwrap() += 1;
        } else if let Some(authorization) = authorization(vector) {
            let request = vector.request(&query);
            let canonical = authorization.canonical_request(&request).unwrap();
            assert_eq!(
                String::from_utf8(canonical).unwrap(),
                vector.derived["canonical_request"],
                "{}",
                vector.id
            );
            let text = StringToSign::new(&authorization, &request).unwrap();
            assert_eq!(&text.to_string(), string_to_sign, "{}", vector.id);
            let scope = authorization.scope.map(|scope| scope.to_string());
            assert_eq!(
                scope.as_ref(),
                vector.derived.get("credential_scope"),
                "{}",
                vector.id
            );
            *compared.get_mut("ACS").unwrap() += 1;
        }
    }
    assert_eq!(compared, BTreeMap::from([("RPC", 103), ("ACS", 136)]));
}

#[test]
fn our_signatures_are_those_of_the_clients() {
    let mut signed = 0;
    for vector in load()
        .iter()
        .filter(|vector| vector.derived.contains_key("signature"))
    {
        let query = vector.query();
        if vector.scheme.starts_with("RPC") {
            let signature = rpc::sign(&vector.keys(), &vector.method, &vector.with_form(query));
            assert_eq!(signature, vector.derived["signature"], "{}", vector.id);
        } else if let Some(theirs) = authorization(vector) {
            let request = vector.request(&query);
            let names = theirs.signed_headers.as_str();
            let ours = with_key(&vector.keys(), &theirs, |key| {
                acs::sign(key, theirs.access_key_id, theirs.scope, names, &request).unwrap()
            });
            assert_eq!(ours, theirs.to_string(), "{}", vector.id);
        } else {
            continue;
        }
        signed += 1;
    }
    assert_eq!(signed, 239);
}

#[test]
fn parameters_are_decoded_to_what_the_caller_passed() {
    let mut compared = 0;
    for vector in load() {
        let params = vector.with_form(vector.query());
        assert_eq!(params.duplicate(), None, "{}", vector.id);
        for (name, value) in &vector.parameters {
            assert_eq!(params.get(name), Some(value.as_str()), "{} {name}", vector.id);
            compared += 1;
        }
    }
    assert!(compared > 500, "{compared}");
}

/// Every pair of an RPC request and every signed part of an ACS request counts.
#[test]
fn a_recorded_request_with_any_one_pair_left_out_does_not_verify() {
    let mut tried = 0;
    for vector in load().iter().filter(|vector| vector.judge() == Verdict::Verified) {
        let rpc = vector.scheme.starts_with("RPC");
        let params = if rpc {
            vector.with_form(vector.query())
        } else {
            vector.query()
        };
        for left_out in params
            .iter()
            .map(|pair| pair.0)
            .filter(|name| *name != "Signature")
        {
            let fewer = Params::from_pairs(params.iter().filter(|pair| pair.0 != left_out)).unwrap();
            let verifies = match authorization(vector) {
                None => rpc::verify(
                    &vector.keys(),
                    &vector.method,
                    &fewer,
                    params.get("Signature").unwrap(),
                ),
                Some(authorization) => vector.judge_acs(&authorization, &fewer) == Verdict::Verified,
            };
            assert!(!verifies, "{} {left_out}", vector.id);
            tried += 1;
        }
    }
    assert!(tried > 1500, "{tried}");
}
