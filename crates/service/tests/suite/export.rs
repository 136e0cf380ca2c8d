//! Data keys for someone else's public key: the raw bytes of what the ciphertext holds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_crypto::ec::{Curve, EcPrivateKey};
use claviger_crypto::rsa::{RsaEncryption, RsaPrivateKey, RsaSize};
use claviger_model::{
    EncryptionAlgorithm, EncryptionContext, Error, Field, HashAlgorithm, KeyId, KeySpec, Missing, Refusal,
    StateKind, Unsupported, Usage,
};
use claviger_secret::SecretBytes;
use claviger_service::KeyRef;
use claviger_service::ops::crypto::{
    Ciphertext, DataKeyForm, Decrypt, Encrypt, Export, ExportDataKey, GenerateAndExportDataKey,
    GenerateDataKey,
};
use claviger_service::ops::key::DisableKey;
use claviger_testkit::World;
use serde_json::json;

use crate::asymmetric_pair::{OAEP_SHA1, OAEP_SHA256, Pair};
use crate::calls::Root;

/// Whoever wants data keys.
struct Recipient(RsaPrivateKey);

impl Recipient {
    fn new() -> Self {
        Self(RsaPrivateKey::generate(RsaSize::R2048).unwrap())
    }

    fn asks(&self, algorithm: EncryptionAlgorithm) -> Export {
        Export {
            spec: KeySpec::Rsa2048,
            algorithm,
            public_key: self.0.public_key_der(),
        }
    }

    fn opens(&self, algorithm: EncryptionAlgorithm, exported: &[u8]) -> Vec<u8> {
        let padding = match algorithm {
            EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1) => RsaEncryption::OaepSha1,
            _ => RsaEncryption::OaepSha256,
        };
        self.0.decrypt(padding, exported).unwrap().expose().to_vec()
    }
}

fn context() -> EncryptionContext {
    let mut context = EncryptionContext::default();
    assert!(context.add("purpose".into(), "backup".into()));
    context
}

fn data_key(key: KeyRef, length: usize) -> GenerateDataKey {
    GenerateDataKey {
        key,
        length,
        form: DataKeyForm::Base64,
        context: context(),
    }
}

fn generate(key: KeyRef, length: usize, export: Export) -> GenerateAndExportDataKey {
    GenerateAndExportDataKey {
        data_key: data_key(key, length),
        export,
    }
}

fn export(blob: &[u8], export: Export) -> ExportDataKey {
    ExportDataKey {
        ciphertext: Ciphertext::parse(blob.to_vec()).unwrap(),
        context: context(),
        form: DataKeyForm::Base64,
        export,
    }
}

#[tokio::test]
async fn both_ciphertexts_hold_the_same_data_key() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await;
    let recipient = Recipient::new();
    for (algorithm, longest) in [(OAEP_SHA1, 214), (OAEP_SHA256, 190)] {
        for length in [1, 16, 32, longest] {
            let asked = generate(root.key(key.id), length, recipient.asks(algorithm));
            let made = root.calls(&service, asked).await.unwrap();
            assert_eq!((made.key, Some(made.version)), (key.id, key.primary));
            let raw = recipient.opens(algorithm, &made.exported);
            assert_eq!(raw.len(), length);
            let decrypt = Decrypt {
                opener: claviger_service::ops::crypto::Opener::Named,
                payload: claviger_service::ops::crypto::Payload::Data,
                ciphertext: Ciphertext::parse(made.blob.clone()).unwrap(),
                context: context(),
            };
            let text = root.calls(&service, decrypt).await.unwrap().plaintext;
            assert_eq!(text.expose_str().unwrap(), STANDARD.encode(&raw));

            let later = root
                .calls(&service, export(&made.blob, recipient.asks(algorithm)))
                .await
                .unwrap();
            assert_eq!((later.key, Some(later.version)), (key.id, key.primary));
            assert_eq!(recipient.opens(algorithm, &later.exported), raw);
            assert_ne!(later.exported, made.exported);
        }
        let asked = generate(root.key(key.id), longest + 1, recipient.asks(algorithm));
        let refused = root.calls(&service, asked).await.map(drop);
        assert_eq!(refused, Err(Error::Invalid(Field::Plaintext)));
    }
}

