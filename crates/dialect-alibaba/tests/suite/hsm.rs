//! Keys of the protection level HSM, and what is offered at that level only.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_model::MessageLimit;
use claviger_testkit::{Authority, World, sm2_digest};
use serde_json::Value;

use crate::kms::Kms;
use crate::scene::PLAINTEXT;

const HSM: (&str, &str) = ("ProtectionLevel", "HSM");
const DEFAULT_IDENTITY: &str = "distid:1234567812345678";

/// A key in hardware, as the answer shows it.
async fn made(kms: &Kms, parameters: &[(&str, &str)]) -> Value {
    let created = kms.call("CreateKey", &[parameters, &[HSM]].concat()).await.ok();
    created["KeyMetadata"].clone()
}

fn id(key: &Value) -> String {
    key["KeyId"].as_str().unwrap().to_owned()
}

/// The only version of a key.
async fn version(kms: &Kms, key: &str) -> String {
    let listed = kms.call("ListKeyVersions", &[("KeyId", key)]).await.ok();
    let version = &listed["KeyVersions"]["KeyVersion"][0]["KeyVersionId"];
    version.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn keys_in_hardware_are_made_shown_and_listed() {
    let kms = Kms::new().await;
    kms.create_key().await;
    for spec in [
        "Aliyun_AES_256",
        "Aliyun_AES_192",
        "Aliyun_AES_128",
        "Aliyun_SM4",
        "RSA_2048",
        "EC_P256",
        "EC_P256K",
        "EC_SM2",
        "HMAC_SM3",
    ] {
        let key = made(&kms, &[("KeySpec", spec)]).await;
        let shown = kms.call("DescribeKey", &[("KeyId", &id(&key))]).await.ok();
        for key in [&key, &shown["KeyMetadata"]] {
            assert_eq!(
                (&key["ProtectionLevel"], &key["KeySpec"]),
                (&"HSM".into(), &spec.into())
            );
        }
    }
    for (name, value, count) in [
        ("ProtectionLevel", "HSM", 9),
        ("ProtectionLevel", "SOFTWARE", 1),
        ("KeySpec", "EC_SM2", 1),
        ("KeySpec", "Aliyun_SM4", 1),
    ] {
        let filters = format!(r#"[{{"Key":"{name}","Values":["{value}"]}}]"#);
        let listed = kms.call("ListKeys", &[("Filters", &filters)]).await.ok();
        assert_eq!(listed["TotalCount"], count, "{value}");
    }
}

#[tokio::test]
async fn sm4_encrypts_and_ends_its_messages() {
    let builder = World::build().message_limit(MessageLimit::new(2, 1));
    let kms = Kms::over(builder).await;
    let key = id(&made(&kms, &[("KeySpec", "Aliyun_SM4")]).await);
    let blob = kms.encrypt(&key, PLAINTEXT).await;
    let opened = kms.call("Decrypt", &[("CiphertextBlob", &blob)]).await.ok();
    assert_eq!(opened["Plaintext"], PLAINTEXT);
    kms.call("GenerateDataKey", &[("KeyId", &key)]).await.ok();
    let parameters = [("KeyId", &*key), ("Plaintext", PLAINTEXT)];
    for answer in [
        kms.call("Encrypt", &parameters).await,
        kms.call("GenerateDataKey", &parameters[..1]).await,
        kms.call("GenerateDataKeyWithoutPlaintext", &parameters[..1])
            .await,
    ] {
        let message = answer.refused(400, "Rejected.LimitExceeded");
        assert!(message.contains("Rotate the key"), "{message}");
    }
}

#[tokio::test]
async fn sm2_signs_and_openssl_verifies() {
    let kms = Kms::new().await;
    let key = id(&made(&kms, &[("KeySpec", "EC_SM2")]).await);
    let version = version(&kms, &key).await;
    let base = [("KeyId", &*key), ("KeyVersionId", &*version)];
    let shown = kms.call("GetPublicKey", &base).await.ok();
    let desk = Authority::new();
    desk.put("public.pem", shown["PublicKey"].as_str().unwrap());
    desk.put("message", "a release");
    desk.openssl("pkey -pubin -in public.pem -outform DER -out public.der", &[]);
    let digest = sm2_digest(&desk.bytes("public.der"), b"a release");
    let digest = STANDARD.encode(digest);
    let what = [("Algorithm", "SM2DSA"), ("Digest", &*digest)];
    let parameters = [&base[..], &what].concat();
    let signed = kms.call("AsymmetricSign", &parameters).await.ok();
    let value = signed["Value"].as_str().unwrap();
    desk.put("signature", STANDARD.decode(value).unwrap());
    let line = "pkeyutl -verify -pubin -inkey public.pem -rawin -digest sm3 -in message -sigfile signature";
    desk.openssl(line, &["-pkeyopt", DEFAULT_IDENTITY]);
    let verify = [&parameters[..], &[("Value", value)]].concat();
    assert_eq!(kms.call("AsymmetricVerify", &verify).await.ok()["Value"], true);
}

#[tokio::test]
async fn sm2_encrypts_and_decrypts() {
    let kms = Kms::new().await;
    let crypt = [("KeySpec", "EC_SM2"), ("KeyUsage", "ENCRYPT/DECRYPT")];
    let key = id(&made(&kms, &crypt).await);
    let version = version(&kms, &key).await;
    let base = [
        ("KeyId", &*key),
        ("KeyVersionId", &*version),
        ("Algorithm", "SM2PKE"),
    ];
    let plaintext = STANDARD.encode(vec![7; 6047]);
    let parameters = [&base[..], &[("Plaintext", &*plaintext)]].concat();
    let encrypted = kms.call("AsymmetricEncrypt", &parameters).await.ok();
    let blob = encrypted["CiphertextBlob"].as_str().unwrap();
    assert!(STANDARD.decode(blob).unwrap().len() <= 6144 + 24);
    let parameters = [&base[..], &[("CiphertextBlob", blob)]].concat();
    let opened = kms.call("AsymmetricDecrypt", &parameters).await.ok();
    assert_eq!(opened["Plaintext"], plaintext);
    let longer = STANDARD.encode(vec![7; 6048]);
    let parameters = [&base[..], &[("Plaintext", &*longer)]].concat();
    let message = kms
        .call("AsymmetricEncrypt", &parameters)
        .await
        .refused(400, "InvalidParameter");
    assert_eq!(message, "The specified parameter Plaintext is not valid.");
}

#[tokio::test]
async fn sm2_wraps_what_comes_in_and_what_goes_out() {
    let kms = Kms::new().await;
    let external = [("KeySpec", "Aliyun_SM4"), ("Origin", "EXTERNAL")];
    let key = id(&made(&kms, &external).await);
    let asked = [
        ("KeyId", &*key),
        ("WrappingKeySpec", "EC_SM2"),
        ("WrappingAlgorithm", "SM2PKE"),
    ];
    let shown = kms.call("GetParametersForImport", &asked).await.ok();
    let desk = Authority::new();
    let public = STANDARD.decode(shown["PublicKey"].as_str().unwrap());
    desk.put("public", public.unwrap());
    let token = shown["ImportToken"].as_str().unwrap();
    let import = async |length| {
        desk.put("plain", vec![7; length]);
        desk.openssl(
            "pkeyutl -encrypt -pubin -keyform DER -inkey public -in plain -out wrapped",
            &[],
        );
        let wrapped = STANDARD.encode(desk.bytes("wrapped"));
        let parameters = [
            ("KeyId", &*key),
            ("ImportToken", token),
            ("EncryptedKeyMaterial", &*wrapped),
        ];
        kms.call("ImportKeyMaterial", &parameters).await
    };
    import(32).await.refused(400, "InvalidKeyMaterial");
    import(16).await.ok();

    for line in [
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out recipient",
        "pkey -in recipient -pubout -outform DER -out public",
    ] {
        desk.openssl(line, &[]);
    }
    let public = STANDARD.encode(desk.bytes("public"));
    let wrapping = [("PublicKeyBlob", &*public), asked[1], asked[2]];
    let parameters = [&asked[..1], &wrapping[..]].concat();
    let made = kms.call("GenerateAndExportDataKey", &parameters).await.ok();
    let blob = made["CiphertextBlob"].as_str().unwrap();
    let parameters = [&[("CiphertextBlob", blob)][..], &wrapping[..]].concat();
    let again = kms.call("ExportDataKey", &parameters).await.ok();
    let opened = kms.call("Decrypt", &[("CiphertextBlob", blob)]).await.ok();
    for exported in [&made["ExportedDataKey"], &again["ExportedDataKey"]] {
        desk.put("exported", STANDARD.decode(exported.as_str().unwrap()).unwrap());
        desk.openssl("pkeyutl -decrypt -inkey recipient -in exported -out raw", &[]);
        assert_eq!(opened["Plaintext"], STANDARD.encode(desk.bytes("raw")));
    }
}

#[tokio::test]
async fn certificates_of_sm2_are_made_in_hardware() {
    let kms = Kms::new().await;
    let parameters = [("KeySpec", "EC_SM2"), ("Subject", "CN=www.example.com")];
    let made = kms.call("CreateCertificate", &parameters).await.ok();
    assert_eq!(kms.world.hsm().held(), 1);
    let desk = Authority::new();
    desk.put("made.csr", made["Csr"].as_str().unwrap());
    desk.openssl("req -in made.csr -verify -noout", &["-vfyopt", DEFAULT_IDENTITY]);
}

/// Clients try again by themselves, and what needs no hardware goes on.
#[tokio::test]
async fn while_the_hardware_is_away_its_keys_are_unavailable() {
    let kms = Kms::new().await;
    let key = id(&made(&kms, &[]).await);
    let blob = kms.encrypt(&key, PLAINTEXT).await;
    kms.world.hsm().go_away();
    let encrypt = [("KeyId", &*key), ("Plaintext", PLAINTEXT)];
    for answer in [
        kms.call("Encrypt", &encrypt).await,
        kms.call("Decrypt", &[("CiphertextBlob", &blob)]).await,
        kms.call("CreateKey", &[HSM]).await,
    ] {
        assert_eq!(answer.status, 503, "{}", answer.text);
    }
    kms.call("DescribeKey", &[("KeyId", &key)]).await.ok();
    kms.create_key().await;
    kms.world.hsm().come_back();
    kms.call("Decrypt", &[("CiphertextBlob", &blob)]).await.ok();
}
