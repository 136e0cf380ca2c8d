use super::*;
use crate::hash::Hash;
use crate::key::SigningKeys;
use crate::query::Params;

const SIGNED: &str = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version";
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const EMPTY_SM3: &str = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b";
const SCOPE: Scope<'static> = Scope {
    date: "20261121",
    region: "cn-hangzhou",
    product: "Kms",
};

type Pairs = Vec<(&'static str, &'static str)>;

fn headers() -> Pairs {
    vec![
        ("Host", "kms.example:8443"),
        ("x-acs-action", "Encrypt"),
        ("x-acs-version", "2016-01-20"),
        ("x-acs-date", "2026-11-21T20:46:15Z"),
        ("x-acs-signature-nonce", "nonce"),
        ("x-acs-content-sha256", EMPTY),
    ]
}

fn set(name: &'static str, value: Option<&'static str>) -> Pairs {
    let others = headers().into_iter().filter(|pair| pair.0 != name);
    others.chain(value.map(|value| (name, value))).collect()
}

fn authorization(algorithm: Algorithm, signed: &str) -> Authorization<'_> {
    let scope = matches!(algorithm, Algorithm::Acs4(_)).then_some(SCOPE);
    Authorization::unsigned(algorithm, "id", scope, signed).unwrap()
}

fn refusal(algorithm: Algorithm, signed: &str, headers: &Pairs, body: &[u8]) -> Option<Refusal> {
    let request = Request {
        method: "POST",
        path: "/",
        query: &Params::new(),
        headers,
        body,
    };
    StringToSign::new(&authorization(algorithm, signed), &request).err()
}

const ACS3: Algorithm = Algorithm::Acs3(Hash::Sha256);
const ACS3_SM3: Algorithm = Algorithm::Acs3(Hash::Sm3);
const ACS4: Algorithm = Algorithm::Acs4(Hash::Sha256);

#[test]
fn an_authorization_is_parsed_and_printed_back() {
    let text = "ACS4-HMAC-SM3 Credential=id/20261121/cn-hangzhou/Kms/aliyun_v4_request,SignedHeaders=host;x-a,Signature=0f";
    let parsed = Authorization::parse(text.as_bytes()).unwrap();
    assert_eq!(parsed.algorithm, Algorithm::Acs4(Hash::Sm3));
    assert_eq!(
        (parsed.access_key_id, parsed.scope, parsed.signature),
        ("id", Some(SCOPE), "0f")
    );
    assert_eq!(parsed.signed_headers.names().collect::<Vec<_>>(), ["host", "x-a"]);
    assert_eq!(parsed.to_string(), text);

    let loose = b" ACS3-HMAC-SHA256  Signature=0f , SignedHeaders=host,Credential=STS.a=b ";
    let parsed = Authorization::parse(loose).unwrap();
    assert_eq!((parsed.access_key_id, parsed.scope), ("STS.a=b", None));
    assert_eq!(
        parsed.to_string(),
        "ACS3-HMAC-SHA256 Credential=STS.a=b,SignedHeaders=host,Signature=0f"
    );
}

#[test]
fn algorithms_not_offered_are_told_from_unknown_ones() {
    let refused = |label: &str| Authorization::parse(format!("{label} Credential=a").as_bytes()).unwrap_err();
    assert_eq!(
        refused("ACS3-RSA-SHA256"),
        Refusal::KeyPairAlgorithm("ACS3-RSA-SHA256".into())
    );
    for label in [
        "ACS3-HMAC-SHA512",
        "ACS5-HMAC-SHA256",
        "acs3-hmac-sha256",
        "ACS3",
        "ACS3-HMAC-SHA256,",
    ] {
        assert_eq!(refused(label), Refusal::UnknownAlgorithm(label.into()));
    }
}

