//! What certificates refuse, and to whom.

use claviger_model::{
    Certificate, CertificateId, CertificateStatus, Change, Error, Field, KeySpec, ProtectionLevel, Quota,
    Refusal, SignatureAlgorithm, Unsupported,
};
use claviger_service::ops::certificate::{CreateCertificate, DeleteCertificate, GetCertificate};
use claviger_service::ops::crypto::Message;
use claviger_service::{CertificateName, Quotas};
use claviger_testkit::{Authority, World};

use crate::calls::Root;
use crate::certificate_desk::{
    ECDSA, MESSAGE, MISSING, PKCS1, PSS, create, decrypt, encrypt, issued, made, named, raw, set, sign,
    upload, verify,
};

#[tokio::test]
async fn only_what_fits_is_uploaded() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let certificate = made(&root, &service, KeySpec::EcP256).await;
    let other = made(&root, &service, KeySpec::EcP256).await;
    let (authority, stranger) = (Authority::new(), Authority::new());
    let leaf = authority.issue(&certificate.csr);
    let chain = authority.chain();
    let (wrong_leaf, wrong_chain) = (
        Error::Invalid(Field::Certificate),
        Error::Invalid(Field::CertificateChain),
    );
    let issuer = authority.text("issuer.pem");
    for (leaf, chain, error) in [
        ("", None, &wrong_leaf),
        ("nonsense", None, &wrong_leaf),
        (&*certificate.csr, None, &wrong_leaf),
        (&*chain, None, &wrong_leaf),
        (&*leaf, Some("nonsense"), &wrong_chain),
        (&*leaf, Some(&*stranger.chain()), &wrong_chain),
        (&*leaf, Some(&*authority.text("root.pem")), &wrong_chain),
        (&*leaf, Some(&*(issuer.clone() + &issuer)), &wrong_chain),
        (&*leaf, Some(&*authority.text("issuer.key")), &wrong_chain),
    ] {
        let parsed = upload(&root, &certificate, leaf, chain);
        assert_eq!(parsed.map(drop).as_ref(), Err(error), "{leaf} {chain:?}");
    }
    let swapped = upload(&root, &other, &leaf, Some(&chain)).unwrap();
    assert_eq!(root.calls(&service, swapped).await, Err(wrong_leaf));

    // With and without the chain, its root, and the certificate itself in front of it.
    for chain in [
        None,
        Some(chain.clone()),
        Some(leaf.clone() + &chain),
        Some(issuer),
    ] {
        let right = upload(&root, &certificate, &leaf, chain.as_deref()).unwrap();
        root.calls(&service, right).await.unwrap();
    }
    let again = upload(&root, &certificate, &leaf, Some(&authority.text("issuer.pem"))).unwrap();
    assert_eq!(root.calls(&service, again).await, Ok(Change::AlreadySo(())));
}

