//! The policies of the guides give the rights that the guides promise.

use claviger_authz::context::{KeyWords, Person, RequestContext};
use claviger_authz::evaluate::Outcome;
use claviger_model::{Action, Resource};

use super::{KEY, alice, allows, decide, key, policy, scope, statements};

const OTHER: &str = "11111111-e727-4d9c-b35d-f84bb474a37f";

#[test]
fn rights_on_one_key_for_one_user_and_a_deny() {
    let document = policy(include_str!("../../../fixtures/iam/chosen_key.json"));
    let collection = Resource::Keys(scope("cn-north-1"));
    for (action, resource, expected) in [
        (Action::DescribeKey, key(KEY), Outcome::Allow),
        (Action::GenerateDataKey, key(KEY), Outcome::Allow),
        (Action::GenerateDataKeyWithoutPlaintext, key(KEY), Outcome::Allow),
        (Action::DescribeKey, key(OTHER), Outcome::ImplicitDeny),
        (Action::ListKeys, collection.clone(), Outcome::ImplicitDeny),
        (Action::Encrypt, key(KEY), Outcome::ImplicitDeny),
        (Action::ScheduleKeyDeletion, key(KEY), Outcome::ExplicitDeny),
        (Action::UpdateKeyDescription, key(OTHER), Outcome::ExplicitDeny),
    ] {
        assert_eq!(
            decide(&document, action, &resource, &alice()),
            expected,
            "{action:?} {resource:?}"
        );
    }
    let bob = RequestContext {
        person: Person {
            user_name: Some("bob"),
            ..alice().person
        },
        ..alice()
    };
    let as_bob = |action| decide(&document, action, &key(KEY), &bob);
    assert_eq!(as_bob(Action::DescribeKey), Outcome::ImplicitDeny);
    assert_eq!(as_bob(Action::CancelKeyDeletion), Outcome::ExplicitDeny);
}

/// Which of the actions are allowed.
fn allowed(document: &str, actions: &[Action]) -> Vec<Action> {
    let policy = policy(document);
    let mut actions = actions.to_vec();
    actions.retain(|action| allows(&policy, *action, &key(KEY)));
    actions
}

#[test]
fn making_and_importing_keys() {
    let may = [
        Action::CreateKey,
        Action::GetParametersForImport,
        Action::ImportKeyMaterial,
        Action::TagResource,
        Action::TagResources,
        Action::UntagResources,
    ];
    let document = include_str!("../../../fixtures/iam/create_and_import.json");
    assert_eq!(sorted(allowed(document, Action::ALL)), sorted(may.to_vec()));
}

#[test]
fn using_keys() {
    let may = [
        Action::DescribeKey,
        Action::ListKeys,
        Action::Encrypt,
        Action::Decrypt,
        Action::ReEncryptFrom,
        Action::ReEncryptTo,
        Action::AsymmetricEncrypt,
        Action::AsymmetricDecrypt,
        Action::ExportDataKey,
        Action::EncryptDataKey,
        Action::DecryptDataKey,
        Action::GenerateRandom,
    ];
    let document = include_str!("../../../fixtures/iam/use_keys.json");
    assert_eq!(sorted(allowed(document, Action::ALL)), sorted(may.to_vec()));
}

fn sorted(mut actions: Vec<Action>) -> Vec<Action> {
    actions.sort();
    actions
}

#[test]
fn measurements_of_an_enclave_are_never_there() {
    let document = include_str!("../../../fixtures/iam/enclave.json");
    assert_eq!(allowed(document, Action::ALL), []);
    let shown = [
        ("kms:RecipientAttestation/PCR0", &["C5158CB6EE9DBB0E"][..]),
        ("kms:recipientattestation/pcr8", &["705afb1012d27f4e"][..]),
    ];
    let context = RequestContext {
        further: &shown,
        ..alice()
    };
    assert!(decide(&policy(document), Action::Decrypt, &key(KEY), &context).allows());
}

#[test]
fn policies_of_identities() {
    let document = policy(include_str!("../../../fixtures/iam/new_keys_only.json"));
    assert_eq!(document.statements()[0].sid.as_deref(), Some("MakeAndUse"));
    let words = |spec| KeyWords {
        origin: "kms",
        spec,
        usage: "ENCRYPT_DECRYPT",
    };
    let red = RequestContext {
        request_tags: &[("team", "red")],
        ..alice()
    };
    let with = |action, spec: Option<&'static str>| {
        let context = RequestContext {
            key: spec.map(words),
            ..red
        };
        decide(&document, action, &key(KEY), &context)
    };
    assert_eq!(with(Action::CreateKey, Some("SM4")), Outcome::Allow);
    assert_eq!(with(Action::CreateKey, Some("RSA_2048")), Outcome::ImplicitDeny);
    assert_eq!(with(Action::GenerateDataKey, None), Outcome::Allow);
    assert_eq!(
        with(Action::GenerateDataKeyWithoutPlaintext, None),
        Outcome::Allow
    );
    assert_eq!(with(Action::Encrypt, None), Outcome::ImplicitDeny);
    assert_eq!(with(Action::LookupEvents, None), Outcome::ExplicitDeny);
    let untagged = decide(&document, Action::CreateKey, &key(KEY), &alice());
    assert_eq!(untagged, Outcome::ImplicitDeny);
    let alias = Resource::Alias(scope("cn-north-1"), "a".parse().unwrap());
    let elsewhere = decide(&document, Action::LookupEvents, &alias, &red);
    assert_eq!(elsewhere, Outcome::ImplicitDeny);
}

#[test]
fn a_deny_of_deleting_tags_beside_the_administrator() {
    let both = statements(
        r#"{"Effect":"Allow","Action":["KMS:*:*"]},{"Effect":"Deny","Action":["kms:cmkTag:delete"]}"#,
    );
    let denied = decide(&both, Action::UntagResource, &key(KEY), &alice());
    assert_eq!(denied, Outcome::ExplicitDeny);
    assert!(allows(&both, Action::TagResource, &key(KEY)));
}
