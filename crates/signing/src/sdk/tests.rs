use super::*;
use crate::hash::Hash;
use crate::query::{Params, decode_pairs};

const DATE: (&str, &str) = ("X-Sdk-Date", "20230228T081630Z");
const SIGNED: &str = "x-sdk-date";
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const PLAIN: Algorithm = Algorithm::Plain(Hash::Sha256);
const SM3: Algorithm = Algorithm::Plain(Hash::Sm3);

type Pairs<'a> = [(&'a str, &'a str)];

fn scope() -> Scope<'static> {
    Scope::new("20230228", "eu-test-1", "kms").unwrap()
}

fn keys() -> SigningKeys {
    SigningKeys::new("AK", b"secret")
}

/// The canonical request with these signed headers.
fn canonical(
    algorithm: Algorithm,
    signed: &str,
    target: &str,
    headers: &Pairs<'_>,
    body: &[u8],
) -> Result<String, Refusal> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut params = Params::new();
    decode_pairs(query.as_bytes(), &mut params).unwrap();
    let request = Request {
        method: "POST",
        path,
        query: &params,
        headers,
        body,
    };
    let text = Authorization::unsigned(algorithm, "AK", None, signed)?.canonical_request(&request)?;
    Ok(String::from_utf8(text).unwrap())
}

fn string_to_sign<'a>(
    authorization: &Authorization<'a>,
    headers: &'a Pairs<'a>,
    unsigned: UnsignedPayload,
    query: &'a Params<'a>,
) -> Result<StringToSign<'a>, Refusal> {
    let request = Request {
        method: "POST",
        path: "/",
        query,
        headers,
        body: b"{}",
    };
    StringToSign::new(authorization, &request, unsigned)
}

#[test]
fn each_form_of_an_authorization_is_parsed_and_printed_back() {
    for (text, algorithm, scoped) in [
        ("SDK-HMAC-SHA256 Access=AK", PLAIN, None),
        ("SDK-HMAC-SM3 Access=AK", SM3, None),
        (
            "SDK-HMAC-SHA256 Credential=AK/20230228/eu-test-1/kms/sdk_request",
            Algorithm::Scoped,
            Some(scope()),
        ),
        (
            "SDK-HMAC-SHA256 Credential=AK/20230228///sdk_request",
            Algorithm::Scoped,
            Scope::new("20230228", "", ""),
        ),
        (
            "V11-HMAC-SHA256 Credential=AK/20230228/eu-test-1/kms",
            Algorithm::V11,
            Some(scope()),
        ),
    ] {
        let text = format!("{text}, SignedHeaders=host;x-sdk-date, Signature=0f");
        let parsed = Authorization::parse(text.as_bytes()).expect(&text);
        assert_eq!((parsed.algorithm, parsed.scope), (algorithm, scoped), "{text}");
        assert_eq!((parsed.access_key_id, parsed.signature), ("AK", "0f"));
        assert_eq!(
            parsed.signed_headers.names().collect::<Vec<_>>(),
            ["host", "x-sdk-date"]
        );
        assert_eq!(parsed.to_string(), text);
    }
    let loose = b" SDK-HMAC-SHA256  Signature=0f,SignedHeaders=x-sdk-date ,Access=AK ";
    let parsed = Authorization::parse(loose).unwrap();
    assert_eq!((parsed.access_key_id, parsed.signature), ("AK", "0f"));
}

#[test]
fn algorithms_not_offered_are_told_from_unknown_ones() {
    let refused = |label: &str| Authorization::parse(format!("{label} Access=a").as_bytes()).unwrap_err();
    for label in ["SDK-ECDSA-P256-SHA256", "SDK-SM2-SM3"] {
        assert_eq!(refused(label), Refusal::KeyPairAlgorithm(label.into()));
    }
    for label in [
        "SDK-HMAC-SHA512",
        "sdk-hmac-sha256",
        "V11-HMAC-SM3",
        "SDK-",
        "SDK-HMAC-SHA256,",
    ] {
        assert_eq!(refused(label), Refusal::UnknownAlgorithm(label.into()));
    }
}

