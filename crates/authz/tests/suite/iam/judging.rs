//! Whole questions to policies of both languages: every policy counts, whichever language it is in.

use std::sync::Arc;

use claviger_authz::policy::Policy;
use claviger_authz::{Facts, Held, Persona, Question, Rights, Subject, Verdict, explain};
use claviger_model::{
    AccountId, Action, Caller, DomainId, Extent, Identity, IdentityHex, IdentityResource, KeyKind, KeySpec,
    Origin, Resource, Scope, Usage, UserName,
};

use super::{KEY, key, scope, statements};
use crate::scene::{at, statements as of_ram, trust_policy};

fn account() -> AccountId {
    scope("cn-north-1").account
}

fn domain() -> DomainId {
    DomainId::from_bytes([0xab; 16])
}

/// What a user with these policies may do.
fn may(policies: &[&Policy], persona: Option<Persona>, question: &Question<'_>, facts: &Facts<'_>) -> bool {
    let held = policies.iter().map(|policy| Held {
        title: "some".into(),
        policy: Arc::new((*policy).clone()),
        extent: Extent::Everywhere,
    });
    let name: UserName = "alice".parse().unwrap();
    let mut rights = Rights::user(account(), &name, held.collect());
    if let Some(persona) = persona {
        rights.persona = persona;
    }
    let id = "123456789012345678".parse().unwrap();
    let caller = Caller {
        account: account(),
        identity: Identity::User { id, name },
        access_key: None,
    };
    let subject = Subject {
        caller: &caller,
        rights: &rights,
    };
    explain(subject, facts, question).verdict.allows()
}

fn noon() -> Facts<'static> {
    Facts::at(at("2026-11-22T12:00:00Z"))
}

fn known() -> Persona {
    let id = IdentityHex {
        account: account(),
        number: 0x77,
    };
    Persona::new(domain(), "acme").user(id, "alice")
}

