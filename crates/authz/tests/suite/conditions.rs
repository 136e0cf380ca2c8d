//! Every operator over values that match, that don't, that are missing, and lists.

use claviger_authz::context::RequestContext;
use claviger_model::Tags;

use crate::scene::{KEY, alice, allows, at, identity, ip, statements, tags};

/// Whether an allow with this condition applies.
fn holds(condition: &str, context: &RequestContext<'_>) -> bool {
    let policy = statements(&format!(
        r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{condition}}}"#
    ));
    allows(&policy, "kms:Decrypt", KEY, context)
}

/// Whether `{operator: {"x:k": listed}}` holds where `x:k` has these values.
fn over(operator: &str, listed: &str, values: &[&str]) -> bool {
    let further = [("x:other", &["other"][..]), ("X:K", values)];
    let context = RequestContext {
        further: &further,
        ..alice()
    };
    let condition = format!(r#"{{"{operator}":{{"x:k":{listed}}}}}"#);
    holds(&condition, &context)
}

/// Operator; list; a value that is as a listed one; a value that is not.
const OPERATORS: &[(&str, &str, &[&str], &[&str])] = &[
    (
        "StringEquals",
        r#"["a","B"]"#,
        &["a", "B"],
        &["A", "b", "ab", "", "*"],
    ),
    (
        "StringEqualsIgnoreCase",
        r#"["a","Ä"]"#,
        &["a", "A", "ä", "Ä"],
        &["ab", "", "é"],
    ),
    (
        "StringLike",
        r#"["a*c","x?"]"#,
        &["ac", "abc", "xy"],
        &["abcd", "x", "AC", ""],
    ),
    (
        "NumericEquals",
        r#"["1","2.50"]"#,
        &["1", "1.0", "2.5", "+1"],
        &["2", "-1", "one", ""],
    ),
    (
        "NumericLessThan",
        r#"["10"]"#,
        &["9.999", "-11"],
        &["10", "11", "x"],
    ),
    (
        "NumericLessThanEquals",
        r#"["10"]"#,
        &["10", "9"],
        &["10.001", "x"],
    ),
    (
        "NumericGreaterThan",
        r#"["10"]"#,
        &["10.5", "11"],
        &["10", "9", "x"],
    ),
    (
        "NumericGreaterThanEquals",
        r#"["10"]"#,
        &["10.0", "11"],
        &["9.9", "x"],
    ),
    (
        "DateEquals",
        r#"["2026-11-22","2030-01-01T00:00:00Z"]"#,
        &["2026-11-22T00:00:00Z", "2030-01-01T08:00:00+08:00"],
        &["2026-11-23", "x"],
    ),
    (
        "DateLessThan",
        r#"["2026-11-22T12:00:00Z"]"#,
        &["2026-11-22T11:59:59Z"],
        &["2026-11-22T12:00:00Z", "x"],
    ),
    (
        "DateLessThanEquals",
        r#"["2026-11-22T12:00:00Z"]"#,
        &["2026-11-22T12:00:00Z"],
        &["2026-11-22T12:00:01Z", "x"],
    ),
    (
        "DateGreaterThan",
        r#"["2026-11-22T12:00:00Z"]"#,
        &["2026-11-22T12:00:01Z"],
        &["2026-11-22T12:00:00Z", "x"],
    ),
    (
        "DateGreaterThanEquals",
        r#"["2026-11-22T12:00:00Z"]"#,
        &["2026-11-22T12:00:00Z"],
        &["2026-11-22T11:59:59Z", "x"],
    ),
    ("Bool", r#""true""#, &["true", "True"], &["false", "yes", ""]),
    (
        "IpAddress",
        r#"["10.0.0.0/8","2001:db8::1"]"#,
        &["10.9.8.7", "2001:db8::1", "::ffff:10.0.0.1"],
        &["11.0.0.1", "2001:db8::2", "x"],
    ),
];

/// A negated operator and the one it negates.
const NEGATED: &[(&str, &str)] = &[
    ("StringNotEquals", "StringEquals"),
    ("StringNotEqualsIgnoreCase", "StringEqualsIgnoreCase"),
    ("StringNotLike", "StringLike"),
    ("NumericNotEquals", "NumericEquals"),
    ("DateNotEquals", "DateEquals"),
    ("NotIpAddress", "IpAddress"),
];

/// An operator at work.
struct Row {
    name: &'static str,
    list: &'static str,
    pass: &'static [&'static str],
    fail: &'static [&'static str],
    negated: bool,
}

