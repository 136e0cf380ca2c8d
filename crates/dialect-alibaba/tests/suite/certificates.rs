//! Certificates over the wire. The command `openssl` is the authority and the judge.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_testkit::{Authority, Client, World};

use crate::golden::{Mask, compare};
use crate::kms::Kms;
use crate::papers::{active, create};
use crate::props::{DIGEST, key_pair};

async fn set(kms: &Kms, id: &str, status: &str) -> crate::kms::Answer {
    let parameters = [("CertificateId", id), ("Status", status)];
    kms.call("UpdateCertificateStatus", &parameters).await
}

async fn sign(kms: &Kms, id: &str, kind: &str, message: &str) -> crate::kms::Answer {
    let parameters = [
        ("CertificateId", id),
        ("Algorithm", "ECDSA_SHA_256"),
        ("MessageType", kind),
        ("Message", message),
    ];
    kms.call("CertificatePrivateKeySign", &parameters).await
}

async fn verify(kms: &Kms, id: &str, message: &str, signature: &str) -> bool {
    let parameters = [
        ("CertificateId", id),
        ("Algorithm", "ECDSA_SHA_256"),
        ("Message", message),
        ("SignatureValue", signature),
    ];
    let answer = kms.call("CertificatePublicKeyVerify", &parameters).await.ok();
    answer["SignatureValid"].as_bool().unwrap()
}

async fn describe(kms: &Kms, id: &str) -> serde_json::Value {
    kms.call("DescribeCertificate", &[("CertificateId", id)])
        .await
        .ok()
}

#[tokio::test]
async fn a_certificate_goes_from_its_request_to_a_signature_that_openssl_verifies() {
    let kms = Kms::new().await;
    let authority = Authority::new();
    let id = active(&kms, &authority, "EC_P256").await;
    let got = kms.call("GetCertificate", &[("CertificateId", &id)]).await.ok();
    for (name, file) in [
        ("Certificate", "got.pem"),
        ("CertificateChain", "chain.pem"),
        ("Csr", "got.csr"),
    ] {
        authority.put(file, got[name].as_str().unwrap());
    }
    let line = "verify -CAfile root.pem -untrusted chain.pem got.pem";
    assert!(authority.openssl(line, &[]).contains("got.pem: OK"));
    authority.openssl("req -in got.csr -verify -noout", &[]);

    let shown = describe(&kms, &id).await;
    assert_eq!(
        (&shown["Status"], &shown["Issuer"]),
        (&"ACTIVE".into(), &"CN=Issuer,O=Example".into())
    );
    authority.put("public.pem", shown["SubjectPublicKey"].as_str().unwrap());
    // All bytes are taken, RAW is the default, and it is the message that is hashed.
    let bytes: Vec<u8> = (0..=255).cycle().take(4096).collect();
    authority.put("message", &bytes);
    let message = STANDARD.encode(&bytes);
    for kind in ["RAW", ""] {
        let signed = sign(&kms, &id, kind, &message).await.ok();
        let signature = signed["SignatureValue"].as_str().unwrap();
        authority.put("signature", STANDARD.decode(signature).unwrap());
        let line = "dgst -sha256 -verify public.pem -signature signature message";
        assert!(authority.openssl(line, &[]).contains("Verified OK"));
        assert!(verify(&kms, &id, &message, signature).await);
        assert!(!verify(&kms, &id, "AAAA", signature).await);
    }
}

#[tokio::test]
async fn messages_have_the_length_of_their_kind() {
    let kms = Kms::new().await;
    let id = active(&kms, &Authority::new(), "EC_P256").await;
    let zeros = |length: usize| STANDARD.encode(vec![0; length]);
    for (kind, length) in [("RAW", 1), ("RAW", 4096), ("DIGEST", 32)] {
        sign(&kms, &id, kind, &zeros(length)).await.ok();
    }
    for (kind, length) in [
        ("RAW", 4097),
        ("DIGEST", 31),
        ("DIGEST", 33),
        ("DIGEST", 64),
        ("DIGEST", 4096),
    ] {
        let refused = sign(&kms, &id, kind, &zeros(length)).await;
        let message = refused.refused(400, "InvalidParameter");
        assert_eq!(message, "The specified parameter Message is not valid.");
    }
    for kind in ["raw", "HASH"] {
        let message = sign(&kms, &id, kind, DIGEST)
            .await
            .refused(400, "InvalidParameter");
        assert_eq!(message, "The specified parameter MessageType is not valid.");
    }
}

