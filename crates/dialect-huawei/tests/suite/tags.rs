//! Tags of keys, one by one and in batches, and keys that are looked for by them.

use claviger_model::SignedDuration;
use serde_json::{Value, json};

use crate::desk::text;
use crate::kms::{Answer, Kms};

async fn batch(kms: &Kms, key: &str, action: &str, tags: Value) -> Answer {
    let body = json!({"tags": tags, "action": action});
    kms.at("POST", &format!("kms/{key}/tags/action"), body).await
}

async fn tags(kms: &Kms, key: &str) -> Value {
    kms.at("GET", &format!("kms/{key}/tags"), Value::Null).await.ok()["tags"].clone()
}

#[tokio::test]
async fn tags_are_set_and_taken_away_in_batches() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let wanted = json!([{"key": "a", "value": "1"}, {"key": "b"}, {"key": "c", "value": null}]);
    assert_eq!(batch(&kms, &key, "create", wanted).await.status, 204);
    let again = json!([{"key": "a", "value": "2"}]);
    assert_eq!(batch(&kms, &key, "create", again).await.status, 204);
    assert_eq!(
        tags(&kms, &key).await,
        json!([{"key": "a", "value": "2"}, {"key": "b", "value": ""}, {"key": "c", "value": ""}])
    );
    // The value need not be right, and the tag need not be there.
    let gone = json!([{"key": "a", "value": "x"}, {"key": "b"}, {"key": "z"}]);
    assert_eq!(batch(&kms, &key, "delete", gone).await.status, 204);
    assert_eq!(tags(&kms, &key).await, json!([{"key": "c", "value": ""}]));

    let many: Vec<_> = (0..20).map(|n| json!({"key": format!("k{n}")})).collect();
    batch(&kms, &key, "create", json!(many)).await.kms("KMS.0409");
    assert_eq!(tags(&kms, &key).await.as_array().unwrap().len(), 1, "all or none");
    for action in ["create", "delete"] {
        for (tags, code) in [
            (json!([]), "KMS.0401"),
            (json!({}), "KMS.0412"),
            (json!(["a"]), "KMS.0412"),
            (json!([{"value": "a"}]), "KMS.0406"),
            (json!([{"key": []}]), "KMS.0406"),
            (json!(vec![json!({"key": "a"}); 21]), "KMS.0407"),
            (Value::Null, "KMS.0204"),
        ] {
            batch(&kms, &key, action, tags).await.kms(code);
        }
    }
    batch(&kms, &key, "replace", json!([{"key": "a"}]))
        .await
        .kms("KMS.0404");
    for (tag, code) in [
        (json!({"key": "a", "value": "*"}), "KMS.0405"),
        (json!({"key": "a", "value": []}), "KMS.0405"),
        (json!({"key": "a\\"}), "KMS.0406"),
        (json!({"key": "a\u{1f}"}), "KMS.0406"),
        (json!({"key": "ü".repeat(37)}), "KMS.0411"),
        (json!({"key": "a", "value": "ü".repeat(44)}), "KMS.0410"),
    ] {
        batch(&kms, &key, "create", json!([tag])).await.kms(code);
    }
    let longest = json!([{"key": "ü".repeat(36), "value": "ü".repeat(43)}]);
    assert_eq!(batch(&kms, &key, "create", longest).await.status, 204);
}

#[tokio::test]
async fn a_tag_is_taken_away_by_its_key_in_the_path() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let wanted = json!([{"key": "ключ a/b%20 +~!"}, {"key": "tags"}, {"key": "/team"}, {"key": "DEV"}]);
    assert_eq!(batch(&kms, &key, "create", wanted).await.status, 204);
    for name in [
        "%D0%BA%D0%BB%D1%8E%D1%87%20a%2Fb%2520%20%2B~%21",
        "%2Fteam",
        "DEV",
    ] {
        let path = format!("kms/{key}/tags/{name}");
        assert_eq!(kms.at("DELETE", &path, Value::Null).await.status, 204);
        kms.at("DELETE", &path, Value::Null).await.kms("KMS.0416");
    }
    assert_eq!(tags(&kms, &key).await, json!([{"key": "tags", "value": ""}]));
    kms.at("DELETE", "kms/x/tags/tags", Value::Null)
        .await
        .kms("KMS.0205");
}

