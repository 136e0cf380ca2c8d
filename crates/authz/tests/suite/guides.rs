//! The policies of the vendor's guides, as printed, give the rights that the guides promise.

use claviger_authz::context::RequestContext;
use claviger_authz::evaluate::Outcome;

use crate::scene::{KEY, alice, allows, at, decide, identity_policy, ip, tags};

const FIRST: &str = "acs:kms:cn-hangzhou:123456:key/08ec3bb9-034f-485b-b1cd-3459baa80001";
const SECOND: &str = "acs:kms:cn-hangzhou:123456:key/127d2f84-ee5f-4f4d-9d41-dbc1aca20002";
const THIRD: &str = "acs:kms:cn-hangzhou:123456:key/00000000-ee5f-4f4d-9d41-dbc1aca20003";
const ALIAS: &str = "acs:kms:cn-hangzhou:123456:alias/example";
const OTHER_ALIAS: &str = "acs:kms:cn-hangzhou:123456:alias/example2";

/// Which of the resources an action may touch.
fn allowed<'r>(document: &str, action: &str, resources: &[&'r str]) -> Vec<&'r str> {
    let policy = identity_policy(document);
    let mut resources = resources.to_vec();
    resources.retain(|resource| allows(&policy, action, resource, &alice()));
    resources
}

const ALL: &[&str] = &[FIRST, SECOND, THIRD, ALIAS, OTHER_ALIAS];

#[test]
fn full_access() {
    let document = include_str!("../../fixtures/full_access.json");
    for action in ["kms:CreateKey", "kms:ReEncryptFrom", "KMS:decrypt"] {
        assert_eq!(allowed(document, action, ALL), ALL, "{action}");
    }
    assert_eq!(allowed(document, "ram:CreateUser", ALL), [""; 0]);
}

#[test]
fn reading_and_cryptography() {
    let policy = identity_policy(include_str!("../../fixtures/read_and_crypto.json"));
    for (action, expected) in [
        ("kms:ListKeys", true),
        ("kms:ListAliasesByKeyId", true),
        ("kms:DescribeKey", true),
        ("kms:Encrypt", true),
        ("kms:Decrypt", true),
        ("kms:GenerateDataKey", true),
        ("kms:GenerateDataKeyWithoutPlaintext", false),
        ("kms:ReEncryptFrom", false),
        ("kms:GetPublicKey", false),
        ("kms:ScheduleKeyDeletion", false),
        ("kms:CreateKey", false),
    ] {
        assert_eq!(allows(&policy, action, KEY, &alice()), expected, "{action}");
    }
}

#[test]
fn keys_of_the_project_apollo_in_any_case() {
    let policy = identity_policy(include_str!("../../fixtures/tag_project_apollo.json"));
    let with = |pairs: &[(&str, &str)], action| {
        let tags = tags(pairs);
        let context = RequestContext {
            key_tags: Some(&tags),
            ..alice()
        };
        allows(&policy, action, KEY, &context)
    };
    for value in ["Apollo", "apollo", "APOLLO"] {
        assert!(
            with(&[("Project", value), ("Stage", "1")], "kms:Decrypt"),
            "{value}"
        );
    }
    assert!(
        with(&[("project", "apollo")], "kms:Encrypt"),
        "names of keys have no cases"
    );
    assert!(
        !with(&[("project", "apollo"), ("Project", "Gemini")], "kms:Encrypt"),
        "the exact name comes first"
    );
    assert!(!with(&[("Project", "Apollo 13")], "kms:Decrypt"));
    assert!(!with(&[("Projects", "Apollo")], "kms:Decrypt"));
    assert!(!with(&[], "kms:Decrypt"));
    assert!(!with(&[("Project", "Apollo")], "kms:DisableKey"));
    assert!(
        !allows(&policy, "kms:Decrypt", KEY, &alice()),
        "a key that is not known has no tags"
    );
}

