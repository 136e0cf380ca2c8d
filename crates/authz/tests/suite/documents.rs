//! What is taken as a policy, and how a refused document is told where its fault is.

use claviger_authz::languages::PolicyError;
use claviger_authz::languages::ram::{KEY_LIMIT, Kind, SESSION_LIMIT, TRUST_LIMIT, parse};
use claviger_authz::policy::{Effect, Selector};

use crate::scene::{identity_policy, key_policy, statements, trust_policy};

const RIGHT: &str = r#""Effect":"Allow","Action":"kms:*","Resource":"*""#;
const OF_KEY: &str = r#""Effect":"Allow","Principal":{"RAM":["acs:ram::1234567890123456:root"]},"Action":"kms:*","Resource":"*""#;
const OF_ROLE: &str =
    r#""Effect":"Allow","Principal":{"RAM":["acs:ram::1234567890123456:root"]},"Action":"sts:AssumeRole""#;

/// A document of a right statement and this one.
fn second(statement: &str, kind: Kind) -> Result<(), PolicyError> {
    let first = match kind {
        Kind::Identity => RIGHT,
        Kind::Key => OF_KEY,
        Kind::Trust => OF_ROLE,
    };
    let document = format!(r#"{{"Statement":[{{{first}}},{{{statement}}}],"Version":"1"}}"#);
    parse(&document, kind, KEY_LIMIT).map(drop)
}

fn refused(statement: &str, kind: Kind, expected: &str) {
    assert_eq!(
        second(statement, kind).unwrap_err().to_string(),
        expected,
        "{statement}"
    );
}

#[test]
fn single_values_and_lists_are_the_same() {
    let single = statements(
        r#"{"Effect":"Deny","Action":"kms:A","Resource":"acs:kms:a","Condition":{"StringLike":{"a:b":"c"}}}"#,
    );
    let list = statements(
        r#"{"Condition":{"StringLike":{"a:b":["c"]}},"Resource":["acs:kms:a"],"Action":["kms:A"],"Effect":"Deny"}"#,
    );
    assert_eq!(single, list);
    assert_eq!(single.statements()[0].effect, Effect::Deny);
    assert!(matches!(&single.statements()[0].actions, Selector::Only(one) if one[0].as_str() == "kms:A"));
}

#[test]
fn names_of_statements_are_kept() {
    let sid =
        |policy: &claviger_authz::policy::Policy| policy.statements()[0].sid.as_deref().map(str::to_owned);
    let named = statements(&format!(r#"{{"Sid":"kms default key policy",{RIGHT}}}"#));
    assert_eq!(sid(&named).unwrap(), "kms default key policy");
    assert_eq!(sid(&statements(&format!("{{{RIGHT}}}"))), None);
}

#[test]
fn documents_have_a_version_statements_and_nothing_else() {
    let long = format!(
        r#"{{"Version":"1","Statement":[{{{RIGHT}}}]}}{}"#,
        " ".repeat(2048)
    );
    let cases = [
        ("", "document: not valid JSON at line 1, column 0"),
        (
            "{\"Version\":\"1\",\n}",
            "document: not valid JSON at line 2, column 1",
        ),
        (
            r#"{"Version":"1"} x"#,
            "document: not valid JSON at line 1, column 17",
        ),
        ("[]", "document: must be an object"),
        ("null", "document: must be an object"),
        (r#"{"Statement":[]}"#, "Version: is missing"),
        (r#"{"Version":1}"#, "Version: must be text in quotes"),
        (r#"{"Version":"1.1"}"#, "Version: `1.1` is not the version `1`"),
        (r#"{"Version":"1"}"#, "Statement: is missing"),
        (r#"{"Version":"1","Statement":{}}"#, "Statement: must be a list"),
        (
            r#"{"Version":"1","Statement":[]}"#,
            "Statement: must not be empty",
        ),
        (
            r#"{"Version":"1","Statement":["x"]}"#,
            "Statement[0]: must be an object",
        ),
        (r#"{"Version":"1","Version":"1"}"#, "Version: is given twice"),
        (
            r#"{"Id":"1","Version":"1"}"#,
            "Id: is not known here; known are `Version`, `Statement`",
        ),
        (
            r#"{"a\nb":1}"#,
            "a\\nb: is not known here; known are `Version`, `Statement`",
        ),
        (&long, "document: longer than 2048 bytes"),
    ];
    for (document, expected) in cases {
        let error = parse(document, Kind::Identity, SESSION_LIMIT).unwrap_err();
        assert_eq!(error.to_string(), expected, "{document}");
    }
    let fits = &long[..SESSION_LIMIT];
    assert!(parse(fits, Kind::Identity, SESSION_LIMIT).is_ok());
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    assert!(parse(&deep, Kind::Identity, SESSION_LIMIT).is_err());
}

/// The faults of a second statement; places are told from there.
fn all_refused(cases: &[(String, &str)]) {
    for (statement, expected) in cases {
        refused(statement, Kind::Identity, &format!("Statement[1]{expected}"));
    }
}

#[test]
fn members_of_a_statement_are_known_and_there_once() {
    const KNOWN: &str =
        "known are `Sid`, `Effect`, `Action`, `NotAction`, `Resource`, `NotResource`, `Condition`";
    let (a, r) = (
        r#""Effect":"Allow","Resource":"*""#,
        r#""Effect":"Allow","Action":"*""#,
    );
    all_refused(&[
        (
            format!(r#"{RIGHT},"Principal":{{}}"#),
            &format!(".Principal: is not known here; {KNOWN}"),
        ),
        (
            format!(r#"{RIGHT},"resource":"*""#),
            &format!(".resource: is not known here; {KNOWN}"),
        ),
        (format!(r#"{RIGHT},"Action":"*""#), ".Action: is given twice"),
        (
            RIGHT.replace("Allow", "allow"),
            ".Effect: `allow` is not `Allow` or `Deny`",
        ),
        (r#""Action":"*","Resource":"*""#.into(), ".Effect: is missing"),
        (a.into(), ": must have either `Action` or `NotAction`"),
        (
            format!(r#"{a},"Action":"*","NotAction":"*""#),
            ": must have either `Action` or `NotAction`",
        ),
        (r.into(), ": must have either `Resource` or `NotResource`"),
        (
            format!(r#"{r},"Resource":"*","NotResource":"*""#),
            ": must have either `Resource` or `NotResource`",
        ),
    ]);
    let sid = |text: &str| format!(r#"{RIGHT},"Sid":"{text}""#);
    let fault = ".Sid: `a\\tb` is not at most 128 letters, digits, spaces and `_/+=.@-`";
    all_refused(&[(sid(r"a\tb"), fault)]);
    assert!(second(&sid(&"x".repeat(128)), Kind::Identity).is_ok());
    assert!(second(&sid(&"x".repeat(129)), Kind::Identity).is_err());
}

#[test]
fn actions_have_a_service_and_a_name() {
    let with = |member: &str| format!(r#""Effect":"Allow","Resource":"*",{member}"#);
    let wrong = |text: &str| format!("`{text}` is not an action such as `kms:Decrypt`, `kms:List*` or `*`");
    all_refused(&[
        (with(r#""Action":[]"#), ".Action: must not be empty"),
        (
            with(r#""Action":7"#),
            ".Action: must be text in quotes or a list of such",
        ),
        (
            with(r#""Action":["*",null]"#),
            ".Action[1]: must be text in quotes",
        ),
        (
            with(r#""Action":["kms:A","Decrypt"]"#),
            &format!(".Action[1]: {}", wrong("Decrypt")),
        ),
        (
            with(r#""NotAction":"kms:""#),
            &format!(".NotAction: {}", wrong("kms:")),
        ),
        (
            with(r#""Action":"kms : A""#),
            &format!(".Action: {}", wrong("kms : A")),
        ),
        (with(r#""Action":"""#), &format!(".Action: {}", wrong(""))),
    ]);
}

#[test]
fn resources_are_names_or_patterns() {
    let with = |member: &str| format!(r#""Effect":"Allow","Action":"*",{member}"#);
    let wrong = |text: &str| format!("`{text}` is not a resource such as `acs:kms:*:*:key/*` or `*`");
    let (long, slow) = ("y".repeat(99), "z".repeat(256));
    let cut = format!("{}…", "y".repeat(64));
    all_refused(&[
        (
            with(r#""Resource":"key/x""#),
            &format!(".Resource: {}", wrong("key/x")),
        ),
        (with(r#""Resource":"""#), &format!(".Resource: {}", wrong(""))),
        (
            with(r#""Resource":"acs:kms: x""#),
            &format!(".Resource: {}", wrong("acs:kms: x")),
        ),
        (
            with(&format!(r#""NotResource":["*","{long}"]"#)),
            &format!(".NotResource[1]: {}", wrong(&cut)),
        ),
        (
            with(&format!(r#""Resource":"*{slow}?*""#)),
            ".Resource: more than 256 characters between two `*`",
        ),
    ]);
}

/// The faults of one condition; places are told from there.
fn conditions_refused(cases: &[(&str, &str)]) {
    for (condition, expected) in cases {
        let statement = format!(r#"{RIGHT},"Condition":{condition}"#);
        refused(
            &statement,
            Kind::Identity,
            &format!("Statement[1].Condition{expected}"),
        );
    }
}

#[test]
fn operators_of_conditions_are_known() {
    conditions_refused(&[
        ("[]", ": must be an object"),
        (r#"{"Bool":"true"}"#, ".Bool: must be an object"),
        (r#"{"Bool":{}}"#, ".Bool: must not be empty"),
        (
            r#"{"StringLikes":{"a:b":"c"}}"#,
            ".StringLikes: is no condition operator",
        ),
        (
            r#"{"stringlike":{"a:b":"c"}}"#,
            ".stringlike: is no condition operator",
        ),
        (
            r#"{"ForAnyValue:Null":{"a:b":"true"}}"#,
            ".ForAnyValue:Null: is no condition operator",
        ),
        (
            r#"{"NullIfExists":{"a:b":"true"}}"#,
            ".NullIfExists: is no condition operator",
        ),
        (
            r#"{"ForSome:Bool":{"a:b":"true"}}"#,
            ".ForSome:Bool: is no condition operator",
        ),
        (
            r#"{"BoolIfExistsIfExists":{"a:b":"true"}}"#,
            ".BoolIfExistsIfExists: is no condition operator",
        ),
        (
            r#"{"Bool":{"a:b":"true"},"Bool":{"a:b":"false"}}"#,
            ".Bool: is given twice",
        ),
        (
            r#"{"Bool":{"a:b":"true","a:b":"false"}}"#,
            ".Bool.a:b: is given twice",
        ),
    ]);
}

#[test]
fn keys_and_values_of_conditions_have_their_form() {
    let text = "must be text in quotes or a list of such";
    conditions_refused(&[
        (
            r#"{"Bool":{"acs:SecureTransport":true}}"#,
            &format!(".Bool.acs:SecureTransport: {text}"),
        ),
        (
            r#"{"Bool":{"a:b":"yes"}}"#,
            ".Bool.a:b: `yes` is not `true` or `false`",
        ),
        (
            r#"{"Null":{"a:b":["true","x"]}}"#,
            ".Null.a:b[1]: `x` is not `true` or `false`",
        ),
        (
            r#"{"StringEquals":{"a:b":[]}}"#,
            ".StringEquals.a:b: must not be empty",
        ),
        (
            r#"{"StringEquals":{"SourceIp":"x"}}"#,
            ".StringEquals.SourceIp: `SourceIp` is not a condition key such as `acs:SourceIp`",
        ),
        (
            r#"{"NumericEquals":{"a:b":"1e3"}}"#,
            ".NumericEquals.a:b: `1e3` is not a decimal number",
        ),
        (
            r#"{"DateLessThan":{"a:b":"soon"}}"#,
            ".DateLessThan.a:b: `soon` is not a date such as `2030-01-01T00:00:00Z`",
        ),
        (
            r#"{"NotIpAddress":{"a:b":["10.0.0.0/8","10.0.0.0/33"]}}"#,
            ".NotIpAddress.a:b[1]: `10.0.0.0/33` is not an address or a block such as `10.0.0.0/8`",
        ),
    ]);
}

#[test]
fn policies_of_keys_name_identities_and_only_actions_of_keys() {
    let with = |principal: &str| OF_KEY.replace(r#"["acs:ram::1234567890123456:root"]"#, principal);
    for right in [
        r#""acs:ram::1234567890123456:*""#,
        r#"["acs:ram::1234567890123456:user/é","acs:ram:*:6543210987654321:role/*"]"#,
    ] {
        assert_eq!(second(&with(right), Kind::Key), Ok(()), "{right}");
    }
    let expected = "a principal such as `acs:ram::<account>:root`, `…:user/<name>` or `…:role/<name>`";
    for wrong in [
        "*",
        "",
        "acs:ram::12:root",
        "acs:ram::*:root",
        "acs:ram::1234567890123456:group/x",
        "acs:ram::1234567890123456:user/",
    ] {
        let place = "Statement[1].Principal.RAM";
        refused(
            &with(&format!("\"{wrong}\"")),
            Kind::Key,
            &format!("{place}: `{wrong}` is not {expected}"),
        );
    }
    let cases = [
        (with("[]"), "Principal.RAM: must not be empty"),
        (
            OF_KEY.replace("RAM", "Service"),
            "Principal.Service: is not known here; known are `RAM`",
        ),
        (RIGHT.to_owned(), "Principal: is missing"),
        (
            OF_KEY.replace("kms:*", "*"),
            "Action: `*` is not an action that begins with `kms:`",
        ),
        (
            OF_KEY.replace("kms:*", "ecs:Run"),
            "Action: `ecs:Run` is not an action that begins with `kms:`",
        ),
        (
            OF_KEY.replace(r#""Resource":"*""#, r#""Resource":["acs:kms:*"]"#),
            "Resource[0]: `acs:kms:*` is not `*`, which means the key itself",
        ),
        (OF_KEY.replace(r#","Resource":"*""#, ""), "Resource: is missing"),
        (
            OF_KEY.replace("\"Action\"", "\"NotAction\""),
            "NotAction: is not known here; known are `Sid`, `Effect`, `Principal`, `Action`, `Resource`, `Condition`",
        ),
    ];
    for (statement, expected) in cases {
        refused(&statement, Kind::Key, &format!("Statement[1].{expected}"));
    }
    assert_eq!(key_policy(&format!("{{{OF_KEY}}}")).statements().len(), 1);
}

#[test]
fn trust_policies_name_who_may_take_a_role() {
    let with = |principal: &str| OF_ROLE.replace(r#""RAM":["acs:ram::1234567890123456:root"]"#, principal);
    for right in [
        r#""Service":["ecs.example.com"]"#,
        r#""Federated":"acs:ram::1234567890123456:saml-provider/idp""#,
        r#""RAM":"acs:ram::1234567890123456:user/a","Service":"x.y""#,
    ] {
        assert_eq!(second(&with(right), Kind::Trust), Ok(()), "{right}");
    }
    let provider = "a provider such as `acs:ram::<account>:saml-provider/<name>`";
    let cases = [
        (with(""), "Principal: must not be empty".to_owned()),
        (
            with(r#""AWS":"x""#),
            "Principal.AWS: is not known here; known are `RAM`, `Service`, `Federated`".into(),
        ),
        (
            with(r#""Service":"a b""#),
            "Principal.Service: `a b` is not the host name of a service".into(),
        ),
        (
            with(r#""Federated":["acs:ram::1234567890123456:user/a"]"#),
            format!("Principal.Federated[0]: `acs:ram::1234567890123456:user/a` is not {provider}"),
        ),
        (
            OF_ROLE.replace("sts:AssumeRole", "sts:*"),
            "Action: `sts:*` is not the action `sts:AssumeRole`".into(),
        ),
        (
            format!(r#"{OF_ROLE},"Resource":"*""#),
            "Resource: is not known here; known are `Sid`, `Effect`, `Principal`, `Action`, `Condition`"
                .into(),
        ),
    ];
    for (statement, expected) in cases {
        refused(&statement, Kind::Trust, &format!("Statement[1].{expected}"));
    }
    assert!(parse(&format!("{{{OF_ROLE}}}"), Kind::Trust, TRUST_LIMIT).is_err());
    assert_eq!(trust_policy(&format!("{{{OF_ROLE}}}")).statements().len(), 1);
}

#[test]
fn documents_of_clients_are_taken() {
    for document in [
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"}]}"#,
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["kms:Encrypt","kms:Decrypt"],"Resource":["acs:kms:*:*:key/*"]}]}"#,
    ] {
        assert_eq!(identity_policy(document).statements().len(), 1);
    }
    let trust = r#"{"Version":"1","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"RAM":["acs:ram::1234567890123456:root"]}}]}"#;
    assert!(parse(trust, Kind::Trust, TRUST_LIMIT).is_ok());
}
