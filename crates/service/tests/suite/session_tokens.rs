//! Tokens of sessions: what they open, until when, and what every other token hears.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_model::{AccountId, SignedDuration};
use claviger_service::AuthnError;
use claviger_service::ops::key::ListKeys;
use claviger_service::ops::session::AssumeRole;
use claviger_testkit::{Client, World};
use serde_json::json;

use crate::actors::Actor;

const FULL: &str = "AliyunKMSFullAccess";

/// A world with a role, and a user who takes it.
struct Stage {
    world: World,
    account: AccountId,
    alice: Client,
}

impl Stage {
    async fn new() -> Self {
        let world = World::build().at("2026-11-22T12:00:00.400Z").start().await;
        let account = world.root().account();
        let trust = format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"RAM":"acs:ram::{account}:root"}}}}]}}"#
        );
        world.add_role(account, "ops", &trust, &[FULL]).await;
        let alice = world
            .add_user(account, "alice", &["AliyunSTSAssumeRoleAccess"])
            .await;
        Self {
            world,
            account,
            alice,
        }
    }

    async fn takes(&self, session: &str) -> Client {
        let take = AssumeRole {
            role_account: self.account,
            role: "ops".into(),
            session: session.parse().unwrap(),
            duration: Some(SignedDuration::from_mins(15)),
            policy: None,
            external_id: None,
        };
        let alice = Actor::of(&self.world, &self.alice).await.unwrap();
        let taken = alice.calls(&self.world.service(), take).await.unwrap();
        let secret = taken.secret.expose_str().unwrap();
        self.alice
            .session(self.account, taken.access_key.as_str(), secret, &taken.token)
    }

    /// Whom the service takes it for; of those it knows, only that they are.
    async fn hears(&self, client: &Client) -> Result<(), AuthnError> {
        Actor::of(&self.world, client).await.map(drop)
    }
}

#[tokio::test]
async fn a_session_is_over_at_its_second() {
    let stage = Stage::new().await;
    let session = stage.takes("alice").await;
    // It began at 12:00:00, whole seconds, and lives for 15 minutes.
    stage
        .world
        .advance(SignedDuration::from_millis(15 * 60_000 - 401));
    assert_eq!(stage.hears(&session).await, Ok(()));
    stage.world.advance(SignedDuration::from_millis(1));
    assert_eq!(stage.hears(&session).await, Err(AuthnError::TokenExpired));
    // Who has not the secret hears nothing of it.
    let forged = session.with_secret("other");
    assert_eq!(stage.hears(&forged).await, Err(AuthnError::WrongSignature));
}

#[tokio::test]
async fn a_session_lives_through_a_restart_with_its_rights() {
    let mut stage = Stage::new().await;
    let session = stage.takes("alice").await;
    stage.world.restart().await;
    let actor = Actor::of(&stage.world, &session).await.unwrap();
    let list = ListKeys {
        order: claviger_model::Order::OldestFirst,
        scope: actor.scope.clone(),
        filter: claviger_model::KeyFilter::default(),
        page: claviger_model::Page { skip: 0, take: 1 },
    };
    assert!(actor.calls(&stage.world.service(), list).await.is_ok());
    stage.world.advance(SignedDuration::from_mins(15));
    stage.world.restart().await;
    assert_eq!(stage.hears(&session).await, Err(AuthnError::TokenExpired));
}

#[tokio::test]
async fn key_and_token_belong_together() {
    let stage = Stage::new().await;
    let (one, other) = (stage.takes("one").await, stage.takes("other").await);
    for known in [false, true] {
        let crossed = one.with_token(other.token());
        assert_eq!(
            stage.hears(&crossed).await,
            Err(AuthnError::TokenMismatch),
            "known: {known}"
        );
        let without = one.with_token("");
        assert_eq!(stage.hears(&without).await, Err(AuthnError::UnknownKey));
        let ordinary = stage.alice.with_token(one.token());
        assert_eq!(stage.hears(&ordinary).await, Err(AuthnError::TokenMismatch));
        let unknown = ordinary.with_access_key_id("LTAInobody");
        assert_eq!(stage.hears(&unknown).await, Err(AuthnError::UnknownKey));
        assert_eq!(
            stage.hears(&one.with_secret(other.secret())).await,
            Err(AuthnError::WrongSignature)
        );
        assert_eq!(stage.hears(&one).await, Ok(()));
    }
}

#[tokio::test]
async fn a_token_that_was_changed_anywhere_is_none() {
    let stage = Stage::new().await;
    let session = stage.takes("alice").await;
    // In memory or not, a changed token is looked at anew.
    assert_eq!(stage.hears(&session).await, Ok(()));
    let sealed = STANDARD.decode(session.token()).unwrap();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        let changed = session.with_token(&STANDARD.encode(changed));
        assert_eq!(
            stage.hears(&changed).await,
            Err(AuthnError::TokenMalformed),
            "byte {at}"
        );
    }
    let cut = &sealed[..sealed.len() - 1];
    for other in [
        STANDARD.encode(cut),
        STANDARD.encode([&sealed, &b"x"[..]].concat()),
        STANDARD.encode([]) + "=",
        format!("{} ", session.token()),
        "CAISexample".into(),
        "token".repeat(1000),
    ] {
        let changed = session.with_token(&other);
        assert_eq!(stage.hears(&changed).await, Err(AuthnError::TokenMalformed));
    }
    assert_eq!(stage.hears(&session).await, Ok(()));
}

#[tokio::test]
async fn a_token_of_another_deployment_is_none() {
    let (stage, elsewhere) = (Stage::new().await, Stage::new().await);
    let session = elsewhere.takes("alice").await;
    assert_eq!(stage.hears(&session).await, Err(AuthnError::TokenMalformed));
}

#[tokio::test]
async fn records_tell_who_called_in_whose_name() {
    let stage = Stage::new().await;
    let session = stage.takes("alice@work").await;
    let service = stage.world.add_service("oss").await;
    for client in [&session, &service] {
        let actor = Actor::of(&stage.world, client).await.unwrap();
        let list = ListKeys {
            order: claviger_model::Order::OldestFirst,
            scope: actor.scope.clone(),
            filter: claviger_model::KeyFilter::default(),
            page: claviger_model::Page { skip: 0, take: 1 },
        };
        let _ = actor.calls(&stage.world.service(), list).await;
    }
    let records = stage.world.audited_calls().await;
    let callers: Vec<_> = records.iter().map(|record| record["caller"].clone()).collect();
    let name = |client: &Client| client.access_key_id().to_owned();
    let (user_id, role_id) = (&callers[0]["user_id"], &callers[1]["role_id"]);
    assert!(
        [user_id, role_id]
            .iter()
            .all(|id| id.as_str().unwrap().len() == 18)
    );
    assert_eq!(
        callers,
        [
            json!({"type": "user", "user": "alice", "user_id": user_id, "access_key": name(&stage.alice)}),
            json!({
                "type": "session", "role": "ops", "role_id": role_id, "session": "alice@work",
                "began": "2026-11-22T12:00:00.000Z", "access_key": name(&session)
            }),
            json!({"type": "service", "service": "oss", "access_key": name(&service)}),
        ]
    );
    let text = serde_json::to_string(&records).unwrap();
    assert!(!text.contains(session.token()) && !text.contains(session.secret()));
}
