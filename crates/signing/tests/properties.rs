//! Properties that hold for any request.
#![expect(
    clippy::unwrap_used,
    reason = "what a strategy makes is valid by construction"
)]

use claviger_signing::acs::{self, Algorithm, Authorization, Request, Scope, StringToSign};
use claviger_signing::query::{DecodeError, MAX_PAIRS, Params, decode_pairs};
use claviger_signing::{Hash, SigningKeys, encode, rpc};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

type Owned = Vec<(String, String)>;

/// Text with everything in it: letters, separators, escapes, other alphabets.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Za-z0-9.]{0,12}", "[ -~]{0,40}", "\\PC{0,12}", any::<String>()]
}

/// Parameters with distinct names, in no order, without the one that holds the signature.
fn parameters() -> impl Strategy<Value = Owned> {
    btree_map(text(), text(), 1..20)
        .prop_map(|map| {
            map.into_iter()
                .filter(|pair| pair.0 != "Signature")
                .collect::<Owned>()
        })
        .prop_shuffle()
}

fn params(pairs: &Owned) -> Params<'_> {
    Params::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))).unwrap()
}

/// The pairs with one of them changed, dropped, or one more; never the same set.
fn changed(pairs: &Owned, at: usize, kind: u8, insert: char) -> Owned {
    let mut pairs = pairs.clone();
    match (kind % 4, pairs.len()) {
        (0, 1..) => {
            let at = at % pairs.len();
            pairs[at].1.push(insert);
        }
        (1, 1..) => {
            let at = at % pairs.len();
            pairs[at].0.push(insert);
        }
        (2, 1..) => {
            let at = at % pairs.len();
            pairs.remove(at);
        }
        _ => pairs.push((format!("extra{insert}"), String::new())),
    }
    pairs
}

/// A slow second opinion on decoding.
fn reference(raw: &[u8]) -> Option<Owned> {
    let decode = |piece: &[u8]| -> Option<String> {
        // Half a character raw and half of it escaped is no text, although the decoded bytes would be.
        std::str::from_utf8(piece).ok()?;
        let text = piece
            .iter()
            .map(|&byte| if byte == b'+' { b' ' } else { byte })
            .collect::<Vec<u8>>();
        let mut out = Vec::new();
        let mut rest = text.as_slice();
        while let Some((&first, tail)) = rest.split_first() {
            if first == b'%' {
                let digits = tail
                    .get(..2)
                    .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
                out.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
                rest = &tail[2..];
            } else {
                out.push(first);
                rest = tail;
            }
        }
        String::from_utf8(out).ok()
    };
    raw.split(|&byte| byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let equals = pair.iter().position(|&byte| byte == b'=');
            let (name, value) = equals.map_or((pair, &b""[..]), |at| (&pair[..at], &pair[at + 1..]));
            Some((decode(name)?, decode(value)?))
        })
        .collect()
}

/// Bytes that look like a query now and then.
fn wire() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        6 => prop::sample::select(b"aB1&=%+".to_vec()),
        1 => any::<u8>(),
    ];
    let piece = prop_oneof![
        4 => vec(byte, 0..4),
        2 => "%[0-9a-fA-F]{2}".prop_map(String::into_bytes),
        1 => Just(b"%E6%B5%8B".to_vec()),
        1 => Just("测".as_bytes().to_vec()),
    ];
    vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

/// An ACS request that is not signed yet.
#[derive(Debug, Clone)]
struct Draft {
    method: String,
    path: String,
    query: Owned,
    values: Vec<String>,
    body: Vec<u8>,
}

const NAMES: [&str; 7] = [
    "host",
    "x-acs-action",
    "x-acs-version",
    "x-acs-signature-nonce",
    "x-acs-security-token",
    "content-type",
    "x-acs-date",
];

fn draft() -> impl Strategy<Value = Draft> {
    let value = "[!-~]([ -~]{0,20}[!-~])?";
    (
        "GET|POST",
        "/[a-z/]{0,8}",
        parameters(),
        vec(value, 6),
        vec(any::<u8>(), 0..200),
    )
        .prop_map(|(method, path, query, mut values, body)| {
            values.push("2026-11-21T20:46:15Z".to_owned());
            Draft {
                method,
                path,
                query,
                values,
                body,
            }
        })
}

impl Draft {
    fn headers(&self, hash: Hash) -> Owned {
        let named = NAMES
            .iter()
            .zip(&self.values)
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        named
            .chain([("x-acs-content-sha256".to_owned(), hash.hex_digest(&self.body))])
            .collect()
    }

    /// Changes one signed part; the hash header follows the body.
    fn changed(&self, part: usize, at: usize, kind: u8, insert: char) -> Self {
        let mut draft = self.clone();
        match part {
            0 => draft.method = String::from(if self.method == "GET" { "POST" } else { "GET" }),
            1 => draft.path.push('x'),
            2 => draft.query = changed(&self.query, at, kind, insert),
            3 => draft.body.push(0),
            // The last value is the date, whose day an ACS4 scope repeats.
            _ => draft.values[at % (NAMES.len() - 1)].push('x'),
        }
        draft
    }