#[test]
fn a_malformed_authorization_names_the_part() {
    let tail = ", SignedHeaders=x-sdk-date, Signature=0";
    let long = "r".repeat(65);
    for (rest, part) in [
        ("SDK-HMAC-SHA256".to_owned(), "Access"),
        (format!("SDK-HMAC-SHA256 {tail}"), "Access"),
        (format!("SDK-HMAC-SHA256 Access={tail}"), "Access"),
        (format!("SDK-HMAC-SHA256 Access=a/b{tail}"), "Access"),
        (format!("SDK-HMAC-SHA256 Access=a b{tail}"), "Access"),
        (format!("SDK-HMAC-SHA256 Access=a, Access=a{tail}"), "Access"),
        (
            format!("SDK-HMAC-SHA256 Access=a, Credential=a/20230228/r/s/sdk_request{tail}"),
            "Credential",
        ),
        (
            format!("SDK-HMAC-SM3 Credential=a/20230228/r/s/sdk_request{tail}"),
            "Credential",
        ),
        (format!("SDK-HMAC-SHA256 Credential=a{tail}"), "Credential"),
        (
            format!("SDK-HMAC-SHA256 Credential=a/20230228/r/s{tail}"),
            "Credential",
        ),
        (
            format!("SDK-HMAC-SHA256 Credential=a/20230228/r/s/sdk_request/{tail}"),
            "Credential",
        ),
        (
            format!("SDK-HMAC-SHA256 Credential=a/20230228/r/sdk_request{tail}"),
            "Credential",
        ),
        (
            format!("SDK-HMAC-SHA256 Credential=/20230228/r/s/sdk_request{tail}"),
            "Credential",
        ),
        (
            format!("SDK-HMAC-SHA256 Credential=a/2023022x/r/s/sdk_request{tail}"),
            "Credential",
        ),
        (
            format!("SDK-HMAC-SHA256 Credential=a/20230228/{long}/s/sdk_request{tail}"),
            "Credential",
        ),
        (format!("V11-HMAC-SHA256 Access=a{tail}"), "Access"),
        (
            format!("V11-HMAC-SHA256 Credential=a/20230228/r/s/sdk_request{tail}"),
            "Credential",
        ),
        (
            format!("V11-HMAC-SHA256 Credential=a/20230228/r{tail}"),
            "Credential",
        ),
        ("SDK-HMAC-SHA256 Access=a, Signature=0".into(), "SignedHeaders"),
        (
            "SDK-HMAC-SHA256 Access=a, SignedHeaders=X-Sdk-Date, Signature=0".into(),
            "SignedHeaders",
        ),
        (
            "SDK-HMAC-SHA256 Access=a, SignedHeaders=host;, Signature=0".into(),
            "SignedHeaders",
        ),
        ("SDK-HMAC-SHA256 Access=a, SignedHeaders=host".into(), "Signature"),
        (
            "SDK-HMAC-SHA256 Access=a, SignedHeaders=host, Signature=".into(),
            "Signature",
        ),
        (
            format!("SDK-HMAC-SHA256 Access=a{tail}, Extra=1"),
            "authorization",
        ),
    ] {
        let refused = Authorization::parse(rest.as_bytes());
        assert_eq!(refused, Err(Refusal::Malformed(part)), "{rest}");
    }
    assert_eq!(
        Authorization::parse(b"SDK-HMAC-SHA256 Access=\xff"),
        Err(Refusal::Malformed("authorization"))
    );
}

