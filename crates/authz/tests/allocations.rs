//! Deciding allocates nothing, whatever the policies look at.

#![expect(clippy::unwrap_used, reason = "the policies are right")]

use std::sync::Arc;

use claviger_authz::context::{Principal, Request, RequestContext};
use claviger_authz::evaluate::{Evaluation, Outcome};
use claviger_authz::languages::iam;
use claviger_authz::languages::ram::{IDENTITY_LIMIT, KEY_LIMIT, Kind, parse};
use claviger_authz::names::Names;
use claviger_authz::policy::Policy;
use claviger_authz::{Facts, Held, Persona, Question, Rights, Subject, Touched, authorize};
use claviger_model::{
    AccountId, Action, Caller, DomainId, Extent, Grant, GrantId, GrantedActions, Identity, IdentityHex,
    KeyId, Party, Resource, Scope, Tags, Timestamp,
};

/// Ten statements that come close and then don't apply.
fn near_miss(number: usize) -> Policy {
    let conditions = [
        r#"{"StringNotEqualsIgnoreCase":{"kms:tag/Project":["apollo","gemini"]}}"#,
        r#"{"StringLike":{"acs:ResourceTag/project":"*oll?x*"}}"#,
        r#"{"IpAddress":{"acs:SourceIp":["192.0.2.0/24","2001:db8::/32"]}}"#,
        r#"{"StringEquals":{"acs:SourceIp":"192.0.2.1"}}"#,
        r#"{"DateLessThan":{"acs:CurrentTime":"2026-01-01T00:00:00Z"}}"#,
        r#"{"StringLike":{"acs:CurrentTime":"2025-*"}}"#,
        r#"{"NumericGreaterThan":{"x:Level":"5"}}"#,
        r#"{"ForAllValues:StringEquals":{"acs:TagKeys":["a","b"]}}"#,
        r#"{"Bool":{"acs:MFAPresent":"true"}}"#,
        r#"{"DateGreaterThan":{"x:Since":"2026-01-01T00:00:00Z"}}"#,
    ];
    let statements = conditions.map(|condition| {
        format!(
            r#"{{"Effect":"Deny","Action":["kms:Encrypt","kms:GenerateDataKey*"],"Resource":"acs:kms:*:*:key/*{number}*","Condition":{condition}}}"#
        )
    });
    let document = format!(r#"{{"Version":"1","Statement":[{}]}}"#, statements.join(","));
    parse(&document, Kind::Identity, KEY_LIMIT).unwrap()
}

#[test]
fn a_hundred_statements_are_judged_without_an_allocation() {
    let policies: Vec<Policy> = (0..10).map(near_miss).collect();
    let identity: Vec<&Policy> = policies.iter().collect();
    let on_key = r#"{"Version":"1","Statement":[{"Effect":"Allow","Principal":{"RAM":"acs:ram::1234567890123456:role/ops"},"Action":"kms:*","Resource":"*"}]}"#;
    let on_key = parse(on_key, Kind::Key, KEY_LIMIT).unwrap();
    let mut tags = Tags::default();
    tags.set("project".into(), "Apollo".into()).unwrap();
    let principal = Principal::Identity {
        name: "acs:ram::1234567890123456:role/ops/alice",
        role: Some("acs:ram::1234567890123456:role/ops"),
    };
    let context = RequestContext {
        source: Some("10.1.2.3".parse().unwrap()),
        mfa: Some(false),
        resource_tags: Some(&tags),
        key_tags: Some(&tags),
        tag_keys: &["a", "c"],
        further: &[("x:level", &["5"]), ("x:since", &["2025-01-01T00:00:00Z"])],
        ..RequestContext::new(
            principal,
            "1234567890123456",
            "2026-11-22T12:00:00Z".parse().unwrap(),
        )
    };
    let evaluation = Evaluation {
        identity: &identity,
        resource: Some(&on_key),
        same_account: true,
        ..Evaluation::default()
    };
    let request = Request {
        action: "kms:GenerateDataKey",
        known: None,
        resource: &Names::same("acs:kms:cn-hangzhou:1234567890123456:key/0123456789"),
        context: &context,
    };
    let mut outcome = None;
    let allocations = allocation_counter::measure(|| outcome = Some(evaluation.decide(&request).outcome));
    assert_eq!(outcome, Some(Outcome::Allow));
    assert_eq!(allocations.count_total, 0);
    // The counter counts.
    let explained = allocation_counter::measure(|| assert_eq!(evaluation.explain(&request).matches.len(), 1));
    assert!(explained.count_total > 0);
}

/// A key, reached from its own account, or by the grants on it from elsewhere.
struct Thing(Resource, Tags, Vec<Grant>);

impl Touched for Thing {
    type Target = Self;
    type Absence = ();

    fn question(&self) -> Question<'_> {
        Question {
            tags: Some(&self.1),
            grants: &self.2,
            abroad: !self.2.is_empty(),
            ..Question::new(Action::GenerateDataKey, &self.0)
        }
    }

    fn into_target(self) -> Result<Self, ()> {
        Ok(self)
    }
}

