//! The suite that every provider passes, through the socket.

use claviger_crypto::ec::{Curve, EcPrivateKey, EcPublicKey, EcdsaHash};
use claviger_crypto::rsa::{RsaEncryption, RsaPrivateKey, RsaPublicKey, RsaSignature};
use claviger_crypto::sm2::{Sm2PrivateKey, Sm2PublicKey};
use claviger_crypto::{AesKey, kwp};
use claviger_model::{EncryptionAlgorithm, HashAlgorithm, KeySpec, SignatureAlgorithm};
use claviger_provider::conformance::{Client, ClientPair, check_provider};
use claviger_provider::{Provider as _, ProviderError};
use claviger_provider_managed::protocol::MAX_FRAME;

use crate::rig::{Place, Rig};

/// A caller with the same library.
struct Caller;

impl Client for Caller {
    fn encrypt(&self, public_key: &[u8], algorithm: EncryptionAlgorithm, plaintext: &[u8]) -> Vec<u8> {
        use EncryptionAlgorithm::{RsaOaep, RsaPkcs1, Sm2Pke};
        let rsa = |padding| {
            let key = RsaPublicKey::from_spki(public_key).unwrap();
            key.encrypt(padding, plaintext).unwrap()
        };
        match algorithm {
            RsaPkcs1 => rsa(RsaEncryption::Pkcs1V15),
            RsaOaep(HashAlgorithm::Sha1) => rsa(RsaEncryption::OaepSha1),
            RsaOaep(HashAlgorithm::Sha256) => rsa(RsaEncryption::OaepSha256),
            Sm2Pke => Sm2PublicKey::from_spki(public_key)
                .unwrap()
                .encrypt(plaintext)
                .unwrap(),
            RsaOaep(other) => unreachable!("OAEP with {other:?} is not in the table"),
        }
    }

