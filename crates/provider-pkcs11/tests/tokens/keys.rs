//! What stands in the token, and what rows of the store refer to.

use std::sync::Arc;

use claviger_crypto::digest::sha256;
use claviger_crypto::ec::{Curve, EcPrivateKey};
use claviger_model::{EncryptionAlgorithm, HashAlgorithm, KeySpec, Material, SignatureAlgorithm};
use claviger_provider::conformance::Client;
use claviger_provider::{Provider, ProviderError, Wrapped};
use claviger_provider_pkcs11::Pkcs11Provider;
use cryptoki::context::Pkcs11;
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;

use crate::client::Caller;
use crate::world::{Key, Place, Stopped, alone, module, run};

/// A session beside those of the provider, which has logged in for the process.
fn beside() -> Session {
    let module = Pkcs11::new(module()).unwrap();
    let slot = module.get_slots_with_token().unwrap()[0];
    let session = module.open_rw_session(slot).unwrap();
    // Its end would be that of the module.
    std::mem::forget(module);
    session
}

fn objects(session: &Session) -> Vec<ObjectHandle> {
    session.find_objects(&[Attribute::Token(true)]).unwrap()
}

fn wrap_for(public: &[u8], secret: &[u8]) -> Vec<u8> {
    Caller.encrypt(public, EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1), secret)
}

async fn import(provider: &Pkcs11Provider, place: &Place, secret: &[u8]) -> Key {
    let door = provider.wrapping_key(&place.wrapping()).await.unwrap();
    let bytes = wrap_for(&door.public, secret);
    let wrapped = Wrapped {
        wrapping: place.wrapping(),
        private: &door.private,
        algorithm: EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1),
        bytes: &bytes,
        pair: None,
    };
    let imported = provider.import(wrapped, &place.binding()).await.unwrap();
    Key {
        place: place.clone(),
        material: imported.material,
    }
}

#[test]
fn keys_are_sensitive_and_cannot_be_taken_out() {
    alone("keys::keys_are_sensitive_and_cannot_be_taken_out", |world| {
        let world = world.token("guarded");
        let provider = world.provider(&["guarded"]);
        run(async {
            let mut number = 0;
            for spec in [
                KeySpec::Aes256,
                KeySpec::HmacSha256,
                KeySpec::EcP256,
                KeySpec::Rsa2048,
            ] {
                number += 1;
                Key::make(&provider, number, spec).await;
            }
            import(&provider, &Place::numbered(9, KeySpec::Aes256), &[7; 32]).await;
        });
        let session = beside();
        let found = objects(&session);
        // Four keys, the import, and the pair it came through; no public keys.
        assert_eq!(found.len(), 6);
        for object in found {
            let wanted = [
                AttributeType::Private,
                AttributeType::Sensitive,
                AttributeType::Extractable,
                AttributeType::Wrap,
                AttributeType::Derive,
            ];
            let attributes = session.get_attributes(object, &wanted).unwrap();
            for attribute in attributes {
                let right = match attribute {
                    Attribute::Private(value) | Attribute::Sensitive(value) => value,
                    Attribute::Extractable(value) | Attribute::Wrap(value) | Attribute::Derive(value) => {
                        !value
                    }
                    other => unreachable!("{other:?}"),
                };
                assert!(right, "{attribute:?}");
            }
            let value = session
                .get_attribute_info(object, &[AttributeType::Value])
                .unwrap();
            let shown = format!("{value:?}");
            assert!(
                shown.contains("Sensitive") || shown.contains("TypeInvalid"),
                "{shown}"
            );
        }
    });
}

#[test]
fn operators_find_the_key_by_its_label() {
    alone("keys::operators_find_the_key_by_its_label", |world| {
        let world = world.token("labels");
        let provider = world.provider(&["labels"]);
        let key = run(Key::make(&provider, 1, KeySpec::Aes256));
        let binding = key.place.binding();
        let label = format!("claviger {} {}", binding.key, binding.version);
        let template = [Attribute::Label(label.into_bytes())];
        assert_eq!(beside().find_objects(&template).unwrap().len(), 1);
    });
}

#[test]
fn destruction_is_final_and_takes_nothing_else() {
    alone("keys::destruction_is_final_and_takes_nothing_else", |world| {
        let world = world.token("mortal");
        let provider = world.provider(&["mortal"]);
        run(async {
            let doomed = Key::make(&provider, 1, KeySpec::Aes256).await;
            let pair = Key::make(&provider, 2, KeySpec::EcP256).await;
            let kept = Key::make(&provider, 3, KeySpec::Aes256).await;
            let (body, other) = (doomed.encrypt(&provider).await, kept.encrypt(&provider).await);
            let public = provider.public_key(pair.sealed()).await.unwrap();
            for key in [&doomed, &pair] {
                // The second time there is nothing left to do.
                for _ in 0..2 {
                    provider.destroy(&key.place.binding()).await.unwrap();
                }
            }
            let opened = provider.decrypt(doomed.sealed(), b"additional", &body).await;
            assert_eq!(opened.err(), Some(ProviderError::BadMaterial));
            let shown = provider.public_key(pair.sealed()).await;
            assert_eq!(shown.err(), Some(ProviderError::BadMaterial));
            assert!(!public.is_empty());
            kept.opens(&provider, &other).await;
            assert_eq!(objects(&beside()).len(), 1);
            // The place is free: a key that is made there is another one.
            let again = Key::make(&provider, 1, KeySpec::Aes256).await;
            let opened = provider.decrypt(again.sealed(), b"additional", &body).await;
            assert_eq!(opened.err(), Some(ProviderError::DoesNotOpen));
        });
    });
}

