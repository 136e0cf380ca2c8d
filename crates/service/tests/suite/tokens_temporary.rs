//! Temporary access keys with the rights of who asked for them.

use claviger_model::{Error, Field, Identity, Language, SignedDuration};
use claviger_secret::SecretBytes;
use claviger_service::AuthnError;
use claviger_service::ops::identity::{Detach, LoginHolder, SetPassword, SwitchLogin};
use claviger_service::ops::key::CreateKey;
use claviger_service::ops::session::{CreateTemporaryKey, TemporaryKey};
use claviger_testkit::{Client, World};

use crate::actors::Actor;
use crate::calls::Root;
use crate::identities::{Someone, denied, on_user, system};
use crate::identities_roles::trusting;
use crate::identities_sessions::{TAKES, session, take};
use crate::tokens::list;

const FULL: &str = "AliyunKMSFullAccess";
const ONLY_LISTS: &str = r#"{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["kms:*:list"]}]}"#;

fn wish(minutes: i64, policy: Option<&str>) -> CreateTemporaryKey {
    CreateTemporaryKey {
        life: SignedDuration::from_mins(minutes),
        policy: policy.map(|policy| (Language::Iam, policy.to_owned())),
    }
}

fn holder(world: &World, key: &TemporaryKey) -> Client {
    let text = |secret: &SecretBytes| secret.expose_str().unwrap().to_owned();
    let (secret, token) = (text(&key.secret), text(&key.token));
    let root = world.root();
    root.session(root.account(), key.access_key.as_str(), &secret, &token)
}

async fn heard(world: &World, client: &Client) -> Result<(), AuthnError> {
    Actor::of(world, client).await.map(drop)
}

#[tokio::test]
async fn a_temporary_key_has_the_rights_of_its_user_until_its_moment() {
    let mut world = World::build().at("2026-11-22T12:00:00.400Z").start().await;
    let account = world.root().account();
    let alice = Someone::client(&world, world.add_user(account, "alice", &[FULL]).await);
    let key = alice.calls(&world, wish(15, None)).await.unwrap();
    assert_eq!(key.expires.to_string(), "2026-11-22T12:15:00.4Z");
    let client = holder(&world, &key);
    let actor = Actor::of(&world, &client).await.unwrap();
    let caller = actor.credential().caller().clone();
    assert!(matches!(&caller.identity, Identity::User { name, .. } if name.as_str() == "alice"));
    assert_eq!(caller.access_key.as_ref(), Some(&key.access_key));
    assert!(actor.calls(&world.service(), list(&actor)).await.is_ok());
    // Rights are those of the user at each moment.
    let root = Someone::root(&world, 0);
    let detach = Detach {
        ..root.detach(on_user("alice"), system(FULL))
    };
    root.calls(&world, detach).await.unwrap();
    let actor = Actor::of(&world, &client).await.unwrap();
    denied(actor.calls(&world.service(), list(&actor)).await);
    assert_eq!(
        heard(&world, &client.with_token("")).await,
        Err(AuthnError::UnknownKey)
    );
    world.restart().await;
    world.advance(SignedDuration::from_millis(15 * 60_000 - 1));
    assert_eq!(heard(&world, &client).await, Ok(()));
    world.advance(SignedDuration::from_millis(1));
    assert_eq!(heard(&world, &client).await, Err(AuthnError::TokenExpired));
}

#[tokio::test]
async fn a_policy_narrows_it_for_users_and_for_the_root() {
    let world = World::new().await;
    let account = world.root().account();
    let alice = Someone::client(&world, world.add_user(account, "alice", &[FULL]).await);
    let root = Someone::client(&world, world.root().clone());
    for someone in [alice, root] {
        let key = someone.calls(&world, wish(60, Some(ONLY_LISTS))).await.unwrap();
        let actor = Actor::of(&world, &holder(&world, &key)).await.unwrap();
        let service = world.service();
        assert!(actor.calls(&service, list(&actor)).await.is_ok());
        let create = CreateKey {
            ..Root::of(&world).await.create_key()
        };
        denied(actor.calls(&service, create).await);
    }
}

