//! What a key is called, how it is described, and how its deletion is called off.

use serde_json::{Value, json};

use crate::kms::Kms;

#[tokio::test]
async fn an_alias_is_changed_as_long_as_no_other_key_has_it() {
    let kms = Kms::new().await;
    let (one, two) = (kms.create_key("one").await, kms.create_key("two").await);
    let answer = kms
        .asks(
            "update-key-alias",
            json!({"key_id": one, "key_alias": "a:b/c_d-e"}),
        )
        .await;
    assert_eq!(
        answer.text,
        format!(r#"{{"key_info":{{"key_id":"{one}","key_alias":"a:b/c_d-e"}}}}"#)
    );
    assert_eq!(kms.shown(&one).await["key_alias"], "a:b/c_d-e");
    // Its own once more is fine; the old one is free.
    for (key, alias) in [(&one, "a:b/c_d-e"), (&two, "one")] {
        let body = json!({"key_id": key, "key_alias": alias});
        kms.asks("update-key-alias", body).await.ok();
    }
    for (alias, code) in [
        (json!("one"), "KMS.1104"),
        (json!(""), "KMS.0204"),
        (json!("a b"), "KMS.1101"),
        (json!("ü"), "KMS.1101"),
        (json!("obs/default"), "KMS.1101"),
        (json!("x".repeat(256)), "KMS.1101"),
        (json!([]), "KMS.1101"),
    ] {
        let body = json!({"key_id": one, "key_alias": alias});
        kms.asks("update-key-alias", body).await.kms(code);
    }
    // The alias of a key that waits for its deletion is taken until that is over.
    kms.bring(&two, '4').await;
    let body = json!({"key_id": one, "key_alias": "one"});
    kms.asks("update-key-alias", body.clone()).await.kms("KMS.1104");
    kms.world
        .advance(claviger_model::SignedDuration::from_hours(7 * 24));
    kms.asks("update-key-alias", body).await.ok();
}

#[tokio::test]
async fn a_description_may_become_empty_but_has_to_be_there() {
    let kms = Kms::new().await;
    let key = kms
        .make(json!({"key_alias": "one", "key_description": "old"}))
        .await;
    for text in ["\"новое\"\n", "", &"ü".repeat(255)] {
        let body = json!({"key_id": key, "key_description": text});
        let answer = kms.asks("update-key-description", body).await.ok();
        assert_eq!(
            answer,
            json!({"key_info": {"key_id": key, "key_description": text}})
        );
        assert_eq!(kms.shown(&key).await["key_description"], text);
    }
    for (text, code) in [
        (Value::Null, "KMS.0204"),
        (json!("ü".repeat(256)), "KMS.1103"),
        (json!({}), "KMS.1103"),
    ] {
        let body = json!({"key_id": key, "key_description": text});
        kms.asks("update-key-description", body).await.kms(code);
    }
    let body = json!({"key_id": key});
    kms.asks("update-key-description", body).await.kms("KMS.0204");
    let body = json!({"key_description": ""});
    kms.asks("update-key-description", body).await.kms("KMS.0204");
}

#[tokio::test]
async fn a_key_that_is_taken_back_from_its_deletion_is_out_of_use_or_waits_for_material() {
    let kms = Kms::new().await;
    let made = kms.create_key("made").await;
    let empty = kms
        .make(json!({"key_alias": "empty", "origin": "external"}))
        .await;
    for (key, state) in [(made, "3"), (empty, "5")] {
        let body = json!({"key_id": key, "pending_days": "1096"});
        kms.asks("schedule-key-deletion", body).await.ok();
        let due = kms.world.now().as_millisecond() + 1096 * 86_400_000;
        let shown = kms.shown(&key).await;
        assert_eq!(shown["scheduled_deletion_date"], due.to_string());
        let answer = kms.asks("cancel-key-deletion", json!({"key_id": key})).await;
        assert_eq!(
            answer.text,
            format!(r#"{{"key_id":"{key}","key_state":"{state}"}}"#)
        );
        let shown = kms.shown(&key).await;
        assert_eq!(
            (&shown["key_state"], &shown["scheduled_deletion_date"]),
            (&json!(state), &json!(""))
        );
        kms.asks("cancel-key-deletion", json!({"key_id": key}))
            .await
            .kms("KMS.1501");
    }
}

#[tokio::test]
async fn after_its_day_a_key_is_gone() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    for days in ["6", "1097", "\"\"", "7.5", "\"x\""] {
        let body = format!(r#"{{"key_id":"{key}","pending_days":{days}}}"#);
        let code = if days == "\"\"" { "KMS.0204" } else { "KMS.1401" };
        kms.call("schedule-key-deletion", &body).await.kms(code);
    }
    kms.bring(&key, '4').await;
    kms.world
        .advance(claviger_model::SignedDuration::from_hours(7 * 24));
    for call in ["describe-key", "cancel-key-deletion", "enable-key", "list-grants"] {
        kms.asks(call, json!({"key_id": key})).await.kms("KMS.0207");
    }
    assert_eq!(kms.asks("list-keys", json!({})).await.ok()["total"], 0);
}

#[tokio::test]
async fn a_key_is_described_by_its_aliases_too() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let body = json!({"key_id": key, "alias": "team/app"});
    assert_eq!(kms.at("POST", "kms/aliases", body).await.status, 201);
    let domain = kms.domain(kms.world.root().account()).await;
    let urn = format!("kms:cn-hangzhou:{domain}:alias:team/app");
    for name in ["alias/team/app", &urn, &key] {
        assert_eq!(kms.shown(name).await["key_id"], key, "{name}");
    }
    for (name, code) in [
        ("alias/other", "KMS.0207"),
        ("one", "KMS.0205"),
        ("team/app", "KMS.0205"),
        ("alias/", "KMS.0205"),
        ("/default", "KMS.0205"),
        ("kms:cn-hangzhou:x:alias:team/app", "KMS.0205"),
        ("kms:cn-hangzhou", "KMS.0205"),
    ] {
        kms.asks("describe-key", json!({"key_id": name})).await.kms(code);
        // What changes a key names it by its id.
        kms.asks("enable-key", json!({"key_id": name}))
            .await
            .kms("KMS.0205");
    }
    kms.asks("enable-key", json!({"key_id": "alias/team/app"}))
        .await
        .kms("KMS.0205");
}