/// An operator destroys a key with another tool while the provider has it open.
#[test]
fn a_key_that_somebody_else_destroyed_is_gone() {
    alone("keys::a_key_that_somebody_else_destroyed_is_gone", |world| {
        let world = world.token("shared");
        let provider = world.provider(&["shared"]);
        run(async {
            let key = Key::make(&provider, 1, KeySpec::Aes256).await;
            let other = Key::make(&provider, 2, KeySpec::Aes256).await;
            let body = other.encrypt(&provider).await;
            let session = beside();
            let id = sha256(&key.place.binding().to_bytes());
            let found = session.find_objects(&[Attribute::Id(id.to_vec())]).unwrap();
            session.destroy_object(found[0]).unwrap();
            let encrypted = provider.encrypt(key.sealed(), b"", b"", &mut Vec::new()).await;
            assert_eq!(encrypted, Err(ProviderError::BadMaterial));
            other.opens(&provider, &body).await;
            assert!(provider.health()[0].reachable);
        });
    });
}

/// Somebody who can write the store puts a public key of theirs into a row, with a digest that is right.
#[test]
fn a_public_key_in_a_row_must_be_that_of_the_token() {
    alone("keys::a_public_key_in_a_row_must_be_that_of_the_token", |world| {
        let world = world.token("rows");
        let provider = world.provider(&["rows"]);
        run(async {
            let key = Key::make(&provider, 1, KeySpec::EcP256).await;
            let theirs = EcPrivateKey::generate(Curve::P256).unwrap().public_key_der();
            let mut forged = [&key.material.0[..34], &theirs].concat();
            forged.extend_from_slice(&sha256(&forged));
            let forged = Key {
                material: Material(forged.into_boxed_slice()),
                place: key.place.clone(),
            };
            let refused = Some(ProviderError::BadMaterial);
            assert_eq!(provider.public_key(forged.sealed()).await.err(), refused);
            let algorithm = SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256);
            let verified = provider
                .verify(forged.sealed(), algorithm, &[1; 32], &[0; 70])
                .await;
            assert_eq!(verified.err(), refused);
            let signed = provider.sign(forged.sealed(), algorithm, &[1; 32]).await;
            assert_eq!(signed.err(), refused);
            assert!(provider.public_key(key.sealed()).await.is_ok());
        });
    });
}

#[test]
fn imported_material_is_the_callers_own() {
    alone("keys::imported_material_is_the_callers_own", |world| {
        let world = world.token("imports");
        let provider = world.provider(&["imports"]);
        run(async {
            let secret = [0x42; 32];
            let key = import(&provider, &Place::numbered(1, KeySpec::HmacSha256), &secret).await;
            let code = provider.mac(key.sealed(), b"message").await.unwrap();
            let right = claviger_crypto::hmac::sha256(&secret, &[b"message"]);
            assert_eq!(code, right);
            let key = import(&provider, &Place::numbered(2, KeySpec::Aes256), &secret).await;
            let body = key.encrypt(&provider).await;
            let (nonce, sealed) = body.split_first_chunk().unwrap();
            let opened = claviger_crypto::gcm::open(&secret, nonce, b"additional", sealed);
            assert_eq!(opened.unwrap().expose(), b"plaintext");
        });
    });
}

#[test]
fn wrapping_keys_go_after_some_days_and_nothing_else_goes() {
    const DAY: i64 = 86_400;
    alone(
        "keys::wrapping_keys_go_after_some_days_and_nothing_else_goes",
        |world| {
            let world = world.token("days");
            let at = |day: i64| {
                let clock = Arc::new(Stopped(1_795_305_600 + day * DAY));
                Pkcs11Provider::open(&world.settings(&["days"]), clock).unwrap()
            };
            let place = Place::numbered(1, KeySpec::Aes256);
            let unwrapping = || {
                let template = [
                    Attribute::Unwrap(true),
                    Attribute::Class(ObjectClass::PRIVATE_KEY),
                ];
                beside().find_objects(&template).unwrap().len()
            };
            run(async {
                let provider = at(0);
                let key = Key::make(&provider, 1, KeySpec::Aes256).await;
                let body = key.encrypt(&provider).await;
                let old = provider.wrapping_key(&place.wrapping()).await.unwrap();
                for day in [1, 3] {
                    at(day).wrapping_key(&place.wrapping()).await.unwrap();
                }
                assert_eq!(unwrapping(), 3);
                let provider = at(4);
                provider.wrapping_key(&place.wrapping()).await.unwrap();
                assert_eq!(unwrapping(), 3);
                let bytes = wrap_for(&old.public, &[1; 32]);
                let wrapped = Wrapped {
                    wrapping: place.wrapping(),
                    private: &old.private,
                    algorithm: EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1),
                    bytes: &bytes,
                    pair: None,
                };
                let place = Place::numbered(1, KeySpec::HmacSha256);
                let late = provider.import(wrapped, &place.binding()).await;
                assert_eq!(late.err(), Some(ProviderError::DoesNotOpen));
                key.opens(&provider, &body).await;
            });
        },
    );
}
