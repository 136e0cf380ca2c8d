//! Certificates from their signing request to their end. The command `openssl` is the authority and the judge.

use claviger_model::{CertificateStatus, Error, Field, KeySpec, Quota, SignatureAlgorithm, SignedDuration};
use claviger_service::ops::certificate::{
    DeleteCertificate, DescribeCertificate, GetCertificate, ListCertificateTags, TagCertificate,
    UntagCertificate,
};
use claviger_store::CertificateStore as _;
use claviger_testkit::{Authority, World};
use serde_json::json;

use crate::calls::Root;
use crate::certificate_desk::{
    ECDSA, MESSAGE, MISSING, PKCS1, PSS, decrypt, digest, encrypt, issued, made, named, raw, set, sign,
    verify,
};

#[tokio::test]
async fn the_signing_request_says_what_was_asked_and_openssl_agrees() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let authority = Authority::new();
    for spec in [KeySpec::Rsa2048, KeySpec::EcP256] {
        let certificate = made(&root, &service, spec).await;
        assert_eq!(certificate.status, CertificateStatus::Pending);
        assert_eq!((certificate.created, certificate.issued), (world.now(), None));
        authority.put("made.csr", &certificate.csr);
        let text = authority.openssl("req -in made.csr -verify -noout -text -nameopt RFC2253", &[]);
        for part in [
            "verify OK",
            "Subject: CN=www.example.com,OU=kms,O=Example\\, Inc.,C=CN",
            "DNS:www.example.com, IP Address:192.0.2.1",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}

/// The whole life: issued, uploaded, used, and known again after a restart.
#[tokio::test]
async fn an_uploaded_certificate_signs_and_openssl_verifies() {
    let mut world = World::new().await;
    for (spec, algorithms) in [(KeySpec::Rsa2048, &[PKCS1, PSS][..]), (KeySpec::EcP256, &[ECDSA])] {
        let (service, root) = (world.service(), Root::of(&world).await);
        let (certificate, authority) = issued(&root, &service, spec).await;
        drop(service);
        world.restart().await;
        let service = world.service();
        authority.openssl("x509 -in leaf.pem -noout -pubkey -out public.pem", &[]);
        authority.put("message", MESSAGE);
        for algorithm in algorithms {
            let mut signatures = Vec::new();
            for message in [raw(MESSAGE), digest(MESSAGE)] {
                let signature = sign(&root, &service, &certificate, *algorithm, message)
                    .await
                    .unwrap();
                authority.put("signature", &signature);
                let pss: &[&str] = match algorithm {
                    SignatureAlgorithm::RsaPss(_) => &["-sigopt", "rsa_padding_mode:pss"],
                    _ => &[],
                };
                let file: &[&str] = &["message"];
                let line = "dgst -sha256 -verify public.pem -signature signature";
                assert!(
                    authority
                        .openssl(line, &[pss, file].concat())
                        .contains("Verified OK")
                );
                signatures.push(signature);
            }
            for signature in &signatures {
                for message in [raw(MESSAGE), digest(MESSAGE)] {
                    let valid = verify(&root, &service, &certificate, *algorithm, message, signature).await;
                    assert_eq!(valid, Ok(true));
                }
                for (message, bytes) in [(raw(b"another"), &signature[..]), (raw(MESSAGE), b"none")] {
                    let valid = verify(&root, &service, &certificate, *algorithm, message, bytes).await;
                    assert_eq!(valid, Ok(false));
                }
            }
        }
    }
}

#[tokio::test]
async fn what_is_encrypted_to_a_certificate_opens_with_its_private_key() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let (certificate, authority) = issued(&root, &service, KeySpec::Rsa2048).await;
    for length in [1, 190] {
        let blob = encrypt(&root, &service, &certificate, length).await.unwrap();
        let opened = decrypt(&root, &service, &certificate, &blob).await;
        assert_eq!(opened, Ok(vec![7; length]));
    }
    assert_eq!(
        encrypt(&root, &service, &certificate, 191).await,
        Err(Error::Invalid(Field::Plaintext))
    );
    for blob in [&b""[..], b"x", &[7; 256]] {
        let opened = decrypt(&root, &service, &certificate, blob).await;
        assert_eq!(opened, Err(Error::Invalid(Field::Ciphertext)));
    }
    authority.put("plain", MESSAGE);
    authority.openssl(
        "pkeyutl -encrypt -certin -inkey leaf.pem -in plain -out blob -pkeyopt rsa_padding_mode:oaep \
         -pkeyopt rsa_oaep_md:sha256",
        &[],
    );
    let blob = authority.bytes("blob");
    let opened = decrypt(&root, &service, &certificate, &blob).await;
    assert_eq!(opened, Ok(MESSAGE.to_vec()));
}