#[test]
fn policies_of_both_languages_are_judged_together() {
    let key = key(KEY);
    let all = of_ram(r#"{"Effect":"Allow","Action":"kms:*","Resource":"acs:kms:*:1234567890123456:key/*"}"#);
    let all_here = statements(&format!(
        r#"{{"Effect":"Allow","Action":["kms:*:*"],"Resource":["kms:cn-north-1:{}:KeyId:{KEY}"]}}"#,
        domain()
    ));
    let not_here =
        statements(r#"{"Effect":"Deny","Action":["kms:cmk:crypto"],"Resource":["kms:*:*:KeyId:0d04*"]}"#);
    let forbidden = of_ram(r#"{"Effect":"Deny","Action":"kms:Encrypt","Resource":"acs:kms:*:*:key/0d04*"}"#);
    let question = Question::new(Action::Encrypt, &key);
    for (policies, expected) in [
        (&[&all][..], true),
        (&[&all_here], true),
        (&[&all, &not_here], false),
        (&[&all_here, &not_here], false),
        (&[&all_here, &forbidden], false),
        (&[&forbidden, &all_here, &all], false),
        (&[], false),
    ] {
        assert_eq!(may(policies, Some(known()), &question, &noon()), expected);
    }
    // To re-encrypt a text is to decrypt it.
    let moved = Question::new(Action::ReEncryptFrom, &key);
    assert!(
        may(&[&all], Some(known()), &moved, &noon())
            && !may(&[&all, &not_here], Some(known()), &moved, &noon())
    );
}

#[test]
fn a_domain_is_that_of_the_account_or_its_number() {
    let own = key(KEY);
    let of = |domain: &str| {
        statements(&format!(
            r#"{{"Effect":"Allow","Action":["kms:*:*"],"Resource":["kms:*:{domain}:*:*"]}}"#
        ))
    };
    let question = Question::new(Action::Encrypt, &own);
    let (by_domain, by_number) = (of(&domain().to_string()), of("1234567890123456"));
    assert!(may(&[&by_domain], Some(known()), &question, &noon()));
    assert!(!may(&[&by_number], Some(known()), &question, &noon()));
    assert!(!may(&[&by_domain], None, &question, &noon()));
    assert!(may(&[&by_number], None, &question, &noon()));
    // Roles of other accounts are not in the caller's domain, but in that of their own where that is told.
    let role = |number| {
        let role = IdentityResource::Role("ops".into());
        Resource::Identity(AccountId::from_number(number).unwrap(), role)
    };
    let trust = trust_policy(
        r#"{"Effect":"Allow","Principal":{"RAM":"acs:ram::1234567890123456:root"},"Action":"sts:AssumeRole"}"#,
    );
    let take = statements(&format!(
        r#"{{"Effect":"Allow","Action":["iam:tokens:assume"],"Resource":["iam::{}:agency:ops"]}}"#,
        domain()
    ));
    for (number, expected) in [(1_234_567_890_123_456, true), (6_543_210_987_654_321, false)] {
        let resource = role(number);
        let question = Question {
            policy: Some(&trust),
            ..Question::new(Action::AssumeRole, &resource)
        };
        assert_eq!(
            may(&[&take], Some(known()), &question, &noon()),
            expected,
            "{number}"
        );
    }
    let theirs = role(6_543_210_987_654_321);
    for (told, expected) in [
        (None, false),
        (Some(domain()), true),
        (Some(DomainId::from_bytes([1; 16])), false),
    ] {
        let question = Question {
            policy: Some(&trust),
            domain: told,
            ..Question::new(Action::AssumeRole, &theirs)
        };
        assert_eq!(may(&[&take], Some(known()), &question, &noon()), expected);
    }
}

#[test]
fn conditions_see_who_asks_for_what() {
    let elsewhere = Scope {
        region: "cn-north-4".parse().unwrap(),
        ..scope("cn-north-1")
    };
    let (here, there) = (Resource::Keys(scope("cn-north-1")), Resource::Keys(elsewhere));
    let when = |key: &str, value: &str| {
        statements(&format!(
            r#"{{"Effect":"Allow","Action":["*:*:*"],"Condition":{{"StringEquals":{{"{key}":["{value}"]}}}}}}"#
        ))
    };
    let asks = |policy: &Policy, persona, resource: &Resource, facts: &Facts<'_>| {
        may(
            &[policy],
            persona,
            &Question::new(Action::CreateKey, resource),
            facts,
        )
    };
    let urn = format!("iam::{}:user:alice", domain());
    for (key, right) in [
        ("g:UserName", "alice"),
        ("g:UserId", "000462d53c8abac00000000000000077"),
        ("g:DomainName", "acme"),
        ("g:PrincipalUrn", &urn),
        ("g:ProjectName", "cn-north-1"),
        ("g:ServiceName", "kms"),
    ] {
        assert!(asks(&when(key, right), Some(known()), &here, &noon()), "{key}");
        assert!(!asks(&when(key, "other"), Some(known()), &here, &noon()), "{key}");
    }
    assert!(!asks(
        &when("g:ProjectName", "cn-north-1"),
        Some(known()),
        &there,
        &noon()
    ));
    // The name is known of every user.
    assert!(asks(&when("g:UserName", "alice"), None, &here, &noon()));
    assert!(!asks(&when("g:DomainName", "acme"), None, &here, &noon()));
    let of_kind = |spec| Facts {
        kind: Some(KeyKind {
            spec,
            usage: Usage::EncryptDecrypt,
            origin: Origin::Generated,
        }),
        ..noon()
    };
    let only_sm4 = when("kms:KeySpec", "SM4");
    assert!(asks(&only_sm4, Some(known()), &here, &of_kind(KeySpec::Sm4)));
    assert!(!asks(&only_sm4, Some(known()), &here, &of_kind(KeySpec::Aes256)));
    assert!(!asks(&only_sm4, Some(known()), &here, &noon()));
    // A key that is there is of its own kind.
    let key = key(KEY);
    let used = |spec| Question {
        kind: of_kind(spec).kind,
        ..Question::new(Action::Encrypt, &key)
    };
    assert!(may(&[&only_sm4], Some(known()), &used(KeySpec::Sm4), &noon()));
    assert!(!may(&[&only_sm4], Some(known()), &used(KeySpec::Aes256), &noon()));
    assert!(!may(
        &[&only_sm4],
        Some(known()),
        &Question::new(Action::Encrypt, &key),
        &noon()
    ));
}

#[test]
fn explanations_name_statements_of_either_language() {
    let held = |title: &str, policy| Held {
        title: title.into(),
        policy: Arc::new(policy),
        extent: Extent::Everywhere,
    };
    let policies = vec![
        held(
            "ram",
            of_ram(r#"{"Effect":"Allow","Action":"*","Resource":"acs:kms:*"}"#),
        ),
        held(
            "iam",
            statements(r#"{"Effect":"Deny","Action":["kms:cmk:get"],"Resource":["kms:*:*:KeyId:*"]}"#),
        ),
    ];
    let name: UserName = "alice".parse().unwrap();
    let rights = Rights::user(account(), &name, policies);
    let id = "123456789012345678".parse().unwrap();
    let caller = Caller {
        account: account(),
        identity: Identity::User { id, name },
        access_key: None,
    };
    let subject = Subject {
        caller: &caller,
        rights: &rights,
    };
    let key = key(KEY);
    let explained = explain(subject, &noon(), &Question::new(Action::DescribeKey, &key));
    assert!(matches!(explained.verdict, Verdict::Policies(decision) if !decision.outcome.allows()));
    let told: Vec<_> = explained
        .statements
        .iter()
        .map(|told| (told.policy.map(|held| &*held.title), told.decides))
        .collect();
    assert_eq!(told, [(Some("ram"), false), (Some("iam"), true)]);
}