#[test]
fn the_headers_tell_whether_a_request_is_signed() {
    let ours = (
        "Authorization",
        "SDK-HMAC-SHA256 Access=AK, SignedHeaders=x-sdk-date, Signature=0",
    );
    let other = ("authorization", "Basic dTpw");
    assert_eq!(
        by_headers(&[("x-auth-token", "t"), ours])
            .unwrap()
            .unwrap()
            .access_key_id,
        "AK"
    );
    for headers in [other, ("authorization", ""), ("x-auth-token", "SDK-")] {
        assert_eq!(by_headers(&[headers]), Ok(None));
    }
    for headers in [[ours, other], [other, ours], [ours, ours]] {
        assert_eq!(by_headers(&headers), Err(Refusal::Malformed("authorization")));
    }
    assert!(matches!(
        by_headers(&[("authorization", " V11-X")]),
        Err(Refusal::UnknownAlgorithm(_))
    ));
}

#[test]
fn a_path_is_decoded_once_encoded_again_and_ends_in_a_slash() {
    let path = |target: &str| {
        canonical(PLAIN, SIGNED, target, &[DATE], b"").map(|text| text.lines().nth(1).unwrap().to_owned())
    };
    for (wire, signed) in [
        ("", "/"),
        ("/", "/"),
        ("/v1.0", "/v1.0/"),
        ("/v1.0/", "/v1.0/"),
        ("/a//b", "/a//b/"),
        ("/a%2Fb", "/a/b/"),
        ("/a%2f", "/a/"),
        ("/a%2520+~!%7E", "/a%2520%2B~%21~/"),
        ("/%d0%BA ключ", "/%D0%BA%20%D0%BA%D0%BB%D1%8E%D1%87/"),
        ("/%ff", "/%FF/"),
    ] {
        assert_eq!(path(wire).as_deref(), Ok(signed), "{wire}");
    }
    for broken in ["/%", "/%2", "/%2g", "/a%/b"] {
        assert_eq!(path(broken), Err(Refusal::Path), "{broken}");
    }
}

#[test]
fn a_query_is_sorted_by_name_and_then_by_value() {
    let query = |target: &str| {
        let text = canonical(PLAIN, SIGNED, target, &[DATE], b"").unwrap();
        text.lines().nth(2).unwrap().to_owned()
    };
    assert_eq!(query("/"), "");
    assert_eq!(query("/?b=1&a"), "a=&b=1");
    assert_eq!(
        query("/?x=2&x=10&y&x=%C3%BC&x=1&a+b=%2B"),
        "a%20b=%2B&x=1&x=10&x=2&x=%C3%BC&y="
    );
    // The order is that of the decoded text: `-` comes before `/`, its escape after.
    assert_eq!(query("/?a%2F=1&a-=2"), "a-=2&a%2F=1");
}

#[test]
fn headers_are_trimmed_and_keep_the_order_of_their_list() {
    let headers = [
        DATE,
        ("User-Agent", " \tone  two\t"),
        ("HOST", "kms"),
        ("x-other", "1"),
    ];
    let text = canonical(PLAIN, "user-agent;x-sdk-date;host", "/a?b=c", &headers, b"").unwrap();
    assert_eq!(
        text,
        format!(
            "POST\n/a/\nb=c\nuser-agent:one  two\nx-sdk-date:20230228T081630Z\nhost:kms\n\n\
             user-agent;x-sdk-date;host\n{EMPTY}"
        )
    );
}

#[test]
fn the_time_must_be_signed_and_each_signed_header_be_there_once() {
    let refused = |signed: &str, headers: &Pairs<'_>| canonical(PLAIN, signed, "/", headers, b"").err();
    assert_eq!(refused(SIGNED, &[DATE]), None);
    assert_eq!(
        refused("host", &[DATE, ("host", "kms")]),
        Some(Refusal::UnsignedHeader("x-sdk-date"))
    );
    assert_eq!(
        refused(SIGNED, &[]),
        Some(Refusal::AbsentHeader("x-sdk-date".into()))
    );
    assert_eq!(
        refused("host;x-sdk-date", &[DATE]),
        Some(Refusal::AbsentHeader("host".into()))
    );
    assert_eq!(
        refused(SIGNED, &[DATE, DATE]),
        Some(Refusal::RepeatedHeader("x-sdk-date".into()))
    );
    for time in [
        "",
        "20230228T081630",
        "20230228T081630z",
        "2023-02-28T08:16:30Z",
        "20230228 081630Z",
        "20230228T0816300Z",
        "2023022８T0816Z",
    ] {
        assert_eq!(
            refused(SIGNED, &[("x-sdk-date", time)]),
            Some(Refusal::Date),
            "{time}"
        );
    }
}

