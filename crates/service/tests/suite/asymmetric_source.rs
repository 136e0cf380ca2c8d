//! Re-encryption takes ciphertexts of key pairs, too.

use claviger_model::{EncryptionContext, Error, Field, KeyId, KeySpec, Missing, Refusal, StateKind, Usage};
use claviger_secret::SecretBytes;
use claviger_service::KeyRef;
use claviger_service::ops::crypto::{
    AsymmetricDecrypt, Ciphertext, DataKeyForm, Decrypt, Encrypt, Opener, ReEncrypt, Source, VersionRef,
};
use claviger_service::ops::key::DisableKey;
use claviger_testkit::World;

use crate::asymmetric_pair::{OAEP_SHA1, OAEP_SHA256, Pair};
use crate::calls::Root;

fn context(value: &str) -> EncryptionContext {
    let mut context = EncryptionContext::default();
    assert!(context.add("purpose".into(), value.into()));
    context
}

fn from_pair(asked: AsymmetricDecrypt, destination: KeyRef) -> ReEncrypt {
    ReEncrypt {
        source: Source::Asymmetric {
            key: asked.key,
            version: asked.version,
            algorithm: asked.algorithm,
            ciphertext: asked.ciphertext,
            form: DataKeyForm::Base64,
        },
        destination,
        context: context("archive"),
    }
}

fn opened_in(value: &str, blob: Vec<u8>) -> Decrypt {
    Decrypt {
        opener: Opener::Named,
        payload: claviger_service::ops::crypto::Payload::Data,
        ciphertext: Ciphertext::parse(blob).unwrap(),
        context: context(value),
    }
}

async fn encrypted(world: &World, root: &Root, pair: &Pair) -> Vec<u8> {
    let encrypt = pair.encrypt(OAEP_SHA256, b"text");
    root.calls(&world.service(), encrypt).await.unwrap().bytes
}

#[tokio::test]
async fn a_ciphertext_of_a_pair_becomes_one_of_a_symmetric_key() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let pair = Pair::make(&world, &root, KeySpec::Rsa2048, Usage::EncryptDecrypt).await;
    let destination = root.makes_key(&service).await.id;
    let ciphertext = encrypted(&world, &root, &pair).await;
    let asked = from_pair(pair.decrypt(OAEP_SHA256, &ciphertext), root.key(destination));
    let done = root.calls(&service, asked).await.unwrap();
    assert_eq!((done.source, done.made.key), (pair.key, destination));
    let made = done.made;
    let opened = root
        .calls(&service, opened_in("archive", made.blob.clone()))
        .await
        .unwrap();
    assert_eq!(
        (opened.key, opened.plaintext.expose()),
        (destination, &b"dGV4dA=="[..]),
        "in the form that was asked for"
    );
    let other = root
        .calls(&service, opened_in("other", made.blob))
        .await
        .map(drop);
    assert_eq!(other, Err(Error::Invalid(Field::CiphertextOrContext)));
}

#[tokio::test]
async fn a_ciphertext_of_a_symmetric_key_gets_another_key_and_context() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let keys = [
        root.makes_key(&service).await.id,
        root.makes_key(&service).await.id,
    ];
    let encrypt = Encrypt {
        payload: claviger_service::ops::crypto::Payload::Data,
        key: root.key(keys[0]),
        plaintext: SecretBytes::copied(b"text"),
        context: context("old"),
    };
    let blob = root.calls(&service, encrypt).await.unwrap().blob;
    let asked = |value: &str| ReEncrypt {
        source: Source::Envelope {
            opener: Opener::Named,
            ciphertext: Ciphertext::parse(blob.clone()).unwrap(),
            context: context(value),
        },
        destination: root.key(keys[1]),
        context: context("new"),
    };
    let refused = root.calls(&service, asked("new")).await.map(drop);
    assert_eq!(refused, Err(Error::Invalid(Field::CiphertextOrContext)));
    let made = root.calls(&service, asked("old")).await.unwrap().made;
    let opened = root.calls(&service, opened_in("new", made.blob)).await.unwrap();
    assert_eq!((opened.key, opened.plaintext.expose()), (keys[1], &b"text"[..]));
}

#[tokio::test]
async fn what_is_wrong_on_either_side_is_refused() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let pair = Pair::make(&world, &root, KeySpec::Rsa2048, Usage::EncryptDecrypt).await;
    let signing = Pair::make(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    let destination = root.key(root.makes_key(&service).await.id);
    let ciphertext = encrypted(&world, &root, &pair).await;
    let right = || pair.decrypt(OAEP_SHA256, &ciphertext);
    let mut no_version = right();
    no_version.version = VersionRef::Named(None);
    for (asked, to, answer) in [
        (
            pair.decrypt(OAEP_SHA1, &ciphertext),
            destination.clone(),
            Error::Invalid(Field::Ciphertext),
        ),
        (no_version, destination.clone(), Error::NotFound(Missing::Version)),
        (
            signing.decrypt(OAEP_SHA256, &ciphertext),
            destination.clone(),
            signing.wrong_kind(),
        ),
        (
            right(),
            root.key(KeyId::from_bytes([5; 16])),
            Error::NotFound(Missing::Key),
        ),
        (right(), root.key(pair.key), pair.wrong_kind()),
    ] {
        assert_eq!(
            root.calls(&service, from_pair(asked, to)).await.map(drop),
            Err(answer)
        );
    }
    root.calls(
        &service,
        DisableKey {
            key: root.key(pair.key),
            again: claviger_model::Again::Fine,
        },
    )
    .await
    .unwrap();
    let disabled = root
        .calls(&service, from_pair(right(), destination))
        .await
        .map(drop);
    assert_eq!(
        disabled,
        Err(Error::Refused(Refusal::NotUsable(StateKind::Disabled)))
    );
}
