//! What would be decided, and whether the pipeline decides alike.

use claviger_model::{AccountId, Action, Error, KeyId, KeySpec, Missing};
use claviger_service::ops::explain::{ExplainDecision, Explained, Who};
use claviger_service::ops::key::{CreateKey, DescribeKey};
use claviger_service::{KeyName, KeyRef};
use claviger_store::IdentityStore as _;
use claviger_testkit::World;

use crate::identities::Someone;
use crate::identities_rights::needs;
use crate::identities_roles::trusting;

fn of_key(account: AccountId, id: KeyId) -> String {
    format!("acs:kms:cn-hangzhou:{account}:key/{id}")
}

async fn explain(
    world: &World,
    as_who: Who,
    action: &str,
    resource: &str,
    told: &[(&str, &str)],
) -> Explained {
    let root = Someone::root(world, 0);
    let operation = ExplainDecision {
        account: root.account(),
        as_who,
        action: action.into(),
        resource: resource.into(),
        conditions: told
            .iter()
            .map(|(name, value)| ((*name).into(), vec![(*value).into()]))
            .collect(),
    };
    root.calls(world, operation).await.unwrap()
}

fn user(name: &str) -> Who {
    Who::User(name.parse().unwrap())
}

/// Makes a key of the first account with tag and policy.
async fn make_key(world: &World, tag: Option<(&str, &str)>, policy: Option<String>) -> KeyId {
    let root = crate::calls::Root::of(world).await;
    let mut operation = CreateKey {
        policy,
        ..root.create_key()
    };
    assert_eq!(operation.spec, KeySpec::Aes256);
    if let Some((name, value)) = tag {
        operation.tags.set(name.into(), value.into()).unwrap();
    }
    root.calls(&world.service(), operation).await.unwrap().id
}

#[tokio::test]
async fn explanations_name_the_statements_and_who_brings_them() {
    let world = World::new().await;
    let account = world.root().account();
    world
        .add_user(account, "alice", &["AliyunKMSReadOnlyAccess"])
        .await;
    let deny = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:*","Resource":"*"},
        {"Effect":"Deny","Action":"kms:DescribeKey","Resource":"*"}]}"#;
    world.add_group(account, "dev", &["alice"], &[deny]).await;
    let key = of_key(account, make_key(&world, None, None).await);

    let listed = explain(&world, user("alice"), "kms:ListKeyVersions", &key, &[]).await;
    assert!(listed.allowed && listed.explicit);
    assert_eq!(
        listed.reason,
        "allowed by statement 0 of: System policy `AliyunKMSReadOnlyAccess`"
    );
    let [only] = listed.statements.as_slice() else {
        panic!("{listed:?}");
    };
    assert!(only.allows && only.decides && only.statement == 0);

    let described = explain(&world, user("alice"), "kms:DescribeKey", &key, &[]).await;
    assert!(!described.allowed && described.explicit);
    assert_eq!(described.statements.len(), 2);
    let decisive = described.statements.iter().find(|one| one.decides).unwrap();
    assert!(!decisive.allows && decisive.statement == 1);
    assert!(
        decisive.policy.starts_with("Custom policy `") && decisive.policy.ends_with("` through group `dev`")
    );

    let encrypted = explain(&world, user("alice"), "kms:Encrypt", &key, &[]).await;
    assert!(!encrypted.allowed && !encrypted.explicit && encrypted.statements.is_empty());
    assert_eq!(encrypted.reason, "no policy of who asks allows it");
}

#[tokio::test]
async fn tags_and_the_policy_of_a_key_count() {
    let world = World::new().await;
    let account = world.root().account();
    let tagged = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:DescribeKey","Resource":"*",
        "Condition":{"StringEquals":{"kms:tag/team":"a"}}}]}"#;
    let alice = Someone::client(&world, world.add_user(account, "alice", &[tagged]).await);
    let bob = Someone::client(&world, world.add_user(account, "bob", &[]).await);
    let policy = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Principal":{{"RAM":["acs:ram::{account}:user/bob"]}},"Action":"kms:DescribeKey","Resource":"*"}}]}}"#
    );
    let keys = [
        make_key(&world, Some(("team", "a")), None).await,
        make_key(&world, Some(("team", "b")), None).await,
        make_key(&world, None, Some(policy)).await,
    ];
    let expected = [[true, false, false], [false, false, true]];
    for ((name, who), expected) in [("alice", &alice), ("bob", &bob)].into_iter().zip(expected) {
        for (key, expected) in keys.into_iter().zip(expected) {
            let explained = explain(&world, user(name), "kms:DescribeKey", &of_key(account, key), &[]).await;
            assert_eq!(explained.allowed, expected, "{name}: {}", explained.reason);
            let describe = DescribeKey(KeyRef {
                scope: who.scope.clone(),
                name: KeyName::Id(key),
            });
            assert_eq!(who.calls(&world, describe).await.is_ok(), expected, "{name}");
        }
    }
    // Tags that are told take the place of those that are there.
    let other = of_key(account, keys[1]);
    let explained = explain(
        &world,
        user("alice"),
        "kms:DescribeKey",
        &other,
        &[("kms:tag/team", "a")],
    )
    .await;
    assert!(explained.allowed);
    let explained = explain(
        &world,
        user("bob"),
        "kms:DescribeKey",
        &of_key(account, keys[2]),
        &[],
    )
    .await;
    assert_eq!(
        explained.reason,
        "allowed by statement 0 of: Policy of the resource"
    );
}