#[tokio::test]
async fn a_data_key_that_was_made_before_can_be_exported() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    let recipient = Recipient::new();
    let made = root.calls(&service, data_key(root.key(key), 32)).await.unwrap();
    let asked = export(&made.blob, recipient.asks(OAEP_SHA256));
    let exported = root.calls(&service, asked).await.unwrap().exported;
    let raw = recipient.opens(OAEP_SHA256, &exported);
    assert_eq!(STANDARD.encode(raw), made.plaintext.expose_str().unwrap());
}

#[tokio::test]
async fn only_data_keys_that_fit_are_exported() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    let recipient = Recipient::new();
    let unfit = Error::Invalid(Field::Ciphertext);
    let long = root
        .calls(&service, data_key(root.key(key), 191))
        .await
        .unwrap()
        .blob;
    let asked = export(&long, recipient.asks(OAEP_SHA256));
    assert_eq!(root.calls(&service, asked).await.map(drop), Err(unfit.clone()));
    let asked = export(&long, recipient.asks(OAEP_SHA1));
    assert!(root.calls(&service, asked).await.is_ok(), "it fits there");

    let text = Encrypt {
        payload: claviger_service::ops::crypto::Payload::Data,
        key: root.key(key),
        plaintext: SecretBytes::copied(b"no base64!"),
        context: context(),
    };
    let text = root.calls(&service, text).await.unwrap().blob;
    let asked = export(&text, recipient.asks(OAEP_SHA256));
    assert_eq!(root.calls(&service, asked).await.map(drop), Err(unfit));

    let other = Error::Invalid(Field::CiphertextOrContext);
    let mut asked = export(&long, recipient.asks(OAEP_SHA1));
    asked.context = EncryptionContext::default();
    assert_eq!(root.calls(&service, asked).await.map(drop), Err(other.clone()));
    let mut damaged = long;
    *damaged.last_mut().unwrap() ^= 1;
    let asked = export(&damaged, recipient.asks(OAEP_SHA1));
    assert_eq!(root.calls(&service, asked).await.map(drop), Err(other));
}

/// Whatever is wrong with it is told before the key is looked for.
#[tokio::test]
async fn a_recipient_must_be_as_it_is_said_to_be() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    let blob = root
        .calls(&service, data_key(root.key(key), 32))
        .await
        .unwrap()
        .blob;
    let recipient = Recipient::new();
    let with = |spec, algorithm, public_key: &[u8]| {
        let public_key = public_key.to_vec();
        move || Export {
            spec,
            algorithm,
            public_key: public_key.clone(),
        }
    };
    let right = recipient.0.public_key_der();
    let larger = RsaPrivateKey::generate(RsaSize::R3072).unwrap().public_key_der();
    let curve = EcPrivateKey::generate(Curve::P256).unwrap().public_key_der();
    let longer = [&right[..], &[0]].concat();
    let spec = Error::Unsupported(Unsupported::Spec);
    let algorithm = Error::Invalid(Field::Algorithm);
    let public_key = Error::Invalid(Field::PublicKey);
    let rsa = KeySpec::Rsa2048;
    let nowhere = root.key(KeyId::from_bytes([5; 16]));
    for (asks, answer) in [
        (
            with(KeySpec::Sm2, EncryptionAlgorithm::Sm2Pke, &right),
            public_key.clone(),
        ),
        (
            with(KeySpec::Sm2, EncryptionAlgorithm::Sm2Pke, &curve),
            public_key.clone(),
        ),
        (with(KeySpec::Sm2, OAEP_SHA256, &right), algorithm.clone()),
        (with(KeySpec::Rsa3072, OAEP_SHA256, &larger), spec.clone()),
        (with(KeySpec::Aes256, OAEP_SHA256, &right), spec),
        (with(rsa, EncryptionAlgorithm::Sm2Pke, &right), algorithm.clone()),
        (with(rsa, EncryptionAlgorithm::RsaPkcs1, &right), algorithm),
        (with(rsa, OAEP_SHA256, &larger), public_key.clone()),
        (with(rsa, OAEP_SHA256, &curve), public_key.clone()),
        (with(rsa, OAEP_SHA256, &longer), public_key.clone()),
        (
            with(rsa, OAEP_SHA256, &right[..right.len() - 1]),
            public_key.clone(),
        ),
        (with(rsa, OAEP_SHA256, b""), public_key),
    ] {
        let asked = generate(nowhere.clone(), 32, asks());
        assert_eq!(root.calls(&service, asked).await.map(drop), Err(answer.clone()));
        assert_eq!(
            root.calls(&service, export(&blob, asks())).await.map(drop),
            Err(answer)
        );
    }
}

