//! Data to key pairs and from them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_testkit::Authority;

use crate::kms::Kms;

const OAEP: &str = r#""encryption_algorithm":"RSAES_OAEP_SHA_256""#;
const ENCRYPTS: &str = r#""key_spec":"RSA_2048","key_usage":"ENCRYPT_DECRYPT""#;

fn encrypt(key: &str, text: &str, members: &str) -> String {
    format!(r#"{{"key_id":"{key}","plain_text":"{text}"{members}}}"#)
}

fn decrypt(key: &str, blob: &str, members: &str) -> String {
    format!(r#"{{"key_id":"{key}","cipher_text":"{blob}",{OAEP}{members}}}"#)
}

#[tokio::test]
async fn a_pair_encrypts_with_the_algorithm_that_is_named() {
    let kms = Kms::new().await;
    let key = kms.key_of("pair", ENCRYPTS).await;
    let made = kms
        .call("encrypt-data", &encrypt(&key, "grüße", &format!(",{OAEP}")))
        .await
        .ok();
    let blob = made["cipher_text"].as_str().unwrap();
    assert_eq!((&made["key_id"], blob.len()), (&key.clone().into(), 344));
    let answer = kms.call("decrypt-data", &decrypt(&key, blob, "")).await;
    let expected = format!(
        r#"{{"key_id":"{key}","plain_text":"grüße","plain_text_base64":"{}"}}"#,
        STANDARD.encode("grüße")
    );
    assert_eq!(answer.text, expected);
    // What was encrypted elsewhere need not be text.
    let shown = kms
        .call("get-publickey", &format!(r#"{{"key_id":"{key}"}}"#))
        .await
        .ok();
    let outside = Authority::new();
    outside.put("public.pem", shown["public_key"].as_str().unwrap());
    outside.put("plain", [0xff, 0, 1]);
    outside.openssl(
        "pkeyutl -encrypt -pubin -inkey public.pem -in plain -out sealed -pkeyopt rsa_padding_mode:oaep \
         -pkeyopt rsa_oaep_md:sha256",
        &[],
    );
    let blob = STANDARD.encode(outside.bytes("sealed"));
    let opened = kms.call("decrypt-data", &decrypt(&key, &blob, "")).await.ok();
    assert_eq!(
        (&opened["plain_text"], &opened["plain_text_base64"]),
        (&"".into(), &"/wAB".into())
    );
}

#[tokio::test]
async fn kinds_and_algorithms_that_do_not_fit_are_refused_each_with_its_code() {
    let kms = Kms::new().await;
    let cipher = kms.create_key("cipher").await;
    let pair = kms.key_of("pair", ENCRYPTS).await;
    let signer = kms.key_of("signer", r#""key_spec":"RSA_2048""#).await;
    let curve = kms.key_of("curve", r#""key_spec":"EC_P256""#).await;
    let mac = kms.key_of("mac", r#""key_spec":"HMAC_256""#).await;
    let oaep = format!(",{OAEP}");
    for (key, members, code) in [
        (&cipher, oaep.as_str(), "KMS.2105"),
        (&pair, "", "KMS.2106"),
        (
            &pair,
            r#","encryption_algorithm":"SYMMETRIC_DEFAULT""#,
            "KMS.2106",
        ),
        (&pair, r#","encryption_algorithm":"SM2_ENCRYPT""#, "KMS.2106"),
        (&pair, r#","encryption_algorithm":"RSAES_PKCS1_V1_5""#, "KMS.0308"),
        (&pair, r#","encryption_algorithm":[]"#, "KMS.0308"),
        (&signer, "", "KMS.0335"),
        (&signer, &oaep, "KMS.0335"),
        (&curve, "", "KMS.1114"),
        (&curve, &oaep, "KMS.1114"),
        (&mac, "", "KMS.0341"),
        (&mac, &oaep, "KMS.0341"),
    ] {
        kms.call("encrypt-data", &encrypt(key, "x", members))
            .await
            .kms(code);
    }
    // A pair binds nothing, so nothing may be asked to be bound.
    let bound = format!(r#",{OAEP},"encryption_context":{{"a":"b"}}"#);
    kms.call("encrypt-data", &encrypt(&pair, "x", &bound))
        .await
        .kms("KMS.0308");
    let unbound = format!(r#",{OAEP},"encryption_context":{{}},"additional_authenticated_data":"""#);
    kms.call("encrypt-data", &encrypt(&pair, "x", &unbound))
        .await
        .ok();
    kms.call("encrypt-data", &encrypt(&pair, &"x".repeat(190), &oaep))
        .await
        .ok();
    kms.call("encrypt-data", &encrypt(&pair, &"x".repeat(191), &oaep))
        .await
        .kms("KMS.2108");
    for (body, code) in [
        (decrypt(&pair, &STANDARD.encode([7; 256]), ""), "KMS.2201"),
        (decrypt(&pair, "AAAA", ""), "KMS.2201"),
        (decrypt(&pair, "-", ""), "KMS.2201"),
        (decrypt(&cipher, "AAAA", ""), "KMS.2105"),
        (decrypt(&signer, "AAAA", ""), "KMS.0335"),
        (format!(r#"{{"cipher_text":"AAAA",{OAEP}}}"#), "KMS.0204"),
        (
            decrypt(&pair, "AAAA", r#","encryption_context":{"a":"b"}"#),
            "KMS.0308",
        ),
    ] {
        kms.call("decrypt-data", &body).await.kms(code);
    }
    kms.call("disable-key", &format!(r#"{{"key_id":"{pair}"}}"#))
        .await
        .ok();
    kms.call("encrypt-data", &encrypt(&pair, "x", &oaep))
        .await
        .kms("KMS.0209");
}