fn operators() -> impl Iterator<Item = Row> {
    let plain = OPERATORS.iter().map(|(name, list, pass, fail)| Row {
        name,
        list,
        pass,
        fail,
        negated: false,
    });
    let negated = NEGATED.iter().map(|(name, of)| {
        let (_, list, fail, pass) = OPERATORS.iter().find(|(other, ..)| other == of).unwrap();
        Row {
            name,
            list,
            pass,
            fail,
            negated: true,
        }
    });
    plain.chain(negated)
}

#[test]
fn one_value_is_compared_with_each_of_the_list() {
    assert_eq!(operators().count(), 21);
    for Row {
        name,
        list,
        pass,
        fail,
        negated: missing,
    } in operators()
    {
        for value in pass {
            assert!(over(name, list, &[value]), "{name} {list} {value}");
        }
        for value in fail {
            assert!(!over(name, list, &[value]), "{name} {list} {value}");
        }
        assert_eq!(over(name, list, &[]), missing, "{name} without the key");
    }
}

#[test]
fn of_several_values_one_must_fit_and_negated_none_may() {
    for Row {
        name,
        list,
        pass,
        fail,
        negated,
    } in operators()
    {
        let (good, bad) = (pass[0], fail[0]);
        assert!(over(name, list, &[good, good]), "{name}");
        assert!(!over(name, list, &[bad, bad]), "{name}");
        assert_eq!(over(name, list, &[good, bad]), !negated, "{name}");
    }
}

#[test]
fn quantifiers_take_each_value_by_itself() {
    for Row {
        name,
        list,
        pass,
        fail,
        ..
    } in operators()
    {
        let (good, bad) = (pass[0], fail[0]);
        let any = |values: &[&str]| over(&format!("ForAnyValue:{name}"), list, values);
        let all = |values: &[&str]| over(&format!("ForAllValues:{name}"), list, values);
        assert!(
            any(&[bad, good]) && any(&[good]) && !any(&[bad, bad]) && !any(&[]),
            "{name}"
        );
        assert!(
            all(&[good, good]) && !all(&[bad, good]) && !all(&[bad]) && all(&[]),
            "{name}"
        );
    }
}

#[test]
fn if_exists_lets_only_a_missing_key_pass() {
    for Row {
        name,
        list,
        pass,
        fail,
        ..
    } in operators()
    {
        for prefix in ["", "ForAnyValue:", "ForAllValues:"] {
            let name = format!("{prefix}{name}IfExists");
            assert!(over(&name, list, &[]), "{name}");
            assert!(over(&name, list, &[pass[0]]), "{name}");
            assert!(!over(&name, list, &[fail[0]]), "{name}");
        }
    }
}

