//! Key pairs: signatures, encryption, public keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::kms::Kms;
use crate::props::{Prop, key_pair};
use crate::scene::{CONTEXT, Scene, borrowed, replaced};

fn digest(length: usize) -> String {
    STANDARD.encode(vec![0x5a; length])
}

/// Spec, algorithm, bytes of its digest; the first row of a spec is the vendor's where it has one.
const SIGNERS: [(&str, &str, usize); 12] = [
    ("RSA_2048", "RSA_PSS_SHA_256", 32),
    ("RSA_2048", "RSA_PKCS1_SHA_256", 32),
    ("RSA_2048", "RSA_PSS_SHA_384", 48),
    ("RSA_2048", "RSA_PSS_SHA_512", 64),
    ("RSA_2048", "RSA_PKCS1_SHA_384", 48),
    ("RSA_2048", "RSA_PKCS1_SHA_512", 64),
    ("RSA_3072", "RSA_PSS_SHA_256", 32),
    ("RSA_4096", "RSA_PKCS1_SHA_256", 32),
    ("EC_P256", "ECDSA_SHA_256", 32),
    ("EC_P256K", "ECDSA_SHA_256", 32),
    ("EC_P384", "ECDSA_SHA_384", 48),
    ("EC_P521", "ECDSA_SHA_512", 64),
];

#[tokio::test]
async fn every_spec_signs_and_verifies() {
    let kms = Kms::new().await;
    let mut made: Option<(&str, crate::props::Tool)> = None;
    for (spec, algorithm, length) in SIGNERS {
        if made.as_ref().is_none_or(|(known, _)| *known != spec) {
            made = Some((spec, key_pair(&kms, spec, "SIGN/VERIFY").await));
        }
        let tool = &made.as_ref().unwrap().1;
        let digest = digest(length);
        let base = [
            ("KeyId", &*tool.key),
            ("KeyVersionId", &*tool.version),
            ("Algorithm", algorithm),
            ("Digest", &*digest),
        ];
        let signed = kms.call("AsymmetricSign", &base).await.ok();
        assert_eq!(
            (&signed["KeyId"], &signed["KeyVersionId"]),
            (&(*tool.key).into(), &(*tool.version).into())
        );
        let value = signed["Value"].as_str().unwrap();
        let verify = async |value: &str| {
            let parameters = [&base[..], &[("Value", value)]].concat();
            kms.call("AsymmetricVerify", &parameters).await.ok()["Value"].clone()
        };
        assert_eq!(verify(value).await, true, "{spec} {algorithm}");
        let mut bytes = STANDARD.decode(value).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        for wrong in [&bytes[..], &bytes[..last], &[0], &[0; 1024]] {
            assert_eq!(verify(&STANDARD.encode(wrong)).await, false, "{spec} {algorithm}");
        }
    }
}

#[tokio::test]
async fn what_does_not_fit_a_signature_is_refused() {
    let scene = Scene::with(Kms::new().await, &[Prop::Signer]).await;
    for action in ["AsymmetricSign", "AsymmetricVerify"] {
        let good = scene.parameters(action);
        let (long, longest) = (digest(33), digest(65));
        for (name, value) in [
            ("Algorithm", "RSA_PSS_SHA_256"),
            ("Algorithm", "ecdsa_sha_256"),
            ("Algorithm", "RSAES_OAEP_SHA_256"),
            ("Algorithm", "SM2DSA"),
            ("Digest", "!"),
            ("Digest", "AAAA"),
            ("Digest", &long),
            ("Digest", &longest),
        ] {
            let answer = scene.call_with(action, &replaced(&good, name, value)).await;
            let message = answer.refused(400, "InvalidParameter");
            assert_eq!(
                message,
                format!("The specified parameter {name} is not valid."),
                "{value}"
            );
        }
    }
    let good = scene.parameters("AsymmetricVerify");
    for value in ["!", &STANDARD.encode([0; 1025])] {
        let answer = scene
            .call_with("AsymmetricVerify", &replaced(&good, "Value", value))
            .await;
        answer.refused(400, "InvalidParameter");
    }
}

/// SOURCE: AsymmetricEncrypt, table of specs and lengths.
#[tokio::test]
async fn what_is_encrypted_to_a_public_key_comes_back() {
    let kms = Kms::new().await;
    for (spec, rows) in [
        (
            "RSA_2048",
            [("RSAES_OAEP_SHA_256", 190), ("RSAES_OAEP_SHA_1", 214)],
        ),
        (
            "RSA_3072",
            [("RSAES_OAEP_SHA_256", 318), ("RSAES_OAEP_SHA_1", 342)],
        ),
    ] {
        let tool = key_pair(&kms, spec, "ENCRYPT/DECRYPT").await;
        for (algorithm, longest) in rows {
            let base = [
                ("KeyId", &*tool.key),
                ("KeyVersionId", &*tool.version),
                ("Algorithm", algorithm),
            ];
            for length in [1, longest] {
                let plaintext = STANDARD.encode(vec![0xc3; length]);
                let parameters = [&base[..], &[("Plaintext", &*plaintext)]].concat();
                let made = kms.call("AsymmetricEncrypt", &parameters).await.ok();
                let blob = made["CiphertextBlob"].as_str().unwrap();
                let parameters = [&base[..], &[("CiphertextBlob", blob)]].concat();
                let opened = kms.call("AsymmetricDecrypt", &parameters).await.ok();
                assert_eq!(opened["Plaintext"], *plaintext);
            }
            let plaintext = STANDARD.encode(vec![0xc3; longest + 1]);
            let parameters = [&base[..], &[("Plaintext", &*plaintext)]].concat();
            let message = kms
                .call("AsymmetricEncrypt", &parameters)
                .await
                .refused(400, "InvalidParameter");
            assert_eq!(message, "The specified parameter Plaintext is not valid.");
        }
    }
}

