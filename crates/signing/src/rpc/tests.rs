use super::*;

const SAMPLE: [(&str, &str); 7] = [
    ("Action", "CreateKey"),
    ("SignatureVersion", "1.0"),
    ("Format", "json"),
    ("Version", "2016-01-20"),
    ("AccessKeyId", "testid"),
    ("SignatureMethod", "HMAC-SHA1"),
    ("Timestamp", "2016-03-28T03:13:08Z"),
];

const COMPLETE: [(&str, &str); 5] = [
    ("AccessKeyId", "testid"),
    ("Signature", "c2lnbmF0dXJl"),
    ("SignatureMethod", "HMAC-SHA1"),
    ("SignatureVersion", "1.0"),
    ("SignatureType", ""),
];

fn with(name: &'static str, value: Option<&'static str>) -> Params<'static> {
    let others = COMPLETE.into_iter().filter(|pair| pair.0 != name);
    Params::from_pairs(others.chain(value.map(|value| (name, value)))).unwrap()
}

/// SOURCE: the signed `CreateKey` URL on the vendor page "Request signatures" (read 2026-11-21).
#[test]
fn the_published_sample_has_the_published_signature() {
    let keys = SigningKeys::new(b"testsecret");
    let params = Params::from_pairs(SAMPLE).unwrap();
    assert_eq!(
        string_to_sign("GET", &params),
        "GET&%2F&AccessKeyId%3Dtestid%26Action%3DCreateKey%26Format%3Djson%26SignatureMethod%3DHMAC-SHA1\
         %26SignatureVersion%3D1.0%26Timestamp%3D2016-03-28T03%253A13%253A08Z%26Version%3D2016-01-20"
    );
    assert_eq!(sign(&keys, "GET", &params), "41wk2SSX1GJh7fwnc5eqOfiJPFg=");
    assert!(verify(&keys, "GET", &params, "41wk2SSX1GJh7fwnc5eqOfiJPFg="));
}

/// The other value on that page is the tag of its misprinted string, which shows that the key is made alike.
#[test]
fn the_misprinted_sample_is_explained_and_refused() {
    let keys = SigningKeys::new(b"testsecret");
    let params = Params::from_pairs(SAMPLE).unwrap();
    let misprint = string_to_sign("GET", &params).replace("%26", "&");
    let tag = hmac::sign(keys.rpc(), misprint.as_bytes());
    assert_eq!(STANDARD.encode(tag), "s/OdVWMTmNGagvWlljdAJ7Itsew=");
    assert!(!verify(&keys, "GET", &params, "s/OdVWMTmNGagvWlljdAJ7Itsew="));
}

#[test]
fn a_signature_of_another_length_or_method_does_not_verify() {
    let keys = SigningKeys::new(b"testsecret");
    let params = Params::from_pairs(SAMPLE).unwrap();
    for wrong in [
        "",
        "41wk2SSX1GJh7fwnc5eqOfiJPFg",
        "41wk2SSX1GJh7fwnc5eqOfiJPFg==",
        "41wk2SSX1GJh7fwnc5eqOfiJPFh=",
    ] {
        assert!(!verify(&keys, "GET", &params, wrong), "{wrong}");
    }
    assert!(!verify(&keys, "POST", &params, "41wk2SSX1GJh7fwnc5eqOfiJPFg="));
}

#[test]
fn the_signature_parameter_itself_is_not_signed() {
    let keys = SigningKeys::new(b"testsecret");
    let unsigned = Params::from_pairs(SAMPLE).unwrap();
    let signed = Params::from_pairs(SAMPLE.into_iter().chain([("Signature", "anything")])).unwrap();
    assert_eq!(sign(&keys, "GET", &unsigned), sign(&keys, "GET", &signed));
}

#[test]
fn a_complete_proof_is_read() {
    let params = with("SecurityToken", Some("token"));
    let proof = Proof::parse(&params).unwrap();
    assert_eq!(proof.access_key_id, "testid");
    assert_eq!(proof.signature, "c2lnbmF0dXJl");
    assert_eq!(proof.security_token, Some("token"));
    assert_eq!((proof.timestamp, proof.nonce), (None, None));
    assert!(Proof::parse(&with("SignatureType", None)).is_ok());
}

#[test]
fn an_absent_or_empty_part_of_the_proof_is_named() {
    for name in ["AccessKeyId", "Signature", "SignatureMethod", "SignatureVersion"] {
        for value in [None, Some("")] {
            assert_eq!(
                Proof::parse(&with(name, value)),
                Err(Refusal::MissingParameter(name)),
                "{name} {value:?}"
            );
        }
    }
}

#[test]
fn other_kinds_of_signature_are_refused_by_kind() {
    let refused = |name, value: &'static str| Proof::parse(&with(name, Some(value))).unwrap_err();
    for method in ["SHA256withRSA", "HMAC-SHA256", "hmac-sha1"] {
        assert_eq!(
            refused("SignatureMethod", method),
            Refusal::SignatureMethod(method.to_owned())
        );
    }
    assert_eq!(
        refused("SignatureVersion", "2.0"),
        Refusal::SignatureVersion("2.0".to_owned())
    );
    assert_eq!(
        refused("SignatureType", "PRIVATEKEY"),
        Refusal::SignatureType("PRIVATEKEY".to_owned())
    );
}