/// What each status answers to each use, byte for byte.
#[tokio::test]
async fn statuses_refuse_what_they_should() {
    let kms = Kms::new().await;
    let authority = Authority::new();
    let (pending, _) = create(&kms, "EC_P256").await;
    let id = active(&kms, &authority, "EC_P256").await;
    let signed = sign(&kms, &id, "DIGEST", DIGEST).await.ok();
    let signature = signed["SignatureValue"].as_str().unwrap();
    let digest = [("MessageType", "DIGEST"), ("Message", DIGEST)];
    let ecdsa = [("Algorithm", "ECDSA_SHA_256")];
    let oaep = [
        ("Algorithm", "RSAES_OAEP_SHA_256"),
        ("Plaintext", "AAAA"),
        ("CiphertextBlob", "AAAA"),
    ];
    let mut lines = String::new();
    let mut note = |status: &str, what: &str, answer: &crate::kms::Answer| {
        let mut mask = Mask::default();
        mask.name(&answer.id, "request");
        // Of the right answers, only that they are right.
        let text = if answer.status == 200 {
            "ok".into()
        } else {
            mask.apply(&answer.text)
        };
        writeln!(lines, "{what} {status} {text}").unwrap();
    };
    for status in ["PENDING", "INACTIVE", "REVOKED"] {
        let id = if status == "PENDING" { &pending } else { &id };
        if status != "PENDING" {
            set(&kms, id, status).await.ok();
            assert_eq!(describe(&kms, id).await["Status"], status);
        }
        let about = [("CertificateId", &**id)];
        for (action, more) in [
            ("CertificatePrivateKeySign", [&ecdsa[..], &digest].concat()),
            (
                "CertificatePublicKeyVerify",
                [&ecdsa[..], &digest, &[("SignatureValue", signature)]].concat(),
            ),
            ("CertificatePublicKeyEncrypt", oaep.to_vec()),
            ("CertificatePrivateKeyDecrypt", oaep.to_vec()),
        ] {
            let answer = kms.call(action, &[&about[..], &more].concat()).await;
            note(status, action, &answer);
        }
        for to in ["ACTIVE", "REVOKED", "PENDING"] {
            // The one move that would end this: it is made in the next round.
            if (status, to) == ("INACTIVE", "REVOKED") {
                continue;
            }
            let answer = set(&kms, id, to).await;
            note(status, &format!("UpdateCertificateStatus to {to}"), &answer);
            if (status, answer.status) == ("INACTIVE", 200) {
                set(&kms, id, status).await.ok();
            }
        }
    }
    compare(&[("refusals/certificates.txt".into(), lines)]);
}

#[tokio::test]
async fn what_waits_for_its_certificate_is_shown_with_empty_members() {
    let kms = Kms::new().await;
    let (id, csr) = create(&kms, "RSA_2048").await;
    let shown = describe(&kms, &id).await;
    assert_eq!(shown["Status"], "PENDING");
    assert_eq!(shown["Subject"], "CN=www.example.com,O=Example,C=CN");
    assert_eq!(shown["ExportablePrivateKey"], true);
    assert_eq!(
        shown["Arn"],
        Kms::arn(kms.world.root(), &format!("certificate/{id}"))
    );
    for empty in [
        "Issuer",
        "Serial",
        "NotBefore",
        "NotAfter",
        "SignatureAlgorithm",
        "SubjectKeyIdentifier",
    ] {
        assert_eq!(shown[empty], "", "{empty}");
    }
    let got = kms.call("GetCertificate", &[("CertificateId", &id)]).await.ok();
    assert_eq!((&got["Csr"], &got["Certificate"]), (&csr.into(), &"".into()));
}

