//! Refusals that the documents name, byte for byte: what was changed in a call that would have succeeded, and the answer.
//!
//! What depends on the state of a key is in `states.rs`; what needs time to pass, in the files of its subject.

use std::fmt::Write as _;

use claviger_testkit::World;

use crate::golden::{Mask, compare};
use crate::kms::Kms;
use crate::props::Prop;
use crate::scene::{Parameters, Scene, replaced, without};

/// A key id that nobody has.
const NOBODY: &str = "01a1fdfa-4600-7fff-bfff-ffffffffffff";

/// Operation, parameter, and what is sent in its place; `-` leaves it out, and a name after `@` is something of the
/// scene.
const CASES: [(&str, &str, &str); 105] = [
    ("AsymmetricDecrypt", "KeyId", "@nobody"),
    ("AsymmetricDecrypt", "KeyId", "alias/nowhere"),
    ("AsymmetricDecrypt", "KeyVersionId", "@nobody"),
    ("AsymmetricDecrypt", "KeyVersionId", "-"),
    ("AsymmetricDecrypt", "Algorithm", "SM2PKE"),
    ("AsymmetricDecrypt", "CiphertextBlob", "AAAA"),
    ("AsymmetricEncrypt", "KeyId", "@nobody"),
    ("AsymmetricEncrypt", "KeyId", "alias/nowhere"),
    ("AsymmetricEncrypt", "KeyVersionId", "@nobody"),
    ("AsymmetricEncrypt", "Algorithm", "SM2PKE"),
    ("AsymmetricEncrypt", "Plaintext", "no base64!"),
    ("AsymmetricSign", "KeyId", "@nobody"),
    ("AsymmetricSign", "KeyId", "alias/nowhere"),
    ("AsymmetricSign", "KeyVersionId", "@nobody"),
    ("AsymmetricSign", "Digest", "AAAA"),
    ("AsymmetricVerify", "KeyId", "@nobody"),
    ("AsymmetricVerify", "KeyId", "alias/nowhere"),
    ("AsymmetricVerify", "KeyVersionId", "@nobody"),
    ("AsymmetricVerify", "Digest", "AAAA"),
    ("AsymmetricVerify", "Value", "!"),
    ("CancelKeyDeletion", "KeyId", "@nobody"),
    ("CancelKeyDeletion", "KeyId", "@key"),
    ("CancelKeyDeletion", "KeyId", "acs:kms:"),
    ("CancelKeyDeletion", "KeyId", "alias/app"),
    ("CertificatePrivateKeyDecrypt", "CertificateId", "@nobody"),
    ("CertificatePrivateKeyDecrypt", "CiphertextBlob", "AAAA"),
    ("CertificatePrivateKeySign", "CertificateId", "@nobody"),
    ("CertificatePrivateKeySign", "Algorithm", "ECDSA_SHA_256"),
    ("CertificatePrivateKeySign", "Message", "AAAA"),
    ("CertificatePublicKeyEncrypt", "Algorithm", "SM2PKE"),
    ("CertificatePublicKeyVerify", "CertificateId", "@nobody"),
    ("CreateCertificate", "KeySpec", "EC_SM2"),
    ("CreateCertificate", "Subject", "O=Example"),
    ("CreateCsr", "KeyVersionId", "@nobody"),
    ("CreateCsr", "Subject", "O=Example"),
    ("DescribeCertificate", "CertificateId", "@nobody"),
    ("UpdateCertificateStatus", "Status", "PENDING"),
    ("UploadCertificate", "Certificate", "nonsense"),
    ("CreateKey", "KeySpec", "EC_SM2"),
    ("CreateKey", "KeySpec", "Aliyun_SM4"),
    ("CreateKey", "KeySpec", "nonsense"),
    ("CreateKey", "KeyUsage", "SIGN/VERIFY"),
    ("CreateKey", "Origin", "nonsense"),
    ("CreateKey", "ProtectionLevel", "HSM"),
    ("CreateKey", "RotationInterval", "6d"),
    ("CreateKey", "DKMSInstanceId", "kst-x"),
    ("CreateKey", "Tags", "{}"),
    ("CreateKey", "Policy", "{}"),
    ("CreateKeyVersion", "KeyId", "@nobody"),
    ("CreateKeyVersion", "KeyId", "alias/nowhere"),
    ("CreateKeyVersion", "KeyId", "@key"),
    ("DeleteKeyMaterial", "KeyId", "@nobody"),
    ("DeleteKeyMaterial", "KeyId", "acs:kms:"),
    ("DeleteKeyMaterial", "KeyId", "@key"),
    ("DescribeKeyVersion", "KeyId", "@nobody"),
    ("DescribeKeyVersion", "KeyId", "acs:kms:"),
    ("DescribeKeyVersion", "KeyVersionId", "@nobody"),
    ("ExportDataKey", "CiphertextBlob", "AAAA"),
    ("ExportDataKey", "EncryptionContext", "{}"),
    ("ExportDataKey", "PublicKeyBlob", "AAAA"),
    ("GenerateAndExportDataKey", "KeyId", "@nobody"),
    ("GenerateAndExportDataKey", "PublicKeyBlob", "AAAA"),
    ("GenerateAndExportDataKey", "WrappingKeySpec", "RSA_4096"),
    ("GenerateMac", "Algorithm", "HMAC_SHA_512"),
    ("GenerateMac", "KeyId", "@key"),
    ("GetKeyPolicy", "KeyId", "@nobody"),
    ("GetKeyPolicy", "KeyId", "-"),
    ("GetKeyPolicy", "PolicyName", "other"),
    ("GetParametersForImport", "KeyId", "@key"),
    ("GetParametersForImport", "KeyId", "@nobody"),
    ("GetParametersForImport", "WrappingAlgorithm", "SM2PKE"),
    ("GetPublicKey", "KeyId", "@nobody"),
    ("GetPublicKey", "KeyVersionId", "@nobody"),
    ("GetPublicKey", "KeyId", "acs:kms:"),
    ("ImportKeyMaterial", "KeyId", "@key"),
    ("ImportKeyMaterial", "KeyId", "@nobody"),
    ("ImportKeyMaterial", "EncryptedKeyMaterial", "AAAA"),
    ("ImportKeyMaterial", "ImportToken", "AAAA"),
    ("ImportKeyMaterial", "KeyMaterialExpireUnix", "1"),
    ("ListKeyVersions", "KeyId", "@nobody"),
    ("ListKeyVersions", "PageSize", "101"),
    ("ListResourceTags", "KeyId", "alias/app"),
    ("ListTagResources", "ResourceId.1", "@nobody"),
    ("ListTagResources", "Tag.2.Key", "team"),
    ("ReEncrypt", "CiphertextBlob", "AAAA"),
    ("ReEncrypt", "DestinationKeyId", "@nobody"),
    ("ScheduleKeyDeletion", "KeyId", "@nobody"),
    ("ScheduleKeyDeletion", "PendingWindowInDays", "367"),
    ("SetDeletionProtection", "ProtectedResourceArn", "@nobody's name"),
    ("SetDeletionProtection", "KmsInstanceId", "kst-x"),
    ("SetKeyPolicy", "KeyId", "@nobody"),
    ("SetKeyPolicy", "Policy", "-"),
    ("SetKeyPolicy", "Policy", "{}"),
    ("TagResource", "KeyId", "@nobody"),
    ("TagResource", "Tags", "{}"),
    ("TagResource", "SecretName", "x"),
    ("TagResources", "ResourceId.1", "@nobody"),
    ("TagResources", "Tag.1.Key", "acs:x"),
    ("TagResources", "Tag.1.Value", "a b"),
    ("TagResources", "Tag.2.Key", "team"),
    ("UntagResource", "KeyId", "@nobody"),
    ("UntagResource", "TagKeys", "{}"),
    ("UntagResources", "ResourceId.1", "@nobody"),
    ("UpdateRotationPolicy", "RotationInterval", "6d"),
    ("VerifyMac", "Algorithm", "HMAC_SHA_512"),
];