#[tokio::test]
async fn what_does_not_fit_an_encryption_is_refused() {
    let scene = Scene::with(Kms::new().await, &[Prop::Encryptor]).await;
    let damaged = STANDARD.encode([7; 256]);
    for (action, name, value) in [
        ("AsymmetricEncrypt", "Algorithm", "RSAES_PKCS1_V1_5"),
        ("AsymmetricEncrypt", "Algorithm", "SM2PKE"),
        ("AsymmetricEncrypt", "Algorithm", "RSA_PSS_SHA_256"),
        ("AsymmetricEncrypt", "Plaintext", "no base64!"),
        ("AsymmetricDecrypt", "Algorithm", "RSAES_PKCS1_V1_5"),
        ("AsymmetricDecrypt", "CiphertextBlob", "!"),
        ("AsymmetricDecrypt", "CiphertextBlob", "AAAA"),
        ("AsymmetricDecrypt", "CiphertextBlob", &damaged),
    ] {
        let parameters = replaced(&scene.parameters(action), name, value);
        let message = scene
            .call_with(action, &parameters)
            .await
            .refused(400, "InvalidParameter");
        assert_eq!(
            message,
            format!("The specified parameter {name} is not valid."),
            "{action} {value}"
        );
    }
    // The other padding opens nothing, and which of the two was wrong is not told.
    let other = replaced(
        &scene.parameters("AsymmetricDecrypt"),
        "Algorithm",
        "RSAES_OAEP_SHA_1",
    );
    let message = scene
        .call_with("AsymmetricDecrypt", &other)
        .await
        .refused(400, "InvalidParameter");
    assert_eq!(message, "The specified parameter CiphertextBlob is not valid.");
    let mut enclave = scene.parameters("AsymmetricDecrypt");
    enclave.push(("Recipient", "{}".into()));
    scene
        .call_with("AsymmetricDecrypt", &enclave)
        .await
        .refused(400, "UnsupportedOperation");
}

#[tokio::test]
async fn keys_of_another_kind_do_not_serve() {
    let scene = Scene::new().await;
    let mac = [&*scene.tool(Prop::Authenticator).key, ""];
    let pair = |prop| [&*scene.tool(prop).key, &*scene.tool(prop).version];
    let (encryptor, signer) = (pair(Prop::Encryptor), pair(Prop::Signer));
    let symmetric = [&*scene.key, &*scene.version];
    for (action, wrong, code) in [
        (
            "AsymmetricEncrypt",
            [symmetric, signer],
            "Rejected.UnsupportedOperation",
        ),
        (
            "AsymmetricDecrypt",
            [symmetric, signer],
            "Rejected.UnsupportedOperation",
        ),
        (
            "AsymmetricSign",
            [symmetric, encryptor],
            "Rejected.UnsupportedOperation",
        ),
        (
            "AsymmetricVerify",
            [symmetric, encryptor],
            "Rejected.UnsupportedOperation",
        ),
        (
            "GetPublicKey",
            [symmetric, symmetric],
            "Rejected.UnsupportedOperation",
        ),
        (
            "GenerateMac",
            [symmetric, signer],
            "Rejected.UnsupportedOperation",
        ),
        (
            "VerifyMac",
            [symmetric, encryptor],
            "Rejected.UnsupportedOperation",
        ),
        ("Encrypt", [signer, mac], "UnsupportedOperation"),
        ("GenerateDataKey", [encryptor, mac], "UnsupportedOperation"),
        (
            "GenerateDataKeyWithoutPlaintext",
            [encryptor, mac],
            "UnsupportedOperation",
        ),
        (
            "GenerateAndExportDataKey",
            [encryptor, mac],
            "UnsupportedOperation",
        ),
    ] {
        for [key, version] in wrong {
            let mut parameters = replaced(&scene.parameters(action), "KeyId", key);
            if parameters.iter().any(|(name, _)| *name == "KeyVersionId") {
                parameters = replaced(&parameters, "KeyVersionId", version);
            }
            let message = scene.call_with(action, &parameters).await.refused(400, code);
            assert!(!message.is_empty());
        }
    }
    let moved = replaced(&scene.parameters("ReEncrypt"), "DestinationKeyId", encryptor[0]);
    scene
        .call_with("ReEncrypt", &moved)
        .await
        .refused(400, "UnsupportedOperation");
}