/// It needs no permission, so a policy could not keep anybody from it, and the password opens all.
#[tokio::test]
async fn it_sets_no_password_of_its_own() {
    let world = World::new().await;
    let account = world.root().account();
    let alice = Someone::client(&world, world.add_user(account, "alice", &[]).await);
    let root = Someone::client(&world, world.root().clone());
    for someone in [alice, root] {
        for policy in [None, Some(ONLY_LISTS)] {
            let key = someone.calls(&world, wish(15, policy)).await.unwrap();
            let temporary = Someone::client(&world, holder(&world, &key));
            let set = SetPassword {
                account,
                holder: LoginHolder::Caller,
                password: SecretBytes::copied(b"battery staple 2"),
                original: None,
            };
            denied(temporary.calls(&world, set).await);
        }
    }
}

#[tokio::test]
async fn its_life_and_its_policy_have_bounds() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    for minutes in [15, 24 * 60] {
        assert!(root.calls(&world, wish(minutes, None)).await.is_ok());
    }
    for minutes in [0, 14, 24 * 60 + 1, -15] {
        let heard = root.calls(&world, wish(minutes, None)).await.map(drop);
        assert_eq!(heard, Err(Error::Invalid(Field::SessionDuration)), "{minutes}");
    }
    let long = format!("{ONLY_LISTS}{}", " ".repeat(2048));
    let heard = root.calls(&world, wish(15, Some(&long))).await.map(drop);
    assert_eq!(heard, Err(Error::Invalid(Field::Policy)));
    let heard = root.calls(&world, wish(15, Some("{}"))).await.map(drop);
    assert!(matches!(heard, Err(Error::Document(_))), "{heard:?}");
}

#[tokio::test]
async fn sessions_roles_and_services_get_none() {
    let world = World::new().await;
    let account = world.root().account();
    let alice = Someone::client(&world, world.add_user(account, "alice", &[TAKES]).await);
    let key = alice.calls(&world, wish(15, None)).await.unwrap();
    let temporary = Someone::client(&world, holder(&world, &key));
    denied(temporary.calls(&world, wish(15, None)).await);
    world.add_role(account, "ops", &trusting(account), &[]).await;
    let ops = alice.calls(&world, take(account, "ops")).await.unwrap();
    denied(session(&world, &ops).calls(&world, wish(15, None)).await);
    let service = Someone::client(&world, world.add_service("oss").await);
    denied(service.calls(&world, wish(15, None)).await);
}

#[tokio::test]
async fn it_ends_with_who_asked_for_it() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    let alice = Someone::client(&world, world.add_user(account, "alice", &[]).await);
    let key = alice.calls(&world, wish(60, None)).await.unwrap();
    let client = holder(&world, &key);
    assert_eq!(heard(&world, &client).await, Ok(()));
    let off = SwitchLogin {
        account,
        holder: LoginHolder::User("alice".parse().unwrap()),
        enabled: false,
    };
    root.calls(&world, off).await.unwrap();
    assert_eq!(heard(&world, &client).await, Err(AuthnError::Disabled));
}

/// Who came by a token could have got a key with it.
#[tokio::test]
async fn a_new_password_ends_the_keys_from_before() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    let alice = Someone::client(&world, world.add_user(account, "alice", &[]).await);
    let old = holder(&world, &alice.calls(&world, wish(60, None)).await.unwrap());
    assert_eq!(heard(&world, &old).await, Ok(()));
    world.advance(SignedDuration::from_millis(1));
    let change = SetPassword {
        account,
        holder: LoginHolder::User("alice".parse().unwrap()),
        password: SecretBytes::copied(b"a new Password 1"),
        original: None,
    };
    root.calls(&world, change).await.unwrap();
    assert_eq!(heard(&world, &old).await, Err(AuthnError::TokenRevoked));
    let new = holder(&world, &alice.calls(&world, wish(60, None)).await.unwrap());
    assert_eq!(heard(&world, &new).await, Ok(()));
}
