//! Asking whether a call would work.
//!
//! SOURCE: AsymmetricVerify, parameter DryRun (read 2026-11-21): the answer is always a failure, and its code tells.

use claviger_dialect_alibaba::Api;

use crate::kms::Kms;
use crate::scene::{Parameters, Scene, borrowed, replaced};

/// The operations that have the parameter.
const ASKED: [&str; 14] = [
    "Encrypt",
    "Decrypt",
    "ReEncrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateAndExportDataKey",
    "ExportDataKey",
    "AsymmetricEncrypt",
    "AsymmetricDecrypt",
    "AsymmetricSign",
    "AsymmetricVerify",
    "GetPublicKey",
    "GenerateMac",
    "VerifyMac",
];

fn dry(parameters: &Parameters, value: &str) -> Parameters {
    replaced(parameters, "DryRun", value)
}

#[tokio::test]
async fn a_call_that_would_work_says_so_and_gives_nothing() {
    let scene = Scene::new().await;
    for action in ASKED {
        let good = scene.parameters(action);
        for yes in ["true", "True", "TRUE"] {
            let answer = scene.call_with(action, &dry(&good, yes)).await;
            answer.refused(400, "DryRunOperationError");
            assert!(!answer.text.contains("Plaintext") && !answer.text.contains("CiphertextBlob"));
        }
        for no in ["false", "FALSE", ""] {
            scene.call_with(action, &dry(&good, no)).await.ok();
        }
        scene
            .call_with(action, &dry(&good, "perhaps"))
            .await
            .refused(400, "InvalidParameter");
    }
}

#[tokio::test]
async fn a_wrong_parameter_is_a_validation_error() {
    let scene = Scene::new().await;
    for action in ASKED {
        let good = dry(&scene.parameters(action), "true");
        for (name, _) in good
            .iter()
            .filter(|(name, _)| *name != "DryRun" && !name.contains("Key"))
        {
            let wrong = scene
                .call_with(action, &replaced(&good, name, &"{".repeat(20_000)))
                .await;
            wrong.refused(400, "ValidationError");
        }
    }
}

/// What only the core can judge is wrong in the same way.
#[tokio::test]
async fn a_value_that_does_not_fit_the_key_is_a_validation_error() {
    let scene = Scene::new().await;
    for (action, name, value) in [
        ("AsymmetricSign", "Digest", "AAAA"),
        ("AsymmetricSign", "Algorithm", "RSA_PSS_SHA_256"),
        ("AsymmetricDecrypt", "CiphertextBlob", "AAAA"),
        ("Decrypt", "EncryptionContext", "{}"),
        ("GenerateMac", "Algorithm", "HMAC_SHA_512"),
        ("GenerateAndExportDataKey", "PublicKeyBlob", "AAAA"),
    ] {
        let wrong = replaced(&dry(&scene.parameters(action), "true"), name, value);
        let message = scene
            .call_with(action, &wrong)
            .await
            .refused(400, "ValidationError");
        assert_eq!(message, format!("The specified parameter {name} is not valid."));
    }
}

#[tokio::test]
async fn what_is_not_allowed_is_an_access_error() {
    let kms = Kms::with_neighbour().await;
    let neighbour = kms.world.caller(1).clone();
    let scene = Scene::over(kms).await;
    let owner = scene.kms.world.root();
    let key = Kms::arn(owner, &format!("key/{}", scene.key));
    let own = scene.kms.create_key_as(&neighbour).await;
    let made = scene
        .kms
        .call_as(&neighbour, "Encrypt", &[("KeyId", &own), ("Plaintext", "x")])
        .await
        .ok();
    let blob = made["CiphertextBlob"].as_str().unwrap();
    for action in [
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "ReEncrypt",
    ] {
        let parameters = [
            ("KeyId", &*key),
            ("DestinationKeyId", &*key),
            ("CiphertextBlob", blob),
            ("Plaintext", "x"),
            ("DryRun", "true"),
        ];
        scene
            .kms
            .call_as(&neighbour, action, &parameters)
            .await
            .refused(403, "AccessDeniedError");
    }
}

#[tokio::test]
async fn a_key_that_is_not_ready_refuses_as_ever() {
    let scene = Scene::new().await;
    for action in ASKED {
        let key = [("KeyId", scene.subject(action))];
        scene.kms.call("DisableKey", &key).await.ok();
        let answer = scene
            .call_with(action, &dry(&scene.parameters(action), "true"))
            .await;
        answer.refused(409, "Rejected.Disabled");
    }
}

/// Where the parameter does not exist it is ignored like any unknown one; above all, nothing is changed by a call that
/// then says it was not made.
#[tokio::test]
async fn other_operations_do_not_know_the_parameter() {
    for action in Api::Kms.served().filter(|action| !ASKED.contains(action)) {
        let scene = Scene::of(action).await;
        let good = scene.parameters(action);
        let plain = Scene::of(action).await.call(action).await;
        let answer = scene.call_with(action, &dry(&good, "true")).await;
        assert_eq!(
            (answer.status, answer.code()),
            (plain.status, plain.code()),
            "{action}"
        );
        assert!(!borrowed(&good).iter().any(|(name, _)| *name == "DryRun"));
    }
}
