//! Properties of the Huawei-style schemes that hold for any request.
#![expect(
    clippy::unwrap_used,
    reason = "what a strategy makes is valid by construction"
)]

use claviger_signing::query::{Params, decode_pairs};
use claviger_signing::sdk::{
    self, Algorithm, Authorization, Refusal, Scope, SigningKeys, StringToSign, UnsignedPayload,
};
use claviger_signing::{Hash, MacKey, Request, encode};
use proptest::collection::vec;
use proptest::prelude::*;

type Owned = Vec<(String, String)>;

/// Text with everything in it: letters, separators, escapes, other alphabets.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Za-z0-9.]{0,12}", "[ -~]{0,40}", "\\PC{0,12}", any::<String>()]
}

/// A request that is not signed yet. Names in the query repeat now and then.
#[derive(Debug, Clone)]
struct Draft {
    method: String,
    pieces: Vec<String>,
    query: Owned,
    values: Vec<String>,
    body: Vec<u8>,
}

const NAMES: [&str; 5] = [
    "content-type",
    "host",
    "x-project-id",
    "x-sdk-date",
    "x-security-token",
];
const TIME: &str = "20261121T204615Z";

fn draft() -> impl Strategy<Value = Draft> {
    let value = "[!-~]([ -~]{0,20}[!-~])?";
    let name = prop_oneof!["[ab]", text()];
    (
        "GET|POST|PUT|DELETE",
        vec(text(), 0..5),
        vec((name, text()), 0..6),
        vec(value, NAMES.len()),
        vec(any::<u8>(), 0..200),
    )
        .prop_map(|(method, pieces, query, mut values, body)| {
            TIME.clone_into(&mut values[3]);
            Draft {
                method,
                pieces,
                query,
                values,
                body,
            }
        })
}

impl Draft {
    /// The path as a client sends it.
    fn path(&self) -> String {
        let pieces = self.pieces.iter().map(|piece| encode::component(piece));
        format!("/{}", pieces.collect::<Vec<_>>().join("/"))
    }

