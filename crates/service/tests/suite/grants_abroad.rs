//! Keys of other accounts and regions: grants lead there and nothing else does, and what denies stands above them.

use claviger_audit::index::Filter;
use claviger_model::{Action, Again, Error, Missing, Party, PolicyRef, Timestamp};
use claviger_service::ops::audit::{GetKeyUsage, LookupEvents};
use claviger_service::ops::crypto::{Ciphertext, Encrypted, Opener, ReEncrypt, Source};
use claviger_service::ops::key::{DescribeKey, DisableKey};
use claviger_service::ops::session::AssumeRole;
use claviger_service::{KeyName, KeyRef};
use serde_json::Value;

use crate::calls::Root;
use crate::grants_stage::{ELSEWHERE, Stage, anywhere, encrypt, grant};
use crate::identities::{Someone, denied, on_user};
use crate::identities_roles::trusting;
use crate::identities_sessions::{TAKES, session, take};

const NO_ENCRYPT: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"kms:Encrypt","Resource":"*"}]}"#;
const ONLY_DECRYPT: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*"}]}"#;
const ENCRYPT: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"}]}"#;

/// Puts a policy on a user of the account.
async fn attach(stage: &Stage, root: &Someone, user: &str, document: &str) {
    let policy = stage.world.add_policy(root.account(), document).await;
    let attach = root.attach(on_user(user), PolicyRef::Custom(policy));
    stage.calls(root, attach).await.unwrap();
}

/// The root of the owner's account, at work in the other region.
fn elsewhere(stage: &Stage) -> Someone {
    let mut root = Someone::root(&stage.world, 0);
    root.scope.region = ELSEWHERE.parse().unwrap();
    root
}

#[tokio::test]
async fn keys_of_other_accounts_are_as_good_as_none() {
    let stage = Stage::new().await;
    let blob = stage.encrypts(&stage.owner).await.unwrap().blob;
    let root = Someone::root(&stage.world, 1);
    for who in [&stage.bob, &stage.carol, &root] {
        stage.sees_nothing(who, &blob).await;
    }
    // A grant for somebody else does not change that.
    let made = stage.grants(&stage.bob, &[Action::Encrypt]).await;
    for who in [&stage.carol, &root] {
        stage.sees_nothing(who, &blob).await;
    }
    stage.revokes(&stage.owner, made).await.unwrap();
    for who in [&stage.bob, &stage.carol, &root] {
        stage.sees_nothing(who, &blob).await;
    }
}

#[tokio::test]
async fn keys_of_another_region_are_as_good_as_none_for_their_own_account() {
    let stage = Stage::new().await;
    let root = elsewhere(&stage);
    let blob = stage.encrypts(&stage.owner).await.unwrap().blob;
    stage.sees_nothing(&root, &blob).await;
    let missing = Err(Error::NotFound(Missing::Key));
    assert_eq!(stage.encrypts(&root).await.map(drop), missing);
    let to = Party::Root(stage.owner.account());
    let grant = grant(&stage.owner, stage.key, to, &[Action::Encrypt, Action::Decrypt]);
    stage.calls(&stage.owner, grant).await.unwrap();
    assert!(stage.encrypts(&root).await.is_ok());
    stage.decrypts(&root, &blob).await.unwrap();
    assert_eq!(stage.lists(&root).await, Err(Error::NotFound(Missing::Key)));
}

#[tokio::test]
async fn a_key_at_home_is_found_by_its_bare_id_as_by_any_other_name() {
    let stage = Stage::new().await;
    let owner = &stage.owner;
    let by_name = KeyRef {
        scope: owner.scope.clone(),
        name: KeyName::Id(stage.key),
    };
    let by_name = stage.calls(owner, DescribeKey(by_name)).await.unwrap();
    let bare = DescribeKey(anywhere(owner, stage.key));
    assert_eq!(stage.calls(owner, bare).await.unwrap(), by_name);
    attach(&stage, owner, "alice", ENCRYPT).await;
    assert!(stage.encrypts(&stage.alice).await.is_ok());
}