#[tokio::test]
async fn a_public_key_is_a_text_of_64_columns() {
    let scene = Scene::with(Kms::new().await, &[Prop::Signer]).await;
    let shown = scene.call("GetPublicKey").await.ok();
    let text = shown["PublicKey"].as_str().unwrap();
    let body = text
        .strip_prefix("-----BEGIN PUBLIC KEY-----\n")
        .and_then(|rest| rest.strip_suffix("\n-----END PUBLIC KEY-----\n"))
        .unwrap();
    let lines: Vec<_> = body.split('\n').collect();
    assert_eq!(lines.iter().map(|line| line.len()).collect::<Vec<_>>(), [64, 60]);
    let der = STANDARD.decode(lines.concat()).unwrap();
    // SOURCE: RFC 5480: an uncompressed point on prime256v1.
    assert_eq!(&der[..2], [0x30, 0x59]);
    assert_eq!(der.len(), 91);
}

#[tokio::test]
async fn a_bare_ciphertext_moves_under_a_symmetric_key() {
    let scene = Scene::with(Kms::new().await, &[Prop::Encryptor]).await;
    let tool = scene.tool(Prop::Encryptor);
    let bytes = STANDARD.encode("plain text");
    let made = replaced(&scene.parameters("AsymmetricEncrypt"), "Plaintext", &bytes);
    let made = scene.call_with("AsymmetricEncrypt", &made).await.ok();
    let parameters: Vec<(&'static str, String)> = vec![
        (
            "CiphertextBlob",
            made["CiphertextBlob"].as_str().unwrap().to_owned(),
        ),
        ("SourceKeyId", tool.key.clone()),
        ("SourceKeyVersionId", tool.version.clone()),
        ("SourceEncryptionAlgorithm", "RSAES_OAEP_SHA_256".into()),
        ("DestinationKeyId", scene.key.clone()),
        ("DestinationEncryptionContext", CONTEXT.into()),
    ];
    let moved = scene.call_with("ReEncrypt", &parameters).await.ok();
    assert_eq!(moved["KeyId"], *scene.key);
    let blob = moved["CiphertextBlob"].as_str().unwrap();
    let open = [("CiphertextBlob", blob), ("EncryptionContext", CONTEXT)];
    let opened = scene.kms.call("Decrypt", &open).await.ok();
    assert_eq!(
        opened["Plaintext"], bytes,
        "in the form in which key pairs show data"
    );
    for name in ["SourceKeyId", "SourceKeyVersionId", "SourceEncryptionAlgorithm"] {
        let some = crate::scene::without(&parameters, name);
        let message = scene
            .call_with("ReEncrypt", &some)
            .await
            .refused(400, "MissingParameter");
        assert!(message.contains(name), "{message}");
    }
    for (name, value) in [
        ("SourceEncryptionAlgorithm", "RSAES_PKCS1_V1_5"),
        ("SourceEncryptionAlgorithm", "SM2PKE"),
        ("SourceEncryptionContext", CONTEXT),
        ("CiphertextBlob", "AAAA"),
    ] {
        let wrong = replaced(&parameters, name, value);
        let message = scene
            .call_with("ReEncrypt", &wrong)
            .await
            .refused(400, "InvalidParameter");
        assert_eq!(message, format!("The specified parameter {name} is not valid."));
    }
    let nowhere = replaced(&parameters, "SourceKeyVersionId", "x");
    scene
        .call_with("ReEncrypt", &nowhere)
        .await
        .refused(404, "Forbidden.KeyVersionNotFound");
}

/// Versions are looked up by way of their key: who may not use the key learns nothing of its versions.
#[tokio::test]
async fn strangers_learn_nothing_of_versions() {
    let kms = Kms::with_neighbour().await;
    let neighbour = kms.world.caller(1).clone();
    let scene = Scene::with(kms, &[Prop::Encryptor, Prop::Signer, Prop::Authenticator]).await;
    for action in [
        "AsymmetricDecrypt",
        "AsymmetricEncrypt",
        "AsymmetricSign",
        "AsymmetricVerify",
        "DescribeKeyVersion",
        "GenerateMac",
        "GetPublicKey",
        "ListKeyVersions",
        "VerifyMac",
    ] {
        let good = scene.parameters(action);
        let arn = Kms::arn(scene.kms.world.root(), &format!("key/{}", good[0].1));
        for version in [None, Some("01a1fdfa-4600-7fff-bfff-ffffffffffff"), Some("x")] {
            let mut parameters = replaced(&good, "KeyId", &arn);
            if let Some(version) = version {
                parameters = replaced(&parameters, "KeyVersionId", version);
            }
            let answer = scene
                .kms
                .call_as(&neighbour, action, &borrowed(&parameters))
                .await;
            let message = answer.refused(403, "Forbidden.NoPermission");
            assert_eq!(
                message,
                format!("This operation for {arn} is forbidden by permission system.")
            );
        }
        let plain = scene.kms.call_as(&neighbour, action, &borrowed(&good)).await;
        plain.refused(404, "Forbidden.KeyNotFound");
    }
}
