//! Keys in hardware: kinds that are offered there only.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_model::MessageLimit;
use claviger_testkit::{Authority, Hash, World, sm2_digest};
use serde_json::json;

use crate::digits::hex;
use crate::kms::Kms;

const DEFAULT_IDENTITY: &str = "distid:1234567812345678";

#[tokio::test]
async fn sm2_and_sm4_are_made_in_hardware_and_all_else_in_software() {
    let kms = Kms::new().await;
    for (spec, usage, held) in [
        ("AES_256", "ENCRYPT_DECRYPT", 0),
        ("HMAC_SM3", "GENERATE_VERIFY_MAC", 0),
        ("SM4", "ENCRYPT_DECRYPT", 1),
        ("SM2", "SIGN_VERIFY", 2),
    ] {
        let key = kms.make(json!({"key_alias": spec, "key_spec": spec})).await;
        let shown = kms.shown(&key).await;
        assert_eq!(
            (&shown["key_spec"], &shown["key_usage"]),
            (&spec.into(), &usage.into())
        );
        assert_eq!(kms.world.hsm().held(), held);
    }
    for (spec, count) in [("SM4", 1), ("SM2", 1), ("AES_256", 1)] {
        let listed = kms.asks("list-keys", json!({"key_spec": spec})).await.ok();
        assert_eq!(listed["total"], count);
    }
}

#[tokio::test]
async fn data_keys_under_sm4_come_with_digests_of_sm3() {
    let kms = Kms::new().await;
    let data_key = [0x5a; 32];
    let (sm3, sha256) = (Hash::Sm3.digest(&data_key), Hash::Sha256.digest(&data_key));
    let with = |digest: &[u8]| hex(&[&data_key[..], digest].concat());
    for (spec, right, wrong) in [("SM4", sm3, sha256), ("AES_256", sha256, sm3)] {
        let key = kms.make(json!({"key_alias": spec, "key_spec": spec})).await;
        let body = |text: String| json!({"key_id": key, "plain_text": text, "datakey_plain_length": "32"});
        kms.asks("encrypt-datakey", body(with(&wrong)))
            .await
            .kms("KMS.2103");
        kms.asks("encrypt-datakey", body(with(&[7; 32])))
            .await
            .kms("KMS.2103");
        let made = kms.asks("encrypt-datakey", body(with(&right))).await.ok();
        let ask = json!({
            "key_id": key, "cipher_text": made["cipher_text"], "datakey_cipher_length": "32",
        });
        let opened = kms.asks("decrypt-datakey", ask).await.ok();
        let text = |name: &str| opened[name].as_str().unwrap().to_lowercase();
        assert_eq!(text("data_key"), hex(&data_key));
        assert_eq!(text("datakey_dgst"), hex(&right));
    }
}

#[tokio::test]
async fn sm2_signs_digests_and_openssl_verifies() {
    let kms = Kms::new().await;
    let key = kms.make(json!({"key_alias": "sm2", "key_spec": "SM2"})).await;
    let shown = kms.asks("get-publickey", json!({"key_id": key})).await.ok();
    let desk = Authority::new();
    desk.put("public.pem", shown["public_key"].as_str().unwrap());
    desk.put("message", "a release");
    desk.openssl("pkey -pubin -in public.pem -outform DER -out public.der", &[]);
    let digest = sm2_digest(&desk.bytes("public.der"), b"a release");
    let mut body = json!({
        "key_id": key, "signing_algorithm": "SM2DSA_SM3", "message": STANDARD.encode(digest),
    });
    let signed = kms.asks("sign", body.clone()).await.ok();
    let signature = signed["signature"].as_str().unwrap();
    desk.put("signature", STANDARD.decode(signature).unwrap());
    let line = "pkeyutl -verify -pubin -inkey public.pem -rawin -digest sm3 -in message -sigfile signature";
    desk.openssl(line, &["-pkeyopt", DEFAULT_IDENTITY]);
    body["signature"] = signature.into();
    let verified = kms.asks("verify", body.clone()).await.ok();
    assert_eq!(verified["signature_valid"], "true");
    body["message_type"] = "RAW".into();
    kms.asks("sign", body).await.kms("KMS.0308");
}

