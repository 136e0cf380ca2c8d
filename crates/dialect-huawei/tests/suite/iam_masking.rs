//! No password, token or secret of a call about identities gets anywhere but to its answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::iam::login;
use crate::kms::{Answer, Draft, Kms};

/// What must not be found, with what it is called in a failure.
#[derive(Default)]
struct Needles(Vec<(String, String)>);

impl Needles {
    fn add(&mut self, what: &str, text: &str) {
        assert!(text.len() >= 8, "{what}");
        let hex = text
            .bytes()
            .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        for form in [text.to_owned(), STANDARD.encode(text), hex] {
            self.0.push((what.to_owned(), form));
        }
    }

    fn of_answer(&mut self, answer: &Answer, members: &[&str]) -> Value {
        let json = answer.made();
        for member in members {
            self.add(member, json["credential"][*member].as_str().unwrap());
        }
        json
    }
}

#[tokio::test]
async fn secrets_of_identities_reach_no_record() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let domain = kms.account_name().await;
    let mut needles = Needles::default();
    let secret = |needles: &mut Needles, text: &str| {
        needles.add("password", text);
        text.to_owned()
    };
    // Made, refused, changed, shown, wrong, in the wrong place.
    let first = secret(&mut needles, "needle-one-1");
    let body = json!({"user": {"name": "alice", "password": first}}).to_string();
    let made = kms.ask(&root, "POST", "/v3/users", &body).await.made();
    let id = made["user"]["id"].as_str().unwrap().to_owned();
    kms.ask(&root, "POST", "/v3/users", &body).await.keystone(409);
    let weak = secret(&mut needles, "needleneedle");
    let body = json!({"user": {"name": "bob", "password": weak}}).to_string();
    kms.ask(&root, "POST", "/v3/users", &body).await.keystone(400);
    let escaped = r#"{"user":{"name":"b b","password":"needle-\u0074wo-2"}}"#;
    needles.add("password", "needle-two-2");
    kms.ask(&root, "POST", "/v3/users", escaped).await.keystone(400);
    let wrong = secret(&mut needles, "needle-three-3");
    let body = login("alice", &domain, &wrong, Value::Null);
    kms.knock("POST", "/v3/auth/tokens", &body).await.keystone(401);
    let token = kms
        .knock(
            "POST",
            "/v3/auth/tokens",
            &login("alice", &domain, &first, Value::Null),
        )
        .await
        .token();
    needles.add("token", &token);
    let draft = Draft::new("GET", "/v3/auth/tokens", "").header("x-subject-token", &token);
    kms.draft(draft).await.ok();
    let dead = secret(&mut needles, "MIIneedleneedle");
    kms.draft(Draft::new("GET", "/v3/auth/tokens", "").header("x-subject-token", &dead))
        .await
        .keystone(404);
    kms.show(&dead, "GET", "/v3/users", "")
        .await
        .gateway(401, "APIGW.0301");
    let body = json!({"auth": {"identity": {"methods": ["token"], "token": {"id": token}}}}).to_string();
    let temporary = kms
        .knock("POST", "/v3.0/OS-CREDENTIAL/securitytokens", &body)
        .await;
    needles.of_answer(&temporary, &["secret", "securitytoken"]);
    let body = json!({"credential": {"user_id": id}}).to_string();
    let key = kms
        .ask(&root, "POST", "/v3.0/OS-CREDENTIAL/credentials", &body)
        .await;
    let key = needles.of_answer(&key, &["secret"]);
    let second = secret(&mut needles, "needle-four-4");
    let target = format!("/v3/users/{id}/password");
    let body = json!({"user": {"password": second, "original_password": wrong}}).to_string();
    kms.show(&token, "POST", &target, &body).await.keystone(401);
    let body = json!({"user": {"password": second, "original_password": first}}).to_string();
    kms.show(&token, "POST", &target, &body).await.nothing();
    for shown in [key["credential"]["secret"].as_str().unwrap(), &second] {
        let keys = json!({"access": {"key": key["credential"]["access"]}, "secret": {"key": shown}});
        let body = json!({"auth": {"identity": {"methods": ["hw_ak_sk"], "hw_ak_sk": keys}}}).to_string();
        let answer = kms.knock("POST", "/v3/auth/tokens", &body).await;
        assert!(matches!(answer.status, 201 | 401), "{answer:?}");
        if answer.status == 201 {
            needles.add("token", &answer.token());
        }
    }
    kms.world.service().write_strangers().await;
    let records = kms.world.audit_records().await;
    assert!(records.len() > 10);
    for record in records {
        let text = record.to_string();
        for (what, needle) in &needles.0 {
            assert!(!text.contains(needle), "{what} in {text}");
        }
    }
}
