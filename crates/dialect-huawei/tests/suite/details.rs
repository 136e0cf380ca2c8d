//! What is shown of keys of every kind, byte by byte: the answers in `fixtures/huawei/answers/key_details.txt`.

use std::collections::BTreeMap;

use claviger_model::{KeySpec, Origin, ProtectionLevel, SignedDuration, Tags, Usage};
use claviger_service::ops::key::{CreateKey, UpdateRotationPolicy};
use claviger_service::{KeyName, KeyRef};
use serde_json::json;

use crate::desk::{fixture, lines};
use crate::kms::Kms;
use crate::other_face::Other;

/// Keys by what the file calls them, each as it is when it is shown.
async fn keys(kms: &Kms) -> Vec<(&'static str, String)> {
    let mut keys = of_every_spec(kms).await;
    let text = r#"Schlüssel "7" für <b>"#;
    for (name, members) in [
        (
            "described",
            json!({"key_alias": "a:b/c_d-E9", "key_description": text}),
        ),
        (
            "rsa that encrypts",
            json!({"key_spec": "RSA_2048", "key_usage": "ENCRYPT_DECRYPT"}),
        ),
        ("waits for material", json!({"origin": "external"})),
        (
            "waits for a private key",
            json!({"origin": "external", "key_spec": "EC_P256"}),
        ),
    ] {
        let mut body = json!({"key_alias": name.replace(' ', "-")});
        body.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        keys.push((name, kms.make(body).await));
    }
    for (name, state) in [("disabled", '3'), ("waits for its deletion", '4')] {
        let key = kms.create_key(&name.replace(' ', "-")).await;
        kms.bring(&key, state).await;
        keys.push((name, key));
    }
    let brought = kms
        .make(json!({"key_alias": "brought", "origin": "external"}))
        .await;
    kms.import(&brought).await;
    keys.push(("brought", brought));
    keys.push(("expires", expiring(kms).await));
    let rotating = kms.create_key("rotates").await;
    kms.asks("enable-key-rotation", json!({"key_id": rotating}))
        .await
        .ok();
    keys.push(("rotates", rotating));
    keys.push(("of a service", kms.begin("obs/default").await));
    keys.extend(of_the_other_face(kms).await);
    keys
}

async fn of_every_spec(kms: &Kms) -> Vec<(&'static str, String)> {
    let mut keys = Vec::new();
    for spec in [
        "AES_256",
        "RSA_2048",
        "RSA_3072",
        "RSA_4096",
        "EC_P256",
        "EC_P384",
        "SECP256K1",
        "HMAC_256",
        "HMAC_384",
        "HMAC_512",
        "HMAC_SM3",
    ] {
        keys.push((spec, kms.make(json!({"key_alias": spec, "key_spec": spec})).await));
    }
    keys
}

/// Material that is there for an hour.
async fn expiring(kms: &Kms) -> String {
    let key = kms
        .make(json!({"key_alias": "expires", "origin": "external"}))
        .await;
    let body = json!({"key_id": key, "wrapping_algorithm": "RSAES_OAEP_SHA_256"});
    let asked = kms.asks("get-parameters-for-import", body).await.ok();
    let public_key = asked["public_key"].as_str().unwrap();
    let body = json!({
        "key_id": key,
        "import_token": asked["import_token"],
        "encrypted_key_material": crate::wrapping::wrapped(public_key, &[3; 32]),
        "expiration_time": kms.world.now().as_second() + 3600,
    });
    kms.asks("import-key-material", body).await.ok();
    key
}

/// Keys as another face makes them: without a display name, of kinds that this one does not have, rotating as it pleases.
async fn of_the_other_face(kms: &Kms) -> Vec<(&'static str, String)> {
    let other = Other::beside(kms);
    let mut keys = Vec::new();
    for (name, spec) in [
        ("other: AES_256", KeySpec::Aes256),
        ("other: AES_192", KeySpec::Aes192),
        ("other: AES_128", KeySpec::Aes128),
        ("other: EC_P256", KeySpec::EcP256),
        ("other: EC_P256K", KeySpec::EcP256k),
        ("other: EC_P521", KeySpec::EcP521),
        ("other: HMAC_SHA_224", KeySpec::HmacSha224),
    ] {
        let make = CreateKey {
            scope: other.scope.clone(),
            spec,
            usage: None::<Usage>,
            origin: Origin::Generated,
            protection: ProtectionLevel::Software,
            title: None,
            description: String::new(),
            tags: Tags::default(),
            rotation: None,
            policy: None,
            quota: None,
        };
        keys.push((name, other.calls(make).await.id.to_string()));
    }
    let rotating = UpdateRotationPolicy {
        key: KeyRef {
            scope: other.scope.clone(),
            name: KeyName::Id(keys[0].1.parse().unwrap()),
        },
        interval: Some(SignedDuration::from_hours(7 * 24)),
    };
    other.calls(rotating).await;
    keys
}

#[tokio::test]
async fn every_kind_of_key_is_shown_as_the_file_has_it() {
    let kms = Kms::new().await;
    let domain = kms.domain(kms.world.root().account()).await;
    let mut found = String::new();
    for (name, key) in keys(&kms).await {
        let answer = kms.asks("describe-key", json!({"key_id": key})).await;
        let text = answer.text.replace(&key, "<key>").replace(&domain, "<domain>");
        found.extend([name, " = ", &text, "\n"]);
    }
    // To look at, and to copy from where the difference is wanted.
    let seen = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("key_details.txt");
    std::fs::write(seen, &found).unwrap();
    let file = fixture("answers/key_details.txt");
    let split = |line: &'_ str| {
        let (name, text) = line.split_once(" = ").unwrap();
        (name.to_owned(), text.to_owned())
    };
    let expected: BTreeMap<_, _> = lines(&file).map(|(_, line)| split(line)).collect();
    let found: BTreeMap<_, _> = found.lines().map(split).collect();
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        expected.keys().collect::<Vec<_>>()
    );
    for (name, text) in &found {
        assert_eq!(text, &expected[name], "{name}");
    }
}
