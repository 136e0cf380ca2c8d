//! Ciphertexts of symmetric keys say how they were made, and open in no other way.

use claviger_model::{EncryptionContext, Error, Field, KeySpec};
use claviger_service::ops::crypto::{Ciphertext, Decrypt};
use claviger_service::ops::key::CreateKey;
use claviger_testkit::World;

use crate::calls::Root;

/// Where the byte of the format stands.
const FORMAT: usize = 36;

#[tokio::test]
async fn every_cipher_has_its_format() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    for (spec, format) in [(KeySpec::Aes256, 1), (KeySpec::Aes192, 4), (KeySpec::Aes128, 5)] {
        let create = CreateKey {
            spec,
            ..root.create_key()
        };
        let key = root.calls(&service, create).await.unwrap();
        let encrypted = root.encrypts_to_blob(&service, root.key(key.id)).await.unwrap();
        let blob = encrypted.blob;
        assert_eq!(blob[..FORMAT], *key.primary.unwrap().to_string().as_bytes());
        assert_eq!((blob[FORMAT], blob.len()), (format, 37 + 24 + 4 + 16));
        let opened = Decrypt {
            opener: claviger_service::ops::crypto::Opener::Named,
            payload: claviger_service::ops::crypto::Payload::Data,
            ciphertext: Ciphertext::parse(blob.clone()).unwrap(),
            context: EncryptionContext::default(),
        };
        let opened = root.calls(&service, opened).await.unwrap();
        assert_eq!((opened.key, opened.plaintext.expose()), (key.id, &b"text"[..]));

        for other in (1..=5).filter(|other| *other != format) {
            let mut wrong = blob.clone();
            wrong[FORMAT] = other;
            let refused = Err(Error::Invalid(Field::CiphertextOrContext));
            assert_eq!(
                root.decrypts(&service, &wrong).await,
                refused,
                "{spec:?} as {other}"
            );
        }
        let mut unknown = blob;
        unknown[FORMAT] = 6;
        assert_eq!(
            Ciphertext::parse(unknown).map(drop),
            Err(Error::Invalid(Field::Ciphertext))
        );
    }
}
