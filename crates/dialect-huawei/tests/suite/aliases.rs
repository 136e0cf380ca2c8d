//! Aliases of keys, which are things of their own.

use claviger_model::{Page, SignedDuration};
use claviger_service::ops::alias::ListAliases;
use serde_json::{Value, json};

use crate::desk::text;
use crate::kms::{Answer, Kms};
use crate::other_face::Other;

async fn create(kms: &Kms, key: &str, alias: &str) -> Answer {
    kms.at("POST", "kms/aliases", json!({"key_id": key, "alias": alias}))
        .await
}

async fn delete(kms: &Kms, key: &str, aliases: &[&str]) -> Answer {
    let body = json!({"key_id": key, "aliases": aliases});
    kms.at("DELETE", "kms/aliases", body).await
}

async fn list(kms: &Kms, query: &str) -> Value {
    kms.at("GET", &format!("kms/aliases{query}"), Value::Null)
        .await
        .ok()
}

/// Names in the order of a list.
fn names(list: &Value) -> Vec<String> {
    let aliases = list["aliases"].as_array().unwrap().iter();
    aliases.map(|alias| text(&alias["alias"])).collect()
}

#[tokio::test]
async fn an_alias_is_made_led_to_another_key_and_taken_away() {
    let kms = Kms::new().await;
    let (one, two) = (kms.create_key("one").await, kms.create_key("two").await);
    let domain = kms.domain(kms.world.root().account()).await;
    let made = create(&kms, &one, "alias/a:b_c-d").await;
    assert_eq!(made.status, 201, "{made:?}");
    let expected = json!({
        "domain_id": domain,
        "key_id": one,
        "alias": "alias/a:b_c-d",
        "alias_urn": format!("kms:cn-hangzhou:{domain}:alias:a:b_c-d"),
        "create_time": "2026-11-21T12:00:00Z",
        "update_time": "2026-11-21T12:00:00Z",
    });
    assert_eq!(made.json(), expected);
    create(&kms, &two, "a:b_c-d").await.kms("KMS.1104");

    kms.world.advance(SignedDuration::from_secs(61));
    let body = json!({"alias": "a:b_c-d", "target_key_id": two});
    let moved = kms.at("POST", "kms/alias/associate", body).await.ok();
    let mut expected = expected;
    expected["key_id"] = json!(two);
    expected["alias"] = json!("a:b_c-d");
    expected["update_time"] = json!("2026-11-21T12:01:01Z");
    assert_eq!(moved, expected);
    assert_eq!(kms.shown("alias/a:b_c-d").await["key_id"], two);
    // Lists have it as it was given first.
    expected["alias"] = json!("alias/a:b_c-d");
    assert_eq!(list(&kms, "").await["aliases"], json!([expected]));

    // It is no alias of the first key any more.
    delete(&kms, &one, &["alias/a:b_c-d"]).await.kms("KMS.0207");
    assert_eq!(delete(&kms, &two, &["alias/a:b_c-d"]).await.status, 204);
    delete(&kms, &two, &["a:b_c-d"]).await.kms("KMS.0207");
    let body = json!({"alias": "a:b_c-d", "target_key_id": two});
    kms.at("POST", "kms/alias/associate", body).await.kms("KMS.0207");
}

#[tokio::test]
async fn several_aliases_of_a_key_go_in_one_call() {
    let kms = Kms::new().await;
    let (one, two) = (kms.create_key("one").await, kms.create_key("two").await);
    for (key, alias) in [(&one, "a"), (&one, "b"), (&one, "d"), (&two, "c")] {
        assert_eq!(create(&kms, key, alias).await.status, 201);
    }
    assert_eq!(delete(&kms, &one, &["a", "alias/b", "b"]).await.status, 204);
    // Those before the one that is refused are gone.
    delete(&kms, &one, &["c", "d"]).await.kms("KMS.0207");
    assert_eq!(names(&list(&kms, "").await), ["c", "d"]);
    for aliases in [json!([]), json!("c"), json!(["c*"]), json!([1.5])] {
        let body = json!({"key_id": one, "aliases": aliases});
        kms.at("DELETE", "kms/aliases", body).await.kms("KMS.0308");
    }
    let body = json!({"aliases": ["d"]});
    kms.at("DELETE", "kms/aliases", body).await.kms("KMS.0204");
}