#[tokio::test]
async fn each_status_allows_what_it_should() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let (certificate, authority) = issued(&root, &service, KeySpec::Rsa2048).await;
    let signature = sign(&root, &service, &certificate, PKCS1, raw(MESSAGE))
        .await
        .unwrap();
    let blob = encrypt(&root, &service, &certificate, 5).await.unwrap();
    let uses = async |certificate: &Certificate| {
        [
            sign(&root, &service, certificate, PKCS1, raw(MESSAGE))
                .await
                .map(drop),
            encrypt(&root, &service, certificate, 5).await.map(drop),
            decrypt(&root, &service, certificate, &blob).await.map(drop),
            verify(&root, &service, certificate, PKCS1, raw(MESSAGE), &signature)
                .await
                .map(|valid| assert!(valid)),
        ]
    };
    let refused = |status| Err(Error::Refused(Refusal::CertificateUse(status)));
    let pending = made(&root, &service, KeySpec::Rsa2048).await;
    let is_pending = refused(CertificateStatus::Pending);
    assert_eq!(uses(&pending).await, [(); 4].map(|()| is_pending.clone()));
    let moved = set(&root, &service, &pending, CertificateStatus::Active).await;
    let stuck = |status| Err(Error::Refused(Refusal::CertificateTransition(status)));
    assert_eq!(moved, stuck(CertificateStatus::Pending));

    assert_eq!(uses(&certificate).await, [(); 4].map(|()| Ok(())));
    for (status, change) in [
        (CertificateStatus::Inactive, Change::Changed(())),
        (CertificateStatus::Inactive, Change::AlreadySo(())),
    ] {
        assert_eq!(set(&root, &service, &certificate, status).await, Ok(change));
        let off = refused(CertificateStatus::Inactive);
        assert_eq!(uses(&certificate).await, [(); 4].map(|()| off.clone()));
    }
    for status in [CertificateStatus::Active, CertificateStatus::Revoked] {
        let changed = set(&root, &service, &certificate, status).await;
        assert_eq!(changed, Ok(Change::Changed(())));
    }
    let gone = refused(CertificateStatus::Revoked);
    assert_eq!(
        uses(&certificate).await,
        [gone.clone(), gone.clone(), gone, Ok(())]
    );
    let back = set(&root, &service, &certificate, CertificateStatus::Active).await;
    assert_eq!(back, stuck(CertificateStatus::Revoked));
    let leaf = authority.issue(&certificate.csr);
    let again = upload(&root, &certificate, &leaf, None).unwrap();
    assert_eq!(
        root.calls(&service, again).await,
        stuck(CertificateStatus::Revoked)
    );
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let world = World::build().without_hsm().start().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let refusal = async |change: fn(&mut CreateCertificate)| {
        let mut wish = create(&root, KeySpec::EcP256);
        change(&mut wish);
        root.calls(&service, wish).await.map(drop).unwrap_err()
    };
    for subject in ["", "www.example.com", "O=nobody", "CN=a,XX=b", "CN=a,C=Germany"] {
        let mut wish = create(&root, KeySpec::EcP256);
        wish.subject = subject.into();
        let refused = root.calls(&service, wish).await.map(drop);
        assert!(
            matches!(refused, Err(Error::Malformed(Field::Subject, _))),
            "{subject}"
        );
    }
    let names = |error| matches!(error, Error::Malformed(Field::AlternativeNames, _));
    assert!(names(
        refusal(|wish| wish.alternative_names = vec!["a b".into()]).await
    ));
    assert!(names(
        refusal(|wish| wish.alternative_names = vec!["a".into(); 101]).await
    ));
    let unsupported = Error::Unsupported;
    for spec in [
        KeySpec::Rsa4096,
        KeySpec::EcP256k,
        KeySpec::Aes256,
        KeySpec::HmacSha256,
    ] {
        let refused = root.calls(&service, create(&root, spec)).await.map(drop);
        assert_eq!(refused, Err(unsupported(Unsupported::Spec)), "{spec:?}");
    }
    let hsm = refusal(|wish| wish.protection = ProtectionLevel::Hsm).await;
    assert_eq!(hsm, unsupported(Unsupported::Protection));
    let sm2 = refusal(|wish| wish.spec = KeySpec::Sm2).await;
    assert_eq!(sm2, unsupported(Unsupported::Spec));

    let (curve, _) = issued(&root, &service, KeySpec::EcP256).await;
    for algorithm in [PKCS1, PSS, SignatureAlgorithm::Sm2Dsa] {
        let refused = sign(&root, &service, &curve, algorithm, raw(MESSAGE)).await;
        assert_eq!(refused, Err(Error::Invalid(Field::Algorithm)));
        let refused = verify(&root, &service, &curve, algorithm, raw(MESSAGE), b"x").await;
        assert_eq!(refused, Err(Error::Invalid(Field::Algorithm)));
    }
    for length in [0, 31, 33] {
        let refused = sign(&root, &service, &curve, ECDSA, Message::Digest(vec![7; length])).await;
        assert_eq!(refused, Err(Error::Invalid(Field::Digest)));
    }
    let refused = encrypt(&root, &service, &curve, 5).await;
    assert_eq!(refused, Err(Error::Invalid(Field::Algorithm)));
    let refused = decrypt(&root, &service, &curve, &[7; 256]).await;
    assert_eq!(refused, Err(Error::Invalid(Field::Algorithm)));
}

/// Whoever is not allowed does not learn whether a certificate is there.
#[tokio::test]
async fn certificates_of_others_are_out_of_reach() {
    let builder = World::build().caller("LTAIone", "one").caller("LTAItwo", "two");
    let world = builder.start().await;
    let (service, owner, other) = (world.service(), Root::of(&world).await, Root::at(&world, 1).await);
    let certificate = made(&owner, &service, KeySpec::EcP256).await;
    let mut absent = named(&owner, &certificate);
    absent.name = CertificateName::Id(CertificateId::from_bytes([9; 16]));
    let mut unknown = absent.clone();
    unknown.name = CertificateName::Unknown("nonsense".into());
    for name in [named(&owner, &certificate), absent.clone(), unknown.clone()] {
        let denied = other.calls(&service, DeleteCertificate(name)).await;
        assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
    }
    for name in [absent, unknown] {
        let missing = owner.calls(&service, DeleteCertificate(name)).await;
        assert_eq!(missing, Err(MISSING));
    }
    // In their own scope it is not there.
    let moved = other
        .calls(&service, GetCertificate(named(&other, &certificate)))
        .await;
    assert_eq!(moved.map(drop), Err(MISSING));
    owner
        .calls(&service, DeleteCertificate(named(&owner, &certificate)))
        .await
        .unwrap();
}

#[tokio::test]
async fn there_are_as_many_as_the_quota_allows() {
    let quotas = Quotas {
        certificates: 1,
        ..Quotas::default()
    };
    let world = World::build().quotas(quotas).start().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let first = made(&root, &service, KeySpec::EcP256).await;
    let full = root.calls(&service, create(&root, KeySpec::EcP256)).await;
    assert_eq!(full.map(drop), Err(Error::Quota(Quota::Certificates)));
    root.calls(&service, DeleteCertificate(named(&root, &first)))
        .await
        .unwrap();
    made(&root, &service, KeySpec::EcP256).await;
}