#[test]
fn null_asks_whether_a_key_is_there() {
    for (list, there, missing) in [
        (r#""true""#, false, true),
        (r#""false""#, true, false),
        (r#"["true","false"]"#, true, true),
    ] {
        assert_eq!(over("Null", list, &["x"]), there, "{list}");
        assert_eq!(over("Null", list, &[""]), there, "{list}: empty is there");
        assert_eq!(over("Null", list, &[]), missing, "{list}");
    }
}

#[test]
fn all_keys_and_all_operators_must_hold() {
    let context = alice();
    let secure = r#""Bool":{"acs:SecureTransport":"true"}"#;
    assert!(holds("{}", &context));
    assert!(holds(&format!("{{{secure}}}"), &context));
    assert!(!holds(
        &format!(r#"{{{secure},"IpAddress":{{"acs:SourceIp":"11.0.0.0/8"}}}}"#),
        &context
    ));
    let both =
        |name: &str| format!(r#"{{"StringLike":{{"acs:PrincipalARN":"*:user/alice","x:k":"{name}"}}}}"#);
    let further = [("x:k", &["yes"][..])];
    let context = RequestContext {
        further: &further,
        ..context
    };
    assert!(holds(&both("yes"), &context) && !holds(&both("no"), &context));
}

/// A condition that holds for the context and one that doesn't.
type Pair<'a> = (&'a str, &'a str);

#[test]
fn known_keys_have_their_values_in_any_spelling() {
    let (own, request) = (tags(&[("team", "red")]), tags(&[("cost", "7")]));
    let context = RequestContext {
        mfa: Some(true),
        resource_tags: Some(&own),
        request_tags: &request.iter().collect::<Vec<_>>(),
        tag_keys: &["cost", "old"],
        encryption_algorithm: Some("RSAES_OAEP_SHA_256"),
        ..alice()
    };
    let pairs: &[Pair<'_>] = &[
        (
            r#"{"DateLessThan":{"acs:CurrentTime":"2027-01-01"}}"#,
            r#"{"DateLessThan":{"acs:CurrentTime":"2026-01-01"}}"#,
        ),
        (
            r#"{"StringLike":{"acs:currenttime":"2026-11-22T*Z"}}"#,
            r#"{"StringLike":{"acs:currenttime":"2025*"}}"#,
        ),
        (
            r#"{"IpAddress":{"ACS:sourceip":"10.1.2.3"}}"#,
            r#"{"NotIpAddress":{"acs:SourceIp":"10.0.0.0/8"}}"#,
        ),
        (
            r#"{"StringLike":{"acs:SourceIp":"10.1.*"}}"#,
            r#"{"StringEquals":{"acs:SourceIp":"10.1.2.4"}}"#,
        ),
        (
            r#"{"Bool":{"acs:SecureTransport":"true"}}"#,
            r#"{"Bool":{"acs:SecureTransport":"false"}}"#,
        ),
        (
            r#"{"StringEquals":{"acs:MFAPresent":"true"}}"#,
            r#"{"Bool":{"acs:mfapresent":"false"}}"#,
        ),
        (
            r#"{"StringEquals":{"acs:ResourceTag/team":"red"}}"#,
            r#"{"StringEquals":{"kms:tag/team":"red"}}"#,
        ),
        (
            r#"{"StringEquals":{"acs:resourcetag/TEAM":"red"}}"#,
            r#"{"StringEquals":{"acs:RequestTag/team":"red"}}"#,
        ),
        (
            r#"{"NumericEquals":{"acs:RequestTag/cost":"7"}}"#,
            r#"{"NumericEquals":{"acs:ResourceTag/cost":"7"}}"#,
        ),
        (
            r#"{"ForAllValues:StringEquals":{"acs:TagKeys":["cost","old","x"]}}"#,
            r#"{"ForAllValues:StringEquals":{"acs:TagKeys":["cost"]}}"#,
        ),
        (
            r#"{"StringLike":{"kms:EncryptionAlgorithm":"RSAES_*"}}"#,
            r#"{"StringEquals":{"kms:EncryptionAlgorithm":"SYMMETRIC_DEFAULT"}}"#,
        ),
        (
            r#"{"StringLike":{"acs:PrincipalARN":"acs:ram::1234567890123456:user/*"}}"#,
            r#"{"Null":{"acs:PrincipalARN":"true"}}"#,
        ),
    ];
    for (right, wrong) in pairs {
        assert!(holds(right, &context), "{right}");
        assert!(!holds(wrong, &context), "{wrong}");
    }
}

#[test]
fn what_is_not_known_of_a_request_is_missing() {
    let context = RequestContext::new(
        identity("acs:ram::1234567890123456:root"),
        "1234567890123456",
        at("2026-11-22T12:00:00Z"),
    );
    for key in [
        "acs:SourceIp",
        "acs:MFAPresent",
        "kms:tag/a",
        "acs:ResourceTag/a",
        "acs:RequestTag/a",
        "acs:TagKeys",
        "kms:EncryptionAlgorithm",
        "x:y",
    ] {
        assert!(
            holds(&format!(r#"{{"Null":{{"{key}":"true"}}}}"#), &context),
            "{key}"
        );
    }
    for key in ["acs:CurrentTime", "acs:SecureTransport", "acs:PrincipalARN"] {
        assert!(
            holds(&format!(r#"{{"Null":{{"{key}":"false"}}}}"#), &context),
            "{key}"
        );
    }
    let (none, v4) = (Tags::default(), Some(ip("::ffff:10.0.0.1")));
    let context = RequestContext {
        resource_tags: Some(&none),
        source: v4,
        ..context
    };
    assert!(holds(
        r#"{"Null":{"acs:ResourceTag/a":"true"},"StringEquals":{"acs:SourceIp":"10.0.0.1"}}"#,
        &context
    ));
}
