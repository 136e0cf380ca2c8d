//! Signatures and public keys. The `openssl` command is the judge.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_testkit::Authority;

use crate::kms::Kms;

const MESSAGE: &[u8] = b"what is to be signed";
const PSS: &str = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest";

/// A message with what its digests are.
struct Judge {
    desk: Authority,
}

impl Judge {
    fn new() -> Self {
        let desk = Authority::new();
        desk.put("message", MESSAGE);
        for bits in ["256", "384", "512"] {
            desk.openssl(&format!("dgst -sha{bits} -binary -out digest{bits} message"), &[]);
        }
        Self { desk }
    }

    fn digest(&self, bits: &str) -> String {
        STANDARD.encode(self.desk.bytes(&format!("digest{bits}")))
    }

    /// Whether a signature is one over the message by the key in `public`.
    fn accepts(&self, bits: &str, options: &str, signature: &str) {
        self.desk.put("signature", STANDARD.decode(signature).unwrap());
        self.desk.openssl(
            &format!("dgst -sha{bits} -verify public -signature signature {options} message"),
            &[],
        );
    }
}

fn sign(key: &str, algorithm: &str, message: &str, members: &str) -> String {
    format!(r#"{{"key_id":"{key}","signing_algorithm":"{algorithm}","message":"{message}"{members}}}"#)
}

fn verify(key: &str, algorithm: &str, message: &str, signature: &str, members: &str) -> String {
    let members = format!(r#","signature":"{signature}"{members}"#);
    sign(key, algorithm, message, &members)
}

const RAW: &str = r#","message_type":"RAW""#;
const DIGEST: &str = r#","message_type":"DIGEST""#;

#[tokio::test]
async fn every_algorithm_signs_what_others_verify() {
    let kms = Kms::new().await;
    let judge = Judge::new();
    let rsa = ["RSASSA_PSS_SHA_", "RSASSA_PKCS1_V1_5_SHA_"];
    let kinds: [(&str, &[&str], &[&str]); 5] = [
        ("RSA_2048", &rsa, &["256", "384", "512"]),
        ("EC_P256", &["ECDSA_SHA_"], &["256"]),
        ("SECP256K1", &["ECDSA_SHA_"], &["256"]),
        ("EC_P384", &["ECDSA_SHA_"], &["384"]),
        ("EC_P521", &["ECDSA_SHA_"], &["512"]),
    ];
    let raw = STANDARD.encode(MESSAGE);
    for (spec, families, sizes) in kinds {
        let key = kms.key_of(spec, &format!(r#""key_spec":"{spec}""#)).await;
        let shown = kms
            .call("get-publickey", &format!(r#"{{"key_id":"{key}"}}"#))
            .await
            .ok();
        judge.desk.put("public", shown["public_key"].as_str().unwrap());
        for (family, bits) in families
            .iter()
            .flat_map(|family| sizes.iter().map(move |bits| (family, bits)))
        {
            let algorithm = format!("{family}{bits}");
            let digest = judge.digest(bits);
            for (message, members) in [(&digest, ""), (&digest, DIGEST), (&raw, RAW)] {
                let answer = kms.call("sign", &sign(&key, &algorithm, message, members)).await;
                let signature = answer.ok()["signature"].as_str().unwrap().to_owned();
                let expected = format!(r#"{{"key_id":"{key}","signature":"{signature}"}}"#);
                assert_eq!(answer.text, expected);
                let options = if family.contains("PSS") { PSS } else { "" };
                judge.accepts(bits, options, &signature);
                // However it was signed, it is the same message.
                for (message, members) in [(&digest, ""), (&raw, RAW)] {
                    let body = verify(&key, &algorithm, message, &signature, members);
                    let answer = kms.call("verify", &body).await;
                    let expected = format!(r#"{{"key_id":"{key}","signature_valid":"true"}}"#);
                    assert_eq!(answer.text, expected);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_signature_that_does_not_fit_is_an_answer() {
    let kms = Kms::new().await;
    let key = kms.key_of("one", r#""key_spec":"EC_P256""#).await;
    let other = kms.key_of("two", r#""key_spec":"EC_P256""#).await;
    // A sample of the documents: 32 characters are as good a digest as any.
    let digest = STANDARD.encode("0123456789abcdef0123456789abcdef");
    let algorithm = "ECDSA_SHA_256";
    let made = kms.call("sign", &sign(&key, algorithm, &digest, "")).await.ok();
    let signature = made["signature"].as_str().unwrap();
    let wrong = STANDARD.encode([7; 32]);
    for (key, message, signature) in [
        (&other, &*digest, signature),
        (&key, &wrong, signature),
        (&key, &digest, "AAAA"),
    ] {
        let body = verify(key, algorithm, message, signature, "");
        let answer = kms.call("verify", &body).await;
        let expected = format!(r#"{{"key_id":"{key}","signature_valid":"false"}}"#);
        assert_eq!((answer.status, answer.text), (200, expected));
    }
}

#[tokio::test]
async fn kinds_algorithms_and_messages_that_do_not_fit_have_codes() {
    let kms = Kms::new().await;
    let curve = kms.key_of("curve", r#""key_spec":"EC_P256""#).await;
    let rsa = kms.key_of("rsa", r#""key_spec":"RSA_2048""#).await;
    let crypt = kms
        .key_of("crypt", r#""key_spec":"RSA_2048","key_usage":"ENCRYPT_DECRYPT""#)
        .await;
    let cipher = kms.create_key("cipher").await;
    let mac = kms.key_of("mac", r#""key_spec":"HMAC_256""#).await;
    let [short, long, longest, longer] = [20, 48, 4095, 4096].map(|bytes| STANDARD.encode(vec![7; bytes]));
    let digest = STANDARD.encode([7; 32]);
    let ecdsa = "ECDSA_SHA_256";
    for (key, algorithm, message, members, code) in [
        (&*curve, ecdsa, &*short, "", "KMS.0329"),
        (&curve, ecdsa, &long, DIGEST, "KMS.0329"),
        (&curve, "ECDSA_SHA_384", &long, "", "KMS.0332"),
        (&curve, "RSASSA_PSS_SHA_256", &digest, "", "KMS.0332"),
        (&curve, "SM2DSA_SM3", &digest, "", "KMS.0332"),
        (&curve, "ED25519_SHA_512", &digest, "", "KMS.0332"),
        (&rsa, ecdsa, &digest, "", "KMS.0332"),
        (&rsa, "SM2DSA_SM3", &digest, RAW, "KMS.0308"),
        (&curve, "ECDSA", &digest, "", "KMS.0308"),
        (&curve, ecdsa, &digest, r#","message_type":"TEXT""#, "KMS.0308"),
        (&curve, ecdsa, "text!", "", "KMS.0308"),
        (&curve, ecdsa, &longer, RAW, "KMS.0308"),
        (&curve, ecdsa, "", RAW, "KMS.0204"),
        (&crypt, "RSASSA_PSS_SHA_256", &digest, "", "KMS.0334"),
        (&cipher, ecdsa, &digest, "", "KMS.1115"),
        (&mac, ecdsa, &digest, "", "KMS.0341"),
        ("name", ecdsa, &digest, "", "KMS.0205"),
        (
            "0d0466b0-e727-4d9c-b35d-f84bb474a37f",
            ecdsa,
            &digest,
            "",
            "KMS.0207",
        ),
    ] {
        kms.call("sign", &sign(key, algorithm, message, members))
            .await
            .kms(code);
        kms.call("verify", &verify(key, algorithm, message, "AAAA", members))
            .await
            .kms(code);
    }
    kms.call("sign", &sign(&curve, ecdsa, &longest, RAW)).await.ok();
    for signature in ["not base64", "[]", &"A".repeat(2048)] {
        kms.call("verify", &verify(&curve, ecdsa, &digest, signature, ""))
            .await
            .kms("KMS.0308");
    }
    kms.call("disable-key", &format!(r#"{{"key_id":"{curve}"}}"#))
        .await
        .ok();
    kms.call("sign", &sign(&curve, ecdsa, &digest, ""))
        .await
        .kms("KMS.0209");
    kms.call("verify", &verify(&curve, ecdsa, &digest, "AAAA", ""))
        .await
        .kms("KMS.0209");
}

#[tokio::test]
async fn public_keys_are_shown_in_every_state_that_has_one() {
    let kms = Kms::new().await;
    let key = kms.key_of("one", r#""key_spec":"EC_P256""#).await;
    let named = |key: &str| format!(r#"{{"key_id":"{key}"}}"#);
    let answer = kms.call("get-publickey", &named(&key)).await;
    let public = answer.ok()["public_key"].clone();
    assert_eq!(
        answer.text,
        format!(r#"{{"key_id":"{key}","public_key":{public}}}"#)
    );
    let lines: Vec<_> = public.as_str().unwrap().split("\r\n").collect();
    assert_eq!(
        (lines[0], lines[3], lines[4]),
        ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----", "")
    );
    assert_eq!(lines.len(), 5);
    assert_eq!(lines[1].len(), 64);
    kms.call("disable-key", &named(&key)).await.ok();
    assert_eq!(
        kms.call("get-publickey", &named(&key)).await.ok()["public_key"],
        public
    );
    let ends = format!(r#"{{"key_id":"{key}","pending_days":"7"}}"#);
    kms.call("schedule-key-deletion", &ends).await.ok();
    assert_eq!(
        kms.call("get-publickey", &named(&key)).await.ok()["public_key"],
        public
    );
    let empty = kms
        .key_of("empty", r#""key_spec":"EC_P256","origin":"external""#)
        .await;
    let cipher = kms.create_key("cipher").await;
    let mac = kms.key_of("mac", r#""key_spec":"HMAC_256""#).await;
    for (key, code) in [
        (&*empty, "KMS.0209"),
        (&cipher, "KMS.0331"),
        (&mac, "KMS.0331"),
        ("name", "KMS.0205"),
    ] {
        kms.call("get-publickey", &named(key)).await.kms(code);
    }
}
