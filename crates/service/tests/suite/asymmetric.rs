//! Key pairs: what one half makes, the other undoes, for every kind of pair and every algorithm.

use claviger_crypto::digest;
use claviger_crypto::ec::{EcPublicKey, EcdsaHash};
use claviger_crypto::rsa::{RsaEncryption, RsaPublicKey, RsaSignature};
use claviger_model::{
    EncryptionAlgorithm, Error, Field, HashAlgorithm, KeySpec, SignatureAlgorithm, SignedDuration, Usage,
};
use claviger_service::ops::key::CreateKeyVersion;
use claviger_testkit::World;

use crate::asymmetric_pair::{OAEP_SHA1, OAEP_SHA256, Pair};
use crate::calls::Root;

const RSA: [KeySpec; 3] = [KeySpec::Rsa2048, KeySpec::Rsa3072, KeySpec::Rsa4096];
const EC: [KeySpec; 4] = [
    KeySpec::EcP256,
    KeySpec::EcP256k,
    KeySpec::EcP384,
    KeySpec::EcP521,
];
const MESSAGE: &[u8] = b"a release";

fn digest_of(hash: HashAlgorithm) -> Vec<u8> {
    match hash {
        HashAlgorithm::Sha1 => digest::sha1(MESSAGE).to_vec(),
        HashAlgorithm::Sha256 => digest::sha256(MESSAGE).to_vec(),
        HashAlgorithm::Sha384 => digest::sha384(MESSAGE).to_vec(),
        HashAlgorithm::Sha512 => digest::sha512(MESSAGE).to_vec(),
        HashAlgorithm::Sm3 => digest::sm3(MESSAGE).to_vec(),
    }
}

#[tokio::test]
async fn what_is_encrypted_to_a_public_key_opens_with_the_private_one() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    for spec in RSA {
        let pair = Pair::make(&world, &root, spec, Usage::EncryptDecrypt).await;
        for algorithm in [OAEP_SHA1, OAEP_SHA256] {
            let longest = algorithm.longest_plaintext(spec).unwrap();
            for length in [1, longest] {
                let plaintext = vec![7; length];
                let encrypted = root
                    .calls(&service, pair.encrypt(algorithm, &plaintext))
                    .await
                    .unwrap();
                assert_eq!((encrypted.key, encrypted.version), (pair.key, pair.version));
                assert_ne!(encrypted.bytes, plaintext);
                let opened = root
                    .calls(&service, pair.decrypt(algorithm, &encrypted.bytes))
                    .await
                    .unwrap();
                assert_eq!((opened.key, opened.version), (pair.key, pair.version));
                assert_eq!(opened.plaintext.expose(), plaintext);
            }
            let too_long = pair.encrypt(algorithm, &vec![7; longest + 1]);
            assert_eq!(
                root.calls(&service, too_long).await.map(drop),
                Err(Error::Invalid(Field::Plaintext))
            );
        }
    }
}

#[tokio::test]
async fn the_same_plaintext_is_encrypted_differently_each_time() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let pair = Pair::make(&world, &root, KeySpec::Rsa2048, Usage::EncryptDecrypt).await;
    let first = root
        .calls(&service, pair.encrypt(OAEP_SHA256, b"text"))
        .await
        .unwrap();
    let second = root
        .calls(&service, pair.encrypt(OAEP_SHA256, b"text"))
        .await
        .unwrap();
    assert_ne!(first.bytes, second.bytes);
}

#[tokio::test]
async fn ciphertexts_that_do_not_open_are_refused_alike() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let pair = Pair::make(&world, &root, KeySpec::Rsa2048, Usage::EncryptDecrypt).await;
    let other = Pair::make(&world, &root, KeySpec::Rsa2048, Usage::EncryptDecrypt).await;
    let encrypted = root
        .calls(&service, pair.encrypt(OAEP_SHA256, b"text"))
        .await
        .unwrap();
    let whole = encrypted.bytes;
    let mut damaged = whole.clone();
    *damaged.last_mut().unwrap() ^= 1;
    let refused = Error::Invalid(Field::Ciphertext);
    for bytes in [&damaged, &whole[..255].to_vec(), &vec![0xff; 256], &Vec::new()] {
        let answer = root.calls(&service, pair.decrypt(OAEP_SHA256, bytes)).await;
        assert_eq!(answer.map(drop), Err(refused.clone()), "{} bytes", bytes.len());
    }
    let answer = root.calls(&service, pair.decrypt(OAEP_SHA1, &whole)).await;
    assert_eq!(answer.map(drop), Err(refused.clone()), "another hash");
    let answer = root.calls(&service, other.decrypt(OAEP_SHA256, &whole)).await;
    assert_eq!(answer.map(drop), Err(refused), "another key");
}

#[tokio::test]
async fn what_a_private_key_signs_the_public_one_verifies() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    for spec in RSA.into_iter().chain(EC) {
        let pair = Pair::make(&world, &root, spec, Usage::SignVerify).await;
        for algorithm in algorithms(spec) {
            let digest = digest_of(algorithm.hash());
            let signed = root.calls(&service, pair.sign(algorithm, &digest)).await.unwrap();
            assert_eq!((signed.key, signed.version), (pair.key, pair.version));
            let valid = pair.verify(algorithm, &digest, &signed.bytes);
            let valid = root.calls(&service, valid).await.unwrap();
            assert_eq!((valid.key, valid.version), (pair.key, pair.version));
            assert!(valid.valid, "{spec:?} {algorithm:?}");

            let mut other = digest.clone();
            other[0] ^= 1;
            let mut damaged = signed.bytes.clone();
            *damaged.last_mut().unwrap() ^= 1;
            for wrong in [
                pair.verify(algorithm, &other, &signed.bytes),
                pair.verify(algorithm, &digest, &damaged),
                pair.verify(algorithm, &digest, &signed.bytes[1..]),
                pair.verify(algorithm, &digest, b"no signature"),
                pair.verify(algorithm, &digest, b""),
            ] {
                assert!(
                    !root.calls(&service, wrong).await.unwrap().valid,
                    "{spec:?} {algorithm:?}"
                );
            }
        }
    }
}