#[test]
fn an_announced_hash_must_be_that_of_the_body() {
    let sha256 = Hash::Sha256.hex_digest(b"{}");
    let upper = sha256.to_uppercase();
    let sm3 = Hash::Sm3.hex_digest(b"{}");
    let payload = |algorithm, header: (&str, &str), body: &[u8]| {
        let headers = [DATE, header];
        let text = canonical(algorithm, SIGNED, "/", &headers, body)?;
        Ok::<_, Refusal>(text.lines().last().unwrap().to_owned())
    };
    let (for_sha256, for_sm3) = ("X-Sdk-Content-Sha256", "X-Sdk-Content-Sm3");
    assert_eq!(payload(PLAIN, (for_sha256, &sha256), b"{}").as_ref(), Ok(&sha256));
    assert_eq!(payload(PLAIN, (for_sha256, &upper), b"{}").as_ref(), Ok(&upper));
    assert_eq!(payload(PLAIN, (for_sm3, "other"), b"{}").as_ref(), Ok(&sha256));
    assert_eq!(payload(SM3, (for_sm3, &sm3), b"{}").as_ref(), Ok(&sm3));
    for wrong in [EMPTY, "", "unsigned-payload", &sha256[1..]] {
        let refusal = Refusal::BodyHash("x-sdk-content-sha256");
        assert_eq!(
            payload(PLAIN, (for_sha256, wrong), b"{}"),
            Err(refusal),
            "{wrong}"
        );
    }
    assert_eq!(
        payload(SM3, (for_sm3, &sha256), b"{}"),
        Err(Refusal::BodyHash("x-sdk-content-sm3"))
    );
    // Without a body the header does not count.
    assert_eq!(
        payload(PLAIN, (for_sha256, "UNSIGNED-PAYLOAD"), b"").as_deref(),
        Ok(EMPTY)
    );
    let twice = [
        DATE,
        ("x-sdk-content-sha256", &*sha256),
        ("x-sdk-content-sha256", &*sha256),
    ];
    assert_eq!(
        canonical(PLAIN, SIGNED, "/", &twice, b"{}"),
        Err(Refusal::RepeatedHeader("x-sdk-content-sha256".into()))
    );
}

#[test]
fn a_body_is_left_unsigned_only_where_that_is_accepted() {
    let headers = [DATE, ("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD")];
    let query = Params::new();
    let authorization = Authorization::unsigned(PLAIN, "AK", None, SIGNED).unwrap();
    let refused = string_to_sign(&authorization, &headers, UnsignedPayload::Refuse, &query);
    assert_eq!(refused, Err(Refusal::UnsignedPayload));
    let text = string_to_sign(&authorization, &headers, UnsignedPayload::Accept, &query).unwrap();
    let canonical = canonical(PLAIN, SIGNED, "/", &headers, b"{}").unwrap();
    assert!(canonical.ends_with("\nUNSIGNED-PAYLOAD"));
    assert_eq!(
        text.to_string(),
        format!(
            "SDK-HMAC-SHA256\n20230228T081630Z\n{}",
            Hash::Sha256.hex_digest(canonical.as_bytes())
        )
    );
}

#[test]
fn a_scope_is_of_the_day_of_the_request() {
    let query = Params::new();
    for algorithm in [Algorithm::Scoped, Algorithm::V11] {
        let of = |day| {
            let authorization = Authorization::unsigned(algorithm, "AK", Scope::new(day, "r", "s"), SIGNED);
            string_to_sign(&authorization.unwrap(), &[DATE], UnsignedPayload::Refuse, &query)
                .map(|text| text.time().to_owned())
        };
        assert_eq!(of("20230228"), Ok("20230228T081630Z".to_owned()));
        assert_eq!(of("20230301"), Err(Refusal::ScopeDate));
    }
}

