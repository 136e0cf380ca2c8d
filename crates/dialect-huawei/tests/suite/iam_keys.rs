//! Access keys: those that last and those that do not.

use claviger_model::SignedDuration;
use claviger_testkit::REGION;
use serde_json::{Value, json};

use crate::iam::project;
use crate::kms::{Draft, Kms, PROJECT};

const KEYS: &str = "/v3.0/OS-CREDENTIAL/credentials";
const TEMPORARY: &str = "/v3.0/OS-CREDENTIAL/securitytokens";

fn temporary(token: &Value) -> String {
    json!({"auth": {"identity": {"methods": ["token"], "token": token}}}).to_string()
}

#[tokio::test]
async fn an_access_key_is_made_used_switched_and_deleted() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let id = kms.make_user("alice").await;
    let body = json!({"credential": {"user_id": id, "description": "one"}}).to_string();
    let made = kms.ask(&root, "POST", KEYS, &body).await.made();
    let key = &made["credential"];
    assert_eq!((&key["user_id"], &key["status"]), (&json!(id), &json!("active")));
    assert_eq!(key["create_time"], "2026-11-21T12:00:00.000000Z");
    let (access, secret) = (key["access"].as_str().unwrap(), key["secret"].as_str().unwrap());
    let alice = root.with_access_key_id(access).with_secret(secret);
    let own = kms.ask(&alice, "GET", "/v5/caller-identity", "").await.ok();
    assert_eq!(own["principal_id"], json!(id));

    let target = format!("{KEYS}/{access}");
    let shown = kms.ask(&root, "GET", &target, "").await.ok();
    assert_eq!(shown["credential"]["access"], access);
    assert_eq!(shown["credential"].get("secret"), None);
    let listed = kms
        .ask(&root, "GET", &format!("{KEYS}?user_id={id}"), "")
        .await
        .ok();
    assert_eq!(listed["credentials"].as_array().unwrap().len(), 1);
    assert_eq!(listed["credentials"][0].get("secret"), None);
    let off = r#"{"credential":{"status":"inactive"}}"#;
    let switched = kms.ask(&root, "PUT", &target, off).await.ok();
    assert_eq!(switched["credential"]["status"], "inactive");
    kms.ask(&alice, "GET", "/v5/caller-identity", "")
        .await
        .gateway(401, "APIGW.0301");
    kms.ask(&root, "PUT", &target, r#"{"credential":{"status":"gone"}}"#)
        .await
        .extension(400, "IAM.0007");
    kms.ask(&root, "DELETE", &target, "").await.nothing();
    kms.ask(&root, "GET", &target, "")
        .await
        .extension(404, "IAM.0004");
}

#[tokio::test]
async fn a_third_access_key_is_refused_as_the_vendor_does() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let id = kms.make_user("alice").await;
    let body = json!({"credential": {"user_id": id}}).to_string();
    for _ in 0..2 {
        kms.ask(&root, "POST", KEYS, &body).await.made();
    }
    let third = kms.ask(&root, "POST", KEYS, &body).await;
    third.keystone(400);
    assert_eq!(third.json()["error"]["message"], "akSkNumExceed");
    kms.ask(&root, "POST", KEYS, r#"{"credential":{}}"#)
        .await
        .extension(400, "1100");
    let nobody = json!({"credential": {"user_id": "f".repeat(32)}}).to_string();
    kms.ask(&root, "POST", KEYS, &nobody)
        .await
        .extension(404, "IAM.0004");
}

#[tokio::test]
async fn the_root_has_access_keys_of_its_own() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let listed = kms.ask(&root, "GET", KEYS, "").await.ok();
    assert_eq!(listed["credentials"].as_array().unwrap().len(), 1);
    let own = &listed["credentials"][0];
    assert_eq!(
        (&own["access"], &own["user_id"]),
        (&json!(root.access_key_id()), &json!(Kms::root_id(&root)))
    );
    let body = json!({"credential": {"user_id": Kms::root_id(&root)}}).to_string();
    kms.ask(&root, "POST", KEYS, &body).await.made();
    // Nobody else touches it, and nobody learns that it is there.
    let account = root.account();
    let other = kms
        .world
        .add_user(account, "admin", &["AliyunRAMFullAccess"])
        .await;
    let target = format!("{KEYS}/{}", root.access_key_id());
    kms.ask(&other, "GET", &target, "")
        .await
        .extension(404, "IAM.0004");
}

