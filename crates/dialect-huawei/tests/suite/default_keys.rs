//! Default master keys: the keys of services, made when they are first needed.

use claviger_testkit::World;
use serde_json::{Value, json};

use crate::kms::Kms;

const NOBODY: &str = "13gg44z4g2sglzk0egw0u726zoyzvrs8";

#[tokio::test]
async fn the_first_use_makes_the_key_and_others_find_it() {
    let kms = Kms::new().await;
    let made = kms
        .asks(
            "encrypt-data",
            json!({"key_id": "obs/default", "plain_text": "x"}),
        )
        .await
        .ok();
    let key = made["key_id"].as_str().unwrap();
    let body = json!({"cipher_text": made["cipher_text"]});
    assert_eq!(kms.asks("decrypt-data", body).await.ok()["plain_text"], "x");
    let shown = kms.shown("obs/default").await;
    assert_eq!(shown, kms.shown(key).await);
    for (member, value) in [
        ("key_id", key),
        ("key_alias", "obs/default"),
        ("default_key_flag", "1"),
        ("key_type", "1"),
        ("origin", "kms"),
        ("key_state", "2"),
        ("key_spec", "AES_256"),
        ("key_usage", "ENCRYPT_DECRYPT"),
        ("sys_enterprise_project_id", "0"),
    ] {
        assert_eq!(shown[member], value, "{member}");
    }
    for call in ["create-datakey", "create-datakey-without-plaintext"] {
        kms.asks(call, json!({"key_id": "obs/default"})).await.ok();
        kms.asks(call, json!({"key_id": key})).await.ok();
    }
    // To look is no use.
    let unused = kms.asks("describe-key", json!({"key_id": "evs/default"})).await;
    unused.kms("KMS.0207");
    assert_eq!(kms.asks("list-keys", json!({})).await.ok()["total"], 1);
}

#[tokio::test]
async fn they_are_listed_and_found_and_not_counted() {
    let quotas = claviger_dialect_huawei::Settings {
        keys: 1,
        ..claviger_dialect_huawei::Settings::DEFAULT
    };
    let kms = Kms::with(World::build(), quotas).await;
    for service in ["obs", "evs", "ims"] {
        kms.begin(&format!("{service}/default")).await;
    }
    assert_eq!(kms.asks("list-keys", json!({})).await.ok()["total"], 3);
    let body = json!({"action": "filter", "matches": [{"key": "resource_name", "value": "obs/"}]});
    let found = kms.at("POST", "kms/resource_instances/action", body).await.ok();
    assert_eq!(found["total_count"], 1);
    assert_eq!(found["resources"][0]["resource_name"], "obs/default");
    assert_eq!(kms.get("kms/user-instances").await.text, r#"{"instance_num":0}"#);
    kms.create_key("mine").await;
    assert_eq!(kms.get("kms/user-instances").await.text, r#"{"instance_num":1}"#);
    kms.call("create-key", r#"{"key_alias":"two"}"#)
        .await
        .kms("KMS.1105");
}

#[tokio::test]
async fn nothing_about_them_can_be_changed() {
    let kms = Kms::new().await;
    let key = kms.begin("obs/default").await;
    for (call, members) in [
        ("enable-key", json!({})),
        ("disable-key", json!({})),
        ("schedule-key-deletion", json!({"pending_days": 7})),
        ("cancel-key-deletion", json!({})),
        ("update-key-alias", json!({"key_alias": "mine"})),
        ("update-key-description", json!({"key_description": "mine"})),
        ("enable-key-rotation", json!({})),
        ("disable-key-rotation", json!({})),
        ("update-key-rotation-interval", json!({"rotation_interval": 30})),
        ("get-key-rotation-status", json!({})),
        ("rotate-on-demand", json!({})),
        (
            "create-grant",
            json!({"grantee_principal": NOBODY, "operations": ["describe-key"]}),
        ),
        ("delete-imported-key-material", json!({})),
        (
            "get-parameters-for-import",
            json!({"wrapping_algorithm": "RSAES_OAEP_SHA_256"}),
        ),
    ] {
        let mut body = json!({"key_id": key});
        body.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        let answer = kms.asks(call, body).await;
        assert_eq!(answer.code(), "KMS.0211", "{call}: {answer:?}");
    }
    let tag = json!({"key": "a", "value": "b"});
    for (method, path, body) in [
        ("POST", format!("kms/{key}/tags"), json!({ "tag": tag })),
        (
            "POST",
            format!("kms/{key}/tags/action"),
            json!({"tags": [tag], "action": "create"}),
        ),
        (
            "POST",
            format!("kms/{key}/tags/action"),
            json!({"tags": [tag], "action": "delete"}),
        ),
        ("DELETE", format!("kms/{key}/tags/a"), Value::Null),
        (
            "POST",
            "kms/aliases".into(),
            json!({"key_id": key, "alias": "mine"}),
        ),
    ] {
        kms.at(method, &path, body).await.kms("KMS.0211");
    }
    assert_eq!(kms.shown(&key).await, kms.shown("obs/default").await);
}

#[tokio::test]
async fn nobody_makes_one_that_it_may_not_use_or_of_a_service_that_there_is_not() {
    let kms = Kms::new().await;
    let user = kms
        .world
        .add_user(kms.world.root().account(), "nobody", &[])
        .await;
    let body = json!({"key_id": "obs/default", "plain_text": "x"});
    kms.by(&user, "encrypt-data", body).await.kms("KMS.0306");
    for name in ["mine/default", "acs/default", "OBS/default"] {
        kms.asks("describe-key", json!({"key_id": name}))
            .await
            .kms("KMS.0207");
    }
    for name in ["/default", "a/b/default", "obs/default/default"] {
        kms.asks("describe-key", json!({"key_id": name}))
            .await
            .kms("KMS.0205");
    }
    assert_eq!(kms.asks("list-keys", json!({})).await.ok()["total"], 0);
    // To decrypt is no first use.
    let body = json!({"key_id": "obs/default", "cipher_text": "AAAA"});
    assert_ne!(kms.asks("decrypt-data", body).await.status, 200);
    assert_eq!(kms.asks("list-keys", json!({})).await.ok()["total"], 0);
}
