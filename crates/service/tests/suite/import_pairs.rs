//! Key pairs from outside.

use claviger_crypto::ec::{Curve, EcPrivateKey};
use claviger_crypto::kwp;
use claviger_crypto::rsa::{RsaEncryption, RsaPrivateKey, RsaSize};
use claviger_model::{
    EncryptionAlgorithm, Error, HashAlgorithm, KeyId, KeySpec, KeyState, MaterialFault, Origin, Refusal,
    SignatureAlgorithm, StateKind, Usage,
};
use claviger_secret::SecretBytes;
use claviger_service::ops::crypto::{
    AsymmetricDecrypt, AsymmetricEncrypt, AsymmetricSign, AsymmetricVerify, GetPublicKey, Message, VersionRef,
};
use claviger_service::ops::import::{
    DeleteKeyMaterial, GetParametersForImport, ImportKeyMaterial, ImportParameters, PairMaterial,
};
use claviger_service::ops::key::{CreateKey, CreateKeyVersion};
use claviger_testkit::World;

use crate::calls::Root;
use crate::lifetimes::{DAY, wrap};

const TEMPORARY: [u8; 32] = [0x5c; 32];
const OAEP: EncryptionAlgorithm = EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256);
const ECDSA: SignatureAlgorithm = SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256);

/// A key that waits for a pair, and what its owner needs to bring one.
struct Desk<'a> {
    world: &'a World,
    root: &'a Root,
    key: KeyId,
    parameters: ImportParameters,
}

impl<'a> Desk<'a> {
    async fn open(world: &'a World, root: &'a Root, spec: KeySpec, usage: Usage) -> Self {
        let create = CreateKey {
            spec,
            usage: Some(usage),
            origin: Origin::External,
            ..root.create_key()
        };
        let service = world.service();
        let key = root.calls(&service, create).await.unwrap().id;
        let parameters = root.prepares_import(&service, key).await;
        Self {
            world,
            root,
            key,
            parameters,
        }
    }

    fn import(&self, temporary: &[u8], pair: Option<Vec<u8>>) -> ImportKeyMaterial {
        ImportKeyMaterial {
            pair: pair.map(|wrapped| PairMaterial {
                wrapped,
                temporary_key: None,
            }),
            ..self.root.import(&self.parameters, temporary, None)
        }
    }

    async fn brings(&self, private: &[u8]) -> Result<(), Error> {
        let import = self.import(&TEMPORARY, Some(wrapped(private)));
        self.root.calls(&self.world.service(), import).await
    }

    async fn state(&self) -> KeyState {
        self.root.state(&self.world.service(), self.key).await
    }

    fn sign(&self) -> AsymmetricSign {
        AsymmetricSign {
            key: self.root.key(self.key),
            version: VersionRef::Newest,
            algorithm: ECDSA,
            size_only: true,
            message: Message::Digest(vec![7; 32]),
        }
    }

    fn public_key(&self) -> GetPublicKey {
        GetPublicKey {
            key: self.root.key(self.key),
            version: VersionRef::Newest,
            any_state: true,
        }
    }
}

/// A private key under the temporary key.
fn wrapped(private: &[u8]) -> Vec<u8> {
    kwp::wrap_padded(&TEMPORARY, private).unwrap()
}

fn ec(curve: Curve) -> EcPrivateKey {
    EcPrivateKey::generate(curve).unwrap()
}

