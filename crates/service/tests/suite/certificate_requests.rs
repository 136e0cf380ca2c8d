//! Signing requests for keys. The command `openssl` is the judge.

use claviger_model::{
    Error, Field, HashAlgorithm, KeySpec, Missing, Refusal, SignatureAlgorithm, StateKind, Usage,
};
use claviger_service::ops::certificate::CreateCsr;
use claviger_service::ops::key::DisableKey;
use claviger_testkit::{Authority, World};

use crate::asymmetric_pair::Pair;
use crate::calls::Root;

fn request(root: &Root, pair: &Pair, algorithm: Option<SignatureAlgorithm>) -> CreateCsr {
    CreateCsr {
        key: root.key(pair.key),
        version: Some(pair.version),
        subject: "CN=release,C=CN".into(),
        alternative_names: vec!["release@example.com".into()],
        algorithm,
    }
}

/// Whatever the key is made of and for; the public key in it is the one that is shown.
#[tokio::test]
async fn any_key_pair_has_a_signing_request() {
    use HashAlgorithm::{Sha256, Sha384, Sha512};
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let authority = Authority::new();
    for (spec, usage, algorithm, name) in [
        (
            KeySpec::Rsa2048,
            Usage::SignVerify,
            None,
            "sha256WithRSAEncryption",
        ),
        (
            KeySpec::Rsa2048,
            Usage::EncryptDecrypt,
            None,
            "sha256WithRSAEncryption",
        ),
        (
            KeySpec::Rsa3072,
            Usage::SignVerify,
            Some(SignatureAlgorithm::RsaPkcs1(Sha512)),
            "sha512WithRSAEncryption",
        ),
        (
            KeySpec::Rsa2048,
            Usage::SignVerify,
            Some(SignatureAlgorithm::RsaPss(Sha256)),
            "rsassaPss",
        ),
        (KeySpec::EcP256, Usage::SignVerify, None, "ecdsa-with-SHA256"),
        (KeySpec::EcP256k, Usage::SignVerify, None, "ecdsa-with-SHA256"),
        (KeySpec::EcP384, Usage::SignVerify, None, "ecdsa-with-SHA384"),
        (KeySpec::EcP521, Usage::SignVerify, None, "ecdsa-with-SHA512"),
        (
            KeySpec::EcP521,
            Usage::SignVerify,
            Some(SignatureAlgorithm::Ecdsa(Sha384)),
            "ecdsa-with-SHA384",
        ),
    ] {
        let pair = Pair::make(&world, &root, spec, usage).await;
        let made = root
            .calls(&service, request(&root, &pair, algorithm))
            .await
            .unwrap();
        assert_eq!((made.key, made.version), (pair.key, pair.version));
        authority.put("made.csr", &made.csr);
        let text = authority.openssl("req -in made.csr -verify -noout -text -nameopt RFC2253", &[]);
        for part in [
            "verify OK",
            "Subject: CN=release,C=CN",
            "email:release@example.com",
            name,
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        authority.openssl("req -in made.csr -noout -pubkey -out asked.pem", &[]);
        let public = root.calls(&service, pair.public_key()).await.unwrap();
        authority.put("shown.der", &public.bytes);
        authority.openssl("pkey -pubin -inform DER -in shown.der -out shown.pem", &[]);
        assert_eq!(authority.text("asked.pem"), authority.text("shown.pem"));
    }
}

#[tokio::test]
async fn what_cannot_have_one_is_refused() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let pair = Pair::make(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    let other = Pair::make(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    let symmetric = Pair::make(&world, &root, KeySpec::Aes256, Usage::EncryptDecrypt).await;
    let good = || request(&root, &pair, None);
    let rsa = SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha256);
    for (wish, error) in [
        (
            CreateCsr {
                subject: "O=nobody".into(),
                ..good()
            },
            Error::Malformed(Field::Subject, "the subject has no `CN`".into()),
        ),
        (
            CreateCsr {
                alternative_names: vec!["a b".into()],
                ..good()
            },
            Error::Malformed(
                Field::AlternativeNames,
                "the alternative name `a b` is no DNS name or IP address".into(),
            ),
        ),
        (request(&root, &pair, Some(rsa)), Error::Invalid(Field::Algorithm)),
        (
            request(&root, &pair.in_version(other.version), None),
            Error::NotFound(Missing::Version),
        ),
        (request(&root, &symmetric, None), symmetric.wrong_kind()),
    ] {
        assert_eq!(root.calls(&service, wish).await, Err(error));
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
    let off = Error::Refused(Refusal::NotUsable(StateKind::Disabled));
    assert_eq!(root.calls(&service, good()).await, Err(off));
}