#[tokio::test]
async fn what_cannot_be_made_or_uploaded_is_named() {
    let kms = Kms::new().await;
    let authority = Authority::new();
    let good = ("Subject", "CN=a");
    for (wrong, name) in [
        (("Subject", "O=a"), "Subject"),
        (("Subject", "nonsense"), "Subject"),
        (("KeySpec", "RSA_4096"), "KeySpec"),
        (("KeySpec", "nonsense"), "KeySpec"),
        (("ExportablePrivateKey", "perhaps"), "ExportablePrivateKey"),
        (
            ("SubjectAlternativeNames", "www.example.com"),
            "SubjectAlternativeNames",
        ),
        (("SubjectAlternativeNames", "[1]"), "SubjectAlternativeNames"),
        (
            ("SubjectAlternativeNames", r#"["a b"]"#),
            "SubjectAlternativeNames",
        ),
    ] {
        let parameters = if wrong.0 == "Subject" {
            vec![wrong]
        } else {
            vec![good, wrong]
        };
        let answer = kms.call("CreateCertificate", &parameters).await;
        let message = answer.refused(400, "InvalidParameter");
        let first = format!("The specified parameter {name} is not valid.");
        assert!(message.starts_with(&first), "{wrong:?}: {message}");
        let told = [("Subject", "O=a"), ("SubjectAlternativeNames", r#"["a b"]"#)];
        assert!(
            !told.contains(&wrong) || message.len() > first.len(),
            "what is wrong with it is told: {message}"
        );
    }
    let sm2 = [good, ("KeySpec", "EC_SM2")];
    let without_hsm = Kms::over(World::build().without_hsm()).await;
    without_hsm
        .call("CreateCertificate", &sm2)
        .await
        .refused(400, "UnsupportedOperation");

    let (id, csr) = create(&kms, "EC_P256").await;
    let (other, _) = create(&kms, "EC_P256").await;
    let (leaf, root) = (authority.issue(&csr), authority.text("root.pem"));
    for (id, certificate, chain, name) in [
        (&other, &leaf, "", "Certificate"),
        (&id, &csr, "", "Certificate"),
        (&id, &leaf, &*root, "CertificateChain"),
        (&id, &leaf, "nonsense", "CertificateChain"),
    ] {
        let parameters = [
            ("CertificateId", &**id),
            ("Certificate", certificate),
            ("CertificateChain", chain),
        ];
        let message = kms
            .call("UploadCertificate", &parameters)
            .await
            .refused(400, "InvalidParameter");
        assert_eq!(message, format!("The specified parameter {name} is not valid."));
    }
}

/// An id that is not there is not found; a certificate of another account is out of reach, there or not.
#[tokio::test]
async fn a_certificate_is_named_by_its_id_or_its_resource_name() {
    let kms = Kms::with_neighbour().await;
    let (id, _) = create(&kms, "EC_P256").await;
    let get = async |caller: &Client, name: &str| {
        let parameters = [("CertificateId", name)];
        kms.call_as(caller, "GetCertificate", &parameters).await
    };
    let (owner, neighbour) = (kms.world.root(), kms.world.caller(1));
    let arn = |id: &str| Kms::arn(owner, &format!("certificate/{id}"));
    let nobody = "01a1fdfa-4600-7fff-bfff-ffffffffffff";
    for name in [&id, &arn(&id)] {
        assert_eq!(get(owner, name).await.ok()["CertificateId"], *id);
    }
    for name in [nobody, "nonsense", &id.to_uppercase(), &arn(nobody)] {
        get(owner, name).await.refused(404, "Certificate.NotFound");
    }
    for name in [&arn(&id), &arn(nobody)] {
        let message = get(neighbour, name).await.refused(403, "Forbidden.NoPermission");
        assert!(message.contains(name.as_str()), "{message}");
    }
    get(neighbour, &id).await.refused(404, "Certificate.NotFound");
    for wrong in [
        "acs:kms:",
        &Kms::arn(owner, "certificate/"),
        &Kms::arn(owner, &id),
        &"x".repeat(513),
    ] {
        get(owner, wrong).await.refused(400, "InvalidParameter");
    }
    // A key is no certificate, and a certificate no key.
    let key = kms.create_key().await;
    get(owner, &key).await.refused(404, "Certificate.NotFound");
    kms.call("DescribeKey", &[("KeyId", &id)])
        .await
        .refused(404, "Forbidden.KeyNotFound");
}

#[tokio::test]
async fn certificates_bear_tags_like_keys() {
    let kms = Kms::new().await;
    let (id, _) = create(&kms, "EC_P256").await;
    let named = ("CertificateId", &*id);
    let tags = (
        "Tags",
        r#"[{"TagKey":"team","TagValue":"a/b"},{"TagKey":"since","TagValue":""}]"#,
    );
    kms.call("TagResource", &[named, tags]).await.ok();
    let listed = kms.call("ListResourceTags", &[named]).await.ok();
    let row =
        |key: &str, value: &str| serde_json::json!({"CertificateId": id, "TagKey": key, "TagValue": value});
    assert_eq!(
        listed["Tags"]["Tag"],
        serde_json::json!([row("since", ""), row("team", "a/b")])
    );
    kms.call("UntagResource", &[named, ("TagKeys", r#"["since","none"]"#)])
        .await
        .ok();
    let shown = describe(&kms, &id).await;
    let team = serde_json::json!({"Tag": [{"TagKey": "team", "TagValue": "a/b"}]});
    assert_eq!(shown["Tags"], team);
    for (action, wrong) in [
        ("TagResource", ("Tags", "[]")),
        ("TagResource", ("Tags", r#"[{"TagKey":"acs:x","TagValue":""}]"#)),
        ("UntagResource", ("TagKeys", "{}")),
    ] {
        kms.call(action, &[named, wrong])
            .await
            .refused(400, "InvalidParameter");
    }
    let nobody = ("CertificateId", "01a1fdfa-4600-7fff-bfff-ffffffffffff");
    kms.call("TagResource", &[nobody, tags])
        .await
        .refused(404, "Certificate.NotFound");
    let many: Vec<_> = (0..20)
        .map(|number| format!(r#"{{"TagKey":"t{number}","TagValue":""}}"#))
        .collect();
    let many = format!("[{}]", many.join(","));
    kms.call("TagResource", &[named, ("Tags", &many)])
        .await
        .refused(400, "Rejected.LimitExceeded");
}

/// An operation of ours.
#[tokio::test]
async fn a_key_has_a_signing_request() {
    let kms = Kms::new().await;
    let authority = Authority::new();
    for (spec, usage, algorithm, written) in [
        ("RSA_2048", "ENCRYPT/DECRYPT", "", "sha256WithRSAEncryption"),
        ("RSA_3072", "SIGN/VERIFY", "RSA_PSS_SHA_384", "rsassaPss"),
        ("EC_P384", "SIGN/VERIFY", "", "ecdsa-with-SHA384"),
        ("EC_P256", "SIGN/VERIFY", "ECDSA_SHA_512", "ecdsa-with-SHA512"),
    ] {
        let tool = key_pair(&kms, spec, usage).await;
        let parameters = [
            ("KeyId", &*tool.key),
            ("KeyVersionId", &*tool.version),
            ("Subject", "CN=release,C=CN"),
            ("SubjectAlternativeNames", r#"["release.example.com"]"#),
            ("Algorithm", algorithm),
        ];
        let made = kms.call("CreateCsr", &parameters).await.ok();
        assert_eq!(
            (&made["KeyId"], &made["KeyVersionId"]),
            (&(*tool.key).into(), &(*tool.version).into())
        );
        authority.put("made.csr", made["Csr"].as_str().unwrap());
        let text = authority.openssl("req -in made.csr -verify -noout -text", &[]);
        for part in ["verify OK", "DNS:release.example.com", written] {
            assert!(text.contains(part), "{part} in {text}");
        }
        let wrong = [&parameters[..4], &[("Algorithm", "SM2DSA")]].concat();
        kms.call("CreateCsr", &wrong)
            .await
            .refused(400, "InvalidParameter");
    }
    let key = kms.create_key().await;
    let made = kms.encrypt(&key, "x").await;
    let version = String::from_utf8(STANDARD.decode(made).unwrap()[..36].to_vec()).unwrap();
    let parameters = [("KeyId", &*key), ("KeyVersionId", &version), ("Subject", "CN=a")];
    kms.call("CreateCsr", &parameters)
        .await
        .refused(400, "Rejected.UnsupportedOperation");
}
