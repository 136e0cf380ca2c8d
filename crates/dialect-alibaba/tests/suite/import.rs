//! Material that the owner brings.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_model::SignedDuration;
use serde_json::Value;

use crate::kms::Kms;
use crate::props::{Prop, wrapped_material};
use crate::scene::{Scene, replaced};

async fn metadata(kms: &Kms, key: &str) -> Value {
    kms.call("DescribeKey", &[("KeyId", key)]).await.ok()["KeyMetadata"].clone()
}

#[tokio::test]
async fn a_key_waits_for_its_material_and_then_works() {
    let scene = Scene::with(Kms::new().await, &[Prop::External]).await;
    let (kms, tool) = (&scene.kms, scene.tool(Prop::External));
    let before = metadata(kms, &tool.key).await;
    assert_eq!(
        (&before["KeyState"], &before["Origin"]),
        (&"PendingImport".into(), &"EXTERNAL".into())
    );
    assert!(before.get("PrimaryKeyVersion").is_none());
    let encrypt = [("KeyId", &*tool.key), ("Plaintext", "x")];
    kms.call("Encrypt", &encrypt)
        .await
        .refused(409, "Rejected.PendingImport");
    tool.import(kms, "0").await;
    let shown = metadata(kms, &tool.key).await;
    assert_eq!(
        (&shown["KeyState"], &shown["MaterialExpireTime"]),
        (&"Enabled".into(), &"".into())
    );
    let blob = kms.encrypt(&tool.key, "kept").await;
    // The material goes and comes back; what it encrypted opens again.
    kms.call("DeleteKeyMaterial", &[("KeyId", &tool.key)]).await.ok();
    assert_eq!(metadata(kms, &tool.key).await["KeyState"], "PendingImport");
    kms.call("Decrypt", &[("CiphertextBlob", &blob)])
        .await
        .refused(409, "Rejected.PendingImport");
    kms.call("DeleteKeyMaterial", &[("KeyId", &tool.key)]).await.ok();
    tool.import(kms, "").await;
    let opened = kms.call("Decrypt", &[("CiphertextBlob", &blob)]).await.ok();
    assert_eq!(opened["Plaintext"], "kept");
    assert_eq!(opened["KeyVersionId"], shown["PrimaryKeyVersion"]);
}

#[tokio::test]
async fn every_call_gives_another_pair_for_a_day() {
    let scene = Scene::of("GetParametersForImport").await;
    let (one, other) = (
        scene.call("GetParametersForImport").await.ok(),
        scene.call("GetParametersForImport").await.ok(),
    );
    assert_eq!(one["KeyId"], scene.tool(Prop::External).key);
    assert_eq!(one["TokenExpireTime"], "2026-11-22T12:00:00Z");
    for name in ["ImportToken", "PublicKey"] {
        assert_ne!(one[name], other[name]);
        STANDARD.decode(one[name].as_str().unwrap()).unwrap();
    }
    // SOURCE: RFC 8017 appendix A.1.1 in a SubjectPublicKeyInfo: 294 bytes for 2048 bits.
    let der = STANDARD.decode(one["PublicKey"].as_str().unwrap()).unwrap();
    assert_eq!((der.len(), der[0]), (294, 0x30));
}

#[tokio::test]
async fn wrapping_parameters_are_checked() {
    let scene = Scene::of("GetParametersForImport").await;
    let good = scene.parameters("GetParametersForImport");
    for algorithm in ["RSAES_PKCS1_V1_5", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"] {
        let parameters = replaced(&good, "WrappingAlgorithm", algorithm);
        scene.call_with("GetParametersForImport", &parameters).await.ok();
    }
    for (name, value) in [
        ("WrappingAlgorithm", "SM2PKE"),
        ("WrappingAlgorithm", "rsaes_oaep_sha_1"),
        ("WrappingKeySpec", "RSA_4096"),
        ("WrappingKeySpec", "EC_P256"),
    ] {
        let answer = scene
            .call_with("GetParametersForImport", &replaced(&good, name, value))
            .await;
        let message = answer.refused(400, "InvalidParameter");
        assert_eq!(message, format!("The specified parameter {name} is not valid."));
    }
    let sm2 = replaced(&good, "WrappingKeySpec", "EC_SM2");
    let sm2 = replaced(&sm2, "WrappingAlgorithm", "SM2PKE");
    scene
        .call_with("GetParametersForImport", &sm2)
        .await
        .refused(400, "InvalidParameter");
}

#[tokio::test]
async fn generated_keys_take_no_material() {
    let scene = Scene::of("ImportKeyMaterial").await;
    for action in ["GetParametersForImport", "ImportKeyMaterial", "DeleteKeyMaterial"] {
        let parameters = match action {
            "DeleteKeyMaterial" => vec![("KeyId", scene.key.clone())],
            other => replaced(&scene.parameters(other), "KeyId", &scene.key),
        };
        let message = scene
            .call_with(action, &parameters)
            .await
            .refused(400, "Unsupported.Origin");
        assert_eq!(message, "This key origin is not valid for this api.");
    }
}