#[test]
fn the_longest_scope_fits_into_the_text() {
    let (region, service) = ("r".repeat(Scope::LONGEST), "s".repeat(Scope::LONGEST));
    let scope = Scope::new("20230228", &region, &service);
    let query = Params::new();
    for (algorithm, terminator) in [(Algorithm::Scoped, "/sdk_request"), (Algorithm::V11, "")] {
        let authorization = Authorization::unsigned(algorithm, "AK", scope, SIGNED).unwrap();
        let text = string_to_sign(&authorization, &[DATE], UnsignedPayload::Refuse, &query).unwrap();
        let canonical = canonical(PLAIN, SIGNED, "/", &[DATE], b"{}").unwrap();
        let digest = Hash::Sha256.hex_digest(canonical.as_bytes());
        let label = algorithm.label();
        assert_eq!(
            text.to_string(),
            format!("{label}\n20230228T081630Z\n20230228/{region}/{service}{terminator}\n{digest}")
        );
    }
}

#[test]
fn a_key_and_a_scope_must_belong_together() {
    let keys = keys();
    let query = Params::new();
    let request = Request {
        method: "GET",
        path: "/",
        query: &query,
        headers: &[DATE],
        body: b"",
    };
    let (scoped, v11) = (keys.scoped(&scope()), keys.v11(&scope()));
    for (key, right, part) in [
        (keys.plain(Hash::Sha256), None, "Access"),
        (&scoped, Some(scope()), "Credential"),
        (&v11, Some(scope()), "Credential"),
    ] {
        assert!(sign(key, "AK", right, SIGNED, &request).is_ok());
        let wrong = if right.is_none() { Some(scope()) } else { None };
        assert_eq!(
            sign(key, "AK", wrong, SIGNED, &request),
            Err(Refusal::Malformed(part))
        );
        assert_eq!(
            sign(key, "A/K", right, SIGNED, &request),
            Err(Refusal::Malformed(part))
        );
        assert_eq!(
            sign(key, "", right, SIGNED, &request),
            Err(Refusal::Malformed(part))
        );
    }
}

#[test]
fn a_key_of_another_algorithm_or_scope_verifies_nothing() {
    let keys = keys();
    let elsewhere = Scope::new("20230228", "eu-test-2", "kms").unwrap();
    let query = Params::new();
    let (scoped, v11) = (keys.scoped(&scope()), keys.v11(&scope()));
    let (scoped_elsewhere, v11_elsewhere) = (keys.scoped(&elsewhere), keys.v11(&elsewhere));
    let other = SigningKeys::new("AK2", b"secret").v11(&scope());
    let all = [
        keys.plain(Hash::Sha256),
        keys.plain(Hash::Sm3),
        &scoped,
        &v11,
        &scoped_elsewhere,
        &v11_elsewhere,
        &other,
    ];
    for (at, scope) in [None, None, Some(scope()), Some(scope())].into_iter().enumerate() {
        let authorization = Authorization::unsigned(all[at].algorithm(), "AK", scope, SIGNED).unwrap();
        let text = string_to_sign(&authorization, &[DATE], UnsignedPayload::Refuse, &query).unwrap();
        let signature = text.sign(all[at]);
        let verified: Vec<usize> = (0..all.len())
            .filter(|&key| text.verify(all[key], &signature))
            .collect();
        assert_eq!(verified, [at]);
        assert!(!text.verify(all[at], &signature.to_uppercase()));
        assert!(!text.verify(all[at], &signature[..62]));
    }
}

#[test]
fn debug_output_tells_nothing_of_the_secret() {
    let keys = keys();
    assert_eq!(format!("{keys:?}"), "SigningKeys(redacted)");
    assert_eq!(
        format!("{:?}", keys.v11(&scope())),
        "MacKey { algorithm: V11, .. }"
    );
}