    fn with_request<T>(&self, hash: Hash, with: impl FnOnce(&Request<'_, Owned>) -> T) -> T {
        let (query, headers) = (params(&self.query), self.headers(hash));
        with(&Request {
            method: &self.method,
            path: &self.path,
            query: &query,
            headers: &headers,
            body: &self.body,
        })
    }
}

/// Authorization headers: well formed, nearly so, and any bytes.
fn authorization() -> impl Strategy<Value = Vec<u8>> {
    let credential = "Credential=[a-z.]{1,4}(/20261121/[a-z]{1,3}/Kms/aliyun_v4_request)?";
    let parts = (
        "Signature=[0-9a-f]{1,4}",
        "SignedHeaders=[a-z-]{1,4}(;[a-z]{1,3}){0,2}",
        credential,
        "| |x=1|Signature=0",
    );
    let whole = ("ACS[34]-HMAC-S(HA256|M3) ", parts).prop_flat_map(|(label, (a, b, c, d))| {
        let take = if d.trim().is_empty() { 3 } else { 4 };
        Just([a, b, c, d][..take].to_vec())
            .prop_shuffle()
            .prop_map(move |parts| label.clone() + &parts.join(","))
    });
    prop_oneof![3 => whole.prop_map(String::into_bytes), 1 => vec(any::<u8>(), 0..80)]
}

const SIGNED: &str = "content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-security-token;\
                      x-acs-signature-nonce;x-acs-version";

proptest! {
    #[test]
    fn decoding_undoes_encoding(pairs in parameters()) {
        let wire = encode::query(&params(&pairs));
        let mut decoded = Params::new();
        decode_pairs(wire.as_bytes(), &mut decoded).unwrap();
        let back: Owned = decoded.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        // A pair of two empty texts is `=`, which decodes to itself.
        prop_assert_eq!(back, pairs);
    }

    #[test]
    fn any_bytes_decode_as_the_slow_way_decodes_them(raw in wire()) {
        let mut params = Params::new();
        let result = decode_pairs(&raw, &mut params);
        let pairs: Owned = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        if let Some(expected) = reference(&raw) {
            prop_assert_eq!(result, Ok(()));
            prop_assert_eq!(pairs, expected);
        } else {
            let malformed = matches!(result, Err(DecodeError::BrokenEscape { .. } | DecodeError::NotUtf8 { .. }));
            prop_assert!(malformed);
            prop_assert!(pairs.is_empty());
        }
    }

    #[test]
    fn the_index_agrees_with_a_plain_sort(pairs in vec(("[ab]{0,2}", "[0-9]{1,2}"), 0..MAX_PAIRS / 8)) {
        let params = params(&pairs);
        let mut sorted = pairs.clone();
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        let own: Owned = params.sorted().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        prop_assert_eq!(own, sorted);
        for (name, _) in &pairs {
            let first = pairs.iter().find(|pair| &pair.0 == name).map(|pair| pair.1.as_str());
            prop_assert_eq!(params.get(name), first);
        }
        let repeated = (1..pairs.len()).find(|&at| pairs[..at].iter().any(|pair| pair.0 == pairs[at].0));
        prop_assert_eq!(params.duplicate(), repeated.map(|at| pairs[at].0.as_str()));
    }

    #[test]
    fn the_rpc_string_is_the_canonical_query_encoded_again(pairs in parameters()) {
        let mut sorted = pairs.clone();
        sorted.sort();
        let expected = format!("POST&%2F&{}", encode::component(&encode::query(&params(&sorted))));
        prop_assert_eq!(rpc::string_to_sign("POST", &params(&pairs)), expected);
    }

    #[test]
    fn an_rpc_signature_verifies_until_anything_changes(
        pairs in parameters(), secret in any::<String>(), other in any::<String>(),
        at in any::<usize>(), kind in any::<u8>(), insert in any::<char>(),
    ) {
        let keys = SigningKeys::new(secret.as_bytes());
        let wire = rpc::signed_query(&keys, "POST", &params(&pairs));
        let mut received = Params::new();
        decode_pairs(wire.as_bytes(), &mut received).unwrap();
        let signature = received.get("Signature").unwrap();
        prop_assert!(rpc::verify(&keys, "POST", &received, signature));
        prop_assert!(!rpc::verify(&keys, "GET", &received, signature));
        let tampered = changed(&pairs, at, kind, insert);
        prop_assert!(!rpc::verify(&keys, "POST", &params(&tampered), signature));
        if other != secret {
            prop_assert!(!rpc::verify(&SigningKeys::new(other.as_bytes()), "POST", &received, signature));
        }
    }

    #[test]
    fn an_acs_signature_verifies_until_anything_changes(
        draft in draft(), secret in any::<String>(), derived in any::<bool>(), sm3 in any::<bool>(),
        region in "[a-z0-9-]{1,12}", part in 0_usize..5, at in any::<usize>(), kind in any::<u8>(), insert in any::<char>(),
    ) {
        let hash = if sm3 { Hash::Sm3 } else { Hash::Sha256 };
        let keys = SigningKeys::new(secret.as_bytes());
        let scope = derived.then_some(Scope { date: "20261121", region: &region, product: "Kms" });
        let acs4 = scope.map(|scope| keys.acs4(hash, &scope));
        let key = acs4.as_ref().unwrap_or_else(|| keys.acs3(hash));
        let header = draft.with_request(hash, |request| acs::sign(key, "id", scope, SIGNED, request)).unwrap();
        let parsed = Authorization::parse(header.as_bytes()).unwrap();
        prop_assert_eq!(parsed.algorithm, if derived { Algorithm::Acs4(hash) } else { Algorithm::Acs3(hash) });
        prop_assert_eq!(parsed.scope, scope);
        let verifies = |draft: &Draft| draft.with_request(hash, |request| {
            StringToSign::new(&parsed, request).is_ok_and(|text| text.verify(key, parsed.signature))
        });
        prop_assert!(verifies(&draft));
        prop_assert!(!verifies(&draft.changed(part, at, kind, insert)));
        if let Some(scope) = scope {
            let elsewhere = keys.acs4(hash, &Scope { product: "Ram", ..scope });
            let text = draft.with_request(hash, |request| StringToSign::new(&parsed, request)).unwrap();
            prop_assert!(!text.verify(&elsewhere, parsed.signature));
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