#[tokio::test]
async fn a_curve_comes_in_and_signs() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let desk = Desk::open(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    let waits = Err(Error::Refused(Refusal::NotUsable(StateKind::PendingImport)));
    assert_eq!(root.calls(&service, desk.sign()).await.map(drop), waits);
    assert_eq!(root.calls(&service, desk.public_key()).await.map(drop), waits);
    let own = ec(Curve::P256);
    assert_eq!(desk.brings(own.to_pkcs8().expose()).await, Ok(()));
    assert_eq!(desk.state().await, KeyState::Enabled);
    let shown = root.calls(&service, desk.public_key()).await.unwrap();
    assert_eq!(shown.bytes, own.public_key_der());
    let signed = root.calls(&service, desk.sign()).await.unwrap();
    let verify = AsymmetricVerify {
        key: root.key(desk.key),
        version: VersionRef::Named(Some(signed.version)),
        algorithm: ECDSA,
        size_only: true,
        message: Message::Digest(vec![7; 32]),
        signature: signed.bytes,
    };
    assert!(root.calls(&service, verify).await.unwrap().valid);
    // One pair for life: neither another one nor another version.
    assert_eq!(desk.brings(own.to_pkcs8().expose()).await, Ok(()));
    let other = desk.brings(ec(Curve::P256).to_pkcs8().expose()).await;
    assert_eq!(other, Err(Error::Refused(Refusal::OtherMaterial)));
    world.advance(8 * DAY);
    let key = root.key(desk.key);
    let kind = root.describes(&service, desk.key).await.unwrap().kind();
    let kind = Error::Refused(Refusal::KeyKind(kind));
    let more = root.calls(&service, CreateKeyVersion { key }).await;
    assert_eq!(more.map(drop), Err(kind.clone()));
    let discard = DeleteKeyMaterial {
        key: root.key(desk.key),
        again: claviger_model::Again::Fine,
    };
    assert_eq!(root.calls(&service, discard).await.map(drop), Err(kind));
}

#[tokio::test]
async fn an_rsa_pair_opens_what_was_encrypted_before_it_came() {
    let mut world = World::new().await;
    let root = Root::of(&world).await;
    let own = RsaPrivateKey::generate(RsaSize::R2048).unwrap();
    let ciphertext = wrap(&own.public_key_der(), RsaEncryption::OaepSha256, b"text");
    let desk = Desk::open(&world, &root, KeySpec::Rsa2048, Usage::EncryptDecrypt).await;
    desk.brings(own.to_pkcs8().expose()).await.unwrap();
    let key = desk.key;
    world.restart().await;
    let service = world.service();
    let decrypt = |ciphertext| AsymmetricDecrypt {
        key: root.key(key),
        version: VersionRef::Newest,
        algorithm: OAEP,
        ciphertext,
    };
    let opened = root.calls(&service, decrypt(ciphertext)).await.unwrap();
    assert_eq!(opened.plaintext.expose(), b"text");
    let encrypt = AsymmetricEncrypt {
        key: root.key(key),
        version: VersionRef::Newest,
        algorithm: OAEP,
        plaintext: SecretBytes::copied(b"more"),
    };
    let made = root.calls(&service, encrypt).await.unwrap();
    let home = own.decrypt(RsaEncryption::OaepSha256, &made.bytes).unwrap();
    assert_eq!(home.expose(), b"more");
}

#[tokio::test]
async fn what_is_wrong_with_a_pair_is_told() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let desk = Desk::open(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    let right = ec(Curve::P256);
    let right = right.to_pkcs8();
    let mut damaged = wrapped(right.expose());
    damaged[0] ^= 1;
    let rsa = RsaPrivateKey::generate(RsaSize::R2048).unwrap();
    for (import, fault) in [
        (desk.import(&TEMPORARY, None), MaterialFault::NoPrivateKey),
        (
            desk.import(&[1; 31], Some(wrapped(right.expose()))),
            MaterialFault::TemporaryKey,
        ),
        (
            desk.import(&[1; 32], Some(wrapped(right.expose()))),
            MaterialFault::PrivateKey,
        ),
        (desk.import(&TEMPORARY, Some(damaged)), MaterialFault::PrivateKey),
        (
            desk.import(&TEMPORARY, Some(Vec::new())),
            MaterialFault::PrivateKey,
        ),
        (
            desk.import(&TEMPORARY, Some(wrapped(b"no private key at all"))),
            MaterialFault::PrivateKey,
        ),
        (
            desk.import(&TEMPORARY, Some(wrapped(ec(Curve::P384).to_pkcs8().expose()))),
            MaterialFault::PrivateKey,
        ),
        (
            desk.import(&TEMPORARY, Some(wrapped(rsa.to_pkcs8().expose()))),
            MaterialFault::PrivateKey,
        ),
        (
            ImportKeyMaterial {
                wrapped: vec![0; 256],
                ..desk.import(&TEMPORARY, Some(wrapped(right.expose())))
            },
            MaterialFault::Unwrap,
        ),
    ] {
        let refused = root.calls(&service, import).await;
        assert_eq!(refused, Err(Error::KeyMaterial(fault)));
    }
    assert_eq!(desk.state().await, KeyState::PendingImport);
    assert_eq!(desk.brings(right.expose()).await, Ok(()));
}

