//! Keys: what can be made, how it is listed, and how it changes.

use serde_json::Value;

use claviger_testkit::World;

use crate::kms::Kms;

async fn state(kms: &Kms, key: &str) -> Value {
    let shown = kms.call("DescribeKey", &[("KeyId", key)]).await.ok();
    shown["KeyMetadata"]["KeyState"].clone()
}

#[tokio::test]
async fn a_key_is_made_with_the_defaults_of_the_vendor() {
    let kms = Kms::new().await;
    let bare = kms.call("CreateKey", &[]).await.ok();
    let empty = [
        ("Description", ""),
        ("KeySpec", ""),
        ("KeyUsage", ""),
        ("Origin", ""),
        ("ProtectionLevel", ""),
        ("EnableAutomaticRotation", ""),
        ("RotationInterval", ""),
        ("DKMSInstanceId", ""),
        ("Policy", ""),
        ("Tags", ""),
        ("KeyStorageMechanism", "whatever"),
    ];
    let with_empty = kms.call("CreateKey", &empty).await.ok();
    for made in [bare, with_empty] {
        let key = &made["KeyMetadata"];
        let expected = [
            ("KeySpec", "Aliyun_AES_256"),
            ("KeyUsage", "ENCRYPT/DECRYPT"),
            ("Origin", "Aliyun_KMS"),
            ("ProtectionLevel", "SOFTWARE"),
            ("KeyState", "Enabled"),
            ("Description", ""),
        ];
        for (name, value) in expected {
            assert_eq!(key[name], value);
        }
    }
}

#[tokio::test]
async fn keys_that_cannot_be_made_here_are_refused() {
    let kms = Kms::new().await;
    let cases = [
        ("KeySpec", "nonsense", 400, "InvalidParameter"),
        ("KeySpec", "aliyun_aes_256", 400, "InvalidParameter"),
        ("KeySpec", "Aliyun_DES3_192", 400, "InvalidParameter"),
        ("KeySpec", "EC_SM2", 400, "UnsupportedOperation"),
        ("KeySpec", "Aliyun_SM4", 400, "UnsupportedOperation"),
        ("KeyUsage", "nonsense", 400, "InvalidParameter"),
        ("KeyUsage", "SIGN/VERIFY", 400, "InvalidParameter"),
        ("Origin", "nonsense", 400, "InvalidParameter"),
        ("Origin", "External", 400, "InvalidParameter"),
        ("ProtectionLevel", "hsm", 400, "InvalidParameter"),
        ("EnableAutomaticRotation", "perhaps", 400, "InvalidParameter"),
        ("EnableAutomaticRotation", "true", 400, "MissingParameter"),
        ("DKMSInstanceId", "kst-x", 403, "Forbidden.DKMSInstanceNotFound"),
        ("Policy", "{}", 400, "InvalidParameter"),
    ];
    for (name, value, status, code) in cases {
        kms.call("CreateKey", &[(name, value)])
            .await
            .refused(status, code);
    }
    assert_eq!(
        kms.call("ListKeys", &[]).await.ok()["TotalCount"],
        0,
        "refused keys leave nothing"
    );
    let without_hsm = Kms::over(World::build().without_hsm()).await;
    without_hsm
        .call("CreateKey", &[("ProtectionLevel", "HSM")])
        .await
        .refused(400, "Unsupported.ProtectionLevel");
}

#[tokio::test]
async fn descriptions_have_at_most_8192_characters() {
    let kms = Kms::new().await;
    let (fits, too_long) = ("界".repeat(8192), "x".repeat(8193));
    let made = kms.call("CreateKey", &[("Description", &fits)]).await.ok();
    let key = made["KeyMetadata"]["KeyId"].as_str().unwrap();
    assert_eq!(made["KeyMetadata"]["Description"], *fits);
    kms.call("CreateKey", &[("Description", &too_long)])
        .await
        .refused(400, "InvalidParameter");
    let update = |text| [("KeyId", key), ("Description", text)];
    kms.call("UpdateKeyDescription", &update(&too_long))
        .await
        .refused(400, "InvalidParameter");
    kms.call("UpdateKeyDescription", &[("KeyId", key)])
        .await
        .refused(400, "MissingParameter");
    kms.call("UpdateKeyDescription", &update("")).await.ok();
    let shown = kms.call("DescribeKey", &[("KeyId", key)]).await.ok();
    assert_eq!(shown["KeyMetadata"]["Description"], "");
}

