//! Message authentication codes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::kms::Kms;

fn made(key: &str, algorithm: &str, message: &str) -> String {
    format!(r#"{{"key_id":"{key}","mac_algorithm":"{algorithm}","message":"{message}"}}"#)
}

fn checked(key: &str, algorithm: &str, message: &str, mac: &str) -> String {
    format!(r#"{{"key_id":"{key}","mac_algorithm":"{algorithm}","message":"{message}","mac":"{mac}"}}"#)
}

#[tokio::test]
async fn every_kind_makes_codes_that_it_knows_again() {
    let kms = Kms::new().await;
    let message = STANDARD.encode("message");
    for (spec, algorithm, digits) in [
        ("HMAC_256", "HMAC_SHA_256", 64),
        ("HMAC_384", "HMAC_SHA_384", 96),
        ("HMAC_512", "HMAC_SHA_512", 128),
        ("HMAC_SM3", "HMAC_SM3", 64),
        ("HMAC_224", "HMAC_SHA_224", 56),
    ] {
        let key = kms.key_of(spec, &format!(r#""key_spec":"{spec}""#)).await;
        let answer = kms.call("generate-mac", &made(&key, algorithm, &message)).await;
        let mac = answer.ok()["mac"].as_str().unwrap().to_owned();
        let expected = format!(r#"{{"key_id":"{key}","mac_algorithm":"{algorithm}","mac":"{mac}"}}"#);
        assert_eq!(answer.text, expected);
        assert!(mac.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
        assert_eq!(mac.len(), digits);
        let other = STANDARD.encode("another");
        for (message, mac, valid) in [
            (&message, mac.clone(), true),
            (&message, mac.to_uppercase(), true),
            (&other, mac.clone(), false),
            (&message, mac[2..].to_owned(), false),
            (&message, format!("{mac}00"), false),
        ] {
            let answer = kms
                .call("verify-mac", &checked(&key, algorithm, message, &mac))
                .await;
            let expected =
                format!(r#"{{"key_id":"{key}","mac_algorithm":"{algorithm}","mac_valid":{valid}}}"#);
            assert_eq!(answer.text, expected);
        }
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let kms = Kms::new().await;
    let mac = kms.key_of("mac", r#""key_spec":"HMAC_256""#).await;
    let cipher = kms.create_key("cipher").await;
    let signer = kms.key_of("signer", r#""key_spec":"EC_P256""#).await;
    let [short, longest, longer] = [1, 4096, 4097].map(|bytes| STANDARD.encode(vec![7; bytes]));
    let hmac = "HMAC_SHA_256";
    for (key, algorithm, message, code) in [
        (&*mac, "HMAC_SHA_512", &*short, "KMS.0308"),
        (&mac, "SHA_256", &short, "KMS.0308"),
        (&mac, hmac, &longer, "KMS.0308"),
        (&mac, hmac, "#", "KMS.0308"),
        (&mac, hmac, "", "KMS.0204"),
        (&cipher, hmac, &short, "KMS.0334"),
        (&signer, hmac, &short, "KMS.0335"),
        ("name", hmac, &short, "KMS.0205"),
        ("0d0466b0-e727-4d9c-b35d-f84bb474a37f", hmac, &short, "KMS.0207"),
    ] {
        kms.call("generate-mac", &made(key, algorithm, message))
            .await
            .kms(code);
        kms.call("verify-mac", &checked(key, algorithm, message, "00"))
            .await
            .kms(code);
    }
    for message in [&short, &longest] {
        kms.call("generate-mac", &made(&mac, hmac, message)).await.ok();
    }
    for code in ["0", "0x", &"0".repeat(1024)] {
        kms.call("verify-mac", &checked(&mac, hmac, &short, code))
            .await
            .kms("KMS.0308");
    }
    kms.call("disable-key", &format!(r#"{{"key_id":"{mac}"}}"#))
        .await
        .ok();
    kms.call("generate-mac", &made(&mac, hmac, &short))
        .await
        .kms("KMS.0209");
}
