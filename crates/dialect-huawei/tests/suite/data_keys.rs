//! Data keys and random numbers, which are hex digits.

use claviger_dialect_huawei::Settings;
use claviger_testkit::World;
use serde_json::Value;

use crate::kms::Kms;

/// A data key of the documents with its digest.
const KEY: &str = "7549d9aea901767bf3c0b3e14b10722eaf6f59053bbd82045d04e075e809a0fe\
                   6ccab48f8e5efe74e4b18ff0512525e527b10331100f357bf42125d8d5ced94f";
const DIGEST: &str = "fbc8ac72b0785ca7fe33eb6776ce3990b11e32b299d9c0a9ee0305fb9540f797";

fn is_upper_hex(value: &Value) -> bool {
    let text = value.as_str().unwrap();
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'))
}

fn decrypt(key: &str, blob: &str, length: &str, members: &str) -> String {
    format!(r#"{{"key_id":"{key}","cipher_text":"{blob}","datakey_cipher_length":{length}{members}}}"#)
}

#[tokio::test]
async fn data_keys_have_the_length_that_is_asked_for() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    for (members, bytes) in [
        ("", 32),
        (r#","key_spec":"AES_128""#, 16),
        (r#","key_spec":"AES_256""#, 32),
        (r#","datakey_length":"512","key_spec":"AES_128""#, 64),
        (r#","datakey_length":8"#, 1),
        (r#","datakey_length":"8192""#, 1024),
        (
            r#","datakey_length":"","key_spec":null,"pin":"x","pin_type":"y""#,
            32,
        ),
    ] {
        let body = format!(r#"{{"key_id":"{key}"{members}}}"#);
        let answer = kms.call("create-datakey", &body).await;
        let made = answer.ok();
        assert!(is_upper_hex(&made["plain_text"]) && is_upper_hex(&made["cipher_text"]));
        let (plain, blob) = (&made["plain_text"], made["cipher_text"].as_str().unwrap());
        let expected = format!(r#"{{"key_id":"{key}","plain_text":{plain},"cipher_text":"{blob}"}}"#);
        assert_eq!(answer.text, expected);
        assert_eq!(plain.as_str().unwrap().len(), 2 * bytes);
        let length = bytes.to_string();
        let opened = kms
            .call(
                "decrypt-datakey",
                &decrypt(&key, &blob.to_lowercase(), &length, ""),
            )
            .await
            .ok();
        assert_eq!(&opened["data_key"], plain);
        // The other answer lacks the plaintext alone.
        let hidden = kms.call("create-datakey-without-plaintext", &body).await;
        let blob = hidden.ok()["cipher_text"].clone();
        assert!(is_upper_hex(&blob));
        assert_eq!(
            hidden.text,
            format!(r#"{{"key_id":"{key}","cipher_text":{blob}}}"#)
        );
        let body = decrypt(&key, blob.as_str().unwrap(), &length, "");
        let opened = kms.call("decrypt-datakey", &body).await.ok();
        assert_eq!(opened["data_key"].as_str().unwrap().len(), 2 * bytes);
        assert_ne!(&opened["data_key"], plain);
    }
}

#[tokio::test]
async fn other_lengths_and_kinds_have_codes() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    for (members, code, hidden) in [
        (r#""datakey_length":"0""#, "KMS.1901", "KMS.2001"),
        (r#""datakey_length":"7""#, "KMS.1901", "KMS.2001"),
        (r#""datakey_length":"8200""#, "KMS.1901", "KMS.2001"),
        (r#""datakey_length":"many""#, "KMS.1901", "KMS.2001"),
        (r#""datakey_length":[512]"#, "KMS.1901", "KMS.2001"),
        (r#""datakey_length":"12""#, "KMS.1903", "KMS.1903"),
        (r#""key_spec":"AES_512""#, "KMS.1902", "KMS.1902"),
        (r#""key_spec":true"#, "KMS.1902", "KMS.1902"),
        (r#""encryption_context":[]"#, "KMS.0208", "KMS.0208"),
    ] {
        let body = format!(r#"{{"key_id":"{key}",{members}}}"#);
        kms.call("create-datakey", &body).await.kms(code);
        kms.call("create-datakey-without-plaintext", &body)
            .await
            .kms(hidden);
    }
}

#[tokio::test]
async fn a_data_key_of_the_callers_comes_with_its_digest_and_goes_with_it() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let data = r#","additional_authenticated_data":"disk 7""#;
    for (digits, length) in [
        (format!("{KEY}{DIGEST}"), r#""64""#),
        (format!("{KEY}{DIGEST}").to_uppercase(), "64"),
    ] {
        let body =
            format!(r#"{{"key_id":"{key}","plain_text":"{digits}","datakey_plain_length":{length}{data}}}"#);
        let answer = kms.call("encrypt-datakey", &body).await;
        let blob = answer.ok()["cipher_text"].clone();
        assert!(is_upper_hex(&blob));
        let expected = format!(r#"{{"key_id":"{key}","cipher_text":{blob},"datakey_length":"64"}}"#);
        assert_eq!(answer.text, expected);
        let blob = blob.as_str().unwrap();
        let answer = kms
            .call("decrypt-datakey", &decrypt(&key, blob, length, data))
            .await;
        let (shown, digest) = (KEY.to_uppercase(), DIGEST.to_uppercase());
        let expected = format!(r#"{{"data_key":"{shown}","datakey_length":"64","datakey_dgst":"{digest}"}}"#);
        assert_eq!(answer.text, expected);
        let other = r#","additional_authenticated_data":"disk 8""#;
        kms.call("decrypt-datakey", &decrypt(&key, blob, length, other))
            .await
            .kms("KMS.0208");
        kms.call("decrypt-datakey", &decrypt(&key, blob, length, ""))
            .await
            .kms("KMS.2201");
    }
}

#[tokio::test]
async fn data_keys_that_are_not_what_they_are_said_to_be_are_refused() {
    let kms = Kms::new().await;
    let (key, other) = (kms.create_key("one").await, kms.create_key("two").await);
    let right = format!("{KEY}{DIGEST}");
    let other_digest = format!("{KEY}0{}", &DIGEST[1..]);
    for (digits, length, code) in [
        (right.as_str(), "0", "KMS.2102"),
        (&right, "1025", "KMS.2102"),
        (&right, "-64", "KMS.2102"),
        (&right, "63", "KMS.2104"),
        (&right, "65", "KMS.2104"),
        (&right, "1000", "KMS.2104"),
        (KEY, "64", "KMS.2104"),
        (&other_digest, "64", "KMS.2103"),
        (&right[1..], "64", "KMS.2101"),
        (&format!("x{}", &right[1..]), "64", "KMS.2101"),
        (&"0".repeat(8194), "64", "KMS.2101"),
        ("", "64", "KMS.0204"),
    ] {
        let body =
            format!(r#"{{"key_id":"{key}","plain_text":"{digits}","datakey_plain_length":"{length}"}}"#);
        kms.call("encrypt-datakey", &body).await.kms(code);
    }
    let body = format!(r#"{{"key_id":"{key}","plain_text":"{right}","datakey_plain_length":"64"}}"#);
    let made = kms.call("encrypt-datakey", &body).await.ok();
    let blob = made["cipher_text"].as_str().unwrap();
    let mut damaged = blob.to_owned();
    let last = damaged.pop().unwrap();
    damaged.push(if last == '0' { '1' } else { '0' });
    let nobody = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
    for (key, blob, length, code) in [
        (&*key, blob, r#""32""#, "KMS.2204"),
        (&key, blob, r#""0""#, "KMS.2202"),
        (&key, blob, "1025", "KMS.2202"),
        (&key, blob, r#""all""#, "KMS.2202"),
        (&key, &damaged, "64", "KMS.2201"),
        // Damage counts before the length does.
        (&key, &damaged, "32", "KMS.2201"),
        (&key, &blob[1..], "64", "KMS.2201"),
        (&key, "0200", "64", "KMS.2201"),
        (&other, blob, "64", "KMS.2201"),
        (nobody, blob, "64", "KMS.0207"),
        ("x", blob, "64", "KMS.0205"),
    ] {
        kms.call("decrypt-datakey", &decrypt(key, blob, length, ""))
            .await
            .kms(code);
    }
}

#[tokio::test]
async fn only_symmetric_keys_that_are_enabled_have_data_keys() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let made = kms
        .call("create-datakey", &format!(r#"{{"key_id":"{key}"}}"#))
        .await
        .ok();
    let blob = made["cipher_text"].as_str().unwrap();
    let pair = kms
        .key_of("pair", r#""key_spec":"RSA_2048","key_usage":"ENCRYPT_DECRYPT""#)
        .await;
    let curve = kms.key_of("curve", r#""key_spec":"EC_P256""#).await;
    let mac = kms.key_of("mac", r#""key_spec":"HMAC_256""#).await;
    let digits = format!("{KEY}{DIGEST}");
    let calls = |key: &str| {
        [
            ("create-datakey", format!(r#"{{"key_id":"{key}"}}"#)),
            (
                "create-datakey-without-plaintext",
                format!(r#"{{"key_id":"{key}"}}"#),
            ),
            (
                "encrypt-datakey",
                format!(r#"{{"key_id":"{key}","plain_text":"{digits}","datakey_plain_length":"64"}}"#),
            ),
        ]
    };
    for (key, code) in [(&pair, "KMS.0325"), (&curve, "KMS.0325"), (&mac, "KMS.0341")] {
        for (name, body) in calls(key) {
            kms.call(name, &body).await.kms(code);
        }
    }
    kms.call("disable-key", &format!(r#"{{"key_id":"{key}"}}"#))
        .await
        .ok();
    for (name, body) in calls(&key) {
        kms.call(name, &body).await.kms("KMS.0209");
    }
    kms.call("decrypt-datakey", &decrypt(&key, blob, "32", ""))
        .await
        .kms("KMS.0209");
}

fn random(bits: &str) -> String {
    format!(r#"{{"random_data_length":{bits}}}"#)
}

#[tokio::test]
async fn random_numbers_are_whole_bytes() {
    let kms = Kms::new().await;
    for (bits, digits) in [(r#""512""#, 128), ("8", 2), (r#""8192""#, 2048)] {
        let answer = kms.call("gen-random", &random(bits)).await;
        let drawn = answer.ok()["random_data"].clone();
        assert!(is_upper_hex(&drawn));
        assert_eq!(drawn.as_str().unwrap().len(), digits);
        assert_eq!(answer.text, format!(r#"{{"random_data":{drawn}}}"#));
    }
    for (bits, code) in [
        ("0", "KMS.1801"),
        ("8200", "KMS.1801"),
        (r#""x""#, "KMS.1801"),
        (r#""12""#, "KMS.1802"),
        (r#""""#, "KMS.0204"),
    ] {
        kms.call("gen-random", &random(bits)).await.kms(code);
    }
}

#[tokio::test]
async fn older_editions_draw_512_bits_alone() {
    let strict = Settings {
        strict_random: true,
        ..Settings::DEFAULT
    };
    let kms = Kms::with(World::build(), strict).await;
    kms.call("gen-random", &random(r#""512""#)).await.ok();
    for bits in ["8", "511", "1024"] {
        kms.call("gen-random", &random(bits)).await.kms("KMS.1801");
    }
}