/// With that padding, more than one word would let strangers decrypt.
#[tokio::test]
async fn one_padding_tells_nothing() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let desk = Desk::open(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    let ask = GetParametersForImport {
        key: root.key(desk.key),
        spec: KeySpec::Rsa2048,
        algorithm: EncryptionAlgorithm::RsaPkcs1,
        only_pending: true,
    };
    let parameters = root.calls(&service, ask).await.unwrap();
    let right = ec(Curve::P256).to_pkcs8();
    let import = |temporary: &[u8], pair| ImportKeyMaterial {
        key: root.key(desk.key),
        wrapped: wrap(&parameters.public_key, RsaEncryption::Pkcs1V15, temporary),
        pair: Some(PairMaterial {
            wrapped: pair,
            temporary_key: None,
        }),
        token: parameters.token.clone(),
        expires: None,
        only_pending: true,
    };
    for wrong in [
        import(&[1; 31], wrapped(right.expose())),
        import(&[1; 32], wrapped(right.expose())),
        import(&TEMPORARY, wrapped(b"no private key at all")),
    ] {
        let refused = root.calls(&service, wrong).await;
        assert_eq!(refused, Err(Error::KeyMaterial(MaterialFault::Unwrap)));
    }
    let right = import(&TEMPORARY, wrapped(right.expose()));
    assert_eq!(root.calls(&service, right).await, Ok(()));
}

#[tokio::test]
async fn a_pair_expires_like_other_material() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let desk = Desk::open(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    let own = ec(Curve::P256).to_pkcs8();
    let import = || ImportKeyMaterial {
        expires: Some(world.now() + DAY),
        ..desk.import(&TEMPORARY, Some(wrapped(own.expose())))
    };
    root.calls(&service, import()).await.unwrap();
    root.calls(&service, desk.sign()).await.unwrap();
    world.advance(DAY);
    let waits = Err(Error::Refused(Refusal::NotUsable(StateKind::PendingImport)));
    // Before and after somebody clears it away.
    for _ in 0..2 {
        assert_eq!(root.calls(&service, desk.sign()).await.map(drop), waits);
        assert_eq!(root.calls(&service, desk.public_key()).await.map(drop), waits);
        world.run_jobs().await;
    }
    let again = Desk {
        parameters: root.prepares_import(&service, desk.key).await,
        ..desk
    };
    again.brings(own.expose()).await.unwrap();
    assert!(root.calls(&service, again.sign()).await.is_ok());
}

/// A private key that is brought for a secret one is passed over, and nothing of either is told.
#[tokio::test]
async fn the_trail_knows_lengths_only() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_empty_key(&service).await;
    let parameters = root.prepares_import(&service, key).await;
    let import = ImportKeyMaterial {
        pair: Some(PairMaterial {
            wrapped: b"is not for the log".to_vec(),
            temporary_key: None,
        }),
        ..root.import(&parameters, &[9; 32], None)
    };
    assert_eq!(root.calls(&service, import).await, Ok(()));
    let records = world.audited_calls().await;
    let record = records
        .iter()
        .rfind(|record| record["action"] == "ImportKeyMaterial");
    let request = &record.unwrap()["request"];
    assert_eq!(request["private_key_bytes"], 18);
    assert_eq!(request["wrapped_bytes"], 256);
    assert!(!format!("{records:?}").contains("is not for the log"));
}