#[tokio::test]
async fn a_policy_that_denies_stands_above_a_grant() {
    let stage = Stage::new().await;
    let (owner, abroad) = (&stage.owner, Someone::root(&stage.world, 1));
    for (who, name, root) in [(&stage.alice, "alice", owner), (&stage.bob, "bob", &abroad)] {
        stage.grants(who, &[Action::Encrypt, Action::Decrypt]).await;
        let blob = stage.encrypts(who).await.unwrap().blob;
        attach(&stage, root, name, NO_ENCRYPT).await;
        let Err(Error::Denied(denial)) = stage.encrypts(who).await else {
            panic!("{name} may encrypt");
        };
        assert!(denial.explicit, "{name}");
        stage.decrypts(who, &blob).await.unwrap();
    }
}

#[tokio::test]
async fn a_grant_gives_a_narrowed_session_no_more_than_it_was_narrowed_to() {
    let stage = Stage::new().await;
    let abroad = stage.bob.account();
    let world = &stage.world;
    world.add_role(abroad, "worker", &trusting(abroad), &[]).await;
    let taker = world.add_user(abroad, "taker", &[TAKES]).await;
    let taker = Someone::client(world, taker);
    let everybody = Party::Account(abroad);
    let grant = grant(
        &stage.owner,
        stage.key,
        everybody,
        &[Action::Encrypt, Action::Decrypt],
    );
    stage.calls(&stage.owner, grant).await.unwrap();
    let free = stage.calls(&taker, take(abroad, "worker")).await.unwrap();
    let free = session(world, &free);
    let blob = stage.encrypts(&free).await.unwrap().blob;
    let narrowed = AssumeRole {
        policy: Some(ONLY_DECRYPT.into()),
        ..take(abroad, "worker")
    };
    let narrowed = stage.calls(&taker, narrowed).await.unwrap();
    let narrowed = session(world, &narrowed);
    denied(stage.encrypts(&narrowed).await);
    stage.decrypts(&narrowed, &blob).await.unwrap();
}

#[tokio::test]
async fn one_thing_that_is_hidden_does_not_hide_the_others() {
    let stage = Stage::new().await;
    let bob = &stage.bob;
    let world = &stage.world;
    let theirs = Root::at(world, 1).await.makes_key(&world.service()).await.id;
    let hidden = Root::of(world).await.create_key();
    let hidden = stage.makes_key(hidden).await;
    attach(&stage, &Someone::root(world, 1), "bob", ENCRYPT).await;
    stage.grants(bob, &[Action::Encrypt, Action::Decrypt]).await;
    let Encrypted { blob, .. } = stage.encrypts(bob).await.unwrap();
    assert!(stage.calls(bob, encrypt(bob, theirs)).await.is_ok());
    let heard = stage.calls(bob, encrypt(bob, hidden)).await;
    assert_eq!(heard.map(drop), Err(Error::NotFound(Missing::Key)));
    // To encrypt anew is never granted, whatever else is.
    let anew = ReEncrypt {
        source: Source::Envelope {
            opener: Opener::Within(bob.scope.clone()),
            ciphertext: Ciphertext::parse(blob).unwrap(),
            context: claviger_model::EncryptionContext::default(),
        },
        destination: anywhere(bob, theirs),
        context: claviger_model::EncryptionContext::default(),
    };
    assert!(stage.calls(bob, anew).await.is_err());
}

/// The records of an action, of one account.
async fn records(stage: &Stage, who: &Someone, action: &str) -> Vec<Value> {
    let account = who.account().to_string();
    let mut calls = stage.world.audited_calls().await;
    calls.retain(|call| call["action"] == action && call["account"] == account.as_str());
    calls
}