#[tokio::test]
async fn circumstances_can_be_told() {
    let world = World::new().await;
    let account = world.root().account();
    let office = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:ListKeys","Resource":"*",
        "Condition":{"IpAddress":{"acs:SourceIp":"10.0.0.0/8"},"DateLessThan":{"acs:CurrentTime":"2030-01-01T00:00:00Z"},
        "StringEquals":{"custom:word":"x"}}}]}"#;
    world.add_user(account, "alice", &[office]).await;
    let keys = format!("acs:kms:cn-hangzhou:{account}:key");
    let (inside, spoken) = (("acs:SourceIp", "10.1.2.3"), ("custom:word", "x"));
    let cases: [(&[(&str, &str)], bool); 6] = [
        (&[], false),
        (&[inside], false),
        (&[inside, spoken], true),
        (&[("acs:sourceip", "10.1.2.3"), spoken], true),
        (
            &[inside, spoken, ("acs:CurrentTime", "2031-01-01T00:00:00Z")],
            false,
        ),
        (&[("acs:SourceIp", "11.1.2.3"), spoken], false),
    ];
    for (told, allowed) in cases {
        let explained = explain(&world, user("alice"), "kms:ListKeys", &keys, told).await;
        assert_eq!(explained.allowed, allowed, "{told:?}: {}", explained.reason);
    }
    let wrong = explain(
        &world,
        user("alice"),
        "kms:ListKeys",
        &keys,
        &[("acs:SourceIp", "home")],
    )
    .await;
    assert!(!wrong.allowed && wrong.reason.contains("acs:SourceIp") && wrong.reason.contains("home"));
}

#[tokio::test]
async fn every_kind_of_identity_is_explained() {
    let world = World::new().await;
    let account = world.root().account();
    world
        .add_role(account, "ops", &trusting(account), &["AliyunKMSFullAccess"])
        .await;
    world
        .add_user(account, "alice", &["AliyunSTSAssumeRoleAccess"])
        .await;
    world.add_service("oss").await;
    let own = of_key(account, make_key(&world, None, None).await);
    let services = of_key(account, world.add_service_key(account, "oss").await);
    let role = format!("acs:ram::{account}:role/ops");
    let ops = || Who::Role("ops".parse().unwrap(), "alice".parse().unwrap());
    let oss = || Who::Service("oss".parse().unwrap());
    let cases = [
        (Who::Root, "kms:Encrypt", &own, true),
        (Who::Root, "sts:AssumeRole", &role, false),
        (ops(), "kms:Encrypt", &own, true),
        (ops(), "ram:GetRole", &role, false),
        (oss(), "kms:Encrypt", &services, true),
        (oss(), "kms:Encrypt", &own, false),
        (oss(), "kms:DisableKey", &services, false),
        (oss(), "sts:AssumeRole", &role, false),
        (user("alice"), "sts:AssumeRole", &role, true),
        (user("alice"), "kms:Encrypt", &own, false),
        (user("alice"), "kms:NoSuchAction", &own, false),
        (Who::Root, "kms:Encrypt", &"acs:kms:nowhere".to_owned(), false),
    ];
    for (who, action, resource, allowed) in cases {
        let explained = explain(&world, who.clone(), action, resource, &[]).await;
        assert_eq!(
            explained.allowed, allowed,
            "{who:?} {action} {}",
            explained.reason
        );
        assert!(!explained.reason.is_empty());
    }
    let both = explain(&world, user("alice"), "sts:AssumeRole", &role, &[]).await;
    let titles: Vec<_> = both.statements.iter().map(|one| one.policy.as_str()).collect();
    assert_eq!(
        titles,
        [
            "System policy `AliyunSTSAssumeRoleAccess`",
            "Trust policy of the role"
        ]
    );
}