fn changed(scene: &Scene, good: &Parameters, name: &'static str, value: &str) -> Parameters {
    match value {
        "-" => without(good, name),
        "@nobody" => replaced(good, name, NOBODY),
        "@key" => replaced(good, name, &scene.key),
        "@nobody's name" => {
            let arn = Kms::arn(scene.kms.world.root(), &format!("key/{NOBODY}"));
            replaced(good, name, &arn)
        }
        other => replaced(good, name, other),
    }
}

/// A deployment that has no hardware for keys.
async fn without_hsm() -> Scene {
    let kms = Kms::over(World::build().without_hsm()).await;
    Scene::with(kms, &Prop::ALL).await.with_papers().await
}

#[tokio::test]
async fn documented_refusals_look_as_documented() {
    let scene = without_hsm().await;
    let mut lines = String::new();
    for (action, name, value) in CASES {
        let parameters = changed(&scene, &scene.parameters(action), name, value);
        let answer = scene.call_with(action, &parameters).await;
        assert!(
            (400..500).contains(&answer.status),
            "{action} {name} {value}: {}",
            answer.text
        );
        let mut mask = Mask::default();
        mask.name(&answer.id, "request");
        writeln!(lines, "{action} {name}={value}\n  {}", mask.apply(&answer.text)).unwrap();
    }
    compare(&[("refusals/parameters.txt".into(), lines)]);
}

/// Keys, versions, tags and policies are as they were.
#[tokio::test]
async fn a_call_that_is_refused_changes_nothing() {
    let scene = without_hsm().await;
    let everything = async || {
        let mut shown = Vec::new();
        for key in [&scene.key, &scene.other]
            .into_iter()
            .chain(Prop::ALL.iter().map(|prop| &scene.tool(*prop).key))
        {
            for action in [
                "DescribeKey",
                "ListKeyVersions",
                "ListResourceTags",
                "GetKeyPolicy",
            ] {
                let mut answer = scene.kms.call(action, &[("KeyId", key)]).await.ok();
                answer.as_object_mut().unwrap().remove("RequestId");
                shown.push(answer);
            }
        }
        let keys = scene.kms.call("ListKeys", &[("PageSize", "100")]).await.ok();
        (shown, keys["TotalCount"].clone())
    };
    let before = everything().await;
    for (action, name, value) in CASES {
        let parameters = changed(&scene, &scene.parameters(action), name, value);
        scene.call_with(action, &parameters).await;
    }
    assert_eq!(everything().await, before);
}
