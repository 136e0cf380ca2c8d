//! What is taken as a policy, and how a refused document is told where its fault is.

use claviger_authz::languages::iam::{Kind, POLICY_LIMIT, parse};
use claviger_authz::policy::{Effect, Selector};
use claviger_model::Language;

use super::{policy, statements};

const RIGHT: &str = r#""Effect":"Allow","Action":["kms:*:*"]"#;

fn refusal(document: &str, kind: Kind) -> String {
    parse(document, kind, POLICY_LIMIT).unwrap_err().to_string()
}

/// The fault of a second statement.
fn second(version: &str, statement: &str) -> String {
    let document = format!(r#"{{"Version":"{version}","Statement":[{{{RIGHT}}},{{{statement}}}]}}"#);
    refusal(&document, Kind::Any)
}

fn all_refused(cases: &[(&str, &str)]) {
    for (statement, expected) in cases {
        let expected = format!("Statement[1]{expected}");
        assert_eq!(second("1.1", statement), expected, "{statement}");
    }
}

#[test]
fn single_values_and_lists_are_the_same() {
    let single = statements(
        r#"{"Effect":"Deny","Action":"kms:cmk:get","Resource":"kms:*:*:KeyId:a","Condition":{"Bool":{"a:b":"true"}}}"#,
    );
    let list = statements(
        r#"{"Condition":{"Bool":{"a:b":["true"]}},"Resource":["kms:*:*:KeyId:a"],"Action":["kms:cmk:get"],"Effect":"Deny"}"#,
    );
    assert_eq!(single, list);
    assert_eq!(single.statements()[0].effect, Effect::Deny);
    assert_eq!(single.statements()[0].language, Language::Iam);
    assert!(
        matches!(&single.statements()[0].actions, Selector::Only(one) if one[0].as_str() == "kms:cmk:get")
    );
}

#[test]
fn each_kind_has_its_version() {
    let of = |version: &str| format!(r#"{{"Version":"{version}","Statement":[{{{RIGHT}}}]}}"#);
    for (kind, version) in [
        (Kind::Role, "1.0"),
        (Kind::Policy, "1.1"),
        (Kind::Identity, "5.0"),
    ] {
        for other in ["1.0", "1.1", "5.0"] {
            let read = parse(&of(other), kind, POLICY_LIMIT);
            assert_eq!(read.is_ok(), other == version, "{kind:?} {other}");
            assert!(parse(&of(other), Kind::Any, POLICY_LIMIT).is_ok());
        }
        let expected = format!("Version: `1` is not the version `{version}`");
        assert_eq!(refusal(&of("1"), kind), expected);
    }
    assert_eq!(
        refusal(&of("2"), Kind::Any),
        "Version: `2` is not the version `1.0`, `1.1` or `5.0`"
    );
}

#[test]
fn documents_have_a_version_statements_and_nothing_else() {
    let long = format!("{{}}{}", " ".repeat(POLICY_LIMIT));
    let cases = [
        ("", "document: not valid JSON at line 1, column 0"),
        ("[]", "document: must be an object"),
        (r#"{"Statement":[]}"#, "Version: is missing"),
        (r#"{"Version":1.1}"#, "Version: must be text in quotes"),
        (r#"{"Version":"1.1"}"#, "Statement: is missing"),
        (r#"{"Version":"1.1","Statement":{}}"#, "Statement: must be a list"),
        (
            r#"{"Version":"1.1","Statement":[]}"#,
            "Statement: must not be empty",
        ),
        (r#"{"Version":"1.1","Version":"1.0"}"#, "Version: is given twice"),
        (
            r#"{"Version":"1.1","Depends":[]}"#,
            "Depends: is not known here; known are `Version`, `Statement`",
        ),
        (
            r#"{"Version":"1.0","Id":"1"}"#,
            "Id: is not known here; known are `Version`, `Statement`, `Depends`",
        ),
        (&long, "document: longer than 6144 bytes"),
    ];
    for (document, expected) in cases {
        assert_eq!(refusal(document, Kind::Any), expected, "{document}");
    }
}

#[test]
fn roles_may_name_roles_beside_them() {
    let with =
        |depends: &str| format!(r#"{{"Version":"1.0","Statement":[{{{RIGHT}}}],"Depends":{depends}}}"#);
    let plain = policy(&format!(r#"{{"Version":"1.0","Statement":[{{{RIGHT}}}]}}"#));
    for right in ["[]", r#"[{"catalog":"BASE","display_name":"Tenant Guest"}]"#] {
        assert_eq!(policy(&with(right)), plain, "they give nothing");
    }
    for (wrong, expected) in [
        ("{}", "Depends: must be a list"),
        (r#"["Tenant Guest"]"#, "Depends[0]: must be an object"),
        (r#"[{"catalog":"BASE"}]"#, "Depends[0].display_name: is missing"),
        (
            r#"[{"catalog":"BASE","display_name":"x"},{"name":"x"}]"#,
            "Depends[1].name: is not known here; known are `catalog`, `display_name`",
        ),
        (
            r#"[{"catalog":7,"display_name":"x"}]"#,
            "Depends[0].catalog: must be text in quotes",
        ),
    ] {
        assert_eq!(refusal(&with(wrong), Kind::Role), expected);
    }
}

#[test]
fn members_of_a_statement_are_known_and_there_once() {
    all_refused(&[
        (r#""Action":["kms:*:*"]"#, ".Effect: is missing"),
        (
            r#""Effect":"allow","Action":["kms:*:*"]"#,
            ".Effect: `allow` is not `Allow` or `Deny`",
        ),
        (r#""Effect":"Allow""#, ".Action: is missing"),
        (
            r#""Effect":"Allow","NotAction":["kms:*:*"]"#,
            ".NotAction: is not known here; known are `Effect`, `Action`, `Resource`, `Condition`",
        ),
        (
            r#""Effect":"Allow","Action":["kms:*:*"],"Sid":"x""#,
            ".Sid: is not known here; known are `Effect`, `Action`, `Resource`, `Condition`",
        ),
        (
            r#""Effect":"Allow","Effect":"Deny","Action":["kms:*:*"]"#,
            ".Effect: is given twice",
        ),
        (
            r#""Effect":"Allow","Action":["kms:*:*"],"Resource":{"uri":["/iam/agencies/x"]}"#,
            ".Resource: must be text in quotes or a list of such",
        ),
    ]);
    for (statement, expected) in [
        (
            r#""Effect":"Allow""#,
            "Statement[1]: must have either `Action` or `NotAction`",
        ),
        (
            r#""Effect":"Allow","Action":["*"],"NotAction":["*"]"#,
            "Statement[1]: must have either `Action` or `NotAction`",
        ),
        (
            r#""Effect":"Allow","Action":["*"],"Resource":["*"],"NotResource":["*"]"#,
            "Statement[1]: must have either `Resource` or `NotResource`",
        ),
        (
            r#""Effect":"Allow","Action":["*"],"Principal":["*"]"#,
            "Statement[1].Principal: is not known here; known are `Sid`, `Effect`, `Action`, `NotAction`, `Resource`, \
             `NotResource`, `Condition`",
        ),
    ] {
        assert_eq!(second("5.0", statement), expected);
    }
}

#[test]
fn actions_have_three_parts() {
    for wrong in [
        "kms:cmk",
        "kms:*",
        "kms",
        "",
        "kms:cmk:get:x",
        ":cmk:get",
        "kms:cmk:",
        "kms:cmk:ge?",
        "kms:cmk:g t",
    ] {
        let statement = format!(r#""Effect":"Allow","Action":["kms:cmk:get","{wrong}"]"#);
        let expected = format!(
            "Statement[1].Action[1]: `{wrong}` is not an action such as `kms:cmk:get`, `kms:*:list` or `*:*:*`"
        );
        assert_eq!(second("1.1", &statement), expected);
    }
    for right in [
        "*:*:*",
        "*",
        "KMS:CMK:Get",
        "kms::generateRandom",
        "iam:users:list*",
    ] {
        let policy = statements(&format!(r#"{{"Effect":"Allow","Action":["{right}"]}}"#));
        assert_eq!(policy.statements().len(), 1, "{right}");
    }
}

#[test]
fn resources_have_five_parts() {
    let long = format!("kms:*:*:KeyId:{}", "x".repeat(115));
    let with = |text: &str| format!(r#""Effect":"Allow","Action":["kms:*:*"],"Resource":["*","{text}"]"#);
    for wrong in [
        "",
        "kms:*:*:KeyId",
        ":*:*:KeyId:x",
        "kms:*:*:KeyId:?",
        "kms:*:*:KeyId:a b",
        "x",
    ] {
        let expected =
            format!("Statement[1].Resource[1]: `{wrong}` is not a resource such as `kms:*:*:KeyId:*` or `*`");
        assert_eq!(second("1.1", &with(wrong)), expected);
    }
    assert_eq!(
        second("1.1", &with(&long)),
        "Statement[1].Resource[1]: has more than 128 characters"
    );
    for right in [&long[..128], "KMS:::KeyId:a:b", "kms::::"] {
        let document = format!("{{{}}}", with(right));
        assert_eq!(statements(&document).statements().len(), 1, "{right}");
    }
}

#[test]
fn lists_are_short() {
    let many = |count: usize, one: &str| vec![format!("\"{one}\""); count].join(",");
    let of = |actions: usize, resources: usize, conditions: usize| {
        let keys: Vec<_> = (0..conditions).map(|n| format!(r#""x:{n}":["y"]"#)).collect();
        format!(
            r#""Effect":"Allow","Action":[{}],"Resource":[{}],"Condition":{{"StringEquals":{{{}}}}}"#,
            many(actions, "kms:*:*"),
            many(resources, "*"),
            keys.join(",")
        )
    };
    assert_eq!(
        statements(&format!("{{{}}}", of(100, 10, 10))).statements().len(),
        1
    );
    all_refused(&[
        (&of(101, 10, 10), ".Action: has more than 100"),
        (&of(100, 11, 10), ".Resource: has more than 10"),
        (&of(100, 10, 11), ".Condition: has more than 10"),
    ]);
    let list = |count: usize| vec![format!("{{{RIGHT}}}"); count].join(",");
    assert_eq!(statements(&list(8)).statements().len(), 8);
    let document = format!(r#"{{"Version":"1.1","Statement":[{}]}}"#, list(9));
    assert_eq!(refusal(&document, Kind::Any), "Statement: has more than 8");
}

#[test]
fn conditions_have_known_operators_and_keys() {
    for (condition, expected) in [
        ("[]", ": must be an object"),
        (r#"{"Bool":{}}"#, ".Bool: must not be empty"),
        (
            r#"{"StringLike":{"a:b":["c"]}}"#,
            ".StringLike: is no condition operator",
        ),
        (
            r#"{"NumericEquals":{"a:b":["1"]}}"#,
            ".NumericEquals: is no condition operator",
        ),
        (
            r#"{"DateEquals":{"a:b":["2030-01-01"]}}"#,
            ".DateEquals: is no condition operator",
        ),
        (
            r#"{"NullIfExists":{"a:b":["true"]}}"#,
            ".NullIfExists: is no condition operator",
        ),
        (
            r#"{"ForSome:Bool":{"a:b":["true"]}}"#,
            ".ForSome:Bool: is no condition operator",
        ),
        (
            r#"{"StringEquals":{"g:UserNames":["a"]}}"#,
            ".StringEquals.g:UserNames: `g:UserNames` is not a condition key such as `g:UserName`",
        ),
        (
            r#"{"StringEquals":{"UserName":["a"]}}"#,
            ".StringEquals.UserName: `UserName` is not a condition key such as `g:UserName`",
        ),
        (
            r#"{"NumberEquals":{"a:b":["1e3"]}}"#,
            ".NumberEquals.a:b[0]: `1e3` is not a decimal number",
        ),
        (
            r#"{"DateLessThan":{"a:b":["soon"]}}"#,
            ".DateLessThan.a:b[0]: `soon` is not a date such as `2030-01-01T00:00:00Z`",
        ),
        (
            r#"{"Bool":{"a:b":[true]}}"#,
            ".Bool.a:b[0]: must be text in quotes",
        ),
    ] {
        let statement = format!(r#"{RIGHT},"Condition":{condition}"#);
        let expected = format!("Statement[1].Condition{expected}");
        assert_eq!(second("1.1", &statement), expected, "{condition}");
    }
    assert!(
        statements(&format!(r#"{{{RIGHT},"Condition":{{}}}}"#)).statements()[0]
            .conditions
            .is_empty()
    );
}
