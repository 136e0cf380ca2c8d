//! Taking roles, and who one is.

use claviger_model::{
    AccountId, DenyingPolicy, Error, Field, Identity, IdentityResource, Missing, Resource, SignedDuration,
};
use claviger_service::AuthnError;
use claviger_service::ops::identity::{DeleteRole, Detach, ListUsers, UpdateRole};
use claviger_service::ops::key::ListKeys;
use claviger_service::ops::session::{AssumeRole, Assumed, GetCallerIdentity};
use claviger_testkit::World;

use crate::identities::{Someone, denied, on_role, page, system};
use crate::identities_roles::trusting;

pub(crate) const TAKES: &str = "AliyunSTSAssumeRoleAccess";
const KEYS: &str = "AliyunKMSFullAccess";

pub(crate) fn take(account: AccountId, role: &str) -> AssumeRole {
    AssumeRole {
        role_account: account,
        role: role.into(),
        session: "alice@work".parse().unwrap(),
        duration: None,
        policy: None,
        external_id: None,
    }
}

fn trust(members: &str) -> String {
    format!(r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole",{members}}}]}}"#)
}

pub(crate) fn session(world: &World, assumed: &Assumed) -> Someone {
    let (id, secret) = (assumed.access_key.as_str(), assumed.secret.expose_str().unwrap());
    let client = world
        .root()
        .session(assumed.role.account, id, secret, &assumed.token);
    Someone::client(world, client)
}

fn list_keys(someone: &Someone) -> ListKeys {
    ListKeys {
        order: claviger_model::Order::OldestFirst,
        scope: someone.scope.clone(),
        filter: claviger_model::KeyFilter::default(),
        page: claviger_model::Page { skip: 0, take: 1 },
    }
}

#[tokio::test]
async fn a_session_has_the_rights_of_its_role_and_no_others() {
    let world = World::new().await;
    let account = world.root().account();
    let alice = Someone::client(&world, world.add_user(account, "alice", &[TAKES]).await);
    let role = world.add_role(account, "ops", &trusting(account), &[KEYS]).await;
    denied(alice.calls(&world, list_keys(&alice)).await);
    let assumed = alice.calls(&world, take(account, "ops")).await.unwrap();
    assert_eq!((&assumed.role, assumed.session.as_str()), (&role, "alice@work"));
    assert!(assumed.access_key.as_str().starts_with("STS."));
    assert_eq!(
        assumed.expires.duration_since(world.now()),
        SignedDuration::from_hours(1)
    );
    let ops = session(&world, &assumed);
    assert!(ops.calls(&world, list_keys(&ops)).await.is_ok());
    let users = ListUsers {
        account,
        page: page(None, 1),
    };
    denied(ops.calls(&world, users).await);
    denied(ops.calls(&world, take(account, "ops")).await);
}

#[tokio::test]
async fn everyone_hears_who_it_is() {
    let world = World::new().await;
    let account = world.root().account();
    let who = || GetCallerIdentity { account };
    let root = Someone::root(&world, 0);
    assert_eq!(root.calls(&world, who()).await.unwrap().identity, Identity::Root);
    let alice = Someone::client(&world, world.add_user(account, "alice", &[TAKES]).await);
    let caller = alice.calls(&world, who()).await.unwrap();
    assert!(matches!(&caller.identity, Identity::User { name, .. } if name.as_str() == "alice"));
    let role = world.add_role(account, "ops", &trusting(account), &[]).await;
    let assumed = alice.calls(&world, take(account, "ops")).await.unwrap();
    let caller = session(&world, &assumed).calls(&world, who()).await.unwrap();
    let expected = Identity::Session {
        role: role.id,
        role_name: role.name,
        name: "alice@work".parse().unwrap(),
        began: world.now(),
    };
    assert_eq!((caller.account, caller.identity), (account, expected));
    assert_eq!(caller.access_key, Some(assumed.access_key));
    let service = Someone::client(&world, world.add_service("oss").await);
    let caller = service.calls(&world, who()).await.unwrap();
    assert_eq!(caller.identity, Identity::Service("oss".parse().unwrap()));
}

#[tokio::test]
async fn both_sides_must_allow_it() {
    let world = World::new().await;
    let account = world.root().account();
    let only_bob = trust(&format!(r#""Principal":{{"RAM":"acs:ram::{account}:user/bob"}}"#));
    world.add_role(account, "open", &trusting(account), &[]).await;
    world.add_role(account, "bobs", &only_bob, &[]).await;
    let alice = Someone::client(&world, world.add_user(account, "alice", &[TAKES]).await);
    let bob = Someone::client(&world, world.add_user(account, "bob", &[]).await);
    assert!(alice.calls(&world, take(account, "open")).await.is_ok());
    for (who, role, policy) in [
        (&alice, "bobs", DenyingPolicy::Trust),
        (&bob, "open", DenyingPolicy::Identity),
        (&bob, "bobs", DenyingPolicy::Identity),
    ] {
        let Err(Error::Denied(denial)) = who.calls(&world, take(account, role)).await else {
            panic!("{role}");
        };
        let resource = Resource::Identity(account, IdentityResource::Role(role.into()));
        assert_eq!((denial.resource, denial.policy), (resource, policy));
    }
    let missing = alice.calls(&world, take(account, "none")).await;
    assert_eq!(missing.map(drop), Err(Error::NotFound(Missing::Role)));
    let missing = alice.calls(&world, take(account, "no such name")).await;
    assert_eq!(missing.map(drop), Err(Error::NotFound(Missing::Role)));
    denied(bob.calls(&world, take(account, "none")).await);
}

#[tokio::test]
async fn roots_take_no_roles() {
    let world = World::build()
        .caller("LTAIfirst", "a")
        .caller("LTAIsecond", "b")
        .start()
        .await;
    let (root, other) = (Someone::root(&world, 0), Someone::root(&world, 1));
    let account = root.account();
    world.add_role(account, "own", &trusting(account), &[]).await;
    world
        .add_role(account, "theirs", &trusting(other.account()), &[])
        .await;
    denied(root.calls(&world, take(account, "own")).await);
    denied(other.calls(&world, take(account, "theirs")).await);
}

#[tokio::test]
async fn roles_are_taken_across_accounts_where_both_allow_it() {
    let world = World::build()
        .caller("LTAIfirst", "a")
        .caller("LTAIsecond", "b")
        .start()
        .await;
    let (account, other) = (world.caller(0).account(), world.caller(1).account());
    world.add_role(account, "guests", &trusting(other), &[KEYS]).await;
    world.add_role(account, "own", &trusting(account), &[KEYS]).await;
    let guest = Someone::client(&world, world.add_user(other, "guest", &[TAKES]).await);
    let stranger = Someone::client(&world, world.add_user(other, "stranger", &[]).await);
    let assumed = guest.calls(&world, take(account, "guests")).await.unwrap();
    let session = session(&world, &assumed);
    assert_eq!(session.account(), account);
    assert!(session.calls(&world, list_keys(&session)).await.is_ok());
    denied(guest.calls(&world, take(account, "own")).await);
    denied(stranger.calls(&world, take(account, "guests")).await);
}

#[tokio::test]
async fn services_take_the_roles_that_trust_them() {
    let world = World::new().await;
    let account = world.root().account();
    let service = Someone::client(&world, world.add_service("oss").await);
    for (role, named) in [("short", "oss"), ("long", "oss.example.com")] {
        let trust = trust(&format!(r#""Principal":{{"Service":["{named}"]}}"#));
        world.add_role(account, role, &trust, &[KEYS]).await;
        let assumed = service.calls(&world, take(account, role)).await.unwrap();
        let session = session(&world, &assumed);
        assert!(session.calls(&world, list_keys(&session)).await.is_ok());
    }
    let other = trust(r#""Principal":{"Service":["ecs.example.com"]}"#);
    world.add_role(account, "others", &other, &[]).await;
    world.add_role(account, "accounts", &trusting(account), &[]).await;
    denied(service.calls(&world, take(account, "others")).await);
    denied(service.calls(&world, take(account, "accounts")).await);
}

#[tokio::test]
async fn a_session_lives_as_long_as_asked_within_the_bounds_of_its_role() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    world.add_role(account, "ops", &trusting(account), &[]).await;
    let update = UpdateRole {
        account,
        name: "ops".parse().unwrap(),
        trust: None,
        max_session: Some(SignedDuration::from_hours(2)),
        description: None,
    };
    root.calls(&world, update).await.unwrap();
    let alice = Someone::client(&world, world.add_user(account, "alice", &[TAKES]).await);
    let lasting = |seconds| AssumeRole {
        duration: Some(SignedDuration::from_secs(seconds)),
        ..take(account, "ops")
    };
    for seconds in [0, 899, 7201] {
        let answer = alice.calls(&world, lasting(seconds)).await;
        let refused = Err(Error::Invalid(Field::SessionDuration));
        assert_eq!(answer.map(drop), refused, "{seconds}");
    }
    for seconds in [900, 7200] {
        let assumed = alice.calls(&world, lasting(seconds)).await.unwrap();
        let ops = session(&world, &assumed);
        let life = SignedDuration::from_secs(seconds);
        assert_eq!(assumed.expires.duration_since(world.now()), life);
        world.advance(life - SignedDuration::from_secs(1));
        assert!(ops.actor(&world).await.is_ok());
        world.advance(SignedDuration::from_secs(1));
        assert_eq!(ops.actor(&world).await.unwrap_err(), AuthnError::TokenExpired);
    }
}

#[tokio::test]
async fn a_session_takes_a_further_role_and_lives_by_its_bounds() {
    let world = World::new().await;
    let account = world.root().account();
    world
        .add_role(account, "first", &trusting(account), &[TAKES])
        .await;
    let only_first = trust(&format!(
        r#""Principal":{{"RAM":"acs:ram::{account}:role/first"}}"#
    ));
    world.add_role(account, "second", &only_first, &[KEYS]).await;
    let alice = Someone::client(&world, world.add_user(account, "alice", &[TAKES]).await);
    denied(alice.calls(&world, take(account, "second")).await);
    let first = alice.calls(&world, take(account, "first")).await.unwrap();
    let long = AssumeRole {
        duration: Some(SignedDuration::from_hours(12)),
        ..take(account, "second")
    };
    let second = session(&world, &first).calls(&world, long).await.unwrap();
    let second = session(&world, &second);
    assert!(second.calls(&world, list_keys(&second)).await.is_ok());
}

#[tokio::test]
async fn a_session_policy_narrows_and_gives_nothing() {
    let world = World::new().await;
    let account = world.root().account();
    world.add_role(account, "ops", &trusting(account), &[KEYS]).await;
    let alice = Someone::client(&world, world.add_user(account, "alice", &[TAKES]).await);
    let narrowed = |policy: &str| AssumeRole {
        policy: Some(policy.into()),
        ..take(account, "ops")
    };
    let policy = |action: &str| {
        format!(r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"*"}}]}}"#)
    };
    let wide = alice.calls(&world, narrowed(&policy("*"))).await.unwrap();
    let wide = session(&world, &wide);
    assert!(wide.calls(&world, list_keys(&wide)).await.is_ok());
    let users = || ListUsers {
        account,
        page: page(None, 1),
    };
    denied(wide.calls(&world, users()).await);
    let narrow = alice
        .calls(&world, narrowed(&policy("kms:Encrypt")))
        .await
        .unwrap();
    let narrow = session(&world, &narrow);
    let Err(Error::Denied(denial)) = narrow.calls(&world, list_keys(&narrow)).await else {
        panic!("the session may list");
    };
    assert_eq!(denial.policy, DenyingPolicy::Session);

    let malformed = alice.calls(&world, narrowed("{}")).await;
    assert!(matches!(malformed, Err(Error::Document(_))), "{malformed:?}");
    let padded = |length: usize| {
        let policy = policy("*");
        format!("{policy}{}", " ".repeat(length - policy.len()))
    };
    assert!(alice.calls(&world, narrowed(&padded(2048))).await.is_ok());
    let long = alice.calls(&world, narrowed(&padded(2049))).await;
    assert_eq!(long.map(drop), Err(Error::Invalid(Field::Policy)));
}

#[tokio::test]
async fn a_trust_policy_can_ask_for_a_word() {
    let world = World::new().await;
    let account = world.root().account();
    let asks = trust(&format!(
        r#""Principal":{{"RAM":"acs:ram::{account}:root"}},"Condition":{{"StringEquals":{{"sts:ExternalId":"s3same"}}}}"#
    ));
    world.add_role(account, "ops", &asks, &[]).await;
    let alice = Someone::client(&world, world.add_user(account, "alice", &[TAKES]).await);
    for (word, fits) in [(None, false), (Some("other"), false), (Some("s3same"), true)] {
        let take = AssumeRole {
            external_id: word.map(Into::into),
            ..take(account, "ops")
        };
        let answer = alice.calls(&world, take).await;
        if fits {
            assert!(answer.is_ok());
        } else {
            denied(answer);
        }
    }
}

#[tokio::test]
async fn changes_of_a_role_reach_its_sessions_at_once() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    world.add_role(account, "ops", &trusting(account), &[KEYS]).await;
    let alice = Someone::client(&world, world.add_user(account, "alice", &[TAKES]).await);
    let assumed = alice.calls(&world, take(account, "ops")).await.unwrap();
    let ops = session(&world, &assumed);
    assert!(ops.calls(&world, list_keys(&ops)).await.is_ok());
    let detach: Detach = root.detach(on_role("ops"), system(KEYS));
    root.calls(&world, detach).await.unwrap();
    denied(ops.calls(&world, list_keys(&ops)).await);
    let delete = DeleteRole {
        account,
        name: "ops".parse().unwrap(),
    };
    root.calls(&world, delete).await.unwrap();
    assert_eq!(ops.actor(&world).await.unwrap_err(), AuthnError::UnknownKey);
    // Another role of that name is another role.
    world.add_role(account, "ops", &trusting(account), &[KEYS]).await;
    assert_eq!(ops.actor(&world).await.unwrap_err(), AuthnError::UnknownKey);
}

#[tokio::test]
async fn neither_secret_nor_token_reaches_the_record() {
    let world = World::new().await;
    let account = world.root().account();
    world.add_role(account, "ops", &trusting(account), &[]).await;
    let alice = Someone::client(&world, world.add_user(account, "alice", &[TAKES]).await);
    let take = AssumeRole {
        external_id: Some("between-us".into()),
        ..take(account, "ops")
    };
    let assumed = alice.calls(&world, take).await.unwrap();
    let shown = format!("{assumed:?}");
    let records = world.audit_lines();
    let record = records.last().unwrap();
    assert_eq!(record["action"], "AssumeRole");
    assert_eq!(record["request"]["role"], "ops");
    assert_eq!(record["request"]["session"], "alice@work");
    assert_eq!(record["response"]["access_key"], assumed.access_key.as_str());
    let secret = assumed.secret.expose_str().unwrap();
    for text in [record.to_string(), shown] {
        for hidden in [secret, &assumed.token, "between-us"] {
            assert!(!text.contains(hidden));
        }
    }
}
