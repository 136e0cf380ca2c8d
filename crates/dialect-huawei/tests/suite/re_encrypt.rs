//! From one key to another.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::kms::Kms;

/// Encrypts again, and opens what came of it under the destination.
async fn re_encrypted(kms: &Kms, members: &str) -> Value {
    kms.call("re-encrypt", &format!("{{{members}}}")).await.ok()
}

#[tokio::test]
async fn data_gets_another_key_and_another_context() {
    let kms = Kms::new().await;
    let (from, to) = (kms.create_key("from").await, kms.create_key("to").await);
    let old = r#","additional_authenticated_data":"old""#;
    let blob = kms.encrypt(&from, "text", old).await;
    let members = format!(
        r#""destination_key_id":"{to}","cipher_text":"{blob}","source_additional_authenticated_data":"old","#
    ) + r#""destination_additional_authenticated_data":"new""#;
    let named = format!(r#"{members},"source_key_id":"{from}","datakey_cipher_length":"4""#);
    for members in [members.as_str(), named.as_str()] {
        let answer = re_encrypted(&kms, members).await;
        let made = answer["cipher_text"].as_str().unwrap();
        let expected = serde_json::json!({
            "key_id": to, "source_key_id": from, "source_encryption_algorithm": "SYMMETRIC_DEFAULT",
            "destination_encryption_algorithm": "SYMMETRIC_DEFAULT", "cipher_text": made,
        });
        assert_eq!(answer, expected);
        let body = format!(r#"{{"cipher_text":"{made}","additional_authenticated_data":"new"}}"#);
        let opened = kms.call("decrypt-data", &body).await.ok();
        assert_eq!(
            (&opened["key_id"], &opened["plain_text"]),
            (&to.clone().into(), &"text".into())
        );
    }
}

#[tokio::test]
async fn a_data_key_stays_one() {
    let kms = Kms::new().await;
    let (from, to) = (kms.create_key("from").await, kms.create_key("to").await);
    let made = kms
        .call(
            "create-datakey",
            &format!(r#"{{"key_id":"{from}","datakey_length":"512"}}"#),
        )
        .await
        .ok();
    let blob = made["cipher_text"].as_str().unwrap().to_lowercase();
    let answer = re_encrypted(
        &kms,
        &format!(r#""destination_key_id":"{to}","cipher_text":"{blob}""#),
    )
    .await;
    let again = answer["cipher_text"].as_str().unwrap();
    let body = format!(r#"{{"key_id":"{to}","cipher_text":"{again}","datakey_cipher_length":"64"}}"#);
    let opened = kms.call("decrypt-datakey", &body).await.ok();
    assert_eq!(opened["data_key"], made["plain_text"]);
}

#[tokio::test]
async fn data_of_a_pair_gets_a_symmetric_key() {
    let kms = Kms::new().await;
    let to = kms.create_key("to").await;
    let pair = kms
        .key_of("pair", r#""key_spec":"RSA_2048","key_usage":"ENCRYPT_DECRYPT""#)
        .await;
    let oaep = "RSAES_OAEP_SHA_256";
    let blob = kms
        .encrypt(&pair, "text", &format!(r#","encryption_algorithm":"{oaep}""#))
        .await;
    let members = format!(
        r#""destination_key_id":"{to}","cipher_text":"{blob}","source_encryption_algorithm":"{oaep}""#
    );
    let answer = re_encrypted(&kms, &format!(r#"{members},"source_key_id":"{pair}""#)).await;
    assert_eq!(
        (&answer["source_encryption_algorithm"], &answer["source_key_id"]),
        (&oaep.into(), &pair.into())
    );
    let made = answer["cipher_text"].as_str().unwrap();
    let opened = kms
        .call("decrypt-data", &format!(r#"{{"cipher_text":"{made}"}}"#))
        .await
        .ok();
    assert_eq!(opened["plain_text"], "text");
    kms.call("re-encrypt", &format!("{{{members}}}"))
        .await
        .kms("KMS.0204");
}

#[tokio::test]
async fn what_is_wrong_on_either_side_is_refused() {
    let kms = Kms::new().await;
    let (from, to) = (kms.create_key("from").await, kms.create_key("to").await);
    let signer = kms.key_of("signer", r#""key_spec":"EC_P256""#).await;
    let blob = kms.encrypt(&from, "text", "").await;
    let nobody = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
    let body = |to: &str, blob: &str, members: &str| {
        format!(r#"{{"destination_key_id":"{to}","cipher_text":"{blob}"{members}}}"#)
    };
    for (body, code) in [
        (r#"{"destination_key_id":"x"}"#.to_owned(), "KMS.0204"),
        (body("x", &blob, ""), "KMS.0205"),
        (body(nobody, &blob, ""), "KMS.0207"),
        (body(&signer, &blob, ""), "KMS.1114"),
        (body(&to, "!", ""), "KMS.2201"),
        (body(&to, "abc", ""), "KMS.2201"),
        (body(&to, &STANDARD.encode([7; 100]), ""), "KMS.2201"),
        (
            body(&to, &blob, &format!(r#","source_key_id":"{to}""#)),
            "KMS.2201",
        ),
        (
            body(&to, &blob, r#","source_additional_authenticated_data":"x""#),
            "KMS.0208",
        ),
        (
            body(&to, &blob, r#","destination_encryption_algorithm":"SM2_ENCRYPT""#),
            "KMS.0308",
        ),
        (
            body(&to, &blob, r#","source_encryption_algorithm":"X""#),
            "KMS.0308",
        ),
        (body(&to, &blob, r#","datakey_cipher_length":"0""#), "KMS.2202"),
    ] {
        kms.call("re-encrypt", &body).await.kms(code);
    }
}