fn judged(identity: Identity, rights: &Rights, grants: Vec<Grant>) -> (bool, u64) {
    let account = AccountId::from_number(1_234_567_890_123_456).unwrap();
    let scope = Scope {
        account,
        region: "cn-hangzhou".parse().unwrap(),
    };
    let caller = Caller {
        account,
        identity,
        access_key: None,
    };
    let subject = Subject {
        caller: &caller,
        rights,
    };
    let facts = Facts {
        source: Some("10.1.2.3".parse().unwrap()),
        mfa: Some(false),
        tag_keys: &["a", "c"],
        further: &[("x:level", &["5"]), ("x:since", &["2025-01-01T00:00:00Z"])],
        ..Facts::at("2026-11-22T12:00:00Z".parse().unwrap())
    };
    let mut tags = Tags::default();
    tags.set("project".into(), "Apollo".into()).unwrap();
    let key = Resource::Key(scope, KeyId::from_bytes([1; 16]));
    let things = vec![Thing(key, tags, grants)];
    let mut allowed = false;
    let counted = allocation_counter::measure(|| allowed = authorize(subject, &facts, things).is_ok());
    (allowed, counted.count_total)
}

#[test]
fn whole_questions_of_roots_and_users_are_judged_without_an_allocation() {
    let account = AccountId::from_number(1_234_567_890_123_456).unwrap();
    assert_eq!(
        judged(Identity::Root, &Rights::root(account), Vec::new()),
        (true, 0)
    );
    let everything = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let policies = (0..10).map(near_miss);
    let policies = policies.chain([parse(everything, Kind::Identity, IDENTITY_LIMIT).unwrap()]);
    let held = policies.map(|policy| Held {
        title: "some".into(),
        policy: Arc::new(policy),
        extent: Extent::Regions,
    });
    let name = "alice".parse().unwrap();
    let rights = Rights::user(account, &name, held.collect());
    let id = "123456789012345678".parse().unwrap();
    assert_eq!(
        judged(Identity::User { id, name }, &rights, Vec::new()),
        (true, 0)
    );
}

/// Eight statements of the other language that come close and then don't apply, and one that does.
fn near_miss_of_iam(number: usize) -> Policy {
    let conditions = [
        r#"{"StringNotEqualsIgnoreCase":{"g:ResourceTag/Project":["apollo","gemini"]}}"#,
        r#"{"StringStartWith":{"g:UserName":["bob"]},"StringEndWith":{"g:PrincipalUrn":[":root"]}}"#,
        r#"{"NotIpAddress":{"g:SourceIp":["10.0.0.0/8"]}}"#,
        r#"{"StringMatch":{"g:SourceIp":["192.0.*"]}}"#,
        r#"{"DateLessThan":{"g:CurrentTime":["2026-01-01T00:00:00Z"]}}"#,
        r#"{"NumberGreaterThan":{"x:Level":["5"]}}"#,
        r#"{"StringNotEquals":{"g:ProjectName":["cn-hangzhou"],"g:ServiceName":["kms"]}}"#,
    ];
    let statements = conditions.map(|condition| {
        format!(
            r#"{{"Effect":"Deny","Action":["kms:dek:create","kms:*:get*"],"Resource":["kms:*:*:KeyId:*{number}*"],"Condition":{condition}}}"#
        )
    });
    let allow = r#"{"Effect":"Allow","Action":["kms:dek:*"],"Resource":["kms:cn-hangzhou::KeyId:"]}"#;
    let list = statements.join(",");
    let document = format!(r#"{{"Version":"1.1","Statement":[{list},{allow}]}}"#);
    iam::parse(&document, iam::Kind::Policy, iam::POLICY_LIMIT).unwrap()
}

#[test]
fn policies_of_both_languages_are_judged_without_an_allocation() {
    let account = AccountId::from_number(1_234_567_890_123_456).unwrap();
    let policies = (0..10).map(near_miss).chain((0..2).map(near_miss_of_iam));
    let held = policies.map(|policy| Held {
        title: "some".into(),
        policy: Arc::new(policy),
        extent: Extent::Regions,
    });
    let name = "alice".parse().unwrap();
    let persona = Persona::new(DomainId::from_bytes([7; 16]), "acme");
    let rights = Rights {
        persona: persona.user(IdentityHex { account, number: 7 }, "alice"),
        ..Rights::user(account, &name, held.collect())
    };
    let id = "123456789012345678".parse().unwrap();
    assert_eq!(
        judged(Identity::User { id, name }, &rights, Vec::new()),
        (true, 0)
    );
}

#[test]
fn whole_questions_of_grantees_are_judged_without_an_allocation() {
    let account = AccountId::from_number(1_234_567_890_123_456).unwrap();
    let policies = (0..10).map(near_miss).chain((0..2).map(near_miss_of_iam));
    let held = policies.map(|policy| Held {
        title: "some".into(),
        policy: Arc::new(policy),
        extent: Extent::Everywhere,
    });
    let name = "alice".parse().unwrap();
    let rights = Rights::user(account, &name, held.collect());
    let id = "123456789012345678".parse().unwrap();
    let grant = |number: u8, grantee| Grant {
        id: GrantId::from_bytes([number; 32]),
        scope: Scope {
            account,
            region: "cn-beijing".parse().unwrap(),
        },
        key: KeyId::from_bytes([1; 16]),
        name: String::new(),
        grantee,
        retiring: None,
        issuer: Party::Root(account),
        actions: GrantedActions::of(&[Action::GenerateDataKey]).unwrap(),
        created: Timestamp::UNIX_EPOCH,
    };
    let others = (0..99).map(|number| grant(number, Party::Root(account)));
    let grants: Vec<_> = others.chain([grant(99, Party::User(account, id))]).collect();
    let identity = Identity::User { id, name };
    assert_eq!(judged(identity.clone(), &rights, grants.clone()), (true, 0));
    // Without the last of them there is a refusal, which tells what was asked.
    let (allowed, _) = judged(identity, &rights, grants[..99].to_vec());
    assert!(!allowed);
}
