//! Encryption and data keys.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::kms::Kms;
use crate::scene::{CONTEXT, PLAINTEXT, Scene};

/// Clients of the vendor cut blobs at fixed places.
#[tokio::test]
async fn a_blob_begins_with_the_version_and_has_the_expected_length() {
    let scene = Scene::new().await;
    let made = scene
        .kms
        .call("GenerateDataKey", &[("KeyId", &scene.key)])
        .await
        .ok();
    let blob = STANDARD.decode(made["CiphertextBlob"].as_str().unwrap()).unwrap();
    assert_eq!(std::str::from_utf8(&blob[..36]).unwrap(), made["KeyVersionId"]);
    assert_eq!(blob[36], 1, "XAES-256-GCM");
    assert_eq!(
        blob.len(),
        37 + 24 + 44 + 16,
        "the base64 text of 32 bytes was encrypted"
    );
}

#[tokio::test]
async fn a_data_key_comes_back_as_it_was_shown() {
    let scene = Scene::new().await;
    let parameters = [("KeyId", &*scene.key), ("EncryptionContext", CONTEXT)];
    let made = scene.kms.call("GenerateDataKey", &parameters).await.ok();
    let open = [
        ("CiphertextBlob", made["CiphertextBlob"].as_str().unwrap()),
        ("EncryptionContext", CONTEXT),
    ];
    let opened = scene.kms.call("Decrypt", &open).await.ok();
    assert_eq!(opened["Plaintext"], made["Plaintext"]);
    let hidden = scene
        .kms
        .call("GenerateDataKeyWithoutPlaintext", &parameters)
        .await
        .ok();
    assert!(hidden.get("Plaintext").is_none());
    let open = [
        ("CiphertextBlob", hidden["CiphertextBlob"].as_str().unwrap()),
        ("EncryptionContext", CONTEXT),
    ];
    let opened = scene.kms.call("Decrypt", &open).await.ok();
    assert_eq!(
        STANDARD
            .decode(opened["Plaintext"].as_str().unwrap())
            .unwrap()
            .len(),
        32
    );
}

#[tokio::test]
async fn a_blob_moves_to_another_key_and_context() {
    let scene = Scene::new().await;
    let moved = scene.call("ReEncrypt").await.ok();
    assert_eq!(moved["KeyId"], *scene.other);
    let blob = moved["CiphertextBlob"].as_str().unwrap();
    let open = [
        ("CiphertextBlob", blob),
        ("EncryptionContext", r#"{"moved":"yes"}"#),
    ];
    let opened = scene.kms.call("Decrypt", &open).await.ok();
    assert_eq!(opened["Plaintext"], PLAINTEXT);
    assert_eq!(opened["KeyId"], *scene.other);
    scene
        .kms
        .call("Decrypt", &[("CiphertextBlob", blob)])
        .await
        .refused(400, "InvalidParameter");
}

#[tokio::test]
async fn keys_can_be_named_in_every_way() {
    let scene = Scene::new().await;
    let root = scene.kms.world.root();
    let names = [
        scene.key.clone(),
        Kms::arn(root, &format!("key/{}", scene.key)),
        "alias/app".into(),
        Kms::arn(root, "alias/app"),
    ];
    for name in &names {
        for action in ["Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"] {
            let made = scene
                .kms
                .call(action, &[("KeyId", name), ("Plaintext", "x")])
                .await
                .ok();
            assert_eq!(made["KeyId"], *scene.key, "{action} {name}");
        }
        let move_to = [
            ("CiphertextBlob", &*scene.blob),
            ("SourceEncryptionContext", CONTEXT),
            ("DestinationKeyId", name),
        ];
        assert_eq!(
            scene.kms.call("ReEncrypt", &move_to).await.ok()["KeyId"],
            *scene.key
        );
    }
}

#[tokio::test]
async fn enclaves_are_not_served() {
    let scene = Scene::new().await;
    for action in ["Decrypt", "GenerateDataKey"] {
        let mut parameters = scene.parameters(action);
        parameters.push(("Recipient", String::new()));
        scene.call_with(action, &parameters).await.ok();
        parameters.pop();
        parameters.push(("Recipient", "{}".into()));
        scene
            .call_with(action, &parameters)
            .await
            .refused(400, "UnsupportedOperation");
    }
}

#[tokio::test]
async fn required_parameters_are_missed_by_name() {
    let scene = Scene::new().await;
    for (action, name) in [
        ("Encrypt", "KeyId"),
        ("Encrypt", "Plaintext"),
        ("Decrypt", "CiphertextBlob"),
        ("GenerateDataKey", "KeyId"),
        ("GenerateDataKeyWithoutPlaintext", "KeyId"),
        ("ReEncrypt", "CiphertextBlob"),
        ("ReEncrypt", "DestinationKeyId"),
        ("DescribeKey", "KeyId"),
        ("EnableKey", "KeyId"),
        ("DisableKey", "KeyId"),
        ("UpdateKeyDescription", "KeyId"),
        ("ListAliasesByKeyId", "KeyId"),
    ] {
        let mut parameters = scene.parameters(action);
        parameters.retain(|(known, _)| *known != name);
        let message = scene
            .call_with(action, &parameters)
            .await
            .refused(400, "MissingParameter");
        assert_eq!(
            message,
            format!("The parameter {name} is needed but not provided."),
            "{action}"
        );
    }
}

/// The same call never gives the same bytes: neither blob nor nonce is ever seen twice.
#[tokio::test]
async fn nothing_random_repeats() {
    let scene = Scene::new().await;
    let (mut blobs, mut nonces, mut data_keys) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for action in [
        "Encrypt",
        "ReEncrypt",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
    ] {
        for _ in 0..50 {
            let made = scene.call(action).await.ok();
            let blob = STANDARD.decode(made["CiphertextBlob"].as_str().unwrap()).unwrap();
            assert!(nonces.insert(blob[37..61].to_vec()), "{action}");
            assert!(blobs.insert(blob), "{action}");
            if let Some(data_key) = made["Plaintext"].as_str() {
                assert!(data_keys.insert(data_key.to_owned()), "{action}");
            }
        }
    }
    assert_eq!((blobs.len(), data_keys.len()), (200, 50));
}

#[test]
fn whatever_is_encrypted_comes_back() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let scene = runtime.block_on(Scene::new());
    let text = prop_oneof![
        "\\PC{1,60}",
        prop::collection::vec(any::<char>(), 1..200).prop_map(String::from_iter),
        (1..6144_usize, any::<u8>()).prop_map(|(length, byte)| STANDARD.encode(vec![byte; length])),
        (1..6144_usize).prop_map(|length| "z".repeat(length)),
    ];
    let context = prop::collection::btree_map(".{0,40}", ".{0,40}", 0..4);
    let law = |(text, context): (String, std::collections::BTreeMap<String, String>)| {
        runtime.block_on(async {
            let context = serde_json::to_string(&context).unwrap();
            let encrypt = [
                ("KeyId", &*scene.key),
                ("Plaintext", &*text),
                ("EncryptionContext", &*context),
            ];
            let made = scene.kms.call("Encrypt", &encrypt).await.ok();
            let blob = made["CiphertextBlob"].as_str().unwrap();
            let open = [("CiphertextBlob", blob), ("EncryptionContext", &*context)];
            assert_eq!(scene.kms.call("Decrypt", &open).await.ok()["Plaintext"], *text);
        });
        Ok(())
    };
    TestRunner::new(Config::with_cases(128))
        .run(&(text, context), law)
        .unwrap();
}
