//! Key pairs whose version nobody names: the newest works, and what older ones made is still taken.

use claviger_model::{Error, Field, HashAlgorithm, KeySpec, KeyState, Missing, Refusal, StateKind, Usage};
use claviger_secret::SecretBytes;
use claviger_service::ops::crypto::{
    AsymmetricDecrypt, AsymmetricEncrypt, AsymmetricSign, AsymmetricVerify, GetPublicKey, Message, VersionRef,
};
use claviger_service::ops::key::CreateKeyVersion;
use claviger_testkit::World;

use crate::asymmetric_pair::{ECDSA, OAEP_SHA256, Pair};
use crate::calls::{Root, wrong_kind};
use crate::lifetimes::DAY;

const DIGEST: [u8; 32] = [3; 32];

/// The same calls without a version.
struct Newest<'a>(&'a Pair);

impl Newest<'_> {
    fn sign(&self, message: Message) -> AsymmetricSign {
        AsymmetricSign {
            version: VersionRef::Newest,
            message,
            ..self.0.sign(ECDSA, &DIGEST)
        }
    }

    fn verify(&self, message: Message, signature: &[u8]) -> AsymmetricVerify {
        AsymmetricVerify {
            version: VersionRef::Newest,
            message,
            ..self.0.verify(ECDSA, &DIGEST, signature)
        }
    }

    fn encrypt(&self) -> AsymmetricEncrypt {
        AsymmetricEncrypt {
            version: VersionRef::Newest,
            ..self.0.encrypt(OAEP_SHA256, b"text")
        }
    }

    fn decrypt(&self, ciphertext: &[u8]) -> AsymmetricDecrypt {
        AsymmetricDecrypt {
            version: VersionRef::Newest,
            ..self.0.decrypt(OAEP_SHA256, ciphertext)
        }
    }

    fn public_key(&self, any_state: bool) -> GetPublicKey {
        GetPublicKey {
            version: VersionRef::Newest,
            any_state,
            ..self.0.public_key()
        }
    }
}

fn digest() -> Message {
    Message::Digest(DIGEST.to_vec())
}

/// Adds versions until there are as many as that. Gives their ids, oldest first.
async fn grows(world: &World, root: &Root, pair: &Pair, count: usize) -> Vec<Pair> {
    let mut versions = vec![pair.clone()];
    while versions.len() < count {
        world.advance(8 * DAY);
        let key = root.key(pair.key);
        let made = root
            .calls(&world.service(), CreateKeyVersion { key })
            .await
            .unwrap();
        versions.push(pair.in_version(made.id));
    }
    versions
}

#[tokio::test]
async fn the_newest_signs_and_all_verify() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let pair = Pair::make(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    let newest = Newest(&pair);
    let first = root.calls(&service, newest.sign(digest())).await.unwrap();
    assert_eq!(first.version, pair.version);
    let versions = grows(&world, &root, &pair, 3).await;
    let last = root.calls(&service, newest.sign(digest())).await.unwrap();
    assert_eq!(last.version, versions[2].version);
    let shown = root.calls(&service, newest.public_key(false)).await.unwrap();
    assert_eq!(shown.version, versions[2].version);

    for version in &versions {
        let signature = root.calls(&service, version.sign(ECDSA, &DIGEST)).await.unwrap();
        let verify = newest.verify(digest(), &signature.bytes);
        let verified = root.calls(&service, verify).await.unwrap();
        assert_eq!((verified.version, verified.valid), (version.version, true));
    }
    for (message, signature) in [
        (Message::Digest(vec![4; 32]), &last.bytes[..]),
        (digest(), &[0; 70]),
        (digest(), b""),
    ] {
        let verified = root.calls(&service, newest.verify(message, signature)).await;
        let verified = verified.unwrap();
        assert_eq!((verified.version, verified.valid), (versions[2].version, false));
    }
}