#[test]
fn making_an_alias_needs_key_and_alias() {
    let document = include_str!("../../fixtures/create_alias.json");
    assert_eq!(allowed(document, "kms:CreateAlias", ALL), [FIRST, ALIAS]);
    assert_eq!(allowed(document, "kms:UpdateAlias", ALL), [""; 0]);
}

#[test]
fn moving_an_alias_needs_both_keys_and_the_alias() {
    let document = include_str!("../../fixtures/move_alias.json");
    assert_eq!(allowed(document, "kms:UpdateAlias", ALL), [FIRST, SECOND, ALIAS]);
}

#[test]
fn deleting_an_alias_needs_key_and_alias() {
    let document = include_str!("../../fixtures/delete_alias.json");
    assert_eq!(allowed(document, "kms:DeleteAlias", ALL), [SECOND, ALIAS]);
}

#[test]
fn listing_aliases_is_a_right_on_the_collection() {
    let collection = "acs:kms:cn-hangzhou:123456:alias";
    let document = include_str!("../../fixtures/list_aliases.json");
    let all = [collection, ALIAS, FIRST, "acs:kms:cn-beijing:123456:alias"];
    assert_eq!(allowed(document, "kms:ListAliases", &all), [collection]);
    let document = include_str!("../../fixtures/list_aliases_of_key.json");
    assert_eq!(allowed(document, "kms:ListAliasesByKeyId", ALL), [SECOND]);
    let members =
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"acs:kms:*:*:key/*"}]}"#;
    assert_eq!(
        allowed(members, "kms:ListKeys", &["acs:kms:cn-hangzhou:123456:key"]),
        [""; 0]
    );
}

#[test]
fn rights_begin_and_end() {
    let policy = identity_policy(include_str!("../../fixtures/time_window.json"));
    for (time, expected) in [
        ("2026-10-31T15:59:59Z", false),
        ("2026-10-31T16:00:00Z", true),
        ("2026-11-30T15:59:59.999Z", true),
        ("2026-11-30T16:00:00Z", false),
    ] {
        let context = RequestContext {
            now: at(time),
            ..alice()
        };
        assert_eq!(allows(&policy, "kms:Decrypt", KEY, &context), expected, "{time}");
    }
}

#[test]
fn every_condition_must_hold_and_a_deny_wins() {
    let policy = identity_policy(include_str!("../../fixtures/network_and_time.json"));
    let apollo = tags(&[("Project", "apollo")]);
    let right = RequestContext {
        key_tags: Some(&apollo),
        ..alice()
    };
    let over_v6 = RequestContext {
        source: Some(ip("2001:db8:7::1")),
        ..right
    };
    assert!(allows(&policy, "kms:Encrypt", KEY, &right) && allows(&policy, "kms:Encrypt", KEY, &over_v6));
    for (what, wrong) in [
        (
            "tag",
            RequestContext {
                key_tags: None,
                ..right
            },
        ),
        (
            "source",
            RequestContext {
                source: Some(ip("192.0.2.1")),
                ..right
            },
        ),
        (
            "no source",
            RequestContext {
                source: None,
                ..right
            },
        ),
        (
            "time",
            RequestContext {
                now: at("2030-01-01T00:00:00Z"),
                ..right
            },
        ),
        (
            "plain HTTP",
            RequestContext {
                secure_transport: false,
                ..right
            },
        ),
    ] {
        assert!(!allows(&policy, "kms:Encrypt", KEY, &wrong), "{what}");
    }
    let abroad = KEY.replace("hangzhou", "beijing");
    assert!(!allows(&policy, "kms:Encrypt", &abroad, &right));
    let full = identity_policy(include_str!("../../fixtures/full_access.json"));
    let deletion = decide(&policy, "kms:ScheduleKeyDeletion", KEY, &right);
    assert_eq!(deletion.outcome, Outcome::ExplicitDeny);
    assert!(allows(&full, "kms:ScheduleKeyDeletion", KEY, &right));
}
