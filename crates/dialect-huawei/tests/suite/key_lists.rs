//! The list of keys: its order, its pages, its filters.

use claviger_dialect_huawei::Settings;
use claviger_model::SignedDuration;
use claviger_testkit::World;
use serde_json::{Value, json};

use crate::desk::text;
use crate::kms::Kms;

/// Keys of these members, a millisecond apart.
async fn filled(settings: Settings, keys: &[Value]) -> (Kms, Vec<String>) {
    let kms = Kms::with(World::build(), settings).await;
    let mut ids = Vec::new();
    for members in keys {
        ids.push(kms.make(members.clone()).await);
        kms.world.advance(SignedDuration::from_millis(1));
    }
    (kms, ids)
}

fn aliased(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| json!({"key_alias": name})).collect()
}

#[tokio::test]
async fn the_newest_key_comes_first_and_pages_are_followed_to_an_empty_marker() {
    let (kms, ids) = filled(Settings::DEFAULT, &aliased(&["a", "b", "c"])).await;
    let page = kms.asks("list-keys", json!({"limit": 2})).await.ok();
    assert_eq!(page["keys"], json!([ids[2], ids[1]]));
    assert_eq!(
        (&page["next_marker"], &page["truncated"], &page["total"]),
        (&json!("2"), &json!("true"), &json!(3))
    );
    for (key, details) in ids[1..].iter().rev().zip(page["key_details"].as_array().unwrap()) {
        assert_eq!(*details, kms.shown(key).await);
    }
    for marker in [json!("2"), json!(2)] {
        let page = kms
            .asks("list-keys", json!({"limit": "2", "marker": marker}))
            .await
            .ok();
        assert_eq!(page["keys"], json!([ids[0]]));
        assert_eq!(
            (&page["next_marker"], &page["truncated"], &page["total"]),
            (&json!(""), &json!("false"), &json!(3))
        );
    }
    let behind = kms
        .asks("list-keys", json!({"marker": "18446744073709551615"}))
        .await;
    assert_eq!(
        behind.text,
        r#"{"keys":[],"key_details":[],"next_marker":"","truncated":"false","total":3}"#
    );
}

#[tokio::test]
async fn a_limit_is_from_1_to_1000_and_none_is_the_longest() {
    let (kms, _) = filled(Settings::DEFAULT, &aliased(&["a", "b"])).await;
    for body in [
        "",
        "{}",
        "null",
        r#"{"limit":""}"#,
        r#"{"limit":0}"#,
        r#"{"limit":"1000"}"#,
    ] {
        let page = kms.call("list-keys", body).await.ok();
        assert_eq!(page["keys"].as_array().unwrap().len(), 2, "{body}");
    }
    for limit in ["1001", "-1", "1.5", "true", r#""x""#] {
        let body = format!(r#"{{"limit":{limit}}}"#);
        kms.call("list-keys", &body).await.kms("KMS.1601");
    }
    for marker in ["-1", r#""x""#, "[]"] {
        let body = format!(r#"{{"marker":{marker}}}"#);
        kms.call("list-keys", &body).await.kms("KMS.1602");
    }
}

/// Aliases of the keys that a list with these members has, and its total.
async fn found(kms: &Kms, members: Value) -> (Vec<String>, Value) {
    let page = kms.asks("list-keys", members).await.ok();
    let details = page["key_details"].as_array().unwrap().iter();
    let names = details.map(|details| text(&details["key_alias"])).collect();
    (names, page["total"].clone())
}

#[tokio::test]
async fn keys_are_chosen_by_state_kind_and_enterprise_project() {
    let keys = [
        json!({"key_alias": "aes"}),
        json!({"key_alias": "ec", "key_spec": "EC_P256"}),
        json!({"key_alias": "off"}),
        json!({"key_alias": "ends"}),
        json!({"key_alias": "waits", "origin": "external"}),
    ];
    let (kms, ids) = filled(Settings::DEFAULT, &keys).await;
    kms.bring(&ids[2], '3').await;
    kms.bring(&ids[3], '4').await;
    let all = ["waits", "ends", "off", "ec", "aes"];
    for (members, names) in [
        (json!({}), &all[..]),
        (json!({"key_spec": "ALL", "key_state": ""}), &all[..]),
        (json!({"enterprise_project_id": "all"}), &all[..]),
        (json!({"enterprise_project_id": "0"}), &all[..]),
        (
            json!({"enterprise_project_id": "0d0466b0-e727-4d9c-b35d-f84bb474a37f"}),
            &[],
        ),
        (json!({"key_state": "2"}), &["ec", "aes"]),
        (json!({"key_state": 2, "key_spec": "AES_256"}), &["aes"]),
        (json!({"key_state": "3"}), &["off"]),
        (json!({"key_state": "4"}), &["ends"]),
        (json!({"key_state": "5"}), &["waits"]),
        (json!({"key_state": "1"}), &[]),
        (json!({"key_spec": "EC_P256"}), &["ec"]),
        (json!({"key_spec": "SM4"}), &[]),
    ] {
        let (shown, total) = found(&kms, members.clone()).await;
        assert_eq!(shown, names, "{members}");
        assert_eq!(total, names.len(), "{members}");
    }
    for members in [
        json!({"key_state": "6"}),
        json!({"key_state": "on"}),
        json!({"key_spec": "aes_256"}),
    ] {
        kms.asks("list-keys", members).await.kms("KMS.0308");
    }
}

#[tokio::test]
async fn where_it_is_set_so_a_list_that_names_no_kind_has_aes_alone() {
    let settings = Settings {
        list_aes_only: true,
        ..Settings::DEFAULT
    };
    let keys = [
        json!({"key_alias": "aes"}),
        json!({"key_alias": "ec", "key_spec": "EC_P256"}),
    ];
    let (kms, _) = filled(settings, &keys).await;
    assert_eq!(found(&kms, json!({})).await.0, ["aes"]);
    assert_eq!(found(&kms, json!({"key_spec": "ALL"})).await.0, ["ec", "aes"]);
}

#[tokio::test]
async fn keys_of_other_projects_are_in_no_list() {
    let builder = World::build().caller("LTAIfirst", "first-secret");
    let kms = Kms::over(builder.caller("LTAIother", "other-secret")).await;
    kms.create_key("one").await;
    let other = kms.by(kms.world.caller(1), "list-keys", json!({})).await.ok();
    assert_eq!(other["total"], 0);
}