#[tokio::test]
async fn the_newest_encrypts_and_all_decrypt() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let pair = Pair::make(&world, &root, KeySpec::Rsa2048, Usage::EncryptDecrypt).await;
    let newest = Newest(&pair);
    let old = root.calls(&service, newest.encrypt()).await.unwrap();
    let versions = grows(&world, &root, &pair, 2).await;
    let new = root.calls(&service, newest.encrypt()).await.unwrap();
    assert_eq!(
        (old.version, new.version),
        (versions[0].version, versions[1].version)
    );
    for made in [old, new] {
        let opened = root.calls(&service, newest.decrypt(&made.bytes)).await.unwrap();
        assert_eq!(
            (opened.version, opened.spec, opened.plaintext.expose()),
            (made.version, KeySpec::Rsa2048, &b"text"[..])
        );
    }
    let wrong = root.calls(&service, newest.decrypt(&[1; 256])).await.map(drop);
    assert_eq!(wrong, Err(Error::Invalid(Field::Ciphertext)));
}

#[tokio::test]
async fn a_message_is_hashed_here() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let pair = Pair::make(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    let newest = Newest(&pair);
    let text = b"the message that was signed";
    let raw = || Message::Raw(SecretBytes::copied(text));
    let hashed = || Message::Digest(claviger_crypto::digest::sha256(text).to_vec());
    for (signed, verified) in [(raw(), hashed()), (hashed(), raw())] {
        let signature = root.calls(&service, newest.sign(signed)).await.unwrap().bytes;
        let verify = newest.verify(verified, &signature);
        assert!(root.calls(&service, verify).await.unwrap().valid);
    }
    let records = world.audited_calls().await;
    let records: Vec<_> = records
        .iter()
        .filter(|record| record["action"] == "AsymmetricSign")
        .collect();
    assert_eq!(records[0]["request"]["message_bytes"], text.len());
    assert!(records[1]["request"]["message_bytes"].is_null());
    assert!(!format!("{records:?}").contains("the message"));
}

#[tokio::test]
async fn refusals_are_those_of_a_version_that_is_named() {
    let mut world = World::new().await;
    let root = Root::of(&world).await;
    let service = world.service();
    let pair = Pair::make(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    let symmetric = Pair::make(&world, &root, KeySpec::Aes256, Usage::EncryptDecrypt).await;
    let kind = wrong_kind(KeySpec::Aes256, Usage::EncryptDecrypt);
    let signed = root.calls(&service, Newest(&symmetric).sign(digest())).await;
    assert_eq!(signed.map(drop), Err(kind.clone()));
    let shown = root
        .calls(&service, Newest(&symmetric).public_key(true))
        .await
        .map(drop);
    assert_eq!(shown, Err(kind));
    let encrypted = root.calls(&service, Newest(&pair).encrypt()).await.map(drop);
    assert_eq!(encrypted, Err(wrong_kind(KeySpec::EcP256, Usage::SignVerify)));
    let short = Newest(&pair).sign(Message::Digest(vec![0; 31]));
    assert_eq!(
        root.calls(&service, short).await.map(drop),
        Err(Error::Invalid(Field::Digest))
    );
    // Another hash than that of the curve's size is for those who like it.
    for (size_only, answer) in [(true, Err(Error::Invalid(Field::Algorithm))), (false, Ok(()))] {
        let unfit = AsymmetricSign {
            algorithm: claviger_model::SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha384),
            size_only,
            ..Newest(&pair).sign(Message::Digest(vec![0; 48]))
        };
        assert_eq!(root.calls(&service, unfit).await.map(drop), answer);
    }
    let nowhere = AsymmetricSign {
        key: root.key(claviger_model::KeyId::from_bytes([5; 16])),
        ..Newest(&pair).sign(digest())
    };
    assert_eq!(
        root.calls(&service, nowhere).await.map(drop),
        Err(Error::NotFound(Missing::Key))
    );
    drop(service);
    let account = world.root().account();
    world
        .force_state(account, &pair.key.to_string(), KeyState::Disabled)
        .await;
    let service = world.service();
    let off = root.calls(&service, Newest(&pair).sign(digest())).await;
    assert_eq!(
        off.map(drop),
        Err(Error::Refused(Refusal::NotUsable(StateKind::Disabled)))
    );
    assert!(root.calls(&service, Newest(&pair).public_key(true)).await.is_ok());
}
