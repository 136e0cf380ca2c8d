//! SM2 and SM4. The command `openssl` is the judge.

use claviger_crypto::sm2::{self, Sm2PrivateKey, Sm2PublicKey};
use claviger_model::{
    EncryptionAlgorithm, EncryptionContext, Error, Field, HashAlgorithm, KeySpec, MaterialFault, Origin,
    ProtectionLevel, SignatureAlgorithm, Usage,
};
use claviger_secret::SecretBytes;
use claviger_service::ops::certificate::CreateCsr;
use claviger_service::ops::crypto::{
    AsymmetricSign, AsymmetricVerify, Encrypt, EncryptDigested, Export, GenerateAndExportDataKey, Message,
    Payload, VersionRef,
};
use claviger_service::ops::import::{GetParametersForImport, ImportKeyMaterial};
use claviger_service::ops::key::{CreateKey, CreateKeyVersion};
use claviger_testkit::{Authority, World};

use crate::asymmetric_pair::{OAEP_SHA256, Pair};
use crate::calls::Root;
use crate::certificate_desk;
use crate::lifetimes::DAY;

const SM2DSA: SignatureAlgorithm = SignatureAlgorithm::Sm2Dsa;
const SM2PKE: EncryptionAlgorithm = EncryptionAlgorithm::Sm2Pke;
const MESSAGE: &[u8] = b"a release";
/// The identity that signers have unless they agree on another.
const IDENTITY: &str = "distid:1234567812345678";

async fn pair(world: &World, root: &Root, usage: Usage) -> Pair {
    Pair::make_at(world, root, (KeySpec::Sm2, usage), ProtectionLevel::Hsm).await
}

/// The file `public.pem` has the public key afterwards.
async fn show(world: &World, root: &Root, pair: &Pair, desk: &Authority) -> Vec<u8> {
    let public = root.calls(&world.service(), pair.public_key()).await.unwrap();
    desk.put("public.der", &public.bytes);
    desk.openssl(
        "pkey -pubin -inform DER -in public.der -pubout -out public.pem",
        &[],
    );
    public.bytes
}

#[tokio::test]
async fn sm2_signs_what_others_verify() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let (pair, desk) = (pair(&world, &root, Usage::SignVerify).await, Authority::new());
    let public = show(&world, &root, &pair, &desk).await;
    let digest = sm2::digest(&public, MESSAGE).unwrap();
    let signed = root.calls(&service, pair.sign(SM2DSA, &digest)).await.unwrap();
    desk.put("message", MESSAGE);
    desk.put("signature", &signed.bytes);
    let line = "pkeyutl -verify -pubin -inkey public.pem -rawin -digest sm3 -in message -sigfile signature";
    let judged = desk.openssl(line, &["-pkeyopt", IDENTITY]);
    assert!(judged.contains("Verified Successfully"), "{judged}");
    for (digest, valid) in [(digest, true), ([7; 32], false)] {
        let verify = pair.verify(SM2DSA, &digest, &signed.bytes);
        assert_eq!(root.calls(&service, verify).await.unwrap().valid, valid);
    }
    let short = pair.sign(SM2DSA, &digest[1..]);
    let refused = root.calls(&service, short).await.map(drop);
    assert_eq!(refused, Err(Error::Invalid(Field::Digest)));
}

#[tokio::test]
async fn sm2_opens_what_others_encrypt() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let (pair, desk) = (pair(&world, &root, Usage::EncryptDecrypt).await, Authority::new());
    show(&world, &root, &pair, &desk).await;
    desk.put("message", MESSAGE);
    desk.openssl(
        "pkeyutl -encrypt -pubin -inkey public.pem -in message -out blob",
        &[],
    );
    let opened = root
        .calls(&service, pair.decrypt(SM2PKE, &desk.bytes("blob")))
        .await
        .unwrap();
    assert_eq!(opened.plaintext.expose(), MESSAGE);
    for length in [1, 6047] {
        let plaintext = vec![7; length];
        let encrypted = root
            .calls(&service, pair.encrypt(SM2PKE, &plaintext))
            .await
            .unwrap();
        let decrypt = pair.decrypt(SM2PKE, &encrypted.bytes);
        let opened = root.calls(&service, decrypt).await.unwrap();
        assert_eq!(opened.plaintext.expose(), plaintext);
    }
    let too_long = root
        .calls(&service, pair.encrypt(SM2PKE, &[7; 6048]))
        .await
        .map(drop);
    assert_eq!(too_long, Err(Error::Invalid(Field::Plaintext)));
    let other = root
        .calls(&service, pair.encrypt(OAEP_SHA256, b"text"))
        .await
        .map(drop);
    assert_eq!(other, Err(Error::Invalid(Field::Algorithm)));
    let garbage = root
        .calls(&service, pair.decrypt(SM2PKE, &[0x30; 200]))
        .await
        .map(drop);
    assert_eq!(garbage, Err(Error::Invalid(Field::Ciphertext)));
}