#[tokio::test]
async fn a_project_shows_all_tag_keys_with_their_values() {
    let kms = Kms::new().await;
    assert_eq!(
        kms.at("GET", "kms/tags", Value::Null).await.text,
        r#"{"tags":[]}"#
    );
    for (alias, value) in [("one", "2"), ("two", "1"), ("three", "2")] {
        let key = kms.create_key(alias).await;
        let wanted = json!([{"key": "b", "value": value}, {"key": alias}]);
        assert_eq!(batch(&kms, &key, "create", wanted).await.status, 204);
    }
    assert_eq!(
        kms.at("GET", "kms/tags", Value::Null).await.ok(),
        json!({"tags": [
            {"key": "b", "values": ["1", "2"]},
            {"key": "one", "values": [""]},
            {"key": "three", "values": [""]},
            {"key": "two", "values": [""]},
        ]})
    );
}

async fn find(kms: &Kms, body: Value) -> Answer {
    kms.at("POST", "kms/resource_instances/action", body).await
}

/// Five keys: `prod-1` to `prod-3` of the team `a`, `b`, `a`, `test_1` of `a`, and one without a tag.
async fn searchable() -> Kms {
    let kms = Kms::new().await;
    for (alias, team) in [("prod-1", "a"), ("prod-2", "b"), ("prod-3", "a"), ("test_1", "a")] {
        let key = kms.create_key(alias).await;
        let kind = alias.split(['-', '_']).next().unwrap();
        let wanted = json!([{"key": "team", "value": team}, {"key": "kind", "value": kind}]);
        assert_eq!(batch(&kms, &key, "create", wanted).await.status, 204);
        kms.world.advance(SignedDuration::from_millis(1));
    }
    kms.create_key("other").await;
    kms
}