#[tokio::test]
async fn aliases_are_listed_by_name_of_a_project_or_of_a_key() {
    let kms = Kms::new().await;
    let (one, two) = (kms.create_key("one").await, kms.create_key("two").await);
    for (key, alias) in [(&one, "c"), (&two, "b"), (&one, "a")] {
        assert_eq!(create(&kms, key, alias).await.status, 201);
    }
    let page = list(&kms, "?limit=2").await;
    assert_eq!(names(&page), ["a", "b"]);
    assert_eq!(page["page_info"], json!({"next_marker": "b", "current_count": 2}));
    for marker in ["b", "alias/b", "alias%2Fb"] {
        let page = list(&kms, &format!("?limit=2&marker={marker}")).await;
        assert_eq!(names(&page), ["c"]);
        assert_eq!(page["page_info"], json!({"next_marker": "", "current_count": 1}));
    }
    for (query, expected) in [
        (format!("?key_id={one}"), ["a", "c"].as_slice()),
        (format!("?key_id={two}&limit=1"), &["b"]),
        ("?key_id=&limit=&marker=".to_owned(), &["a", "b", "c"]),
    ] {
        assert_eq!(names(&list(&kms, &query).await), expected, "{query}");
    }
    for (query, code) in [
        ("?limit=101", "KMS.1601"),
        ("?limit=x", "KMS.1601"),
        ("?key_id=one", "KMS.0205"),
        ("?key_id=0d0466b0-e727-4d9c-b35d-f84bb474a37f", "KMS.0207"),
    ] {
        kms.at("GET", &format!("kms/aliases{query}"), Value::Null)
            .await
            .kms(code);
    }
}

/// What a client does that keeps the name it gave: it looks for that very name in the list of the key.
#[tokio::test]
async fn a_name_is_found_in_the_list_as_it_was_given() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    for name in ["team/app", "alias/team/app", "alias/alias/app"] {
        assert_eq!(create(&kms, &key, name).await.status, 201);
        let listed = list(&kms, &format!("?key_id={key}&limit=50")).await;
        assert!(names(&listed).contains(&name.to_owned()), "{name}: {listed}");
        assert_eq!(delete(&kms, &key, &[name]).await.status, 204);
    }
    assert_eq!(list(&kms, "").await["aliases"], json!([]));
}

/// Here they are called `<service>/default`, and have no aliases.
#[tokio::test]
async fn aliases_that_another_face_has_for_keys_of_services_are_not_listed() {
    let kms = Kms::new().await;
    let (obs, _) = (kms.begin("obs/default").await, kms.begin("evs/default").await);
    let key = kms.create_key("one").await;
    for name in ["aaa", "zzz"] {
        assert_eq!(create(&kms, &key, name).await.status, 201);
    }
    let other = Other::beside(&kms);
    let (scope, page) = (other.scope.clone(), Page { skip: 0, take: 10 });
    let there = other.calls(ListAliases { scope, page }).await;
    let there: Vec<_> = there.items.iter().map(|alias| alias.name.as_str()).collect();
    assert_eq!(there, ["aaa", "acs/evs", "acs/obs", "zzz"]);
    assert_eq!(names(&list(&kms, "").await), ["aaa", "zzz"]);
    let page = list(&kms, "?limit=1").await;
    assert_eq!(names(&page), ["aaa"]);
    let marker = text(&page["page_info"]["next_marker"]);
    let page = list(&kms, &format!("?limit=1&marker={marker}")).await;
    assert_eq!(names(&page), ["zzz"]);
    assert_eq!(page["page_info"], json!({"next_marker": "", "current_count": 1}));
    assert_eq!(list(&kms, &format!("?key_id={obs}")).await["aliases"], json!([]));
}

#[tokio::test]
async fn names_are_bounded_and_a_key_has_50_at_the_most() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    for (alias, code) in [
        ("", "KMS.0204"),
        ("alias/", "KMS.0308"),
        ("a b", "KMS.0308"),
        ("ü", "KMS.0308"),
        (&"x".repeat(256), "KMS.0308"),
        ("acs/oss", "KMS.1101"),
        ("obs/default", "KMS.1101"),
    ] {
        create(&kms, &key, alias).await.kms(code);
    }
    for (alias, rule) in [
        ("acs/oss", "not begin with `acs`"),
        ("obs/default", "not end with `/default`"),
    ] {
        create(&kms, &key, alias)
            .await
            .kms_rule("KMS.1101", "alias", rule);
    }
    for n in 0..50 {
        assert_eq!(create(&kms, &key, &format!("n{n}")).await.status, 201);
    }
    let full = create(&kms, &key, "one-more").await;
    full.kms("KMS.0308");
    assert!(full.text.contains("too many aliases of this key"), "{full:?}");
    let other = kms.create_key("two").await;
    assert_eq!(create(&kms, &other, "one-more").await.status, 201);
}