/// By RSA and by SM2; the pair that wraps is made in the hardware.
#[tokio::test]
async fn sm4_takes_material_from_outside() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let create = CreateKey {
        origin: Origin::External,
        ..root.create_in_hardware(KeySpec::Sm4)
    };
    let key = root.calls(&service, create).await.unwrap().id;
    let material = [0x5a; 16];
    let short = root.brings(&service, key, &material[1..], None).await;
    assert_eq!(short, Err(Error::KeyMaterial(MaterialFault::Length)));
    root.brings(&service, key, &material, None).await.unwrap();
    let blob = root.encrypts_now(&service, key).await.blob;

    let by_sm2 = |key| GetParametersForImport {
        key: root.key(key),
        spec: KeySpec::Sm2,
        algorithm: SM2PKE,
        only_pending: false,
    };
    let parameters = root.calls(&service, by_sm2(key)).await.unwrap();
    let wraps = Sm2PublicKey::from_spki(&parameters.public_key).unwrap();
    let import = ImportKeyMaterial {
        key: root.key(key),
        wrapped: wraps.encrypt(&material).unwrap(),
        pair: None,
        token: parameters.token,
        expires: None,
        only_pending: false,
    };
    root.calls(&service, import).await.unwrap();
    assert_eq!(root.reads(&service, &blob).await, b"text");

    // Only hardware has SM2 to wrap with.
    let in_software = root.makes_empty_key(&service).await;
    let refused = root.calls(&service, by_sm2(in_software)).await.map(drop);
    assert_eq!(refused, Err(Error::Invalid(Field::Algorithm)));
    world.hsm().go_away();
    let away = root.calls(&service, by_sm2(key)).await.map(drop);
    assert_eq!(away, Err(Error::Unavailable));
}

#[tokio::test]
async fn data_keys_go_to_public_keys_of_sm2() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_in_hardware(&service, KeySpec::Sm4).await;
    let recipient = Sm2PrivateKey::generate().unwrap();
    let generate = GenerateAndExportDataKey {
        data_key: root.data_key(&key),
        export: Export {
            spec: KeySpec::Sm2,
            algorithm: SM2PKE,
            public_key: recipient.public_key_der(),
        },
    };
    let made = root.calls(&service, generate).await.unwrap();
    let raw = recipient.decrypt(&made.exported).unwrap();
    assert_eq!(root.reads(&service, &made.blob).await, raw.expose());
}

/// SM3 belongs to SM4, SHA-256 to all else.
#[tokio::test]
async fn a_digest_is_that_of_the_hash_that_belongs_to_the_key() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    for (spec, right) in [
        (KeySpec::Sm4, HashAlgorithm::Sm3),
        (KeySpec::Aes256, HashAlgorithm::Sha256),
    ] {
        let key = root.makes_in_hardware(&service, spec).await;
        for hash in [HashAlgorithm::Sm3, HashAlgorithm::Sha256] {
            let encrypt = EncryptDigested {
                encrypt: Encrypt {
                    key: root.key(key.id),
                    payload: Payload::DataKey,
                    plaintext: SecretBytes::copied(&[7; 32]),
                    context: EncryptionContext::default(),
                },
                hash,
            };
            let encrypted = root.calls(&service, encrypt).await.map(drop);
            let wanted = if hash == right {
                Ok(())
            } else {
                Err(Error::Invalid(Field::Digest))
            };
            assert_eq!(encrypted, wanted, "{spec:?} {hash:?}");
        }
    }
}

/// Whole messages are signed with the digest that covers the signer.
#[tokio::test]
async fn certificates_of_sm2_sign_what_others_verify() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let (made, desk) = (
        certificate_desk::made(&root, &service, KeySpec::Sm2).await,
        Authority::new(),
    );
    let leaf = desk.issue_for_sm2(&made.csr);
    let upload = certificate_desk::upload(&root, &made, &leaf, Some(&desk.chain())).unwrap();
    root.calls(&service, upload).await.unwrap();
    let raw = || certificate_desk::raw(MESSAGE);
    let signature = certificate_desk::sign(&root, &service, &made, SM2DSA, raw())
        .await
        .unwrap();
    desk.put("message", MESSAGE);
    desk.put("signature", &signature);
    desk.openssl("x509 -in leaf.pem -noout -pubkey -out public.pem", &[]);
    let line = "pkeyutl -verify -pubin -inkey public.pem -rawin -digest sm3 -in message -sigfile signature";
    let judged = desk.openssl(line, &["-pkeyopt", IDENTITY]);
    assert!(judged.contains("Verified Successfully"), "{judged}");
    for (message, valid) in [(raw(), true), (certificate_desk::raw(b"another"), false)] {
        let verified = certificate_desk::verify(&root, &service, &made, SM2DSA, message, &signature).await;
        assert_eq!(verified, Ok(valid));
    }
}

/// Of several versions, each has a digest of its own for the same message.
#[tokio::test]
async fn the_newest_version_of_sm2_that_made_a_signature_is_found() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let pair = pair(&world, &root, Usage::SignVerify).await;
    let message = || Message::Raw(SecretBytes::copied(MESSAGE));
    let sign = AsymmetricSign {
        key: root.key(pair.key),
        version: VersionRef::Newest,
        algorithm: SM2DSA,
        size_only: false,
        message: message(),
    };
    let signed = root.calls(&service, sign).await.unwrap();
    world.advance(DAY * 7);
    let more = CreateKeyVersion {
        key: root.key(pair.key),
    };
    root.calls(&service, more).await.unwrap();
    let verify = AsymmetricVerify {
        key: root.key(pair.key),
        version: VersionRef::Newest,
        algorithm: SM2DSA,
        size_only: false,
        message: message(),
        signature: signed.bytes,
    };
    let verified = root.calls(&service, verify).await.unwrap();
    assert_eq!((verified.version, verified.valid), (pair.version, true));
}

#[tokio::test]
async fn requests_of_sm2_are_accepted_by_others() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let (pair, desk) = (pair(&world, &root, Usage::SignVerify).await, Authority::new());
    let create = CreateCsr {
        key: root.key(pair.key),
        version: Some(pair.version),
        subject: "CN=www.example.com".into(),
        alternative_names: Vec::new(),
        algorithm: None,
    };
    let made = root.calls(&service, create).await.unwrap();
    desk.put("made.csr", &made.csr);
    let text = desk.openssl("req -in made.csr -verify -noout -text", &["-vfyopt", IDENTITY]);
    assert!(text.contains("verify OK"), "{text}");
}
