//! Records as they stand in the log.

use claviger_model::AccountId;

use super::*;

fn sample(outcome: Outcome<'_>) -> String {
    sample_of(Identity::Root, outcome)
}

fn sample_of(identity: Identity, outcome: Outcome<'_>) -> String {
    sample_with(identity, &[], outcome)
}

fn sample_with(identity: Identity, owners: &[AccountId], outcome: Outcome<'_>) -> String {
    let caller = Caller {
        account: AccountId::from_number(1_234_567_890_123_456).unwrap(),
        identity,
        access_key: Some("LTAIexample".parse().unwrap()),
    };
    let mut request = Fields::default();
    request.text("alias", "a\"b\\c\n\u{7f}ü");
    request.number("plaintext_bytes", 64);
    let mut context = EncryptionContext::default();
    context.add("tenant".into(), "7\t".into());
    request.context("context", &context);
    request.texts("keys", ["one", "\"two\""]);
    let mut response = Fields::default();
    response.key("key", KeyId::from_bytes([1; 16]));
    let record = Record {
        id: RequestId::from_bytes([2; 16]),
        time: "2026-11-21T20:46:13.5Z".parse().unwrap(),
        dialect: "some",
        api: "kms",
        action: "Encrypt",
        operation: "Encrypt",
        writes: false,
        caller: &caller,
        owners,
        region: "cn-hangzhou",
        source: Source {
            address: "::1".parse().unwrap(),
            agent: "curl/8",
            host: "localhost:8443",
            secure: true,
        },
        request: &request,
        response: &response,
        outcome,
    };
    String::from_utf8(record.to_json()).unwrap()
}

#[test]
fn a_served_call_reads_back_as_json_with_every_field() {
    let text = sample(Outcome::Served);
    assert!(!text.contains('\n'));
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["time"], "2026-11-21T20:46:13.500Z");
    assert_eq!(json["request"]["alias"], "a\"b\\c\n\u{7f}ü");
    assert_eq!(json["request"]["context"]["tenant"], "7\t");
    assert_eq!(json["request"]["keys"], serde_json::json!(["one", "\"two\""]));
    assert_eq!(json["response"]["key"], "01010101-0101-0101-0101-010101010101");
    assert_eq!(json["caller"]["access_key"], "LTAIexample");
    assert_eq!(json["source"]["address"], "::1");
    assert_eq!(json["outcome"], "served");
}

#[test]
fn owners_are_told_where_there_are_any() {
    let sample = sample(Outcome::Served);
    assert!(!sample.contains("owners"));
    for owners in [&[2_u64][..], &[2, 3]] {
        let owners: Vec<_> = owners
            .iter()
            .map(|number| AccountId::from_number(1_000_000_000_000_000 + number).unwrap())
            .collect();
        let text = sample_with(Identity::Root, &owners, Outcome::Served);
        let event: crate::view::Event<'_> = serde_json::from_str(&text).unwrap();
        let expected = owners.iter().map(ToString::to_string);
        let expected: Vec<_> = ["1234567890123456".to_owned()]
            .into_iter()
            .chain(expected)
            .collect();
        assert_eq!(event.accounts().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn every_caller_is_told_by_kind_name_and_id() {
    let user = Identity::User {
        id: "123456789012345678".parse().unwrap(),
        name: "alice".parse().unwrap(),
    };
    let session = Identity::Session {
        role: "876543210987654321".parse().unwrap(),
        role_name: "ops".parse().unwrap(),
        name: "alice@home".parse().unwrap(),
        began: "2026-11-21T20:00:00Z".parse().unwrap(),
    };
    let service = Identity::Service("oss".parse().unwrap());
    for (identity, expected) in [
        (Identity::Root, r#"{"type":"root","#),
        (Identity::System, r#"{"type":"system","#),
        (
            user,
            r#"{"type":"user","user":"alice","user_id":"123456789012345678","#,
        ),
        (
            session,
            r#"{"type":"session","role":"ops","role_id":"876543210987654321","session":"alice@home","began":"2026-11-21T20:00:00.000Z","#,
        ),
        (service, r#"{"type":"service","service":"oss","#),
    ] {
        let text = sample_of(identity, Outcome::Served);
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["caller"]["access_key"], "LTAIexample");
        let caller = format!(r#","caller":{expected}"access_key":"LTAIexample"}},"source""#);
        assert!(text.contains(&caller), "{text}");
    }
}

#[test]
fn a_refused_call_has_its_codes_and_no_response() {
    let refused = sample(Outcome::Refused {
        code: "state",
        wire: "Rejected.Disabled",
    });
    let json: serde_json::Value = serde_json::from_str(&refused).unwrap();
    assert_eq!(json["error"]["wire"], "Rejected.Disabled");
    assert!(json.get("response").is_none());
}

#[test]
fn long_text_is_cut_between_characters() {
    let mut fields = Fields::default();
    fields.text("agent", &"ü".repeat(400));
    assert_eq!(
        String::from_utf8(fields.0).unwrap(),
        format!("\"agent\":\"{}\"", "ü".repeat(256))
    );
}

#[test]
fn addresses_are_written_as_everybody_does() {
    for text in [
        "0.0.0.0",
        "255.255.255.255",
        "203.0.113.9",
        "::1",
        "2001:db8::a:0:1",
    ] {
        let mut out = Vec::new();
        write_address(&mut out, text.parse().unwrap());
        assert_eq!(String::from_utf8(out).unwrap(), text);
    }
}

#[test]
fn counted_strangers_read_back_as_json() {
    let rows = [Stranger {
        reason: "signature",
        address: "127.0.0.1".parse().unwrap(),
        access_key: "\"x".into(),
        count: 3,
    }];
    let at = "2026-11-21T20:46:13Z".parse().unwrap();
    let text = Strangers {
        since: at,
        until: at,
        rows: &rows,
        others: 1,
    }
    .to_json();
    let json: serde_json::Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(
        (&json["rows"][0]["count"], &json["rows"][0]["access_key"]),
        (&3.into(), &"\"x".into())
    );
}
