//! Every operator and every key.

use claviger_authz::context::{KeyWords, Person, RequestContext};
use claviger_model::Action;

use super::{KEY, alice, decide, key, statements};
use crate::scene::tags;

/// Whether an allow with this condition applies.
fn holds(condition: &str, context: &RequestContext<'_>) -> bool {
    let policy = statements(&format!(
        r#"{{"Effect":"Allow","Action":["*:*:*"],"Condition":{condition}}}"#
    ));
    decide(&policy, Action::Decrypt, &key(KEY), context).allows()
}

/// Whether `{operator: {"x:k": listed}}` holds where `x:k` has these values.
fn over(operator: &str, listed: &str, values: &[&str]) -> bool {
    let further = [("X:K", values)];
    let context = RequestContext {
        further: &further,
        ..alice()
    };
    holds(&format!(r#"{{"{operator}":{{"x:k":{listed}}}}}"#), &context)
}

/// Operator and its negation; list; values that are as a listed one; values that are not.
type Row = (
    &'static str,
    Option<&'static str>,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const OPERATORS: &[Row] = &[
    (
        "StringEquals",
        Some("StringNotEquals"),
        r#"["a","B"]"#,
        &["a", "B"],
        &["A", "ab", "", "*"],
    ),
    (
        "StringEqualsIgnoreCase",
        Some("StringNotEqualsIgnoreCase"),
        r#"["a","Ä"]"#,
        &["A", "ä"],
        &["ab", ""],
    ),
    (
        "StringMatch",
        Some("StringNotMatch"),
        r#"["a*c","x?"]"#,
        &["ac", "abc", "xy"],
        &["abcd", "x", "AC", ""],
    ),
    (
        "StringStartWith",
        Some("StringNotStartWith"),
        r#"["ab","*"]"#,
        &["ab", "abc", "*x"],
        &["a", "AB", "xab", "x*", ""],
    ),
    (
        "StringEndWith",
        Some("StringNotEndWith"),
        r#"["ab","?"]"#,
        &["ab", "xab", "x?"],
        &["b", "AB", "abx", "?x", ""],
    ),
    (
        "NumberEquals",
        Some("NumberNotEquals"),
        r#"["1","2.50"]"#,
        &["1.0", "2.5"],
        &["2", "one", ""],
    ),
    ("NumberLessThan", None, r#"["10"]"#, &["9.9", "-11"], &["10", "x"]),
    (
        "NumberLessThanEquals",
        None,
        r#"["10"]"#,
        &["10", "9"],
        &["10.1", "x"],
    ),
    (
        "NumberGreaterThan",
        None,
        r#"["10"]"#,
        &["10.5"],
        &["10", "9", "x"],
    ),
    (
        "NumberGreaterThanEquals",
        None,
        r#"["10"]"#,
        &["10.0", "11"],
        &["9.9", "x"],
    ),
    (
        "DateLessThan",
        None,
        r#"["2022-08-01T00:00:00Z"]"#,
        &["2022-07-31T23:59:59Z"],
        &["2022-08-01T00:00:00Z", "x"],
    ),
    (
        "DateLessThanEquals",
        None,
        r#"["2022-08-01T00:00:00Z"]"#,
        &["2022-08-01T00:00:00Z"],
        &["2022-08-01T00:00:01Z", "x"],
    ),
    (
        "DateGreaterThan",
        None,
        r#"["2022-08-01T00:00:00Z"]"#,
        &["2022-08-01T00:00:01Z"],
        &["2022-08-01T00:00:00Z", "x"],
    ),
    (
        "DateGreaterThanEquals",
        None,
        r#"["2022-08-01T00:00:00Z"]"#,
        &["2022-08-01T00:00:00Z"],
        &["2022-07-31T23:59:59Z", "x"],
    ),
    (
        "Bool",
        None,
        r#""true""#,
        &["true", "True"],
        &["false", "yes", ""],
    ),
    (
        "IpAddress",
        Some("NotIpAddress"),
        r#"["10.0.0.0/8","2001:db8::1"]"#,
        &["10.9.8.7", "2001:db8::1"],
        &["11.0.0.1", "x"],
    ),
];

/// An operator or a negation at work.
struct Operator {
    name: &'static str,
    list: &'static str,
    pass: &'static [&'static str],
    fail: &'static [&'static str],
    negated: bool,
}

fn operators() -> Vec<Operator> {
    let mut all = Vec::new();
    for &(name, negation, list, pass, fail) in OPERATORS {
        let plain = Operator {
            name,
            list,
            pass,
            fail,
            negated: false,
        };
        let negation = negation.map(|name| Operator {
            name,
            list,
            pass: fail,
            fail: pass,
            negated: true,
        });
        all.extend([plain].into_iter().chain(negation));
    }
    all
}

#[test]
fn operators_compare_one_value() {
    for one in operators() {
        let Operator {
            name,
            list,
            pass,
            fail,
            ..
        } = one;
        for value in pass {
            assert!(over(name, list, &[value]), "{name} {list} {value}");
        }
        for value in fail {
            assert!(!over(name, list, &[value]), "{name} {list} {value}");
        }
    }
}

#[test]
fn a_missing_key_fails_but_for_negations_and_the_suffix() {
    for one in operators() {
        let Operator {
            name,
            list,
            pass,
            fail,
            negated,
        } = one;
        assert_eq!(over(name, list, &[]), negated, "{name}");
        let suffixed = format!("{name}IfExists");
        assert!(over(&suffixed, list, &[]), "{suffixed}");
        assert!(over(&suffixed, list, &pass[..1]) && !over(&suffixed, list, &fail[..1]));
    }
}

#[test]
fn prefixes_ask_for_all_values_or_any() {
    for one in operators() {
        let Operator {
            name,
            list,
            pass,
            fail,
            ..
        } = one;
        let mixed = [pass[0], fail[0]];
        let (all, any) = (format!("ForAllValues:{name}"), format!("ForAnyValue:{name}"));
        assert!(over(&all, list, &pass[..1]) && !over(&all, list, &mixed) && over(&all, list, &[]));
        assert!(over(&any, list, &mixed) && !over(&any, list, &fail[..1]) && !over(&any, list, &[]));
    }
}

#[test]
fn null_asks_whether_a_key_is_there() {
    for (list, with, without) in [
        (r#"["true"]"#, false, true),
        (r#"["false"]"#, true, false),
        (r#"["true","false"]"#, true, true),
    ] {
        assert_eq!(over("Null", list, &["x"]), with, "{list}");
        assert_eq!(over("Null", list, &[]), without, "{list}");
    }
}

#[test]
fn conditions_of_a_statement_must_all_hold() {
    let both = |user: &str, account: &str| {
        let condition = format!(
            r#"{{"StringEquals":{{"g:UserName":["{user}"],"g:DomainName":["{account}"]}},"Bool":{{"g:MFAPresent":["true"]}}}}"#
        );
        let context = RequestContext {
            mfa: Some(true),
            ..alice()
        };
        holds(&condition, &context)
    };
    assert!(both("alice", "acme"));
    assert!(!both("bob", "acme") && !both("alice", "other"));
}

#[test]
fn known_keys_have_their_values_in_any_spelling() {
    let own = tags(&[("team", "red")]);
    let context = RequestContext {
        mfa: Some(true),
        resource_tags: Some(&own),
        request_tags: &[("cost", "7")],
        tag_keys: &["cost", "old"],
        region: Some("cn-north-1"),
        service: Some("kms"),
        key: Some(KeyWords {
            origin: "external",
            spec: "AES_256",
            usage: "ENCRYPT_DECRYPT",
        }),
        ..alice()
    };
    // Operator, key, a value that fits, one that doesn't.
    for (operator, key, right, wrong) in [
        ("DateLessThan", "g:CurrentTime", "2027-01-01", "2026-01-01"),
        ("IpAddress", "g:sourceip", "10.0.0.0/8", "192.0.2.0/24"),
        ("Bool", "G:MFAPresent", "true", "false"),
        ("StringEquals", "g:UserName", "alice", "bob"),
        ("StringStartWith", "g:UserId", "7777", "8"),
        ("StringEquals", "g:DomainName", "acme", "alice"),
        ("StringEndWith", "g:PrincipalUrn", ":user:alice", ":user:bob"),
        ("StringEquals", "g:ProjectName", "cn-north-1", "cn-north-4"),
        ("StringEquals", "g:ServiceName", "kms", "obs"),
        ("StringEquals", "g:EnterpriseProjectId", "0", "1"),
        ("StringEquals", "g:ResourceTag/TEAM", "red", "blue"),
        ("NumberEquals", "g:requesttag/cost", "7", "8"),
        ("ForAnyValue:StringEquals", "g:TagKeys", "old", "new"),
        ("StringEquals", "kms:KeyOrigin", "external", "kms"),
        ("StringMatch", "kms:KeySpec", "AES_*", "RSA_*"),
        ("StringEquals", "kms:keyusage", "ENCRYPT_DECRYPT", "SIGN_VERIFY"),
    ] {
        let condition = |value: &str| format!(r#"{{"{operator}":{{"{key}":["{value}"]}}}}"#);
        assert!(holds(&condition(right), &context), "{key}");
        assert!(!holds(&condition(wrong), &context), "{key}");
    }
}

#[test]
fn what_is_not_known_of_a_request_is_missing() {
    let nobody = RequestContext {
        source: None,
        person: Person::default(),
        ..alice()
    };
    for key in [
        "g:SourceIp",
        "g:MFAPresent",
        "g:MFAAge",
        "g:UserName",
        "g:UserId",
        "g:DomainName",
        "g:PrincipalUrn",
        "g:ProjectName",
        "g:ServiceName",
        "g:ResourceTag/a",
        "g:RequestTag/a",
        "g:TagKeys",
        "kms:KeyOrigin",
        "kms:KeySpec",
        "kms:KeyUsage",
        "kms:MultiRegionKeyType",
        "obs:prefix",
    ] {
        let absent = format!(r#"{{"Null":{{"{key}":["true"]}}}}"#);
        assert!(holds(&absent, &nobody), "{key}");
    }
    let present = r#"{"Null":{"g:CurrentTime":["false"],"g:EnterpriseProjectId":["false"]}}"#;
    assert!(holds(present, &nobody));
}