/// What keys of a spec are signed with here.
fn algorithms(spec: KeySpec) -> Vec<SignatureAlgorithm> {
    use HashAlgorithm::{Sha256, Sha384, Sha512};
    match spec {
        KeySpec::EcP256 | KeySpec::EcP256k => vec![SignatureAlgorithm::Ecdsa(Sha256)],
        KeySpec::EcP384 => vec![SignatureAlgorithm::Ecdsa(Sha384)],
        KeySpec::EcP521 => vec![SignatureAlgorithm::Ecdsa(Sha512)],
        _ => vec![
            SignatureAlgorithm::RsaPss(Sha256),
            SignatureAlgorithm::RsaPkcs1(Sha256),
        ],
    }
}

/// Signatures and ciphertexts are the bare standard encodings.
#[tokio::test]
async fn who_has_the_public_key_needs_no_service() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let digest = digest_of(HashAlgorithm::Sha256);

    let pair = Pair::make(&world, &root, KeySpec::Rsa2048, Usage::SignVerify).await;
    let shown = root.calls(&service, pair.public_key()).await.unwrap();
    assert_eq!((shown.key, shown.version), (pair.key, pair.version));
    let public = RsaPublicKey::from_spki(&shown.bytes).unwrap();
    let pss = SignatureAlgorithm::RsaPss(HashAlgorithm::Sha256);
    let signed = root.calls(&service, pair.sign(pss, &digest)).await.unwrap();
    assert!(public.verify_digest(RsaSignature::PssSha256, &digest, &signed.bytes));

    let pair = Pair::make(&world, &root, KeySpec::EcP256k, Usage::SignVerify).await;
    let shown = root.calls(&service, pair.public_key()).await.unwrap();
    let ecdsa = SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256);
    let signed = root.calls(&service, pair.sign(ecdsa, &digest)).await.unwrap();
    let public = EcPublicKey::from_spki(&shown.bytes).unwrap();
    assert!(public.verify_digest(EcdsaHash::Sha256, &digest, &signed.bytes));

    let pair = Pair::make(&world, &root, KeySpec::Rsa2048, Usage::EncryptDecrypt).await;
    let shown = root.calls(&service, pair.public_key()).await.unwrap();
    let public = RsaPublicKey::from_spki(&shown.bytes).unwrap();
    let ciphertext = public.encrypt(RsaEncryption::OaepSha1, b"from outside").unwrap();
    let opened = root
        .calls(&service, pair.decrypt(OAEP_SHA1, &ciphertext))
        .await
        .unwrap();
    assert_eq!(opened.plaintext.expose(), b"from outside");
}

#[tokio::test]
async fn every_version_is_a_pair_of_its_own() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let old = Pair::make(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    world.advance(SignedDuration::from_hours(7 * 24));
    let made = CreateKeyVersion {
        key: root.key(old.key),
    };
    let version = root.calls(&service, made).await.unwrap().id;
    let new = old.in_version(version);
    let ecdsa = SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256);
    let digest = digest_of(HashAlgorithm::Sha256);
    let signature = root
        .calls(&service, old.sign(ecdsa, &digest))
        .await
        .unwrap()
        .bytes;
    for (pair, valid) in [(&old, true), (&new, false)] {
        let verified = root
            .calls(&service, pair.verify(ecdsa, &digest, &signature))
            .await
            .unwrap();
        assert_eq!((verified.version, verified.valid), (pair.version, valid));
    }
    let shown = |pair: &Pair| root.calls(&service, pair.public_key());
    assert_ne!(shown(&old).await.unwrap().bytes, shown(&new).await.unwrap().bytes);
}

/// A caller may name the key by an alias; the answer bears its id.
#[tokio::test]
async fn a_pair_is_found_by_its_alias() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let pair = Pair::make(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    let alias = claviger_service::ops::alias::CreateAlias {
        prefixed: true,
        per_key: u32::MAX,
        name: "release".parse().unwrap(),
        key: root.key(pair.key),
    };
    root.calls(&service, alias).await.unwrap();
    let mut named = pair.public_key();
    named.key = root.alias("release");
    assert_eq!(root.calls(&service, named).await.unwrap().key, pair.key);
}

/// Callers may not use the padding of the import: answers to it open what was not meant for them.
#[tokio::test]
async fn the_padding_of_the_import_is_not_served() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let pair = Pair::make(&world, &root, KeySpec::Rsa2048, Usage::EncryptDecrypt).await;
    let refused = Error::Invalid(Field::Algorithm);
    let encrypt = pair.encrypt(EncryptionAlgorithm::RsaPkcs1, b"text");
    assert_eq!(
        root.calls(&service, encrypt).await.map(drop),
        Err(refused.clone())
    );
    let decrypt = pair.decrypt(EncryptionAlgorithm::RsaPkcs1, &[1; 256]);
    assert_eq!(root.calls(&service, decrypt).await.map(drop), Err(refused));
}
