//! Base64 in lines, as `openssl base64` prints it.

use crate::kms::Kms;
use crate::scene::{Scene, replaced};

fn wrapped(text: &str, end: &str) -> String {
    let mut lines = String::new();
    for line in text.as_bytes().chunks(64) {
        lines.push_str(std::str::from_utf8(line).unwrap());
        lines.push_str(end);
    }
    lines
}

#[tokio::test]
async fn base64_may_come_in_lines() {
    for end in ["\n", "\r\n"] {
        for (action, name) in [
            ("Decrypt", "CiphertextBlob"),
            ("ReEncrypt", "CiphertextBlob"),
            ("ExportDataKey", "CiphertextBlob"),
            ("ExportDataKey", "PublicKeyBlob"),
            ("GenerateAndExportDataKey", "PublicKeyBlob"),
            ("AsymmetricDecrypt", "CiphertextBlob"),
            ("AsymmetricSign", "Digest"),
            ("ImportKeyMaterial", "EncryptedKeyMaterial"),
            ("ImportKeyMaterial", "ImportToken"),
        ] {
            let scene = Scene::of(action).await;
            let good = scene.parameters(action);
            let (_, value) = good.iter().find(|(known, _)| *known == name).unwrap();
            let lines = replaced(&good, name, &wrapped(value, end));
            scene.call_with(action, &lines).await.ok();
        }
    }
}

#[tokio::test]
async fn ends_of_lines_in_a_plaintext_come_back() {
    let kms = Kms::new().await;
    let key = kms.create_key().await;
    let text = wrapped(&"eA==".repeat(40), "\r\n");
    let blob = kms.encrypt(&key, &text).await;
    let opened = kms.call("Decrypt", &[("CiphertextBlob", &blob)]).await.ok();
    assert_eq!(opened["Plaintext"], text);
}