#[test]
fn a_malformed_authorization_names_the_part() {
    let refused =
        |rest: &str| Authorization::parse(format!("ACS3-HMAC-SHA256 {rest}").as_bytes()).expect_err(rest);
    for (rest, part) in [
        ("", "Credential"),
        ("Credential=,SignedHeaders=host,Signature=0", "Credential"),
        ("Credential,SignedHeaders=host,Signature=0", "Credential"),
        ("SignedHeaders=host,Signature=0", "Credential"),
        (
            "Credential=a,Credential=a,SignedHeaders=host,Signature=0",
            "Credential",
        ),
        ("Credential=a,Signature=0", "SignedHeaders"),
        ("Credential=a,SignedHeaders=host;;x,Signature=0", "SignedHeaders"),
        ("Credential=a,SignedHeaders=Host,Signature=0", "SignedHeaders"),
        ("Credential=a,SignedHeaders=host:x,Signature=0", "SignedHeaders"),
        ("Credential=a,SignedHeaders=host", "Signature"),
        ("Credential=a,SignedHeaders=host,Signature=", "Signature"),
        (
            "Credential=a,SignedHeaders=host,Signature=0,Extra=1",
            "authorization",
        ),
        ("Credential=a;SignedHeaders=host;Signature=0", "SignedHeaders"),
    ] {
        assert_eq!(refused(rest), Refusal::Malformed(part), "{rest}");
    }
    let many = ["x"; 101].join(";");
    assert_eq!(
        refused(&format!("Credential=a,SignedHeaders={many},Signature=0")),
        Refusal::Malformed("SignedHeaders")
    );
    assert_eq!(
        Authorization::parse(b"ACS3-HMAC-SHA256 \xff"),
        Err(Refusal::Malformed("authorization"))
    );
}

#[test]
fn a_malformed_scope_is_refused() {
    for credential in [
        "id",
        "/20261121/r/Kms/aliyun_v4_request",
        "id/20261121/r/Kms",
        "id/20261121/r/Kms/aws4_request",
        "id/20261121/r/Kms/aliyun_v4_request/",
        "id/20261121//Kms/aliyun_v4_request",
        "id/20261121/r//aliyun_v4_request",
        "id/2026112/r/Kms/aliyun_v4_request",
        "id/2026112x/r/Kms/aliyun_v4_request",
    ] {
        let text = format!("ACS4-HMAC-SHA256 Credential={credential},SignedHeaders=host,Signature=0");
        assert_eq!(
            Authorization::parse(text.as_bytes()),
            Err(Refusal::Malformed("Credential")),
            "{credential}"
        );
    }
}

#[test]
fn headers_that_carry_meaning_must_be_signed() {
    for name in SIGNED.split(';') {
        let fewer = SIGNED
            .split(';')
            .filter(|other| *other != name)
            .collect::<Vec<_>>()
            .join(";");
        let refused = refusal(ACS3, &fewer, &headers(), b"");
        assert!(
            matches!(refused, Some(Refusal::UnsignedHeader(unsigned)) if unsigned == name),
            "{name}: {refused:?}"
        );
    }
    assert_eq!(refusal(ACS3, SIGNED, &headers(), b""), None);
}

#[test]
fn a_security_token_must_be_signed_when_present() {
    let with_token = set("x-acs-security-token", Some("token"));
    let refused = refusal(ACS3, SIGNED, &with_token, b"");
    assert_eq!(refused, Some(Refusal::UnsignedHeader("x-acs-security-token")));
    assert_eq!(
        refusal(ACS3, &format!("{SIGNED};x-acs-security-token"), &with_token, b""),
        None
    );
}

#[test]
fn a_signed_header_must_be_in_the_request() {
    for name in ["Host", "x-acs-date", "x-acs-content-sha256"] {
        for algorithm in [ACS3, ACS4] {
            let refused = refusal(algorithm, SIGNED, &set(name, None), b"");
            assert_eq!(refused, Some(Refusal::AbsentHeader(name.to_ascii_lowercase())));
        }
    }
    let refused = refusal(ACS3, &format!("accept;{SIGNED}"), &headers(), b"");
    assert_eq!(refused, Some(Refusal::AbsentHeader("accept".into())));
}

#[test]
fn the_body_must_have_the_announced_hash() {
    let wrong = Some(Refusal::BodyHash("x-acs-content-sha256"));
    assert_eq!(refusal(ACS3, SIGNED, &headers(), b"X=1"), wrong);
    assert_eq!(refusal(ACS3_SM3, SIGNED, &headers(), b""), wrong);
    let twice = [headers(), vec![("x-acs-content-sha256", EMPTY)]].concat();
    assert_eq!(refusal(ACS3, SIGNED, &twice, b""), wrong);
}