#[tokio::test]
async fn temporary_keys_have_the_rights_of_who_asked_for_them() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let client = kms
        .world
        .add_user(root.account(), "bob", &["AliyunKMSFullAccess"])
        .await;
    let create = |alias: &str| Draft::verb("create-key", &json!({"key_alias": alias}).to_string());
    let made = kms
        .ask(
            &client,
            "POST",
            TEMPORARY,
            &temporary(&json!({"duration_seconds": "900"})),
        )
        .await
        .made();
    let made = &made["credential"];
    assert_eq!(made["expires_at"], "2026-11-21T12:15:00.000000Z");
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let session = root
        .with_access_key_id(&text("access"))
        .with_secret(&text("secret"));
    let with_token = |alias: &str| create(alias).header("x-security-token", &text("securitytoken"));
    kms.send(&with_token("one").sign(&session, &kms.time()))
        .await
        .ok();
    // Not without its token, not for further ones, and not for longer.
    kms.send(&create("two").sign(&session, &kms.time()))
        .await
        .gateway(401, "APIGW.0301");
    let again = Draft::new("POST", TEMPORARY, &temporary(&json!({})))
        .header("x-security-token", &text("securitytoken"));
    kms.send(&again.sign(&session, &kms.time()))
        .await
        .extension(403, "IAM.0003");
    kms.world.advance(SignedDuration::from_secs(900));
    kms.send(&with_token("three").sign(&session, &kms.time()))
        .await
        .gateway(401, "APIGW.0301");
}

#[tokio::test]
async fn a_token_in_the_body_is_enough_for_temporary_keys() {
    let kms = Kms::new().await;
    kms.make_user("alice").await;
    let token = kms.log_in("alice", project(REGION)).await.token();
    let made = kms
        .knock(
            "POST",
            TEMPORARY,
            &temporary(&json!({"id": token, "duration_seconds": 86400})),
        )
        .await;
    assert_eq!(
        made.made()["credential"]["expires_at"],
        "2026-11-22T12:00:00.000000Z"
    );
    kms.show(&token, "POST", TEMPORARY, &temporary(&json!({})))
        .await
        .made();
    // What is in the headers goes first.
    kms.show(
        &token,
        "POST",
        TEMPORARY,
        &temporary(&json!({"id": "MIInothing"})),
    )
    .await
    .made();
    kms.show("MIInothing", "POST", TEMPORARY, &temporary(&json!({"id": token})))
        .await
        .gateway(401, "APIGW.0301");
    for body in [
        temporary(&json!({"id": "MIInothing"})),
        temporary(&json!({})),
        "{}".into(),
        "[".into(),
    ] {
        kms.knock("POST", TEMPORARY, &body)
            .await
            .gateway(401, "APIGW.0301");
    }
    // It opens nothing else from there.
    kms.knock("POST", KEYS, &temporary(&json!({"id": token})))
        .await
        .gateway(401, "APIGW.0301");
}

#[tokio::test]
async fn what_is_wrong_with_a_wish_for_temporary_keys_is_told() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let policy =
        json!({"auth": {"identity": {"methods": ["token"], "policy": {"Version": "1.1"}}}}).to_string();
    for (body, code) in [
        ("{}".to_owned(), "1100"),
        (r#"{"auth":{}}"#.to_owned(), "1100"),
        (r#"{"auth":{"identity":{}}}"#.to_owned(), "1100"),
        (
            r#"{"auth":{"identity":{"methods":["assume_role"]}}}"#.to_owned(),
            "IAM.0007",
        ),
        (temporary(&json!({"duration_seconds": 899})), "IAM.0007"),
        (temporary(&json!({"duration_seconds": 86401})), "IAM.0007"),
        (temporary(&json!({"duration_seconds": "long"})), "IAM.0007"),
        (policy, "IAM.1020"),
        ("[".to_owned(), "IAM.0011"),
    ] {
        let answer = kms.ask(&root, "POST", TEMPORARY, &body).await;
        answer.extension(400, code);
        let named = answer.text.contains("`duration_seconds`");
        assert_eq!(named, body.contains("duration_seconds"), "{answer:?}");
    }
}

#[tokio::test]
async fn temporary_keys_can_be_narrowed() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let policy = json!({"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["kms:cmk:list*", "kms:cmk:getInstance"]}]});
    let body = json!({"auth": {"identity": {"methods": ["token"], "policy": policy}}}).to_string();
    let made = kms.ask(&root, "POST", TEMPORARY, &body).await.made();
    let text = |name: &str| made["credential"][name].as_str().unwrap().to_owned();
    let session = root
        .with_access_key_id(&text("access"))
        .with_secret(&text("secret"));
    let ask = async |draft: Draft| {
        let draft = draft.header("x-security-token", &text("securitytoken"));
        kms.send(&draft.sign(&session, &kms.time())).await
    };
    let count = format!("/v1.0/{PROJECT}/kms/user-instances");
    ask(Draft::new("GET", &count, "")).await.ok();
    ask(Draft::verb("create-key", r#"{"key_alias":"one"}"#))
        .await
        .kms("KMS.0307");
}
