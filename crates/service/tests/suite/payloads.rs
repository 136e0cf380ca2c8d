//! Data and data keys under symmetric keys, whichever way they went in; and random bytes.

use claviger_model::{EncryptionContext, Error, Field, KeyId, KeySpec, Missing};
use claviger_secret::SecretBytes;
use claviger_service::ops::crypto::{
    Ciphertext, DataKeyForm, Decrypt, DecryptExactly, Encrypt, GenerateDataKey,
    GenerateDataKeyWithoutPlaintext, GenerateRandom, Opener, Payload,
};
use claviger_testkit::World;
use serde_json::json;

use crate::calls::Root;

const BOTH: [Payload; 2] = [Payload::Data, Payload::DataKey];

fn context(value: &str) -> EncryptionContext {
    let mut context = EncryptionContext::default();
    assert!(context.add("purpose".into(), value.into()));
    context
}

fn encrypt(root: &Root, key: KeyId, payload: Payload, plaintext: &[u8]) -> Encrypt {
    Encrypt {
        key: root.key(key),
        payload,
        plaintext: SecretBytes::copied(plaintext),
        context: context("test"),
    }
}

fn decrypt(blob: &[u8], payload: Payload, opener: Opener) -> Decrypt {
    Decrypt {
        ciphertext: Ciphertext::parse(blob.to_vec()).unwrap(),
        opener,
        payload,
        context: context("test"),
    }
}

fn data_key(root: &Root, key: KeyId, form: DataKeyForm) -> GenerateDataKey {
    GenerateDataKey {
        key: root.key(key),
        length: 64,
        form,
        context: context("test"),
    }
}

#[tokio::test]
async fn what_went_in_one_way_comes_out_the_other() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    for payload in BOTH {
        let wish = encrypt(&root, key, payload, &[0, 1, 0xff]);
        let made = root.calls(&service, wish).await.unwrap();
        assert_eq!(made.spec, KeySpec::Aes256);
        for other in BOTH {
            for opener in [
                Opener::Named,
                Opener::Within(root.scope.clone()),
                Opener::Key(root.key(key)),
            ] {
                let opened = root
                    .calls(&service, decrypt(&made.blob, other, opener))
                    .await
                    .unwrap();
                assert_eq!(
                    (opened.key, opened.version, opened.spec),
                    (key, made.version, KeySpec::Aes256)
                );
                assert_eq!(opened.plaintext.expose(), [0, 1, 0xff]);
            }
        }
    }
    let calls = world.audited_calls().await;
    let count = |action: &str| calls.iter().filter(|call| call["action"] == action).count();
    let told = ["Encrypt", "EncryptDataKey", "Decrypt", "DecryptDataKey"].map(count);
    assert_eq!(told, [1, 1, 6, 6]);
}

#[tokio::test]
async fn a_key_that_is_named_must_be_that_of_the_ciphertext() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let (key, other) = (
        root.makes_key(&service).await.id,
        root.makes_key(&service).await.id,
    );
    let wish = encrypt(&root, key, Payload::DataKey, b"text");
    let blob = root.calls(&service, wish).await.unwrap().blob;
    for (id, missing) in [
        (other, Missing::Version),
        (KeyId::from_bytes([5; 16]), Missing::Key),
    ] {
        let wish = decrypt(&blob, Payload::DataKey, Opener::Key(root.key(id)));
        assert_eq!(
            root.calls(&service, wish).await.map(drop),
            Err(Error::NotFound(missing))
        );
    }
    let unbound = Decrypt {
        context: context("other"),
        ..decrypt(&blob, Payload::DataKey, Opener::Key(root.key(key)))
    };
    assert_eq!(
        root.calls(&service, unbound).await.map(drop),
        Err(Error::Invalid(Field::CiphertextOrContext))
    );
}

#[tokio::test]
async fn a_length_that_is_told_has_to_be_right() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    let wish = encrypt(&root, key, Payload::DataKey, b"text");
    let blob = root.calls(&service, wish).await.unwrap().blob;
    for (length, answer) in [
        (4, Ok(())),
        (3, Err(Error::Invalid(Field::Plaintext))),
        (0, Err(Error::Invalid(Field::Plaintext))),
    ] {
        let wish = DecryptExactly {
            decrypt: decrypt(&blob, Payload::DataKey, Opener::Named),
            length,
        };
        assert_eq!(root.calls(&service, wish).await.map(drop), answer);
    }
    let calls = world.audited_calls().await;
    let told = calls.iter().filter(|call| call["action"] == "DecryptDataKey");
    let told: Vec<_> = told.map(|call| call["outcome"].as_str().unwrap()).collect();
    assert_eq!(told, ["served", "refused", "refused"]);
}

#[tokio::test]
async fn a_raw_data_key_is_its_bytes() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    for (form, length) in [(DataKeyForm::Raw, 64), (DataKeyForm::Base64, 88)] {
        let made = root.calls(&service, data_key(&root, key, form)).await.unwrap();
        assert_eq!((made.plaintext.len(), made.spec), (length, KeySpec::Aes256));
        let opened = decrypt(&made.blob, Payload::DataKey, Opener::Named);
        let opened = root.calls(&service, opened).await.unwrap();
        assert_eq!(opened.plaintext.expose(), made.plaintext.expose());
    }
    let hidden = GenerateDataKeyWithoutPlaintext(data_key(&root, key, DataKeyForm::Raw));
    let made = root.calls(&service, hidden).await.unwrap();
    let opened = decrypt(&made.blob, Payload::Data, Opener::Named);
    assert_eq!(root.calls(&service, opened).await.unwrap().plaintext.len(), 64);
}

#[tokio::test]
async fn random_bytes_are_as_many_as_asked_and_never_told() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let mut drawn = Vec::new();
    for length in [1, 64, 64, 1024] {
        let scope = root.scope.clone();
        let bytes = root
            .calls(&service, GenerateRandom { scope, length })
            .await
            .unwrap();
        assert_eq!(bytes.len(), length);
        drawn.push(bytes);
    }
    assert_ne!(drawn[1].expose(), drawn[2].expose());
    let calls = world.audited_calls().await;
    let seen = calls
        .iter()
        .filter(|call| call["action"] == "GenerateRandom")
        .map(|call| json!([call["request"], call["response"]]));
    assert_eq!(
        seen.collect::<Vec<_>>(),
        [1, 64, 64, 1024].map(|length| json!([{"random_bytes": length}, {}]))
    );
}
