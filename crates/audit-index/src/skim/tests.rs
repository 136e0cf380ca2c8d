//! What is skimmed is what the view says.

use claviger_audit::record::{Fields, Outcome, Record, Source};
use claviger_audit::view::Entry;
use claviger_model::{AccountId, Caller, EncryptionContext, Identity, KeyId, KeyVersionId, RequestId};
use proptest::prelude::*;

use super::*;

fn sorted(mut skim: Skim<'_>) -> Skim<'_> {
    skim.things.sort();
    skim
}

/// Both ways; the first may have nothing to say.
fn both(record: &[u8]) -> (Option<Skim<'_>>, Skim<'_>) {
    let Ok(Entry::Call(event)) = Entry::parse(record) else {
        panic!("{}", String::from_utf8_lossy(record));
    };
    (
        Skimmer::default().read(record).map(sorted),
        sorted(Skim::of(&event)),
    )
}

fn identity() -> impl Strategy<Value = Identity> {
    prop_oneof![
        Just(Identity::Root),
        Just(Identity::System),
        "[a-z][a-z0-9.-]{0,10}".prop_map(|name| Identity::User {
            id: "123456789012345678".parse().unwrap(),
            name: name.parse().unwrap(),
        }),
        "[a-z]{1,9}".prop_map(|name| Identity::Session {
            role: "876543210987654321".parse().unwrap(),
            role_name: name.parse().unwrap(),
            name: "someone@home".parse().unwrap(),
            began: "2026-11-21T20:00:00Z".parse().unwrap(),
        }),
        Just(Identity::Service("oss".parse().unwrap())),
    ]
}

/// A field: which one, and two values to make of it what it takes.
fn fields() -> impl Strategy<Value = Fields> {
    let field = (
        0..13_u8,
        any::<u8>(),
        prop_oneof!["[a-zA-Z0-9/_.-]{0,20}", "\\PC{0,8}", Just("{\"}],:".into())],
    );
    prop::collection::btree_map(0..13_u8, field, 0..6).prop_map(|all| {
        let mut fields = Fields::default();
        for (which, (_, number, text)) in all {
            match which {
                0 => fields.key("key", KeyId::from_bytes([number; 16])),
                1 => fields.version("version", KeyVersionId::from_bytes([number; 16])),
                2 => fields.key("source_key", KeyId::from_bytes([number / 2; 16])),
                3 => fields.version("source_version", KeyVersionId::from_bytes([number; 16])),
                4 => fields.text("alias", &text),
                5 => fields.texts("keys", [text.as_str(), "other", "other"]),
                6 => fields.number("keys", number.into()),
                7 => fields.text("user", &text),
                8 => fields.flag("certificate", number > 99),
                9 => fields.text("note", &text),
                10 => {
                    let mut context = EncryptionContext::default();
                    context.add("key".into(), text);
                    fields.context("context", &context);
                }
                11 => fields.text("previous_key", &text),
                _ => fields.number("version", number.into()),
            }
        }
        fields
    })
}

proptest! {
    #[test]
    fn whatever_is_written_is_skimmed_as_the_view_reads_it(
        identity in identity(),
        access_key in prop::option::of("[A-Za-z0-9.]{1,20}"),
        texts in prop::collection::vec("[a-zA-Z0-9]{1,12}|\\PC{0,6}", 4),
        (request, response) in (fields(), fields()),
        how in 0..3_u8,
        writes: bool,
        millis in -1_000_000_000_000_i64..4_000_000_000_000,
        account in 0..9_000_000_000_000_000_u64,
        owners in prop::collection::vec(0..9_000_000_000_000_000_u64, 0..3),
    ) {
        let caller = Caller {
            account: AccountId::from_number(1_000_000_000_000_000 + account).unwrap(),
            identity,
            access_key: access_key.map(|key| key.parse().unwrap()),
        };
        let owners: Vec<_> = owners.into_iter().map(|owner| AccountId::from_number(1_000_000_000_000_000 + owner).unwrap()).collect();
        let (code, wire) = ("code", "Code.No");
        let record = Record {
            id: RequestId::from_bytes([1; 16]),
            time: Timestamp::from_millisecond(millis).unwrap(),
            dialect: "some",
            api: "kms",
            action: &texts[0],
            operation: &texts[1],
            writes,
            caller: &caller,
            owners: &owners,
            region: "here-1",
            source: Source { address: "::1".parse().unwrap(), agent: &texts[2], host: &texts[3], secure: writes },
            request: &request,
            response: &response,
            outcome: match how {
                0 => Outcome::Served,
                1 => Outcome::Refused { code, wire },
                _ => Outcome::Failed { code, wire },
            },
        };
        let record = record.to_json();
        if let (Some(skimmed), viewed) = both(&record) {
            prop_assert_eq!(skimmed, viewed);
        }
    }
}

const PLAIN: &str = concat!(
    r#"{"kind":"call","id":"01890000-0000-7000-8000-000000000000","time":"2026-11-21T20:46:13.500Z","dialect":"some","#,
    r#""api":"kms","action":"Encrypt","operation":"Hide","writes":false,"account":"1234567890123456","region":"here-1","#,
    r#""caller":{"type":"user","user":"bob","user_id":"123456789012345678","access_key":"AK"},"#,
    r#""source":{"address":"::1","agent":"a\"gent","host":"h","tls":true},"request":{"alias":"a","context":{"x":"}\"{"}},"#,
    r#""outcome":"served","response":{"key":"k","keys":["k","l"],"version":"v","list":[1,{"a":[]},"]"]}}"#,
);

#[test]
fn an_everyday_record_is_skimmed() {
    let (skimmed, viewed) = both(PLAIN.as_bytes());
    let skimmed = skimmed.unwrap();
    assert_eq!(skimmed.things.len(), 3);
    assert_eq!(skimmed, viewed);
}

#[test]
fn a_record_of_other_accounts_is_skimmed() {
    for owners in [r#"["2"]"#, r#"["2","3"]"#] {
        let record = PLAIN.replace(r#","region":"#, &format!(r#","owners":{owners},"region":"#));
        let (skimmed, viewed) = both(record.as_bytes());
        assert_eq!(skimmed.unwrap().owners.len(), owners.len() / 4);
        assert_eq!(Skimmer::default().read(record.as_bytes()), Some(viewed));
    }
    for owners in ["[]", "[2]", r#"["2",]"#, r#""2""#] {
        let record = PLAIN.replace(r#","region":"#, &format!(r#","owners":{owners},"region":"#));
        assert_eq!(Skimmer::default().read(record.as_bytes()), None, "{record}");
    }
}

#[test]
fn a_second_is_remembered_and_so_is_its_end() {
    let mut skimmer = Skimmer::default();
    for time in ["20:46:13.500Z", "20:46:13.999Z", "20:46:14.000Z", "20:46:13.001Z"] {
        let record = PLAIN.replace("20:46:13.500Z", time);
        let expected: Timestamp = format!("2026-11-21T{time}").parse().unwrap();
        assert_eq!(skimmer.read(record.as_bytes()).unwrap().time, expected);
    }
}

#[test]
fn what_is_spelled_otherwise_is_left_to_the_view() {
    for (from, to) in [
        (r#""alias":"a""#, r#""alias":"\u0061""#),
        (r#""writes":false,"#, r#""writes": false,"#),
        (r#""address":"::1""#, r#""address":"nowhere""#),
        (r#","version":"v""#, r#","version":7"#),
        (
            r#""time":"2026-11-21T20:46:13.500Z""#,
            r#""time":"2026-11-21T20:46:13Z""#,
        ),
        (r#""keys":["k","l"]"#, r#""keys":[{}]"#),
    ] {
        let record = PLAIN.replace(from, to);
        assert_ne!(record, PLAIN);
        assert_eq!(Skimmer::default().read(record.as_bytes()), None, "{record}");
    }
    for end in 0..PLAIN.len() {
        assert_eq!(Skimmer::default().read(&PLAIN.as_bytes()[..end]), None);
    }
}
