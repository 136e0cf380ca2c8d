//! What stops a request first. Each request here has all the faults that come later, too.

use claviger_model::SignedDuration;
use claviger_testkit::World;

use crate::kms::{Draft, Kms, PROJECT};

const OTHER_PROJECT: &str = "ffffffffffffffffffffffffffffffff";
const NO_KEY: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";

fn at(project: &str, name: &str, body: &str) -> Draft {
    Draft::new("POST", &format!("/v1.0/{project}/kms/{name}"), body)
}

#[tokio::test]
async fn the_path_comes_first_then_its_method() {
    let kms = Kms::new().await;
    let nowhere = at(OTHER_PROJECT, "no-such-call", "[");
    kms.send(&nowhere.clone().unsigned())
        .await
        .gateway(404, "APIGW.0101");
    kms.draft(nowhere).await.gateway(404, "APIGW.0101");
    let method = Draft::new("PUT", &format!("/v1.0/{OTHER_PROJECT}/kms/describe-key"), "[");
    kms.send(&method.clone().unsigned()).await.kms("KMS.0215");
    kms.draft(method).await.kms("KMS.0215");
    let broken = Draft::new("POST", &format!("/v1.0/{PROJECT}/kms/%zz"), "");
    kms.send(&broken.unsigned()).await.gateway(400, "APIGW.0201");
}

#[tokio::test]
async fn then_the_caller_has_to_be_known() {
    let kms = Kms::new().await;
    let draft = at(OTHER_PROJECT, "describe-key", "[");
    let unsigned = draft.clone().unsigned();
    kms.send(&unsigned).await.gateway(401, "APIGW.0301");
    let token = draft.clone().header("x-auth-token", "MIInothing").unsigned();
    kms.send(&token).await.gateway(401, "APIGW.0301");

    let root = kms.world.root();
    for caller in [root.with_secret("wrong"), root.with_access_key_id("LTAInobody")] {
        let answer = kms.send(&draft.clone().sign(&caller, &kms.time())).await;
        answer.gateway(401, "APIGW.0301");
    }
    let old = draft.clone().sign(root, &kms.time());
    kms.world.advance(SignedDuration::from_secs(15 * 60 + 1));
    kms.send(&old).await.gateway(401, "APIGW.0301");
    let mut changed = draft.sign(root, &kms.time());
    changed.body.push(b' ');
    let answer = kms.send(&changed).await;
    answer.gateway(401, "APIGW.0301");
    // What was to be signed is told, with its lines on one.
    let told = format!("canonicalRequest:POST|/v1.0/{OTHER_PROJECT}/kms/describe-key/||content-type:");
    assert!(answer.text.contains(&told), "{}", answer.text);
}

#[tokio::test]
async fn then_the_project_has_to_be_the_callers() {
    let builder = World::build().caller("LTAIfirst", "first-secret");
    let kms = Kms::over(builder.caller("LTAIother", "other-secret").region("eu-west-1")).await;
    let neighbour = kms.project(kms.world.caller(1), claviger_testkit::REGION).await;
    for project in [OTHER_PROJECT, &neighbour, "x", &PROJECT.to_uppercase()] {
        kms.draft(at(project, "describe-key", "[")).await.kms("KMS.0321");
    }
    let named = at(PROJECT, "describe-key", "[").header("x-project-id", &neighbour);
    kms.draft(named).await.kms("KMS.0321");
    // Its own, named twice; and its own in another region.
    let named = at(PROJECT, "describe-key", "[").header("x-project-id", PROJECT);
    kms.draft(named).await.kms("KMS.0202");
    let second = kms.project(kms.world.root(), "eu-west-1").await;
    kms.draft(at(&second, "describe-key", "[")).await.kms("KMS.0202");
}

#[tokio::test]
async fn then_the_body_what_is_missing_and_the_forms_in_this_order() {
    let kms = Kms::new().await;
    let name = "schedule-key-deletion";
    let large = format!(r#"{{"sequence":"{}"}}"#, "x".repeat(64 * 1024));
    let long = "x".repeat(37);
    let rows = [
        (large, "KMS.0203"),
        (r#"{"pending_days":"#.into(), "KMS.0202"),
        (r#"["key_id"]"#.into(), "KMS.0202"),
        (
            format!(r#"{{"key_id":"not one","sequence":"{long}"}}"#),
            "KMS.0204",
        ),
        (
            format!(r#"{{"key_id":"","pending_days":1,"sequence":"{long}"}}"#),
            "KMS.0204",
        ),
        (
            format!(r#"{{"key_id":"not one","pending_days":1,"sequence":"{long}"}}"#),
            "KMS.0205",
        ),
        (
            format!(r#"{{"key_id":"{NO_KEY}","pending_days":1,"sequence":"{long}"}}"#),
            "KMS.1401",
        ),
        (
            format!(r#"{{"key_id":"{NO_KEY}","pending_days":7,"sequence":"{long}"}}"#),
            "KMS.0206",
        ),
        (format!(r#"{{"key_id":"{NO_KEY}","pending_days":7}}"#), "KMS.0207"),
    ];
    for (body, code) in rows {
        kms.call(name, &body).await.kms(code);
    }
}

/// Whoever may not learns nothing about what there is.
#[tokio::test]
async fn permission_comes_before_existence_and_state() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let user = kms
        .world
        .add_user(kms.world.root().account(), "nobody", &[])
        .await;
    for id in [key.as_str(), NO_KEY, "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz"] {
        let draft = Draft::verb("enable-key", &format!(r#"{{"key_id":"{id}"}}"#));
        kms.send(&draft.sign(&user, &kms.time())).await.kms("KMS.0306");
    }
    let draft = Draft::verb("create-key", r#"{"key_alias":"two"}"#);
    kms.send(&draft.sign(&user, &kms.time())).await.kms("KMS.0307");
}
