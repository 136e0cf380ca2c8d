//! Data keys for other people's key pairs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::kms::Kms;
use crate::props::key_pair;
use crate::scene::{CONTEXT, Scene, replaced};

/// The data key that leaves is the one that the ciphertext holds: a key pair here stands for the receiver.
#[tokio::test]
async fn an_exported_data_key_is_the_one_that_was_encrypted() {
    let kms = Kms::new().await;
    let key = kms.create_key().await;
    let receiver = key_pair(&kms, "RSA_2048", "ENCRYPT/DECRYPT").await;
    let version = [("KeyId", &*receiver.key), ("KeyVersionId", &*receiver.version)];
    let shown = kms.call("GetPublicKey", &version).await.ok();
    let pem = shown["PublicKey"].as_str().unwrap();
    let public: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    for algorithm in ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"] {
        let export = [
            ("PublicKeyBlob", &*public),
            ("WrappingKeySpec", "RSA_2048"),
            ("WrappingAlgorithm", algorithm),
            ("EncryptionContext", CONTEXT),
        ];
        let generate = [&[("KeyId", &*key), ("NumberOfBytes", "48")], &export[..]].concat();
        let made = kms.call("GenerateAndExportDataKey", &generate).await.ok();
        assert_eq!(made["KeyId"], *key);
        assert!(made.get("Plaintext").is_none());
        let blob = made["CiphertextBlob"].as_str().unwrap();
        let again = [&[("CiphertextBlob", blob)], &export[..]].concat();
        let exported = kms.call("ExportDataKey", &again).await.ok();
        assert_eq!(exported["KeyVersionId"], made["KeyVersionId"]);
        let open = [("CiphertextBlob", blob), ("EncryptionContext", CONTEXT)];
        let plain = kms.call("Decrypt", &open).await.ok()["Plaintext"].clone();
        assert_eq!(STANDARD.decode(plain.as_str().unwrap()).unwrap().len(), 48);
        for wrapped in [&made["ExportedDataKey"], &exported["ExportedDataKey"]] {
            let rest = [
                ("Algorithm", algorithm),
                ("CiphertextBlob", wrapped.as_str().unwrap()),
            ];
            let opened = kms
                .call("AsymmetricDecrypt", &[&version[..], &rest].concat())
                .await
                .ok();
            assert_eq!(opened["Plaintext"], plain);
        }
    }
}

#[tokio::test]
async fn what_does_not_fit_an_export_is_refused() {
    let scene = Scene::new().await;
    let garbage = STANDARD.encode([1; 300]);
    for action in ["GenerateAndExportDataKey", "ExportDataKey"] {
        for (name, value, code) in [
            ("PublicKeyBlob", "!", "InvalidParameter"),
            ("PublicKeyBlob", &*garbage, "InvalidParameter"),
            ("WrappingKeySpec", "RSA_4096", "InvalidParameter"),
            ("WrappingKeySpec", "nonsense", "InvalidParameter"),
            ("WrappingAlgorithm", "RSAES_PKCS1_V1_5", "InvalidParameter"),
            ("WrappingAlgorithm", "SM2PKE", "InvalidParameter"),
        ] {
            let parameters = replaced(&scene.parameters(action), name, value);
            let answer = scene.call_with(action, &parameters).await;
            let message = answer.refused(400, code);
            let named = if value == "SM2PKE" {
                "WrappingAlgorithm"
            } else {
                name
            };
            assert_eq!(
                message,
                format!("The specified parameter {named} is not valid."),
                "{value}"
            );
        }
        let sm2 = replaced(&scene.parameters(action), "WrappingKeySpec", "EC_SM2");
        let sm2 = replaced(&sm2, "WrappingAlgorithm", "SM2PKE");
        scene
            .call_with(action, &sm2)
            .await
            .refused(400, "InvalidParameter");
    }
    // More than the public key can take.
    let long = replaced(
        &scene.parameters("GenerateAndExportDataKey"),
        "NumberOfBytes",
        "191",
    );
    let message = scene
        .call_with("GenerateAndExportDataKey", &long)
        .await
        .refused(400, "InvalidParameter");
    assert_eq!(message, "The specified parameter NumberOfBytes is not valid.");
    // A ciphertext that holds no data key.
    let text = scene.kms.encrypt(&scene.key, "no base64!").await;
    let parameters = replaced(&scene.parameters("ExportDataKey"), "CiphertextBlob", &text);
    let parameters = replaced(&parameters, "EncryptionContext", "");
    let message = scene
        .call_with("ExportDataKey", &parameters)
        .await
        .refused(400, "InvalidParameter");
    assert_eq!(message, "The specified parameter CiphertextBlob is not valid.");
}
