//! Habits of real clients, line by line of the list that was read off their code and traffic. What they do in requests of
//! other kinds is in `leniency`.

use serde_json::{Value, json};

use crate::kms::{Draft, Kms, PROJECT};

/// The Python SDK sends no body at all where no body object was set.
#[tokio::test]
async fn lists_come_without_a_body() {
    let kms = Kms::new().await;
    kms.create_key("one").await;
    for call in ["list-keys", "list-retirable-grants"] {
        let draft = Draft::new("POST", &format!("/v1.0/{PROJECT}/kms/{call}"), "");
        kms.draft(draft.header("content-length", "0")).await.ok();
    }
}

/// Go's encoder ends every body with a newline.
#[tokio::test]
async fn white_space_stands_around_bodies() {
    let kms = Kms::new().await;
    kms.create_key("one").await;
    for body in [
        "{\"limit\":\"1\"}\n",
        " \r\n{ \"limit\" : 1 }\t\n",
        "\n",
        "{}\n",
        "null\n",
    ] {
        assert_eq!(kms.call("list-keys", body).await.ok()["total"], 1, "{body:?}");
    }
}

/// One client sends `{}` with every GET. It is part of the signature all the same.
#[tokio::test]
async fn a_get_has_a_body_that_is_signed_and_not_read() {
    let kms = Kms::new().await;
    for path in ["kms/tags", "kms/aliases", "keystores", "kms/user-quotas"] {
        let target = format!("/v1.0/{PROJECT}/{path}");
        let signed = Draft::new("GET", &target, "{}").sign(kms.world.root(), &kms.time());
        kms.send(&signed).await.ok();
        let mut changed = signed;
        changed.body = b"[]".to_vec();
        kms.send(&changed).await.gateway(401, "APIGW.0301");
    }
}

#[tokio::test]
async fn numbers_come_as_texts_and_texts_as_numbers() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    for (call, members) in [
        ("list-keys", json!({"limit": 100, "marker": 0, "key_state": 2})),
        (
            "list-keys",
            json!({"limit": "100", "marker": "0", "key_state": "2"}),
        ),
        ("gen-random", json!({"random_data_length": 512})),
        ("create-datakey", json!({"key_id": key, "datakey_length": 512})),
        ("list-grants", json!({"key_id": key, "limit": 1, "marker": 0})),
        (
            "update-key-description",
            json!({"key_id": key, "key_description": 7}),
        ),
        ("enable-key-rotation", json!({"key_id": key})),
        (
            "update-key-rotation-interval",
            json!({"key_id": key, "rotation_interval": "30"}),
        ),
        ("schedule-key-deletion", json!({"key_id": key, "pending_days": 7})),
    ] {
        kms.asks(call, members).await.ok();
    }
    let body = json!({"action": "filter", "limit": 10, "offset": 0});
    kms.at("POST", "kms/resource_instances/action", body).await.ok();
}

#[tokio::test]
async fn what_may_be_left_out_may_be_empty() {
    let kms = Kms::new().await;
    let body = json!({
        "key_alias": "one", "key_spec": "", "key_usage": "", "key_description": "", "origin": "", "realm": "",
        "enterprise_project_id": "", "keystore_id": "", "vm_id": "", "sequence": "",
    });
    let key = kms.make(body).await;
    let grant = json!({
        "key_id": key, "grantee_principal": "a", "operations": ["describe-key"], "name": "",
        "retiring_principal": "", "grantee_principal_type": "",
    });
    kms.asks("create-grant", grant).await.ok();
    let data = json!({
        "key_id": key, "plain_text": "a", "encryption_algorithm": "", "encryption_context": "",
        "additional_authenticated_data": "",
    });
    kms.asks("encrypt-data", data).await.ok();
    let list = json!({
        "limit": "", "marker": "", "key_state": "", "key_spec": "", "enterprise_project_id": "",
    });
    assert_eq!(kms.asks("list-keys", list).await.ok()["total"], 1);
    let search = json!({"action": "filter", "limit": "", "offset": "", "tags": [], "matches": []});
    kms.at("POST", "kms/resource_instances/action", search).await.ok();
}