#[tokio::test]
async fn keys_are_found_by_all_tags_and_any_value_of_each() {
    let kms = searchable().await;
    for (tags, matches, names) in [
        (
            json!([{"key": "team", "values": ["a"]}]),
            json!([]),
            &["test_1", "prod-3", "prod-1"][..],
        ),
        (
            json!([{"key": "team", "values": ["a", "b"]}]),
            Value::Null,
            &["test_1", "prod-3", "prod-2", "prod-1"],
        ),
        (
            json!([{"key": "team", "values": ["a"]}, {"key": "kind", "values": ["prod", "x"]}]),
            Value::Null,
            &["prod-3", "prod-1"],
        ),
        (
            json!([{"key": "team", "values": []}]),
            Value::Null,
            &["test_1", "prod-3", "prod-2", "prod-1"],
        ),
        (json!([{"key": "nobody", "values": [""]}]), Value::Null, &[]),
        (
            json!([]),
            json!([{"key": "resource_name", "value": "prod-"}]),
            &["prod-3", "prod-2", "prod-1"],
        ),
        (
            Value::Null,
            json!([{"key": "resource_name", "value": "test_"}]),
            &["test_1"],
        ),
        // It is a beginning, and no pattern.
        (
            Value::Null,
            json!([{"key": "resource_name", "value": "prod_"}]),
            &[],
        ),
        (
            Value::Null,
            json!([{"key": "resource_name", "value": "Prod"}]),
            &[],
        ),
        (
            json!([{"key": "team", "values": ["b"]}]),
            json!([{"key": "resource_name", "value": "prod"}]),
            &["prod-2"],
        ),
        (
            Value::Null,
            json!([{"key": "resource_name", "value": ""}]),
            &["other", "test_1", "prod-3", "prod-2", "prod-1"],
        ),
    ] {
        let body = json!({"action": "filter", "tags": tags, "matches": matches});
        let found = find(&kms, body.clone()).await.ok();
        let shown = found["resources"].as_array().unwrap().iter();
        let shown: Vec<_> = shown.map(|key| text(&key["resource_name"])).collect();
        assert_eq!(shown, names, "{body}");
        assert_eq!(found["total_count"], names.len(), "{body}");
        let body = json!({"action": "count", "tags": tags, "matches": matches});
        let count = find(&kms, body).await;
        assert_eq!(count.text, format!(r#"{{"total_count":{}}}"#, names.len()));
    }
}

#[tokio::test]
async fn what_is_found_comes_in_pages_of_ten_with_all_that_is_shown_of_a_key() {
    let kms = searchable().await;
    let body = json!({"action": "filter", "limit": "1", "offset": 1});
    let page = find(&kms, body).await.ok();
    assert_eq!(page["total_count"], 5);
    let resources = page["resources"].as_array().unwrap();
    let [found] = &resources[..] else { panic!("{page}") };
    assert_eq!(
        found["resource_detail"],
        kms.shown(&text(&found["resource_id"])).await
    );
    assert_eq!(
        found["tags"],
        json!([{"key": "kind", "value": "test"}, {"key": "team", "value": "a"}])
    );
    for n in 0..8 {
        kms.create_key(&format!("more-{n}")).await;
    }
    for (members, count) in [
        (r#""limit":"""#, 10),
        (r#""limit":11"#, 11),
        (r#""limit":"1000","offset":"""#, 13),
        (r#""offset":"12""#, 1),
        (r#""offset":13"#, 0),
    ] {
        let body = format!(r#"{{"action":"filter",{members}}}"#);
        let page = kms
            .of(kms.world.root(), "POST", "kms/resource_instances/action", &body)
            .await
            .ok();
        assert_eq!(page["resources"].as_array().unwrap().len(), count, "{members}");
    }
}

#[tokio::test]
async fn a_search_of_a_wrong_form_is_refused_with_the_code_of_its_fault() {
    let kms = Kms::new().await;
    let values = |count: usize| json!([{"key": "a", "values": vec!["x"; count]}]);
    for (body, code) in [
        (json!({}), "KMS.0204"),
        (json!({"action": "list"}), "KMS.0404"),
        (json!({"action": "filter", "limit": 1001}), "KMS.1601"),
        (json!({"action": "filter", "offset": "-1"}), "KMS.0417"),
        (json!({"action": "count", "offset": "0"}), "KMS.0418"),
        (json!({"action": "filter", "tags": {}}), "KMS.0412"),
        (json!({"action": "filter", "tags": [{"values": []}]}), "KMS.0406"),
        (
            json!({"action": "filter", "tags": [{"key": "a", "values": "x"}]}),
            "KMS.0405",
        ),
        (json!({"action": "filter", "tags": values(11)}), "KMS.0413"),
        (
            json!({"action": "filter", "tags": vec![json!({"key": "a"}); 21]}),
            "KMS.0407",
        ),
        (json!({"action": "filter", "matches": "x"}), "KMS.0415"),
        (
            json!({"action": "filter", "matches": [{"key": "name", "value": "x"}]}),
            "KMS.0403",
        ),
        (
            json!({"action": "filter", "matches": [{"key": "resource_name", "value": []}]}),
            "KMS.0402",
        ),
        (
            json!({"action": "filter", "matches": [{"key": "resource_name", "value": "x".repeat(256)}]}),
            "KMS.0402",
        ),
    ] {
        find(&kms, body).await.kms(code);
    }
    find(&kms, json!({"action": "filter", "tags": values(10)}))
        .await
        .ok();
    let body = json!({"action": "filter"});
    kms.at("POST", "kms/instances/action", body).await.kms("KMS.0408");
}
