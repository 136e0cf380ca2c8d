//! Bodies of the other face.

use std::collections::BTreeMap;

use claviger_dialect_huawei::fuzzing::{Body, Read, Wrong};
use claviger_fuzz::{Recipe, Seeds, recorded_sdk, target, words};
use serde_json::Value;
use serde_json::value::RawValue;

/// Members by a second opinion, each as it came.
type Members = BTreeMap<String, Box<RawValue>>;

/// How deep objects in objects are compared.
const DEPTH: u8 = 4;

fn members(body: &[u8]) -> Option<Members> {
    if matches!(body.trim_ascii(), b"" | b"null" | b"{}") {
        return Some(Members::new());
    }
    serde_json::from_str(std::str::from_utf8(body).ok()?).ok()
}

/// A text, or the digits of a number.
fn text(raw: &str) -> Result<String, Wrong> {
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str(raw).map_err(|_| Wrong),
        Some(b'-' | b'0'..=b'9') => Ok(raw.to_owned()),
        _ => Err(Wrong),
    }
}

fn whole(raw: &str) -> Result<u64, Wrong> {
    let text = text(raw)?;
    if text.contains(|c: char| !c.is_ascii_digit()) {
        return Err(Wrong);
    }
    text.parse().map_err(|_| Wrong)
}

fn boolean(raw: &str) -> Result<bool, Wrong> {
    match serde_json::from_str(raw) {
        Ok(Value::Bool(value)) => Ok(value),
        Ok(Value::String(text)) => text.to_ascii_lowercase().parse().map_err(|_| Wrong),
        _ => Err(Wrong),
    }
}

fn json(raw: &str) -> Result<String, Wrong> {
    match raw.as_bytes().first() {
        Some(b'{') => Ok(raw.to_owned()),
        Some(b'"') => text(raw),
        _ => Err(Wrong),
    }
}

fn list(raw: &str) -> Result<Vec<Box<RawValue>>, Wrong> {
    serde_json::from_str(raw).map_err(|_| Wrong)
}

fn object(raw: &str) -> Result<Members, Wrong> {
    raw.starts_with('{')
        .then(|| members(raw.as_bytes()))
        .flatten()
        .ok_or(Wrong)
}

/// What is read of a member, without what does not matter here.
fn of<T, U>(read: Read<T>, to: impl FnOnce(T) -> U) -> Read<U> {
    read.map(|found| found.map(to))
}

fn compare(body: &Body<'_>, expected: &Members, depth: u8) {
    let entries: BTreeMap<_, _> = body.entries().collect();
    assert_eq!(entries.len(), expected.len());
    for (name, raw) in expected {
        let raw = raw.get();
        let strict = text(raw).ok().filter(|_| raw.starts_with('"'));
        assert_eq!(entries[name.as_str()].as_deref(), strict.as_deref(), "{raw}");
        if matches!(raw, "null" | "\"\"") {
            assert!(!body.has(name));
            assert_eq!(body.text(name), Ok(None));
            continue;
        }
        assert!(body.has(name));
        assert_eq!(of(body.text(name), String::from), text(raw).map(Some), "{raw}");
        let secret = of(body.secret(name), |secret| secret.expose().to_vec());
        assert_eq!(secret, text(raw).map(|text| Some(text.into_bytes())), "{raw}");
        assert_eq!(body.whole(name), whole(raw).map(Some), "{raw}");
        assert_eq!(of(body.json(name), String::from), json(raw).map(Some), "{raw}");
        // Nobody escapes the letters of a truth value, and then it is none.
        if !raw.contains('\\') {
            assert_eq!(body.boolean(name), boolean(raw).map(Some), "{raw}");
        }
        compare_inside(body, (name, raw), depth);
    }
}

/// Lists and objects: who reads them reads all of what is in them, or nothing.
fn compare_inside(body: &Body<'_>, (name, raw): (&str, &str), depth: u8) {
    let texts = of(body.texts(name), |all| {
        all.into_iter().map(String::from).collect::<Vec<_>>()
    });
    let expected = list(raw).and_then(|all| all.iter().map(|item| text(item.get())).collect());
    assert_eq!(texts, expected.map(Some), "{raw}");
    if depth == 0 {
        return;
    }
    match (body.object(name), object(raw)) {
        (Ok(Some(inner)), Ok(expected)) => compare(&inner, &expected, depth - 1),
        (found, expected) => assert!(found.is_err() && expected.is_err(), "{raw}"),
    }
    let expected: Result<Vec<_>, _> =
        list(raw).and_then(|all| all.iter().map(|item| object(item.get())).collect());
    match (body.objects(name), expected) {
        (Ok(Some(inner)), Ok(expected)) => {
            assert_eq!(inner.len(), expected.len());
            for (inner, expected) in inner.iter().zip(&expected) {
                compare(inner, expected, depth - 1);
            }
        }
        (found, expected) => assert!(found.is_err() && expected.is_err(), "{raw}"),
    }
}

fn seeds() -> Seeds {
    let own = [
        r#"{"key_id":"0d0466b0-e727-4d9c-b35d-f84bb474a37f","plain_text":"a\"\\\/\b\f\n\r\t\u0000\u00fc\ud83d\ude00ü😀"}"#,
        r#"{"encryption_context":{"a":"1","\u0062":"\u00e9"},"sequence":"919c82d4-8046-4722-9094-35c3c6524cff"}"#,
        r#"{"limit":"10","pending_days":7,"marker":-1,"point":1.5e3,"zero":0,"long":18446744073709551616}"#,
        r#"{"tags":[{"key":"a","value":"1"},{"key":"b","value":null}],"action":"create","operations":["a",1]}"#,
        r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"n","password":"\u0070"}}}}}"#,
        r#"{"a":"1","a":true,"b":"TRUE","c":"False","d":"","e":null,"f":{},"g":[],"h":" "}"#,
        " null\n",
    ];
    let mut whole: Vec<_> = own.iter().map(|body| body.as_bytes().to_vec()).collect();
    let bodies = recorded_sdk().into_iter().map(|request| request.body);
    whole.extend(bodies.filter(|body| !body.is_empty()));
    let mut words = words();
    let escapes = [
        "\\ud83d",
        "\\ude00",
        "\\uD83D\\uDE00",
        "\\u0041",
        "\\u",
        "\\\"",
        "\\\\",
        "\\n",
        "\\x",
        "\"\"",
        "\"true\"",
        "[[",
        "1e999",
        "-0",
        "{\"a\":",
        "\u{7f}",
        "é",
        "\t",
        "\u{c}",
        "\u{feff}",
    ];
    words.extend(escapes.iter().map(|word| word.as_bytes().to_vec()));
    Seeds { whole, words }
}

#[test]
fn members_are_read_as_another_reader_reads_them() {
    let seeds = seeds();
    target!().with_type::<Recipe>().for_each(|recipe: &Recipe| {
        let raw = recipe.cook(&seeds);
        match (Body::parse(&raw), members(&raw)) {
            (Some(body), Some(expected)) => compare(&body, &expected, DEPTH),
            (body, expected) => assert!(body.is_none() && expected.is_none()),
        }
    });
}