#[test]
fn an_sm3_hash_may_have_either_name_but_sha256_only_its_own() {
    let own = set("x-acs-content-sha256", None)
        .into_iter()
        .chain([("x-acs-content-sm3", EMPTY_SM3)])
        .collect();
    let signed = SIGNED.replace("sha256", "sm3");
    assert_eq!(refusal(ACS3_SM3, &signed, &own, b""), None);
    assert_eq!(
        refusal(
            ACS3_SM3,
            SIGNED,
            &set("x-acs-content-sha256", Some(EMPTY_SM3)),
            b""
        ),
        None
    );
    assert_eq!(
        refusal(ACS3, &signed, &own, b""),
        Some(Refusal::UnsignedHeader("x-acs-content-sha256"))
    );
    let none = SIGNED.replace("x-acs-content-sha256;", "");
    assert_eq!(
        refusal(ACS3_SM3, &none, &own, b""),
        Some(Refusal::UnsignedHeader("x-acs-content-sm3"))
    );
}

#[test]
fn the_scope_must_be_of_the_day_of_the_request() {
    assert_eq!(refusal(ACS4, SIGNED, &headers(), b""), None);
    for date in ["2026-11-22T00:00:00Z", "2026-11-2", "20261121T204615Z", ""] {
        assert_eq!(
            refusal(ACS4, SIGNED, &set("x-acs-date", Some(date)), b""),
            Some(Refusal::ScopeDate),
            "{date}"
        );
    }
}

#[test]
fn the_canonical_request_has_sorted_query_trimmed_values_and_joined_repeats() {
    let headers = [
        headers(),
        vec![("Accept", " b "), ("accept", "a"), ("ACCEPT", "c")],
    ]
    .concat();
    let query = Params::from_pairs([("b", "1 2"), ("a*", "")]).unwrap();
    let request = Request {
        method: "GET",
        path: "/p",
        query: &query,
        headers: &headers,
        body: b"",
    };
    let signed = format!("{SIGNED};accept");
    let text = authorization(ACS3, &signed).canonical_request(&request).unwrap();
    let expected = format!(
        "GET\n/p\na%2A=&b=1%202\nhost:kms.example:8443\nx-acs-action:Encrypt\nx-acs-content-sha256:{EMPTY}\n\
         x-acs-date:2026-11-21T20:46:15Z\nx-acs-signature-nonce:nonce\nx-acs-version:2016-01-20\naccept:a,b,c\n\n\
         {signed}\n{EMPTY}"
    );
    assert_eq!(String::from_utf8(text).unwrap(), expected);
    let string_to_sign = StringToSign::new(&authorization(ACS3, &signed), &request).unwrap();
    let hash = Hash::Sha256.hex_digest(expected.as_bytes());
    assert_eq!(string_to_sign.to_string(), format!("ACS3-HMAC-SHA256\n{hash}"));
}

#[test]
fn a_key_of_another_algorithm_does_not_verify() {
    let keys = SigningKeys::new(b"secret");
    let headers = headers();
    let request = Request {
        method: "POST",
        path: "/",
        query: &Params::new(),
        headers: &headers,
        body: b"",
    };
    let string_to_sign = StringToSign::new(&authorization(ACS3, SIGNED), &request).unwrap();
    let right = string_to_sign.sign(keys.acs3(Hash::Sha256));
    assert!(string_to_sign.verify(keys.acs3(Hash::Sha256), &right));
    for other in [keys.acs3(Hash::Sm3), &keys.acs4(Hash::Sha256, &SCOPE)] {
        assert!(!string_to_sign.verify(other, &right));
        assert!(!string_to_sign.verify(other, &string_to_sign.sign(other)));
    }
    for wrong in ["", &right[1..], &format!("{right}0"), &right.to_uppercase()] {
        assert!(!string_to_sign.verify(keys.acs3(Hash::Sha256), wrong), "{wrong}");
    }
}

#[test]
fn signing_refuses_a_scope_that_does_not_belong_to_the_key() {
    let keys = SigningKeys::new(b"secret");
    let headers = headers();
    let request = Request {
        method: "POST",
        path: "/",
        query: &Params::new(),
        headers: &headers,
        body: b"",
    };
    let malformed = Err(Refusal::Malformed("Credential"));
    let derived = keys.acs4(Hash::Sha256, &SCOPE);
    assert_eq!(
        sign(keys.acs3(Hash::Sha256), "id", Some(SCOPE), SIGNED, &request),
        malformed
    );
    assert_eq!(sign(&derived, "id", None, SIGNED, &request), malformed);
    assert_eq!(
        sign(
            &derived,
            "id",
            Some(Scope {
                date: "today",
                ..SCOPE
            }),
            SIGNED,
            &request
        ),
        malformed
    );
    assert_eq!(sign(&derived, "", Some(SCOPE), SIGNED, &request), malformed);
}
