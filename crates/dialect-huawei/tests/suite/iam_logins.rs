//! Who does not come in, and how that is told.

use claviger_model::SignedDuration;
use claviger_testkit::REGION;
use serde_json::{Value, json};

use crate::iam::{PASSWORD, login, project};
use crate::kms::Kms;

const ALICE: &str = "alice";

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_are_told_alike() {
    let kms = Kms::new().await;
    kms.make_user(ALICE).await;
    let domain = kms.account_name().await;
    let mut told = Vec::new();
    for (name, domain, password) in [
        (ALICE, domain.as_str(), "wrong horse 1"),
        ("nobody", &domain, PASSWORD),
        (ALICE, "NoDomain", PASSWORD),
    ] {
        let body = login(name, domain, password, Value::Null);
        let answer = kms.knock("POST", "/v3/auth/tokens", &body).await;
        answer.keystone(401);
        assert_eq!(answer.header("x-subject-token"), "");
        told.push(answer.text);
    }
    assert!(told.iter().all(|text| *text == told[0]), "{told:?}");
    assert_eq!(
        told[0],
        r#"{"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}}"#
    );
}

#[tokio::test]
async fn five_wrong_passwords_lock_for_a_quarter_of_an_hour() {
    let kms = Kms::new().await;
    kms.make_user(ALICE).await;
    let domain = kms.account_name().await;
    for _ in 0..5 {
        let body = login(ALICE, &domain, "wrong horse 1", Value::Null);
        kms.knock("POST", "/v3/auth/tokens", &body).await.keystone(401);
    }
    let locked = kms.log_in(ALICE, Value::Null).await;
    locked.keystone(401);
    assert!(locked.text.contains("locked"), "{locked:?}");
    kms.world.advance(SignedDuration::from_mins(15));
    kms.log_in(ALICE, Value::Null).await.token();
}

#[tokio::test]
async fn who_is_switched_off_comes_in_by_nothing() {
    let kms = Kms::new().await;
    let id = kms.make_user(ALICE).await;
    let token = kms.log_in(ALICE, Value::Null).await.token();
    let target = format!("/v3/users/{id}");
    let off = kms
        .ask(
            kms.world.root(),
            "PATCH",
            &target,
            r#"{"user":{"enabled":false}}"#,
        )
        .await
        .ok();
    assert_eq!(off["user"]["enabled"], false);
    kms.show(&token, "GET", "/v3/auth/domains", "")
        .await
        .gateway(401, "APIGW.0301");
    kms.log_in(ALICE, Value::Null).await.keystone(401);
    let on = kms
        .ask(
            kms.world.root(),
            "PATCH",
            &target,
            r#"{"user":{"enabled":"true"}}"#,
        )
        .await
        .ok();
    assert_eq!(on["user"]["enabled"], true);
    kms.log_in(ALICE, Value::Null).await.token();
}

#[tokio::test]
async fn another_password_ends_the_tokens_that_were_given() {
    let kms = Kms::new().await;
    let id = kms.make_user(ALICE).await;
    let token = kms.log_in(ALICE, Value::Null).await.token();
    kms.world.advance(SignedDuration::from_secs(1));
    let target = format!("/v3/users/{id}/password");
    let change = |original: &str| {
        json!({"user": {"password": "battery staple 2", "original_password": original}}).to_string()
    };
    kms.show(&token, "POST", &target, &change("wrong horse 1"))
        .await
        .keystone(401);
    kms.show(
        &token,
        "POST",
        &target,
        r#"{"user":{"password":"battery staple 2"}}"#,
    )
    .await
    .keystone(400);
    let weak = json!({"user": {"password": "weak", "original_password": PASSWORD}}).to_string();
    kms.show(&token, "POST", &target, &weak).await.keystone(400);
    kms.show(&token, "POST", &target, &change(PASSWORD))
        .await
        .nothing();
    kms.show(&token, "GET", "/v3/auth/domains", "")
        .await
        .gateway(401, "APIGW.0301");
    kms.log_in(ALICE, Value::Null).await.keystone(401);
    let domain = kms.account_name().await;
    let body = login(ALICE, &domain, "battery staple 2", Value::Null);
    kms.knock("POST", "/v3/auth/tokens", &body).await.token();
}

#[tokio::test]
async fn a_scope_of_nobody_gives_no_token() {
    let (kms, _) = Kms::with_domain().await;
    kms.make_user(ALICE).await;
    let foreign = kms.domain(kms.world.add_account("third").await.account()).await;
    for scope in [
        project("nowhere"),
        json!({"project": {"id": "ffffffffffffffffffffffffffffffff"}}),
        json!({"project": {"name": REGION, "domain": {"name": "IAMDomain"}}}),
        json!({"domain": {"id": foreign}}),
        json!({"domain": {"name": "IAMDomain"}}),
    ] {
        let answer = kms.log_in(ALICE, scope).await;
        answer.keystone(401);
        assert_eq!(answer.header("x-subject-token"), "");
    }
}

#[tokio::test]
async fn what_is_missing_or_of_a_wrong_form_is_told() {
    let kms = Kms::new().await;
    let user = json!({"name": ALICE, "password": PASSWORD});
    let with = |identity: Value| json!({"auth": {"identity": identity}}).to_string();
    let bodies = [
        "[".to_owned(),
        String::new(),
        "{}".to_owned(),
        r#"{"auth":1}"#.to_owned(),
        json!({"auth": {}}).to_string(),
        with(json!({})),
        with(json!({"methods": []})),
        with(json!({"methods": ["password"]})),
        with(json!({"methods": ["password"], "password": {"user": user}})),
        with(json!({"methods": ["password"], "password": {"user": {"id": "x"}}})),
        with(json!({"methods": ["password", "totp"], "password": {"user": {"id": "x", "password": "y"}}})),
        with(json!({"methods": ["hw_assume_role"], "hw_assume_role": {}})),
        with(json!({"methods": ["hw_ak_sk"], "hw_ak_sk": {"access": {"key": "x"}}})),
        with(json!({"methods": ["token"], "token": {}})),
    ];
    for body in bodies {
        kms.knock("POST", "/v3/auth/tokens", &body).await.keystone(400);
    }
    for identity in [
        json!({"methods": ["token"], "token": {"id": "MIInothing"}}),
        json!({"methods": ["hw_ak_sk"], "hw_ak_sk": {"access": {"key": "x"}, "secret": {"key": "y"}}}),
    ] {
        kms.knock("POST", "/v3/auth/tokens", &with(identity))
            .await
            .keystone(401);
    }
}