    fn verify(
        &self,
        public_key: &[u8],
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> bool {
        use HashAlgorithm::{Sha256, Sha384, Sha512};
        use SignatureAlgorithm::{Ecdsa, RsaPkcs1, RsaPss, Sm2Dsa};
        let rsa = |scheme| {
            let key = RsaPublicKey::from_spki(public_key).unwrap();
            key.verify_digest(scheme, digest, signature)
        };
        let ec = |hash| {
            let key = EcPublicKey::from_spki(public_key).unwrap();
            key.verify_digest(hash, digest, signature)
        };
        match algorithm {
            Ecdsa(Sha256) => ec(EcdsaHash::Sha256),
            Ecdsa(Sha384) => ec(EcdsaHash::Sha384),
            Ecdsa(Sha512) => ec(EcdsaHash::Sha512),
            RsaPss(Sha256) => rsa(RsaSignature::PssSha256),
            RsaPss(Sha384) => rsa(RsaSignature::PssSha384),
            RsaPss(Sha512) => rsa(RsaSignature::PssSha512),
            RsaPkcs1(Sha256) => rsa(RsaSignature::Pkcs1Sha256),
            RsaPkcs1(Sha384) => rsa(RsaSignature::Pkcs1Sha384),
            RsaPkcs1(Sha512) => rsa(RsaSignature::Pkcs1Sha512),
            Sm2Dsa => Sm2PublicKey::from_spki(public_key)
                .unwrap()
                .verify_digest(digest, signature),
            other => unreachable!("{other:?} is not in the table"),
        }
    }

    fn pair(&self, spec: KeySpec) -> ClientPair {
        let rsa = |der: &[u8]| {
            let public = RsaPrivateKey::from_pkcs8(der).unwrap().public_key_der();
            (der.to_vec(), public)
        };
        let ec = |curve| {
            let pair = EcPrivateKey::generate(curve).unwrap();
            (pair.to_pkcs8().expose().to_vec(), pair.public_key_der())
        };
        let (private, public) = match spec {
            // RSA keys take long to make.
            KeySpec::Rsa2048 => rsa(include_bytes!("../../../crypto/tests/keys/rsa-2048.p8")),
            KeySpec::Rsa3072 => rsa(include_bytes!("../../../crypto/tests/keys/rsa-3072.p8")),
            KeySpec::Rsa4096 => rsa(include_bytes!("../../../crypto/tests/keys/rsa-4096.p8")),
            KeySpec::EcP256 => ec(Curve::P256),
            KeySpec::EcP256k => ec(Curve::P256K),
            KeySpec::EcP384 => ec(Curve::P384),
            KeySpec::EcP521 => ec(Curve::P521),
            KeySpec::Sm2 => {
                let pair = Sm2PrivateKey::generate().unwrap();
                (pair.to_pkcs8().expose().to_vec(), pair.public_key_der())
            }
            other => unreachable!("{other:?} is not in the table"),
        };
        ClientPair { private, public }
    }

    fn wrap_key(&self, key: &[u8], plaintext: &[u8]) -> Vec<u8> {
        kwp::wrap_padded(AesKey::try_from(key).unwrap(), plaintext).unwrap()
    }
}

#[tokio::test]
async fn the_provider_conforms_and_lacks_nothing() {
    let rig = Rig::new();
    let hsm = rig.start();
    let client = rig.client();
    let report = check_provider(client.as_ref(), &Caller).await;
    assert_eq!(report.skipped, []);
    assert_eq!(report.passed.len(), KeySpec::ALL.len());
    assert!(
        report
            .signatures
            .contains(&(KeySpec::Sm2, SignatureAlgorithm::Sm2Dsa))
    );
    assert!(
        report
            .encryptions
            .contains(&(KeySpec::Sm2, EncryptionAlgorithm::Sm2Pke))
    );
    assert_eq!(report.signatures.len(), 3 * 6 + 4 * 3 + 1);
    assert_eq!(report.encryptions.len(), 3 * 2 + 1);
    hsm.stop().await;
}

/// What an answer does, a wrapping of material does too, and what is in the way of both: the same table at both ends.
#[tokio::test]
async fn material_opens_in_the_hsm_that_made_it_only() {
    let (rig, other) = (Rig::new(), Rig::new());
    let (_hsm, _other_hsm) = (rig.start(), other.start());
    let place = Place::new();
    let binding = place.binding(KeySpec::Aes256);
    let material = rig.client().generate(&binding).await.unwrap();
    let sealed = claviger_provider::Sealed {
        material: &material,
        binding,
    };
    let mut body = Vec::new();
    rig.client()
        .encrypt(sealed, b"", b"hello", &mut body)
        .await
        .unwrap();
    let opened = rig.client().decrypt(sealed, b"", &body).await.unwrap();
    assert_eq!(opened.expose(), b"hello");
    let refused = other.client().decrypt(sealed, b"", &body).await;
    assert_eq!(refused.unwrap_err(), ProviderError::BadMaterial);
}

#[tokio::test]
async fn long_messages_pass_and_those_that_fit_in_no_frame_are_refused() {
    let rig = Rig::new();
    let _hsm = rig.start();
    let client = rig.client();
    let place = Place::new();
    let binding = place.binding(KeySpec::Aes256);
    let material = client.generate(&binding).await.unwrap();
    let sealed = claviger_provider::Sealed {
        material: &material,
        binding,
    };
    let mut body = b"before".to_vec();
    let long = vec![7; 1_000_000];
    client.encrypt(sealed, b"", &long, &mut body).await.unwrap();
    let body = body.strip_prefix(b"before").unwrap();
    let opened = client.decrypt(sealed, b"", body).await.unwrap();
    assert_eq!(opened.expose(), long);

    let mut out = b"before".to_vec();
    let too_long = vec![7; MAX_FRAME];
    let refused = client.encrypt(sealed, b"", &too_long, &mut out).await;
    assert_eq!(refused, Err(ProviderError::BadInput));
    assert_eq!(out, b"before");
    for length in [MAX_FRAME - 8, MAX_FRAME + 1, usize::MAX] {
        let refused = client.random(length).await;
        assert_eq!(refused.unwrap_err(), ProviderError::BadInput, "{length}");
    }
    assert_eq!(client.random(MAX_FRAME - 9).await.unwrap().len(), MAX_FRAME - 9);
}