#[tokio::test]
async fn tags_are_checked_when_a_key_is_made() {
    let kms = Kms::new().await;
    let tag = |key: &str, value: &str| serde_json::json!({"TagKey": key, "TagValue": value});
    let list = |tags: Vec<Value>| Value::from(tags).to_string();
    let many = |count: usize| list((0..count).map(|n| tag(&format!("k{n}"), "v")).collect());
    let (long, longer) = ("x".repeat(128), "x".repeat(129));
    let right = [
        "[]".to_owned(),
        many(20),
        list(vec![tag("a/\\_-.+=:@1é", "")]),
        list(vec![tag(&long, &long)]),
        r#"[{"TagKey":"alone"}]"#.into(),
    ];
    for tags in &right {
        kms.call("CreateKey", &[("Tags", tags)]).await.ok();
    }
    let wrong = [
        "{}".to_owned(),
        "[1]".into(),
        "[{}]".into(),
        r#"[{"TagKey":1}]"#.into(),
        many(21),
        list(vec![tag("", "v")]),
        list(vec![tag(&longer, "v")]),
        list(vec![tag("k", &longer)]),
        list(vec![tag("k", "1"), tag("k", "2")]),
        list(vec![tag("aliyun", "v")]),
        list(vec![tag("acs:x", "v")]),
        list(vec![tag("<k>", "v")]),
        list(vec![tag("k", "a b")]),
        list(vec![tag("k", "'; DROP TABLE tags; --")]),
    ];
    for tags in &wrong {
        kms.call("CreateKey", &[("Tags", tags)])
            .await
            .refused(400, "InvalidParameter");
    }
}

#[tokio::test]
async fn enabling_and_disabling_twice_is_doing_it_once() {
    let kms = Kms::new().await;
    let key = kms.create_key().await;
    for (action, expected) in [
        ("EnableKey", "Enabled"),
        ("DisableKey", "Disabled"),
        ("DisableKey", "Disabled"),
        ("EnableKey", "Enabled"),
        ("EnableKey", "Enabled"),
    ] {
        kms.call(action, &[("KeyId", &key)]).await.ok();
        assert_eq!(state(&kms, &key).await, expected);
    }
    let records = kms.world.audited_calls().await;
    let changes = records
        .iter()
        .filter(|record| record["action"].as_str().unwrap().ends_with("ableKey"));
    assert_eq!(changes.count(), 5, "a call that changes nothing is recorded too");
}

#[tokio::test]
async fn keys_are_listed_by_age_page_by_page() {
    let kms = Kms::new().await;
    let mut keys = Vec::new();
    for _ in 0..5 {
        kms.world.advance(claviger_model::SignedDuration::from_secs(1));
        keys.push(kms.create_key().await);
    }
    for (number, size, expected) in [
        ("1", "2", 0..2),
        ("2", "2", 2..4),
        ("3", "2", 4..5),
        ("4", "2", 5..5),
        ("1", "100", 0..5),
    ] {
        let listed = kms
            .call("ListKeys", &[("PageNumber", number), ("PageSize", size)])
            .await
            .ok();
        let ids: Vec<_> = listed["Keys"]["Key"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["KeyId"].as_str().unwrap())
            .collect();
        assert_eq!(ids, keys[expected]);
        assert_eq!(listed["TotalCount"], 5);
    }
    let default = kms.call("ListKeys", &[]).await.ok();
    assert_eq!(
        (&default["PageNumber"], &default["PageSize"]),
        (&1.into(), &10.into())
    );
}

async fn found(kms: &Kms, filters: &str) -> usize {
    let listed = kms
        .call("ListKeys", &[("Filters", filters), ("PageSize", "100")])
        .await
        .ok();
    let keys = listed["Keys"]["Key"].as_array().unwrap().len();
    assert_eq!(listed["TotalCount"], keys);
    keys
}

