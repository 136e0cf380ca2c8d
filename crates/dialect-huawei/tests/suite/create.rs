//! What keys can be made of, and how many there may be.

use claviger_dialect_huawei::Settings;
use claviger_testkit::World;
use serde_json::json;

use crate::kms::Kms;

#[tokio::test]
async fn every_kind_has_a_usage_of_its_own() {
    let kms = Kms::new().await;
    let rows = [
        ("AES_256", "ENCRYPT_DECRYPT"),
        ("RSA_2048", "SIGN_VERIFY"),
        ("EC_P256", "SIGN_VERIFY"),
        ("EC_P384", "SIGN_VERIFY"),
        ("SECP256K1", "SIGN_VERIFY"),
        ("HMAC_256", "GENERATE_VERIFY_MAC"),
        ("HMAC_384", "GENERATE_VERIFY_MAC"),
        ("HMAC_512", "GENERATE_VERIFY_MAC"),
        ("HMAC_SM3", "GENERATE_VERIFY_MAC"),
    ];
    for (spec, usage) in rows {
        let key = kms.key_of(spec, &format!(r#""key_spec":"{spec}""#)).await;
        let shown = kms
            .call("describe-key", &format!(r#"{{"key_id":"{key}"}}"#))
            .await
            .ok();
        let shown = &shown["key_info"];
        assert_eq!(
            (&shown["key_spec"], &shown["key_usage"], &shown["key_state"]),
            (&spec.into(), &usage.into(), &"2".into())
        );
    }
    // A kind that the vendor sells and nothing here makes yet, and two that need hardware.
    let without_hsm = Kms::over(World::build().without_hsm()).await;
    let no_hsm = "be a kind of key that needs no HSM";
    for (kms, spec, rule) in [
        (&kms, "ED25519", "be one of AES_256,"),
        (&without_hsm, "SM4", no_hsm),
        (&without_hsm, "SM2", no_hsm),
    ] {
        let body = format!(r#"{{"key_alias":"{spec}","key_spec":"{spec}"}}"#);
        let refused = kms.call("create-key", &body).await;
        refused.kms_rule("KMS.1110", "key_spec", rule);
    }
}

#[tokio::test]
async fn material_may_come_from_outside_for_symmetric_keys_and_pairs() {
    let kms = Kms::new().await;
    for spec in ["AES_256", "RSA_2048", "RSA_4096", "EC_P256", "EC_P384"] {
        let key = kms
            .key_of(spec, &format!(r#""key_spec":"{spec}","origin":"external""#))
            .await;
        let shown = kms
            .call("describe-key", &format!(r#"{{"key_id":"{key}"}}"#))
            .await
            .ok();
        assert_eq!(shown["key_info"]["key_state"], "5");
        assert_eq!(shown["key_info"]["origin"], "external");
    }
}

#[tokio::test]
async fn a_group_of_resources_is_any_that_could_be_one() {
    let kms = Kms::new().await;
    for (at, id) in ["0", "9c8c3b2e-91ae-45b5-9d4a-7d5b62e4a2f0", ""]
        .iter()
        .enumerate()
    {
        let key = kms
            .key_of(&format!("key{at}"), &format!(r#""enterprise_project_id":"{id}""#))
            .await;
        // It is in the default one, and so it is shown and listed.
        assert_eq!(kms.shown(&key).await["sys_enterprise_project_id"], "0", "{id}");
        for (group, total) in [("0", at + 1), ("9c8c3b2e-91ae-45b5-9d4a-7d5b62e4a2f0", 0)] {
            let listed = kms
                .asks("list-keys", json!({ "enterprise_project_id": group }))
                .await;
            assert_eq!(listed.ok()["total"], total, "{id}");
        }
    }
    let body = r#"{"key_alias":"other","enterprise_project_id":"mine"}"#;
    kms.call("create-key", body).await.kms("KMS.0308");
}

/// Other faces have bounds of their own.
#[tokio::test]
async fn there_are_as_many_keys_as_the_settings_say() {
    let settings = Settings {
        keys: 2,
        grants: 7,
        ..Settings::DEFAULT
    };
    let kms = Kms::with(World::build(), settings).await;
    let first = kms.create_key("one").await;
    kms.create_key("two").await;
    kms.call("create-key", r#"{"key_alias":"three"}"#)
        .await
        .kms("KMS.1105");
    let ends = format!(r#"{{"key_id":"{first}","pending_days":"7"}}"#);
    kms.call("schedule-key-deletion", &ends).await.ok();
    kms.call("create-key", r#"{"key_alias":"three"}"#)
        .await
        .kms("KMS.1105");
    let quotas = kms.get("kms/user-quotas").await;
    assert_eq!(
        quotas.text,
        concat!(
            r#"{"quotas":{"resources":[{"type":"CMK","used":2,"quota":2},"#,
            r#"{"type":"grant_per_CMK","used":0,"quota":7}]}}"#
        )
    );
    kms.world
        .advance(claviger_model::SignedDuration::from_hours(7 * 24));
    kms.create_key("three").await;
    kms.call("create-key", r#"{"key_alias":"four"}"#)
        .await
        .kms("KMS.1105");
}
