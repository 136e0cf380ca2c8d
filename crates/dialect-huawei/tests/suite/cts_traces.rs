//! What one trace tells: of which request it is, what it is about, and what was asked for.

use claviger_model::SignedDuration;
use serde_json::{Value, json};

use crate::cts::{names, query};
use crate::kms::{Draft, Kms, PROJECT};

/// One request may do several things; each is a trace of its own, and all of them are found by the request.
#[tokio::test]
async fn each_trace_of_a_request_has_an_id_of_its_own() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let id = kms.make_user("alice").await;
    let group = kms.make_group("team").await;
    let member = format!("/v3/groups/{group}/users/{id}");
    kms.ask(&root, "PUT", &member, "").await.nothing();
    let gone = kms.ask(&root, "DELETE", &format!("/v3/users/{id}"), "").await;
    gone.nothing();
    let found = query(&kms, &format!("&trace_id={}", gone.id)).await;
    assert_eq!(names(&found), ["deleteUser", "removeUserFromGroup"]);
    let traces = found["traces"].as_array().unwrap();
    assert_ne!(traces[0]["trace_id"], traces[1]["trace_id"]);
    for trace in traces {
        assert_eq!(
            (&trace["request_id"], &trace["trace_rating"]),
            (&json!(gone.id), &json!("normal"))
        );
        let alone = query(
            &kms,
            &format!("&trace_id={}", trace["trace_id"].as_str().unwrap()),
        )
        .await;
        assert_eq!(alone["traces"], json!([trace]));
    }
}

#[tokio::test]
async fn what_has_an_id_here_is_told_by_it() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let id = kms.make_user("alice").await;
    let group = kms.make_group("team").await;
    let member = format!("/v3/groups/{group}/users/{id}");
    kms.ask(&root, "PUT", &member, "").await.nothing();
    let told = async |parameters: &str| {
        let answer = query(&kms, parameters).await;
        let traces = answer["traces"].as_array().unwrap().iter();
        traces
            .map(|trace| ["trace_name", "resource_id", "resource_name"].map(|member| trace[member].clone()))
            .collect::<Vec<_>>()
    };
    let row = |name: &str, id: &str, called: &str| [json!(name), json!(id), json!(called)];
    let joined = row("addUserToGroup", &group, "team");
    assert_eq!(told("&resource_type=userGroup&limit=1").await, [joined]);
    let expected = row("createUser", &id, "alice");
    for parameters in [
        format!("&trace_name=createUser&resource_id={id}"),
        "&trace_name=createUser&resource_name=alice".to_owned(),
    ] {
        assert_eq!(
            told(&parameters).await,
            std::slice::from_ref(&expected),
            "{parameters}"
        );
    }
    kms.ask(&root, "DELETE", &format!("/v3/users/{id}"), "")
        .await
        .nothing();
    // What was made is told with its id even when it is gone; of the rest there is the name.
    assert_eq!(told("&trace_name=createUser").await, [expected]);
    let gone = [json!("deleteUser"), Value::Null, json!("alice")];
    assert_eq!(told("&trace_name=deleteUser").await, [gone]);
}

#[tokio::test]
async fn what_was_asked_for_is_told_in_the_words_of_this_face() {
    let kms = Kms::new().await;
    let key = kms.create_key("demo").await;
    let body = format!(r#"{{"key_id":"{key}","pending_days":"7"}}"#);
    kms.call("schedule-key-deletion", &body).await.ok();
    let answer = query(&kms, "&trace_name=scheduleKeyDeletion").await;
    let request: Value = serde_json::from_str(answer["traces"][0]["request"].as_str().unwrap()).unwrap();
    assert_eq!(request, json!({"key_id": key, "pending_days": "7"}));
}

/// The path or the body names the key, though something else is wrong with the call.
#[tokio::test]
async fn a_call_refused_for_its_form_is_about_its_key() {
    let kms = Kms::new().await;
    let key = kms.create_key("demo").await;
    let body = |rest: &str| format!(r#"{{"key_id":"{key}"{rest}}}"#);
    for (call, body, code) in [
        (
            "schedule-key-deletion",
            body(r#","pending_days":"x""#),
            "KMS.1401",
        ),
        ("encrypt-data", body(""), "KMS.0204"),
        (
            "enable-key",
            body(&format!(r#","sequence":"{}""#, "x".repeat(37))),
            "KMS.0206",
        ),
    ] {
        kms.call(call, &body).await.kms(code);
        kms.world.advance(SignedDuration::from_secs(1));
    }
    for (method, path, body) in [
        ("POST", format!("/v1.0/{PROJECT}/kms/{key}/tags"), "{".to_owned()),
        (
            "DELETE",
            format!("/v1.0/{PROJECT}/kms/aliases"),
            body(r#","aliases":7"#),
        ),
        (
            "POST",
            format!("/v1.0/{PROJECT}/kms/alias/associate"),
            format!(r#"{{"target_key_id":"{key}","alias":"a b"}}"#),
        ),
        (
            "POST",
            format!("/v1.0/{}/kms/enable-key", "f".repeat(32)),
            body(""),
        ),
    ] {
        let draft = Draft::new(method, &path, &body);
        let answer = kms.send(&draft.sign(kms.world.root(), &kms.time())).await;
        assert!(matches!(answer.status, 400 | 403), "{path}: {answer:?}");
        kms.world.advance(SignedDuration::from_secs(1));
    }
    let answer = query(&kms, &format!("&trace_rating=warning&resource_id={key}")).await;
    let expected = [
        "enableKey",
        "associateAlias",
        "deleteAlias",
        "createKeyTag",
        "enableKey",
        "encryptData",
        "scheduleKeyDeletion",
    ];
    assert_eq!(names(&answer), expected);
    for trace in answer["traces"].as_array().unwrap() {
        assert_eq!(
            (&trace["resource_id"], &trace["resource_name"]),
            (&json!(key), &json!("demo"))
        );
    }
    // What cannot be the name of a key is not repeated.
    kms.call("encrypt-data", r#"{"key_id":"needle","plain_text":"x"}"#)
        .await
        .kms("KMS.0205");
    let answer = query(&kms, "&trace_rating=warning&limit=1").await;
    assert!(!answer["traces"][0].to_string().contains("needle"), "{answer}");
}
