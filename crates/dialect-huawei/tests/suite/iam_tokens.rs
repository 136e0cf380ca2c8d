//! Tokens: how they are got, what they open, and when they no longer do.

use claviger_model::SignedDuration;
use claviger_testkit::REGION;
use serde_json::{Value, json};

use crate::iam::{PASSWORD, login, project};
use crate::kms::{Kms, PROJECT};

const ALICE: &str = "alice";

#[tokio::test]
async fn a_token_of_a_project_says_what_the_documents_show() {
    let kms = Kms::new().await;
    let id = kms.make_user(ALICE).await;
    let answer = kms.log_in(ALICE, project(REGION)).await;
    let token = &answer.made()["token"];
    let domain =
        json!({"id": kms.domain(kms.world.root().account()).await, "name": kms.account_name().await});
    assert_eq!(token["methods"], json!(["password"]));
    assert_eq!(token["issued_at"], "2026-11-21T12:00:00.000000Z");
    assert_eq!(token["expires_at"], "2026-11-22T12:00:00.000000Z");
    assert_eq!(
        token["project"],
        json!({"id": PROJECT, "name": REGION, "domain": domain})
    );
    let user = json!({"id": id, "name": ALICE, "password_expires_at": "", "domain": domain});
    assert_eq!(token["user"], user);
    assert_eq!(token.get("domain"), None);
    assert!(token["roles"].is_array());
    let catalog = token["catalog"].as_array().unwrap();
    let kms_row = catalog.iter().find(|row| row["type"] == "kms").unwrap();
    let endpoint = &kms_row["endpoints"][0];
    assert_eq!(endpoint["url"], "https://kms.test.local:8443/v1.0");
    assert_eq!(
        (&endpoint["interface"], &endpoint["region"]),
        (&json!("public"), &json!(REGION))
    );
    assert!(catalog.iter().any(|row| row["type"] == "identity"));
}

#[tokio::test]
async fn without_a_project_it_is_for_the_account_and_without_catalog_it_is_short() {
    let kms = Kms::new().await;
    kms.make_user(ALICE).await;
    let domain = kms.account_name().await;
    let id = kms.domain(kms.world.root().account()).await;
    let scopes = [
        Value::Null,
        json!("unscoped"),
        json!({"domain": {"name": domain}}),
        json!({"domain": {"id": id}}),
    ];
    for scope in scopes {
        let body = login(ALICE, &domain, PASSWORD, scope);
        let answer = kms.knock("POST", "/v3/auth/tokens?nocatalog=true", &body).await;
        let token = &answer.made()["token"];
        assert_eq!(token["domain"], json!({"id": id, "name": domain}));
        assert_eq!((token.get("project"), &token["catalog"]), (None, &json!([])));
    }
    // Both: the project counts.
    let both = json!({"project": {"id": PROJECT}, "domain": {"id": id}});
    let answer = kms.log_in(ALICE, both).await;
    assert_eq!(answer.made()["token"]["project"]["id"], PROJECT);
}