#[tokio::test]
async fn every_grant_and_every_use_of_one_is_told() {
    let stage = Stage::new().await;
    let (owner, bob) = (&stage.owner, &stage.bob);
    let key = stage.key.to_string();
    let first = stage.grants(bob, &[Action::Decrypt, Action::RetireGrant]).await;
    let second = stage.grants(bob, &[Action::Encrypt]).await;
    stage.encrypts(bob).await.unwrap();
    stage.retires(bob, first).await.unwrap();
    stage.revokes(owner, second).await.unwrap();
    stage.lists(owner).await.unwrap();
    stage.revokes(owner, second).await.unwrap_err();
    let Party::User(account, user) = stage.party(bob).await else {
        panic!("bob is a user");
    };
    let grantee = format!("user/{account}/{user}");

    let made = &records(&stage, owner, "CreateGrant").await[0];
    assert_eq!(made["request"]["key"], key);
    assert_eq!(made["request"]["grantee"], grantee);
    assert_eq!(
        made["response"],
        serde_json::json!({
            "key": key, "grant": first.to_string(), "grantee": grantee, "actions": ["RetireGrant", "Decrypt"],
        })
    );
    // A use of the key is told in the account of who used it, and names the key and its owner.
    assert_eq!(records(&stage, owner, "Encrypt").await.len(), 0);
    let told = &records(&stage, bob, "Encrypt").await[0];
    assert_eq!(
        (&told["response"]["key"], &told["outcome"]),
        (&key.clone().into(), &"served".into())
    );
    let owners = serde_json::json!([owner.account().to_string()]);
    assert_eq!(told["owners"], owners);
    assert_eq!(records(&stage, bob, "RetireGrant").await[0]["owners"], owners);
    assert!(made.get("owners").is_none());
    let retired = &records(&stage, bob, "RetireGrant").await[0];
    assert_eq!(retired["response"]["grant"], first.to_string());
    assert_eq!(retired["response"]["grantee"], grantee);
    let (revoked, refused): (Vec<_>, Vec<_>) = records(&stage, owner, "RevokeGrant")
        .await
        .into_iter()
        .partition(|record| record["outcome"] == "served");
    assert_eq!(revoked[0]["response"]["grant"], second.to_string());
    assert_eq!(revoked[0]["response"]["actions"], serde_json::json!(["Encrypt"]));
    assert_eq!(refused[0]["request"]["grant"], second.to_string());
    assert_eq!(refused[0]["error"]["code"], "grant_not_found");
    let listed = &records(&stage, owner, "ListGrants").await[0];
    assert_eq!(listed["response"]["grants"], 0);
}

#[tokio::test]
async fn the_owner_of_a_key_learns_how_others_use_it() {
    let stage = Stage::new().await;
    let (owner, bob) = (&stage.owner, &stage.bob);
    stage.grants(bob, &[Action::Encrypt]).await;
    let Encrypted { blob: made, .. } = stage.encrypts(bob).await.unwrap();
    // Who may not use it is nobody's guest: that is told at home alone.
    stage.decrypts(bob, &made).await.unwrap_err();
    stage.encrypts(&stage.carol).await.unwrap_err();
    let key = anywhere(owner, stage.key);
    stage
        .calls(
            owner,
            DisableKey {
                key,
                again: Again::Fine,
            },
        )
        .await
        .unwrap();
    stage.encrypts(bob).await.unwrap_err();

    let key = anywhere(owner, stage.key);
    let told = stage.calls(owner, GetKeyUsage { key }).await.unwrap();
    assert!(told.recently_used);
    let last = told.usage.last.unwrap();
    let caller = format!("{}/bob", bob.account());
    assert_eq!((last.action, last.caller), ("Encrypt".to_owned(), caller));
    let days = told.usage.days.iter().filter(|day| day.action == "Encrypt");
    let days: Vec<_> = days.map(|day| (day.outcome.as_str(), day.count)).collect();
    assert_eq!(days, [("refused", 1), ("served", 1)]);

    let encrypts = [
        Filter::Operation("Encrypt".into()),
        Filter::Thing(stage.key.to_string()),
    ];
    let abroad = Someone::root(&stage.world, 1);
    for (who, outcomes) in [
        (owner, &["served", "refused"][..]),
        (&abroad, &["served", "refused", "refused"]),
    ] {
        let lookup = LookupEvents {
            scope: who.scope.clone(),
            filters: encrypts.to_vec(),
            from: Timestamp::MIN,
            until: Timestamp::MAX,
            newest_first: false,
            after: None,
            take: 50,
        };
        let found = stage.calls(who, lookup).await;
        let found = found.unwrap().found.events;
        let found: Vec<Value> = found
            .iter()
            .map(|(_, record)| serde_json::from_slice(record).unwrap())
            .collect();
        let found: Vec<_> = found.iter().map(|record| &record["outcome"]).collect();
        assert_eq!(found, outcomes);
    }
}