#[tokio::test]
async fn tokens_are_for_one_key_and_one_day() {
    let scene = Scene::with(Kms::new().await, &[Prop::External, Prop::Imported]).await;
    let (kms, good) = (&scene.kms, scene.parameters("ImportKeyMaterial"));
    let import = async |name: &'static str, value: &str| {
        scene
            .call_with("ImportKeyMaterial", &replaced(&good, name, value))
            .await
    };
    let tool = scene.tool(Prop::External);
    let mut bytes = STANDARD.decode(&tool.token).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    let damaged = STANDARD.encode(&bytes);
    for token in ["!", "AAAA", &damaged, &scene.tool(Prop::Imported).token] {
        let message = import("ImportToken", token)
            .await
            .refused(400, "InvalidImportToken");
        assert_eq!(message, "import token is invalid.");
    }
    // The token of another call comes with another public key.
    let (_, another) = wrapped_material(kms, &tool.key, &scene.other, 32).await;
    import("ImportToken", &another)
        .await
        .refused(400, "InvalidKeyMaterial");
    import("ImportToken", &tool.token).await.ok();
    import("ImportToken", &tool.token).await.ok();
    kms.world.advance(SignedDuration::from_hours(24));
    let message = import("ImportToken", &tool.token)
        .await
        .refused(400, "ExpiredImportToken");
    assert_eq!(message, "import token is expired.");
}

#[tokio::test]
async fn only_the_first_material_and_only_of_the_right_length_is_taken() {
    let scene = Scene::with(Kms::new().await, &[Prop::External, Prop::Imported]).await;
    let kms = &scene.kms;
    for (prop, lengths) in [(Prop::External, [16, 31, 33]), (Prop::Imported, [32, 16, 64])] {
        let key = &scene.tool(prop).key;
        for length in lengths {
            let (material, token) = wrapped_material(kms, key, &scene.other, length).await;
            let parameters = [
                ("KeyId", &**key),
                ("EncryptedKeyMaterial", &*material),
                ("ImportToken", &*token),
            ];
            let message = kms
                .call("ImportKeyMaterial", &parameters)
                .await
                .refused(400, "InvalidKeyMaterial");
            assert_eq!(message, "key material is invalid.");
        }
    }
    let good = scene.parameters("ImportKeyMaterial");
    let damaged = STANDARD.encode([3; 256]);
    for (value, code) in [
        ("AAAA", "InvalidKeyMaterial"),
        (&damaged, "InvalidKeyMaterial"),
        ("!", "InvalidParameter"),
    ] {
        let parameters = replaced(&good, "EncryptedKeyMaterial", value);
        scene
            .call_with("ImportKeyMaterial", &parameters)
            .await
            .refused(400, code);
    }
    assert_eq!(
        metadata(kms, &scene.tool(Prop::External).key).await["KeyState"],
        "PendingImport"
    );
}

#[tokio::test]
async fn material_expires() {
    let scene = Scene::with(Kms::new().await, &[Prop::External]).await;
    let (kms, tool) = (&scene.kms, scene.tool(Prop::External));
    let good = scene.parameters("ImportKeyMaterial");
    // 2026-11-21T12:00:00Z is now.
    for wrong in [
        "1795262399",
        "1",
        "-1",
        "1.5",
        "soon",
        "253402300800",
        "9223372036854775808",
    ] {
        let parameters = replaced(&good, "KeyMaterialExpireUnix", wrong);
        let message = scene
            .call_with("ImportKeyMaterial", &parameters)
            .await
            .refused(400, "InvalidParameter");
        assert_eq!(
            message, "The specified parameter KeyMaterialExpireUnix is not valid.",
            "{wrong}"
        );
    }
    tool.import(kms, "1795266000").await;
    assert_eq!(
        metadata(kms, &tool.key).await["MaterialExpireTime"],
        "2026-11-21T13:00:00Z"
    );
    // The same material again moves the date, or takes it away.
    tool.import(kms, "1795269600").await;
    let blob = kms.encrypt(&tool.key, "x").await;
    kms.world
        .advance(SignedDuration::from_hours(2) - SignedDuration::from_secs(1));
    kms.call("Decrypt", &[("CiphertextBlob", &blob)]).await.ok();
    kms.world.advance(SignedDuration::from_secs(1));
    let shown = metadata(kms, &tool.key).await;
    assert_eq!(
        (&shown["KeyState"], &shown["MaterialExpireTime"]),
        (&"PendingImport".into(), &"".into())
    );
    kms.call("Decrypt", &[("CiphertextBlob", &blob)])
        .await
        .refused(409, "Rejected.PendingImport");
    tool.import(kms, "0").await;
    assert_eq!(metadata(kms, &tool.key).await["MaterialExpireTime"], "");
    kms.call("Decrypt", &[("CiphertextBlob", &blob)]).await.ok();
}
