//! The generator's requests against recorded ones of real clients, whose signatures are known to be right.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;

fn recorded(name: &str) -> Value {
    let path = format!(
        "{}/../../fixtures/alibaba/recorded/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap()
}

/// The part of `request` after `before` and up to the next of `ends`.
fn between<'a>(request: &'a str, before: &str, ends: &[char]) -> &'a str {
    request.split_once(before).unwrap().1.split(ends).next().unwrap()
}

/// Builds the recorded request anew; gives the whole request and what was signed.
fn rebuild(scheme: Scheme, record: &Value, nonce: &str) -> (String, String) {
    let parameters = record["expected"]["parameters"].as_array().unwrap();
    let parameters: Vec<(&str, &str)> = parameters
        .iter()
        .map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
        .filter(|(name, _)| *name != "RegionId")
        .collect();
    let client = Client {
        access_key_id: text(record, "/credentials/access_key_id"),
        access_key_secret: text(record, "/credentials/access_key_secret"),
        region: "cn-hangzhou",
        version: "2016-01-20",
        host: "127.0.0.1:18080",
    };
    let call = Call {
        action: text(record, "/expected/action"),
        parameters: &parameters,
    };
    let signer = Signer::new(scheme, client.access_key_secret);
    let mut template = Template::new(scheme, &call, &client, None).unwrap();
    let time: jiff::Timestamp = text(record, "/server_clock").parse().unwrap();
    let moment = Moment::at(u64::try_from(time.as_second()).unwrap());
    let mut out = Vec::new();
    template.fill(
        &signer,
        nonce.as_bytes().try_into().unwrap(),
        &moment,
        None,
        &mut out,
    );
    (
        String::from_utf8(out).unwrap(),
        String::from_utf8(template.signed().to_vec()).unwrap(),
    )
}

#[test]
fn rpc_requests_are_those_of_the_python_client() {
    for name in ["01-Encrypt", "02-Decrypt", "04-CreateKey"] {
        let record = recorded(&format!("python-aliyun-python-sdk-kms/{name}"));
        let target = text(&record, "/request/target");
        let (request, signed) = rebuild(Scheme::Rpc, &record, between(target, "SignatureNonce=", &['&']));
        assert_eq!(signed, text(&record, "/derived/string_to_sign"), "{name}");
        let signature = between(&request, "&Signature=", &[' ', '&']);
        assert_eq!(signature, escape(text(&record, "/derived/signature")), "{name}");
        let pairs = |target: &str| {
            target
                .trim_start_matches("/?")
                .split('&')
                .map(str::to_owned)
                .collect::<BTreeSet<_>>()
        };
        assert_eq!(pairs(between(&request, "POST ", &[' '])), pairs(target), "{name}");
    }
}

#[test]
fn acs3_requests_are_those_of_the_python_client() {
    let record = recorded("python-kms20160120-acs3-hmac-sha256/01-Encrypt");
    let headers = record["request"]["headers"].as_array().unwrap();
    let nonce = headers
        .iter()
        .find(|header| header[0] == "x-acs-signature-nonce")
        .unwrap()[1]
        .as_str()
        .unwrap();
    let (request, signed) = rebuild(Scheme::Acs3, &record, nonce);
    assert_eq!(signed, text(&record, "/derived/canonical_request"));
    for header in headers {
        let line = format!(
            "\r\n{}: {}\r\n",
            header[0].as_str().unwrap(),
            header[1].as_str().unwrap()
        );
        assert!(request.contains(&line), "{line} is not in {request}");
    }
    assert!(request.contains(text(&record, "/derived/signature")));
}

#[test]
fn a_request_can_name_another_key_of_the_same_length() {
    let client = Client {
        access_key_id: "id",
        access_key_secret: "secret",
        region: "cn-hangzhou",
        version: "2016-01-20",
        host: "127.0.0.1:1",
    };
    for scheme in [Scheme::Rpc, Scheme::Acs3] {
        let signer = Signer::new(scheme, client.access_key_secret);
        let moment = Moment::at(0);
        let fill = |first: &str, key: Option<&str>| {
            let call = Call {
                action: "Encrypt",
                parameters: &[("KeyId", first), ("Plaintext", "AAAA")],
            };
            let mut template = Template::new(scheme, &call, &client, Some(first)).unwrap();
            let mut out = Vec::new();
            template.fill(&signer, &[b'n'; 32], &moment, key, &mut out);
            out
        };
        assert_eq!(fill("key-aaaa", Some("key-bbbb")), fill("key-bbbb", None));
        assert_ne!(fill("key-aaaa", None), fill("key-bbbb", None));
    }
}

#[test]
fn nonces_do_not_repeat() {
    let (mut first, mut second) = (Nonces::new().unwrap(), Nonces::new().unwrap());
    let mut seen = BTreeSet::new();
    for _ in 0..300 {
        assert!(seen.insert(*first.draw()) && seen.insert(*second.draw()));
    }
}