#[tokio::test]
async fn what_a_certificate_says_is_shown() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let pending = made(&root, &service, KeySpec::EcP256).await;
    let shown = root
        .calls(&service, DescribeCertificate(named(&root, &pending)))
        .await
        .unwrap();
    assert_eq!((shown.facts, shown.certificate), (None, pending));

    world.advance(SignedDuration::from_secs(60));
    let (certificate, authority) = issued(&root, &service, KeySpec::EcP256).await;
    let named = named(&root, &certificate);
    let shown = root
        .calls(&service, DescribeCertificate(named.clone()))
        .await
        .unwrap();
    assert_eq!(shown.certificate.status, CertificateStatus::Active);
    let facts = shown.facts.unwrap();
    assert_eq!(facts.subject, certificate.subject);
    assert_eq!(facts.issuer, "CN=Issuer,O=Example");
    assert_eq!(facts.signature_algorithm, "ecdsa-with-SHA256");
    assert_eq!(facts.alternative_names, ["www.example.com", "192.0.2.1"]);
    let serial = authority.openssl("x509 -in leaf.pem -noout -serial", &[]);
    assert_eq!(serial.trim().to_lowercase(), format!("serial={}", facts.serial));
    authority.put("shown.der", &shown.public_key);
    authority.openssl("pkey -pubin -inform DER -in shown.der -out shown.pem", &[]);
    authority.openssl("x509 -in leaf.pem -noout -pubkey -out public.pem", &[]);
    assert_eq!(authority.text("shown.pem"), authority.text("public.pem"));

    let got = root.calls(&service, GetCertificate(named)).await.unwrap();
    assert_eq!(got, shown.certificate);
    let chain = got.issued.unwrap();
    authority.put("got.pem", &chain.certificate);
    authority.put("chain.pem", &chain.chain);
    let line = "verify -CAfile root.pem -untrusted chain.pem got.pem";
    assert!(authority.openssl(line, &[]).contains("got.pem: OK"));
}

#[tokio::test]
async fn a_deleted_certificate_is_gone_with_its_key() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let (certificate, _) = issued(&root, &service, KeySpec::EcP256).await;
    let id = certificate.id;
    sign(&root, &service, &certificate, ECDSA, raw(MESSAGE))
        .await
        .unwrap();
    root.calls(&service, DeleteCertificate(named(&root, &certificate)))
        .await
        .unwrap();
    assert_eq!(world.store().certificate(&root.scope, id).await.unwrap(), None);
    let named = named(&root, &certificate);
    let gone = sign(&root, &service, &certificate, ECDSA, raw(MESSAGE)).await;
    assert_eq!(gone, Err(MISSING));
    let again = root.calls(&service, DeleteCertificate(named.clone())).await;
    assert_eq!(again, Err(MISSING));
    let shown = root.calls(&service, GetCertificate(named)).await.map(drop);
    assert_eq!(shown, Err(MISSING));
}

#[tokio::test]
async fn certificates_bear_tags() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let certificate = named(&root, &made(&root, &service, KeySpec::EcP256).await);
    let tag = |pairs: &[(&str, &str)]| TagCertificate {
        certificate: certificate.clone(),
        tags: pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
    };
    let tags = async || {
        let list = ListCertificateTags {
            certificate: certificate.clone(),
        };
        let listed = root.calls(&service, list).await.unwrap().tags;
        let pairs = listed.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>()
    };
    root.calls(&service, tag(&[("a", "1"), ("b", "2")]))
        .await
        .unwrap();
    root.calls(&service, tag(&[("b", "3"), ("c", "")])).await.unwrap();
    assert_eq!(tags().await, ["a=1", "b=3", "c="]);
    let many: Vec<_> = (0..18)
        .map(|number| (format!("t{number}"), String::new()))
        .collect();
    let full = TagCertificate {
        certificate: certificate.clone(),
        tags: many,
    };
    assert_eq!(root.calls(&service, full).await, Err(Error::Quota(Quota::Tags)));
    let untag = UntagCertificate {
        certificate: certificate.clone(),
        names: vec!["a".into(), "none".into()],
    };
    root.calls(&service, untag).await.unwrap();
    assert_eq!(tags().await, ["b=3", "c="]);
}

/// Ids, lengths, public words; each change once.
#[tokio::test]
async fn the_audit_trail_knows_what_became_of_a_certificate() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let (certificate, _) = issued(&root, &service, KeySpec::EcP256).await;
    sign(&root, &service, &certificate, ECDSA, raw(b"PLAIN-MARK"))
        .await
        .unwrap();
    set(&root, &service, &certificate, CertificateStatus::Inactive)
        .await
        .unwrap();
    set(&root, &service, &certificate, CertificateStatus::Inactive)
        .await
        .unwrap();
    sign(&root, &service, &certificate, ECDSA, raw(MESSAGE))
        .await
        .unwrap_err();
    root.calls(&service, DeleteCertificate(named(&root, &certificate)))
        .await
        .unwrap();
    let id = certificate.id.to_string();
    let calls = world.audited_calls().await;
    let mut said: Vec<_> = calls
        .iter()
        .map(|call| {
            (
                call["action"].as_str().unwrap(),
                call["outcome"].as_str().unwrap(),
            )
        })
        .collect();
    said.sort_unstable();
    assert_eq!(
        said,
        [
            ("CertificatePrivateKeySign", "refused"),
            ("CertificatePrivateKeySign", "served"),
            ("CreateCertificate", "served"),
            ("DeleteCertificate", "served"),
            ("UpdateCertificateStatus", "served"),
            ("UpdateCertificateStatus", "served"),
            ("UploadCertificate", "served"),
        ]
    );
    for call in &calls {
        let action = call["action"].as_str().unwrap();
        if call["outcome"] == "served" {
            assert_eq!(call["response"]["certificate"], id.as_str(), "{action}");
        }
        match action {
            "CreateCertificate" => assert_eq!(call["request"]["subject"], certificate.subject.as_str()),
            "UploadCertificate" => assert_eq!(call["request"]["authorities"], 2),
            "CertificatePrivateKeySign" if call["outcome"] == "served" => {
                let expected = json!({
                    "certificate": id, "algorithm": "ecdsa", "hash": "sha256", "message_bytes": 10
                });
                assert_eq!(call["request"], expected);
            }
            _ => assert_eq!(call["request"]["certificate"], id.as_str(), "{action}"),
        }
    }
    assert!(!format!("{calls:?}").contains("PLAIN-MARK"));
}
