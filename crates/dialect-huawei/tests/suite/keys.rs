//! Keys: how they are made, shown, switched and counted.

use crate::kms::Kms;

#[tokio::test]
async fn a_key_is_shown_with_everything_as_text() {
    let kms = Kms::new().await;
    let body = r#"{"key_alias":"app:prod/key_1-a","key_description":"Schlüssel \"7\""}"#;
    let made = kms.call("create-key", body).await.ok();
    let id = made["key_info"]["key_id"].as_str().unwrap().to_owned();
    let domain = kms.domain(kms.world.root().account()).await;
    assert_eq!(made["key_info"]["domain_id"], domain);
    let answer = kms.call("describe-key", &format!(r#"{{"key_id":"{id}"}}"#)).await;
    let millis = kms.world.now().as_millisecond();
    let expected = format!(
        concat!(
            r#"{{"key_info":{{"key_id":"{id}","domain_id":"{domain}","key_alias":"app:prod/key_1-a","#,
            r#""realm":"cn-hangzhou","key_spec":"AES_256","key_usage":"ENCRYPT_DECRYPT","#,
            r#""key_description":"Schlüssel \"7\"","creation_date":"{millis}","scheduled_deletion_date":"","#,
            r#""key_state":"2","default_key_flag":"0","key_type":"1","expiration_time":"","origin":"kms","#,
            r#""key_rotation_enabled":"false","sys_enterprise_project_id":"0","keystore_id":"0"}}}}"#
        ),
        id = id,
        domain = domain,
        millis = millis,
    );
    assert_eq!(answer.text, expected);
}

#[tokio::test]
async fn a_key_is_switched_only_from_the_other_state() {
    let kms = Kms::new().await;
    let id = kms.create_key("one").await;
    let body = format!(r#"{{"key_id":"{id}"}}"#);
    kms.call("enable-key", &body).await.kms("KMS.1201");
    let off = kms.call("disable-key", &body).await;
    assert_eq!(
        off.text,
        format!(r#"{{"key_info":{{"key_id":"{id}","key_state":"3"}}}}"#)
    );
    kms.call("disable-key", &body).await.kms("KMS.1301");
    let encrypt = format!(r#"{{"key_id":"{id}","plain_text":"x"}}"#);
    kms.call("encrypt-data", &encrypt).await.kms("KMS.0209");
    let on = kms.call("enable-key", &body).await.ok();
    assert_eq!(on["key_info"]["key_state"], "2");
    let ends = format!(r#"{{"key_id":"{id}","pending_days":"7"}}"#);
    kms.call("schedule-key-deletion", &ends).await.ok();
    kms.call("schedule-key-deletion", &ends).await.kms("KMS.1402");
    kms.call("enable-key", &body).await.kms("KMS.0210");
    kms.call("encrypt-data", &encrypt).await.kms("KMS.0210");
}

#[tokio::test]
async fn kinds_that_do_not_fit_are_refused_each_with_its_code() {
    let kms = Kms::new().await;
    for (members, code) in [
        (r#""key_spec":"AES_257""#, "KMS.1110"),
        (r#""key_usage":"ALL""#, "KMS.1110"),
        (
            r#""key_spec":"EC_P256","key_usage":"ENCRYPT_DECRYPT""#,
            "KMS.1114",
        ),
        (r#""key_usage":"SIGN_VERIFY""#, "KMS.1115"),
        (r#""key_spec":"HMAC_256","key_usage":"SIGN_VERIFY""#, "KMS.1110"),
        (r#""origin":"here""#, "KMS.0308"),
        (r#""realm":"elsewhere""#, "KMS.1102"),
        (r#""keystore_id":"1""#, "KMS.0340"),
    ] {
        let body = format!(r#"{{"key_alias":"one",{members}}}"#);
        kms.call("create-key", &body).await.kms(code);
    }
    for alias in ["a b", "obs/default", &"x".repeat(256)] {
        kms.call("create-key", &format!(r#"{{"key_alias":"{alias}"}}"#))
            .await
            .kms("KMS.1101");
    }
    let long = format!(r#"{{"key_alias":"one","key_description":"{}"}}"#, "ü".repeat(256));
    kms.call("create-key", &long).await.kms("KMS.1103");
}

#[tokio::test]
async fn a_kind_or_a_name_is_refused_with_its_parameter_and_the_rule() {
    let kms = Kms::new().await;
    for (members, parameter, rule) in [
        (
            r#""key_spec":"AES_257""#,
            "key_spec",
            "be one of AES_256, AES_192,",
        ),
        (r#""key_spec":[]"#, "key_spec", "be one of AES_256,"),
        (
            r#""key_usage":"ALL""#,
            "key_usage",
            "be one of ENCRYPT_DECRYPT, SIGN_VERIFY, GENERATE_VERIFY_MAC",
        ),
        (r#""key_usage":{}"#, "key_usage", "be one of ENCRYPT_DECRYPT,"),
        (
            r#""key_spec":"HMAC_256","key_usage":"SIGN_VERIFY""#,
            "key_usage",
            "be one that keys of this `key_spec` have",
        ),
    ] {
        let body = format!(r#"{{"key_alias":"one",{members}}}"#);
        let refused = kms.call("create-key", &body).await;
        refused.kms_rule("KMS.1110", parameter, rule);
    }
    let key = kms.create_key("one").await;
    for (alias, rule) in [
        (r#""a b""#, "be 1 to 255 letters, digits, `:`, `/`, `_` and `-`"),
        (r#""obs/default""#, "not end with `/default`"),
        ("[]", "be a text"),
    ] {
        let made = kms
            .call("create-key", &format!(r#"{{"key_alias":{alias}}}"#))
            .await;
        made.kms_rule("KMS.1101", "key_alias", rule);
        let body = format!(r#"{{"key_id":"{key}","key_alias":{alias}}}"#);
        let renamed = kms.call("update-key-alias", &body).await;
        renamed.kms_rule("KMS.1101", "key_alias", rule);
    }
}

#[tokio::test]
async fn keys_are_counted() {
    let kms = Kms::new().await;
    assert_eq!(kms.get("kms/user-instances").await.text, r#"{"instance_num":0}"#);
    kms.create_key("one").await;
    assert_eq!(kms.get("kms/user-instances").await.text, r#"{"instance_num":1}"#);
    let quotas = kms.get("kms/user-quotas").await.ok();
    let rows = quotas["quotas"]["resources"].as_array().unwrap();
    assert_eq!((&rows[0]["type"], &rows[0]["used"]), (&"CMK".into(), &1.into()));
    assert_eq!(
        (&rows[1]["type"], &rows[1]["used"]),
        (&"grant_per_CMK".into(), &0.into())
    );
}

#[tokio::test]
async fn data_is_encrypted_into_base64() {
    let kms = Kms::new().await;
    let id = kms.create_key("one").await;
    let encrypted = kms
        .call(
            "encrypt-data",
            &format!(r#"{{"key_id":"{id}","plain_text":"{}"}}"#, "ü".repeat(2048)),
        )
        .await
        .ok();
    assert_eq!(encrypted["key_id"], id);
    // Head, nonce, text and tag.
    assert_eq!(
        encrypted["cipher_text"].as_str().unwrap().len(),
        (37_usize + 24 + 4096 + 16).div_ceil(3) * 4
    );
    let long = format!(r#"{{"key_id":"{id}","plain_text":"{}"}}"#, "x".repeat(4097));
    kms.call("encrypt-data", &long).await.kms("KMS.0308");
}