#[tokio::test]
async fn the_key_must_be_there_be_symmetric_and_in_use() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let recipient = Recipient::new();
    let asks = || recipient.asks(OAEP_SHA256);
    let key = root.makes_key(&service).await.id;
    let blob = root
        .calls(&service, data_key(root.key(key), 32))
        .await
        .unwrap()
        .blob;
    let pair = Pair::make(&world, &root, KeySpec::Rsa2048, Usage::EncryptDecrypt).await;
    let version = |id: &str| [id.as_bytes(), &blob[36..]].concat();

    let no_key = Error::NotFound(Missing::Key);
    let asked = generate(root.key(KeyId::from_bytes([5; 16])), 32, asks());
    assert_eq!(root.calls(&service, asked).await.map(drop), Err(no_key.clone()));
    let asked = export(&version("01941f29-7c00-7000-8000-0123456789ab"), asks());
    assert_eq!(root.calls(&service, asked).await.map(drop), Err(no_key));

    let kind = pair.wrong_kind();
    let asked = generate(root.key(pair.key), 32, asks());
    assert_eq!(root.calls(&service, asked).await.map(drop), Err(kind.clone()));
    let asked = export(&version(&pair.version.to_string()), asks());
    assert_eq!(root.calls(&service, asked).await.map(drop), Err(kind));

    assert_eq!(
        root.asks(&service, generate(root.key(key), 32, asks())).await,
        Error::DryRun
    );
    assert_eq!(root.asks(&service, export(&blob, asks())).await, Error::DryRun);
    root.calls(
        &service,
        DisableKey {
            key: root.key(key),
            again: claviger_model::Again::Fine,
        },
    )
    .await
    .unwrap();
    let disabled = Error::Refused(Refusal::NotUsable(StateKind::Disabled));
    let asked = generate(root.key(key), 32, asks());
    assert_eq!(root.calls(&service, asked).await.map(drop), Err(disabled.clone()));
    assert_eq!(
        root.calls(&service, export(&blob, asks())).await.map(drop),
        Err(disabled)
    );
}

#[tokio::test]
async fn the_audit_trail_knows_no_data_key() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await;
    let recipient = Recipient::new();
    let asked = generate(root.key(key.id), 32, recipient.asks(OAEP_SHA256));
    let made = root.calls(&service, asked).await.unwrap();
    root.calls(&service, export(&made.blob, recipient.asks(OAEP_SHA1)))
        .await
        .unwrap();
    let calls = world.audited_calls().await;
    let seen = calls
        .iter()
        .filter(|call| call["action"] != "CreateKey")
        .map(|call| json!([call["action"], call["request"], call["response"]]));
    let (id, version) = (key.id.to_string(), key.primary.unwrap().to_string());
    let public_key_bytes = recipient.0.public_key_der().len();
    let answer = json!({"key": id, "version": version});
    let generated = json!({
        "key": id, "data_key_bytes": 32, "context": {"purpose": "backup"},
        "export_algorithm": "rsa-oaep-sha256", "public_key_bytes": public_key_bytes,
    });
    let exported = json!({
        "version": version, "ciphertext_bytes": made.blob.len(), "context": {"purpose": "backup"},
        "export_algorithm": "rsa-oaep-sha1", "public_key_bytes": public_key_bytes,
    });
    assert_eq!(
        seen.collect::<Vec<_>>(),
        [
            json!(["GenerateAndExportDataKey", generated, answer]),
            json!(["ExportDataKey", exported, answer]),
        ]
    );
    let raw = recipient.opens(OAEP_SHA256, &made.exported);
    let text = serde_json::to_string(&world.audit_records().await).unwrap();
    assert!(!text.contains(&STANDARD.encode(raw)), "{text}");
}