/// One client looks for keys by their names: after KMS.0205 it lists and compares.
#[tokio::test]
async fn a_key_is_found_by_its_name_through_the_list() {
    let kms = Kms::new().await;
    let key = kms.create_key("by-name").await;
    kms.asks("describe-key", json!({"key_id": "by-name"}))
        .await
        .kms("KMS.0205");
    let listed = kms.asks("list-keys", json!({})).await.ok();
    assert_eq!(listed["key_details"][0]["key_alias"], "by-name");
    assert_eq!(listed["key_details"][0]["key_id"], key);
}

/// Clients of one kind read every answer with status 200 as JSON.
#[tokio::test]
async fn answers_without_members_are_empty_objects() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let grant = kms.grant(&key, "a", &["describe-key"]).await;
    for (call, members) in [
        ("enable-key-rotation", json!({})),
        ("update-key-rotation-interval", json!({"rotation_interval": 30})),
        ("disable-key-rotation", json!({})),
        ("revoke-grant", json!({"grant_id": grant})),
    ] {
        let mut body = json!({"key_id": key});
        body.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        assert_eq!(kms.asks(call, body).await.text, "{}", "{call}");
    }
    let grant = kms.grant(&key, "a", &["describe-key"]).await;
    let body = json!({"key_id": key, "grant_id": grant});
    assert_eq!(kms.asks("retire-grant", body).await.text, "{}");
    let empty = kms
        .make(json!({"key_alias": "empty", "origin": "external"}))
        .await;
    kms.import(&empty).await;
    let body = json!({"key_id": empty});
    assert_eq!(kms.asks("delete-imported-key-material", body).await.text, "{}");
}

/// The same clients take any 404 for "deleted": only what is not there is one.
#[tokio::test]
async fn a_missing_right_is_no_404() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let user = kms
        .world
        .add_user(kms.world.root().account(), "nobody", &[])
        .await;
    for id in [key.as_str(), "0d0466b0-e727-4d9c-b35d-f84bb474a37f"] {
        let answer = kms.by(&user, "describe-key", json!({"key_id": id})).await;
        assert_eq!(answer.status, 403, "{answer:?}");
    }
    kms.asks(
        "describe-key",
        json!({"key_id": "0d0466b0-e727-4d9c-b35d-f84bb474a37f"}),
    )
    .await
    .refused(404, "KMS.0207");
}

#[tokio::test]
async fn members_that_nobody_knows_are_passed_over() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let strange = json!({"key_id": key, "plain_text": "a", "pin": {"a": [1, null]}, "vm_id": 7, "": true});
    kms.asks("encrypt-data", strange).await.ok();
    let strange = json!({"tag": {"key": "a", "value": "b", "more": []}, "x": 1});
    assert_eq!(
        kms.at("POST", &format!("kms/{key}/tags"), strange).await.status,
        204
    );
}

#[tokio::test]
async fn a_deletion_has_a_body_and_key_stores_are_switched_without_one() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let made = kms
        .at("POST", "kms/aliases", json!({"key_id": key, "alias": "a"}))
        .await;
    assert_eq!(made.status, 201);
    let body = json!({"key_id": key, "aliases": ["alias/a"]});
    assert_eq!(kms.at("DELETE", "kms/aliases", body).await.status, 204);
    for way in ["enable", "disable"] {
        let path = format!("keystores/0d0466b0-e727-4d9c-b35d-f84bb474a37f/{way}");
        kms.at("POST", &path, Value::Null).await.kms("KMS.8003");
    }
}

/// sops brings base64, and has to get back the same text.
#[tokio::test]
async fn base64_is_a_text_like_any_other() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let text = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=";
    let made = kms
        .asks("encrypt-data", json!({"key_id": key, "plain_text": text}))
        .await
        .ok();
    let body = json!({"cipher_text": made["cipher_text"]});
    assert_eq!(kms.asks("decrypt-data", body).await.ok()["plain_text"], text);
}