    fn with_request<T>(&self, with: impl FnOnce(&Request<'_, Owned>) -> T) -> T {
        let pairs = self
            .query
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let wire = encode::query(&Params::from_pairs(pairs).unwrap());
        let mut query = Params::new();
        decode_pairs(wire.as_bytes(), &mut query).unwrap();
        let headers = NAMES.iter().zip(&self.values);
        let headers: Owned = headers
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        with(&Request {
            method: &self.method,
            path: &self.path(),
            query: &query,
            headers: &headers,
            body: &self.body,
        })
    }

    /// Changes one signed part.
    fn changed(&self, part: usize, at: usize, insert: char) -> Self {
        let mut draft = self.clone();
        match part {
            0 => draft.method.push('X'),
            1 => draft.pieces.push(format!("x{insert}")),
            2 => draft.query.push((insert.to_string(), String::new())),
            3 if !draft.query.is_empty() => {
                let at = at % draft.query.len();
                draft.query[at].1.push(insert);
            }
            4 => draft.body.push(0),
            5 if !draft.body.is_empty() => {
                let at = at % draft.body.len();
                draft.body[at] ^= 1;
            }
            // Neither the time, whose day a scope repeats.
            _ => draft.values[[0, 1, 2, 4][at % 4]].push('x'),
        }
        draft
    }

    /// The canonical request, put together the slow way.
    fn canonical(&self, hash: Hash) -> String {
        // A slash in a piece separates pieces like any other.
        let path = self.path().replace("%2F", "/");
        let slash = if path.ends_with('/') { "" } else { "/" };
        let mut pairs = self.query.clone();
        pairs.sort();
        let pairs: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{}={}", encode::component(name), encode::component(value)))
            .collect();
        let headers = NAMES.iter().zip(&self.values);
        let headers: Vec<String> = headers.map(|(name, value)| format!("{name}:{value}\n")).collect();
        format!(
            "{}\n{path}{slash}\n{}\n{}\n{}\n{}",
            self.method,
            pairs.join("&"),
            headers.concat(),
            NAMES.join(";"),
            hash.hex_digest(&self.body)
        )
    }
}

/// Every algorithm, with a key for it.
fn with_key<T>(
    kind: u8,
    keys: &SigningKeys,
    scope: Scope<'_>,
    with: impl FnOnce(&MacKey<Algorithm>, Option<Scope<'_>>) -> T,
) -> T {
    match kind % 4 {
        0 => with(keys.plain(Hash::Sha256), None),
        1 => with(keys.plain(Hash::Sm3), None),
        2 => with(&keys.scoped(&scope), Some(scope)),
        _ => with(&keys.v11(&scope), Some(scope)),
    }
}

/// Authorization headers: well formed, nearly so, and any bytes.
fn authorization() -> impl Strategy<Value = Vec<u8>> {
    let parts = (
        "Signature=[0-9a-f]{1,4}",
        "SignedHeaders=[a-z-]{1,4}(;[a-z]{1,3}){0,2}",
        "Access=[A-Z.]{1,4}|Credential=[A-Z]{1,4}/20261121/[a-z]{0,3}/[a-z]{0,3}(/sdk_request)?",
        "| |x=1|Signature=0",
    );
    let whole = ("(SDK-HMAC-S(HA256|M3)|V11-HMAC-SHA256) ", parts).prop_flat_map(|(label, (a, b, c, d))| {
        let take = if d.trim().is_empty() { 3 } else { 4 };
        Just([a, b, c, d][..take].to_vec())
            .prop_shuffle()
            .prop_map(move |parts| label.clone() + &parts.join(","))
    });
    prop_oneof![3 => whole.prop_map(String::into_bytes), 1 => vec(any::<u8>(), 0..80)]
}

proptest! {
    #[test]
    fn a_signature_verifies_until_anything_changes(
        draft in draft(), secret in any::<String>(), other in any::<String>(), kind in any::<u8>(),
        region in "[a-z0-9-]{0,12}", part in 0_usize..7, at in any::<usize>(), insert in any::<char>(),
    ) {
        let keys = SigningKeys::new("AK", secret.as_bytes());
        let scope = Scope::new("20261121", &region, "kms").unwrap();
        let names = NAMES.join(";");
        let header = with_key(kind, &keys, scope, |key, scope| {
            draft.with_request(|request| sdk::sign(key, "AK", scope, &names, request)).unwrap()
        });
        let verifies = |draft: &Draft, keys: &SigningKeys| {
            let headers = [("authorization", header.as_str())];
            let parsed = sdk::by_headers(&headers).unwrap().unwrap();
            with_key(kind, keys, scope, |key, _| draft.with_request(|request| {
                let text = StringToSign::new(&parsed, request, UnsignedPayload::Refuse).unwrap();
                assert_eq!(text.time(), TIME);
                text.verify(key, parsed.signature)
            }))
        };
        prop_assert!(verifies(&draft, &keys));
        prop_assert!(!verifies(&draft.changed(part, at, insert), &keys));
        // HMAC fills short keys up with zeros.
        if other.trim_end_matches('\0') != secret.trim_end_matches('\0') {
            prop_assert!(!verifies(&draft, &SigningKeys::new("AK", other.as_bytes())));
        }
    }

    #[test]
    fn the_canonical_request_is_that_of_the_slow_way(draft in draft(), sm3 in any::<bool>()) {
        let (label, hash) = if sm3 { ("SDK-HMAC-SM3", Hash::Sm3) } else { ("SDK-HMAC-SHA256", Hash::Sha256) };
        let header = format!("{label} Access=AK, SignedHeaders={}, Signature=0", NAMES.join(";"));
        let parsed = Authorization::parse(header.as_bytes()).unwrap();
        let text = draft.with_request(|request| parsed.canonical_request(request)).unwrap();
        prop_assert_eq!(String::from_utf8(text).unwrap(), draft.canonical(hash));
    }

    #[test]
    fn any_path_is_signed_or_refused(path in "(/|%|%2F|%C3%BC|%2|[a-z!+ü]){0,12}") {
        let headers = [("x-sdk-date", TIME)];
        let query = Params::new();
        let request = Request { method: "GET", path: &path, query: &query, headers: &headers, body: b"" };
        let parsed = Authorization::parse(b"SDK-HMAC-SHA256 Access=AK, SignedHeaders=x-sdk-date, Signature=0").unwrap();
        let broken = path.split('%').skip(1).any(|piece| {
            piece.len() < 2 || !piece.bytes().take(2).all(|byte| byte.is_ascii_hexdigit())
        });
        match parsed.canonical_request(&request) {
            Err(refusal) => prop_assert!(broken && refusal == Refusal::Path),
            Ok(text) => {
                prop_assert!(!broken);
                let text = String::from_utf8(text).unwrap();
                let signed = text.lines().nth(1).unwrap();
                prop_assert!(signed.ends_with('/'));
                // What is signed is a path of the same signature.
                let again = Request { path: signed, ..request };
                prop_assert_eq!(parsed.canonical_request(&again).unwrap(), text.as_bytes());
            }
        }
    }

    #[test]
    fn an_authorization_is_read_back_as_printed(bytes in authorization()) {
        if let Ok(parsed) = Authorization::parse(&bytes) {
            let printed = parsed.to_string();
            prop_assert_eq!(Authorization::parse(printed.as_bytes()), Ok(parsed));
        }
    }
}