#[tokio::test]
async fn all_methods_lead_to_one_user() {
    let kms = Kms::new().await;
    let account = kms.world.root().account();
    let client = kms.world.add_user(account, "bob", &["AliyunKMSFullAccess"]).await;
    let keys = json!({"access": {"key": client.access_key_id()}, "secret": {"key": client.secret()}});
    let body = json!({"auth": {"identity": {"methods": ["hw_ak_sk"], "hw_ak_sk": keys}}}).to_string();
    let first = kms.knock("POST", "/v3/auth/tokens", &body).await;
    assert_eq!(first.made()["token"]["methods"], json!(["hw_ak_sk"]));
    let again = json!({"auth": {"identity": {"methods": ["token"], "token": {"id": first.token()}},
                                "scope": {"project": {"id": PROJECT}}}});
    let second = kms.knock("POST", "/v3/auth/tokens", &again.to_string()).await;
    let token = &second.made()["token"];
    assert_eq!(token["methods"], json!(["hw_ak_sk", "token"]));
    assert_eq!(token["user"]["id"], first.json()["token"]["user"]["id"]);
    // By the id of the user, too.
    let id = token["user"]["id"].as_str().unwrap();
    kms.ask(
        kms.world.root(),
        "POST",
        &format!("/v3/users/{id}/password"),
        &json!({"user": {"password": PASSWORD}}).to_string(),
    )
    .await
    .nothing();
    let user = json!({"id": id, "password": PASSWORD});
    let body = json!({"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}});
    let third = kms.knock("POST", "/v3/auth/tokens", &body.to_string()).await;
    assert_eq!(third.made()["token"]["user"]["name"], "bob");
}

#[tokio::test]
async fn a_token_opens_its_project_and_no_other() {
    let kms = Kms::over(claviger_testkit::World::build().region("eu-test-1")).await;
    let account = kms.world.root().account();
    let client = kms.world.add_user(account, "bob", &["AliyunKMSFullAccess"]).await;
    let keys = json!({"access": {"key": client.access_key_id()}, "secret": {"key": client.secret()}});
    let wish = |scope: Value| {
        let identity = json!({"methods": ["hw_ak_sk"], "hw_ak_sk": keys});
        json!({"auth": {"identity": identity, "scope": scope}}).to_string()
    };
    let here = kms
        .knock("POST", "/v3/auth/tokens", &wish(project(REGION)))
        .await
        .token();
    let there = kms
        .knock("POST", "/v3/auth/tokens", &wish(project("eu-test-1")))
        .await;
    let catalog = &there.made()["token"]["catalog"];
    assert_eq!(catalog[0]["endpoints"].as_array().unwrap().len(), 1);
    assert_eq!(catalog[0]["endpoints"][0]["region"], "eu-test-1");
    let whole = kms.knock("POST", "/v3/auth/tokens", &wish(Value::Null)).await;
    assert_eq!(
        whole.made()["token"]["catalog"][0]["endpoints"]
            .as_array()
            .unwrap()
            .len(),
        2
    );

    let create = format!("/v1.0/{PROJECT}/kms/create-key");
    let made = kms
        .show(&here, "POST", &create, r#"{"key_alias":"one"}"#)
        .await
        .ok();
    assert!(made["key_info"]["key_id"].is_string());
    for token in [there.token(), whole.token()] {
        kms.show(&token, "POST", &create, r#"{"key_alias":"two"}"#)
            .await
            .kms("KMS.0321");
    }
    let second = kms.project(&client, "eu-test-1").await;
    let create = format!("/v1.0/{second}/kms/create-key");
    kms.show(&there.token(), "POST", &create, r#"{"key_alias":"one"}"#)
        .await
        .ok();
}

#[tokio::test]
async fn a_token_is_shown_checked_and_made_void() {
    let kms = Kms::new().await;
    kms.make_user(ALICE).await;
    let given = kms.log_in(ALICE, project(REGION)).await;
    let token = given.token();
    let subject = |method: &str| {
        crate::kms::Draft::new(method, "/v3/auth/tokens", "")
            .header("x-auth-token", &token)
            .header("x-subject-token", &token)
            .unsigned()
    };
    let shown = kms.send(&subject("GET")).await;
    assert_eq!(shown.ok(), given.json());
    assert_eq!(shown.header("x-subject-token"), token);
    let checked = kms.send(&subject("HEAD")).await;
    assert_eq!(
        (checked.status, checked.header("x-subject-token")),
        (200, token.as_str())
    );
    kms.show(&token, "GET", "/v3/auth/tokens", "").await.keystone(400);

    kms.send(&subject("DELETE")).await.nothing();
    kms.show(&token, "GET", "/v3/auth/projects", "")
        .await
        .gateway(401, "APIGW.0301");
    kms.send(&subject("GET")).await.gateway(401, "APIGW.0301");
    // For somebody else it is no token any more, as one of nobody.
    for dead in [token.as_str(), "MIInothing"] {
        let draft = crate::kms::Draft::new("GET", "/v3/auth/tokens", "").header("x-subject-token", dead);
        kms.draft(draft).await.keystone(404);
    }
}

#[tokio::test]
async fn a_token_lives_for_a_day_and_no_longer() {
    let kms = Kms::new().await;
    kms.make_user(ALICE).await;
    let token = kms.log_in(ALICE, Value::Null).await.token();
    kms.world.advance(SignedDuration::from_secs(24 * 60 * 60 - 1));
    kms.show(&token, "GET", "/v3/auth/domains", "").await.ok();
    kms.world.advance(SignedDuration::from_secs(1));
    kms.show(&token, "GET", "/v3/auth/domains", "")
        .await
        .gateway(401, "APIGW.0301");
    kms.log_in(ALICE, Value::Null).await.token();
}

#[tokio::test]
async fn the_root_comes_with_the_name_of_its_account() {
    let (kms, root) = Kms::with_domain().await;
    // It sets its password without showing one.
    let own = format!("/v3/users/{}/password", Kms::root_id(&root));
    let body = json!({"user": {"password": PASSWORD, "original_password": "none"}}).to_string();
    kms.ask(&root, "POST", &own, &body).await.nothing();
    let body = login("IAMDomain", "IAMDomain", PASSWORD, project("eu-test-1"));
    let answer = kms.knock("POST", "/v3/auth/tokens", &body).await;
    let token = &answer.made()["token"];
    assert_eq!(token["user"]["id"], Kms::root_id(&root));
    assert_eq!(token["roles"][0]["name"], "te_admin");
    let users = kms.show(&answer.token(), "GET", "/v3/users", "").await.ok();
    assert_eq!(users["users"], json!([]));
}