#[tokio::test]
async fn who_is_not_there_is_not_explained() {
    let world = World::build()
        .caller("LTAIfirst", "a")
        .caller("LTAIsecond", "b")
        .start()
        .await;
    world.add_service("oss").await;
    let (root, other) = (Someone::root(&world, 0), Someone::root(&world, 1));
    let ask = |account, as_who| ExplainDecision {
        account,
        as_who,
        action: "kms:ListKeys".into(),
        resource: "*".into(),
        conditions: Vec::new(),
    };
    let session = Who::Role("ops".parse().unwrap(), "alice".parse().unwrap());
    let service = |name: &str| Who::Service(name.parse().unwrap());
    for (asking, who, missing) in [
        (&root, user("nobody"), Missing::User),
        (&root, session, Missing::Role),
        (&root, service("ecs"), Missing::Service),
        (&other, service("oss"), Missing::Service),
    ] {
        let answer = asking.calls(&world, ask(asking.account(), who)).await;
        assert_eq!(answer, Err(Error::NotFound(missing)));
    }
}

#[tokio::test]
async fn nothing_shows_of_what_other_accounts_have() {
    let world = World::build()
        .caller("LTAIfirst", "a")
        .caller("LTAIsecond", "b")
        .start()
        .await;
    let other = crate::calls::Root::at(&world, 1).await;
    let mut tagged = other.create_key();
    tagged.tags.set("team".into(), "a".into()).unwrap();
    let key = other.calls(&world.service(), tagged).await.unwrap().id;
    let policy = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*",
        "Condition":{"StringEquals":{"kms:tag/team":"a"}}}]}"#;
    let account = world.root().account();
    world.add_user(account, "alice", &[policy]).await;
    let name = of_key(other.scope.account, key);
    let explained = explain(&world, user("alice"), "kms:DescribeKey", &name, &[]).await;
    assert!(
        !explained.allowed && explained.statements.is_empty(),
        "{explained:?}"
    );
}

#[tokio::test]
async fn explaining_needs_sight_of_the_accounts_policies() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    let explain = || ExplainDecision {
        account,
        as_who: Who::Root,
        action: "kms:ListKeys".into(),
        resource: "*".into(),
        conditions: Vec::new(),
    };
    needs(&world, &explain, Action::ExplainDecision, &["policy/*"]).await;
}

#[tokio::test]
async fn questions_may_be_asked_in_the_words_of_either_language() {
    let world = World::new().await;
    let account = world.root().account();
    world.add_user(account, "alice", &["KMS-CMKReadOnlyAccess"]).await;
    let id = make_key(&world, None, None).await;
    let domain = world.store().account(account).await.unwrap().unwrap().domain;
    let (by_number, by_domain) = (
        format!("kms:cn-hangzhou:{account}:KeyId:{id}"),
        format!("kms:cn-hangzhou:{domain}:KeyId:{id}"),
    );
    let own = format!("kms:cn-hangzhou::KeyId:{id}");
    for (action, allowed) in [
        ("kms:cmk:get", true),
        ("KMS:CMK:Get", true),
        ("kms:DescribeKey", true),
        ("kms:grant:list", true),
        ("kms:grant:create", false),
        ("kms:cmk:crypto", false),
        ("kms:Encrypt", false),
    ] {
        for resource in [&own, &by_number, &by_domain, &of_key(account, id)] {
            let explained = explain(&world, user("alice"), action, resource, &[]).await;
            assert_eq!(
                explained.allowed, allowed,
                "{action} {resource}: {}",
                explained.reason
            );
            let policy = "System policy `KMS-CMKReadOnlyAccess`";
            assert_eq!(explained.reason.ends_with(policy), allowed);
        }
    }
    // What nobody answers from the policies alone, and what names nothing.
    let nobodys = "kms:cn-hangzhou:ffffffffffffffffffffffffffffffff:KeyId:*";
    for (action, resource, reason) in [
        (
            "kms:grant:retire",
            own.as_str(),
            "each grant tells who may give it up",
        ),
        ("kms:cmk:nothing", &own, "no action `kms:cmk:nothing` is known"),
        ("kms:cmk:get", nobodys, "names no resource"),
        ("kms:cmk:get", "kms:cn-hangzhou::KeyId", "names no resource"),
    ] {
        let explained = explain(&world, Who::Root, action, resource, &[]).await;
        assert!(
            !explained.allowed && explained.reason.contains(reason),
            "{explained:?}"
        );
    }
}