#[tokio::test]
async fn filters_choose_keys() {
    let kms = Kms::new().await;
    let (tagged, disabled) = (
        kms.call(
            "CreateKey",
            &[("Tags", r#"[{"TagKey":"team","TagValue":"blue"}]"#)],
        )
        .await
        .ok(),
        kms.create_key().await,
    );
    let tagged = tagged["KeyMetadata"]["KeyId"].as_str().unwrap();
    kms.call("DisableKey", &[("KeyId", &disabled)]).await.ok();
    kms.call("CreateAlias", &[("KeyId", &disabled), ("AliasName", "alias/x")])
        .await
        .ok();
    let account = kms.world.root().account().to_string();
    let one = |key: &str, value: &str| format!(r#"[{{"Key":"{key}","Values":["{value}"]}}]"#);
    for (key, value, expected) in [
        ("KeyState", "Enabled", 1),
        ("KeyState", "Disabled", 1),
        ("KeyState", "PendingDeletion", 0),
        ("KeyState", "Nonsense", 0),
        ("KeySpec", "Aliyun_AES_256", 2),
        ("KeySpec", "EC_SM2", 0),
        ("KeyUsage", "ENCRYPT/DECRYPT", 2),
        ("KeyUsage", "SIGN/VERIFY", 0),
        ("ProtectionLevel", "SOFTWARE", 2),
        ("ProtectionLevel", "HSM", 0),
        ("CreatorType", "User", 2),
        ("CreatorType", "Service", 0),
        ("Creator", &account, 2),
        ("Creator", "oss", 0),
        ("keyId", tagged, 1),
        ("AliasName", "alias/x", 1),
        ("AliasName", "alias/y", 0),
        ("TagKey", "team", 1),
        ("TagKey", "TEAM", 0),
        ("TagValue", "blue", 1),
        ("DKMSInstanceId", "kst-x", 0),
    ] {
        assert_eq!(found(&kms, &one(key, value)).await, expected, "{key} {value}");
    }
    let both = r#"[{"Key":"KeyState","Values":["Enabled","Disabled"]},{"Key":"TagKey","Values":["team"]}]"#;
    assert_eq!(found(&kms, both).await, 1);
    let neither = r#"[{"Key":"KeyState","Values":["Disabled"]},{"Key":"TagKey","Values":["team"]}]"#;
    assert_eq!(found(&kms, neither).await, 0);
    assert_eq!(found(&kms, "[]").await, 2);
    for like in ["%", "_", "team' OR '1'='1", "te%"] {
        assert_eq!(found(&kms, &one("TagKey", like)).await, 0, "{like} is no pattern");
    }
    let eleven = format!("[{}]", [r#"{"Key":"KeyState","Values":[]}"#; 11].join(","));
    let values = format!(r#"[{{"Key":"KeyState","Values":[{}]}}]"#, ["\"x\""; 11].join(","));
    for wrong in [
        "{}",
        "x",
        "[1]",
        r#"[{"Key":"Color","Values":["red"]}]"#,
        r#"[{"Values":["x"]}]"#,
        &eleven,
        &values,
    ] {
        kms.call("ListKeys", &[("Filters", wrong)])
            .await
            .refused(400, "InvalidParameter");
    }
}

#[tokio::test]
async fn accounts_see_their_own_keys_and_aliases_only() {
    let kms = Kms::with_neighbour().await;
    let key = kms.create_key().await;
    kms.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/same")])
        .await
        .ok();
    let neighbour = kms.world.caller(1);
    for (action, list) in [("ListKeys", "Keys"), ("ListAliases", "Aliases")] {
        let listed = kms.call_as(neighbour, action, &[]).await.ok();
        assert_eq!(listed["TotalCount"], 0);
        assert_eq!(listed[list].as_object().unwrap().len(), 1);
    }
    let own = kms.create_key_as(neighbour).await;
    kms.call_as(
        neighbour,
        "CreateAlias",
        &[("KeyId", &own), ("AliasName", "alias/same")],
    )
    .await
    .ok();
    let shown = kms.call("DescribeKey", &[("KeyId", "alias/same")]).await.ok();
    assert_eq!(shown["KeyMetadata"]["KeyId"], *key);
}