#[tokio::test]
async fn sm2_encrypts_and_decrypts() {
    let kms = Kms::new().await;
    let members = json!({"key_alias": "sm2", "key_spec": "SM2", "key_usage": "ENCRYPT_DECRYPT"});
    let key = kms.make(members).await;
    let text = "x".repeat(4096);
    let mut body = json!({"key_id": key, "plain_text": text, "encryption_algorithm": "SM2_ENCRYPT"});
    let made = kms.asks("encrypt-data", body.clone()).await.ok();
    let ask = json!({
        "key_id": key, "cipher_text": made["cipher_text"], "encryption_algorithm": "SM2_ENCRYPT",
    });
    let opened = kms.asks("decrypt-data", ask).await.ok();
    assert_eq!(opened["plain_text"], text);
    body["encryption_algorithm"] = "RSAES_OAEP_SHA_256".into();
    kms.asks("encrypt-data", body).await.kms("KMS.2106");
}

#[tokio::test]
async fn material_of_sm4_comes_wrapped_with_sm2() {
    let kms = Kms::new().await;
    let members = json!({"key_alias": "own", "key_spec": "SM4", "origin": "external"});
    let key = kms.make(members).await;
    let ask = json!({"key_id": key, "wrapping_algorithm": "SM2_ENCRYPT"});
    let shown = kms.asks("get-parameters-for-import", ask).await.ok();
    let desk = Authority::new();
    let public = STANDARD.decode(shown["public_key"].as_str().unwrap());
    desk.put("public", public.unwrap());
    let body = |length| {
        desk.put("plain", vec![7; length]);
        desk.openssl(
            "pkeyutl -encrypt -pubin -keyform DER -inkey public -in plain -out wrapped",
            &[],
        );
        let wrapped = desk.bytes("wrapped");
        json!({
            "key_id": key, "import_token": shown["import_token"],
            "encrypted_key_material": STANDARD.encode(wrapped),
        })
    };
    kms.asks("import-key-material", body(32)).await.kms("KMS.2604");
    kms.asks("import-key-material", body(16)).await.ok();
    let encrypted = json!({"key_id": key, "plain_text": "text"});
    kms.asks("encrypt-data", encrypted).await.ok();
    assert_eq!(kms.world.hsm().held(), 1);
}

#[tokio::test]
async fn a_version_that_encrypted_as_often_as_it_may_is_told() {
    let builder = World::build().message_limit(MessageLimit::new(1, 1));
    let kms = Kms::over(builder).await;
    let key = kms.make(json!({"key_alias": "sm4", "key_spec": "SM4"})).await;
    let body = json!({"key_id": key, "plain_text": "text"});
    kms.asks("encrypt-data", body.clone()).await.ok();
    let refused = kms.asks("encrypt-data", body.clone()).await;
    refused.kms("KMS.0308");
    assert!(refused.text.contains("rotate the key"), "{}", refused.text);
    kms.asks("rotate-on-demand", json!({"key_id": key})).await.ok();
    kms.asks("encrypt-data", body).await.ok();
}

#[tokio::test]
async fn while_the_hardware_is_away_its_keys_are_unavailable() {
    let kms = Kms::new().await;
    let key = kms.make(json!({"key_alias": "sm4", "key_spec": "SM4"})).await;
    kms.world.hsm().go_away();
    let body = json!({"key_id": key, "plain_text": "text"});
    kms.asks("encrypt-data", body.clone()).await.kms("KMS.0104");
    let create = json!({"key_alias": "other", "key_spec": "SM4"});
    kms.asks("create-key", create).await.kms("KMS.0104");
    kms.shown(&key).await;
    kms.world.hsm().come_back();
    kms.asks("encrypt-data", body).await.ok();
}
