//! Data under symmetric keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_model::SignedDuration;

use crate::kms::Kms;

impl Kms {
    /// The ciphertext of a text that needs no escapes, with further members.
    pub(crate) async fn encrypt(&self, key: &str, text: &str, members: &str) -> String {
        let body = format!(r#"{{"key_id":"{key}","plain_text":"{text}"{members}}}"#);
        let made = self.call("encrypt-data", &body).await.ok();
        assert_eq!(made["key_id"], key);
        assert_eq!(made.as_object().unwrap().len(), 2);
        made["cipher_text"].as_str().unwrap().to_owned()
    }
}

fn sealed(blob: &str, members: &str) -> String {
    format!(r#"{{"cipher_text":"{blob}"{members}}}"#)
}

#[tokio::test]
async fn what_went_in_comes_out_as_text_and_in_base64() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let blob = kms.encrypt(&key, r#"grüße\n\"1\" 😀 \u00e9\/"#, "").await;
    let named = format!(r#","key_id":"{key}""#);
    let algorithm = r#","encryption_algorithm":"SYMMETRIC_DEFAULT""#;
    for members in ["", &named, algorithm] {
        let answer = kms.call("decrypt-data", &sealed(&blob, members)).await;
        let text = STANDARD.encode("grüße\n\"1\" 😀 é/");
        let expected = format!(
            "{{\"key_id\":\"{key}\",\"plain_text\":\"grüße\\n\\\"1\\\" 😀 é/\",\"plain_text_base64\":\"{text}\"}}"
        );
        assert_eq!((answer.status, answer.text), (200, expected));
    }
}

/// One client has base64 encrypted, and wants just that back.
#[tokio::test]
async fn base64_is_text_like_any_other() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let blob = kms.encrypt(&key, "AAECAw==", "").await;
    let opened = kms.call("decrypt-data", &sealed(&blob, "")).await.ok();
    assert_eq!(opened["plain_text"], "AAECAw==");
    assert_eq!(opened["plain_text_base64"], "QUFFQ0F3PT0=");
}

#[tokio::test]
async fn keys_of_services_and_keys_with_aliases_are_named_by_those() {
    let kms = Kms::new().await;
    let body = r#"{"key_id":"obs/default","plain_text":"x"}"#;
    let made = kms.call("encrypt-data", body).await.ok();
    let blob = made["cipher_text"].as_str().unwrap();
    let opened = kms
        .call("decrypt-data", &sealed(blob, r#","key_id":"obs/default""#))
        .await
        .ok();
    assert_eq!(
        (&opened["plain_text"], &opened["key_id"]),
        (&"x".into(), &made["key_id"])
    );
}

#[tokio::test]
async fn a_context_has_to_be_repeated_however_it_is_written() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let context = r#","encryption_context":{"a":"1","b":"ü"}"#;
    let blob = kms.encrypt(&key, "text", context).await;
    for same in [
        context,
        r#","encryption_context":{ "b" : "\u00fc", "a":"1" }"#,
        r#","encryption_context":"{\"b\":\"ü\",\"a\":\"1\"}""#,
    ] {
        kms.call("decrypt-data", &sealed(&blob, same)).await.ok();
    }
    for other in [
        r#","encryption_context":{"a":"1"}"#,
        r#","encryption_context":{"a":"ü","b":"1"}"#,
        r#","additional_authenticated_data":"a""#,
        r#","encryption_context":7"#,
    ] {
        kms.call("decrypt-data", &sealed(&blob, other))
            .await
            .kms("KMS.0208");
    }
    kms.call("decrypt-data", &sealed(&blob, "")).await.kms("KMS.2201");
    let data = r#","additional_authenticated_data":"id 7""#;
    let blob = kms.encrypt(&key, "text", data).await;
    kms.call("decrypt-data", &sealed(&blob, data)).await.ok();
    // The text is one more pair, under its own name.
    let pair = r#","encryption_context":{"additional_authenticated_data":"id 7"}"#;
    kms.call("decrypt-data", &sealed(&blob, pair)).await.ok();
    let other = r#","additional_authenticated_data":"id 8""#;
    kms.call("decrypt-data", &sealed(&blob, other))
        .await
        .kms("KMS.0208");
}

#[tokio::test]
async fn ciphertexts_that_are_none_are_refused() {
    let kms = Kms::new().await;
    let (key, other) = (kms.create_key("one").await, kms.create_key("two").await);
    let blob = kms.encrypt(&key, "text", "").await;
    let mut damaged = STANDARD.decode(&blob).unwrap();
    *damaged.last_mut().unwrap() ^= 1;
    let damaged = STANDARD.encode(damaged);
    let nobodys =
        STANDARD.encode([b"00000000-0000-7000-8000-000000000000\x01".as_slice(), &[7; 60]].concat());
    let cut = &blob[..blob.len() - 8];
    for (text, code) in [
        (damaged.as_str(), "KMS.2201"),
        (cut, "KMS.2201"),
        ("!", "KMS.2201"),
        ("AAAA", "KMS.2201"),
        ("", "KMS.0204"),
        (&nobodys, "KMS.0207"),
    ] {
        kms.call("decrypt-data", &sealed(text, "")).await.kms(code);
    }
    let nobody = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
    for (named, code) in [
        (other.as_str(), "KMS.2201"),
        (nobody, "KMS.0207"),
        ("name", "KMS.0205"),
    ] {
        let members = format!(r#","key_id":"{named}""#);
        kms.call("decrypt-data", &sealed(&blob, &members)).await.kms(code);
    }
    kms.call("decrypt-data", r#"{"cipher_text":[]}"#)
        .await
        .kms("KMS.2201");
    let body = sealed(&blob, r#","encryption_algorithm":"ROT_13""#);
    kms.call("decrypt-data", &body).await.kms("KMS.0308");
}

#[tokio::test]
async fn texts_are_1_to_4096_bytes() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    for (text, code) in [("", "KMS.0204"), (&*"x".repeat(4097), "KMS.0308")] {
        let body = format!(r#"{{"key_id":"{key}","plain_text":"{text}"}}"#);
        kms.call("encrypt-data", &body).await.kms(code);
    }
    let most = "x".repeat(4096);
    let blob = kms.encrypt(&key, &most, "").await;
    let opened = kms.call("decrypt-data", &sealed(&blob, "")).await.ok();
    assert_eq!(opened["plain_text"], *most);
    // A number is text without quotes.
    let body = format!(r#"{{"key_id":"{key}","plain_text":7}}"#);
    let made = kms.call("encrypt-data", &body).await.ok();
    let blob = made["cipher_text"].as_str().unwrap();
    let opened = kms.call("decrypt-data", &sealed(blob, "")).await.ok();
    assert_eq!(opened["plain_text"], "7");
    for wrong in ["[]", "true", r#"{"a":"b"}"#] {
        let body = format!(r#"{{"key_id":"{key}","plain_text":{wrong}}}"#);
        kms.call("encrypt-data", &body).await.kms("KMS.0308");
    }
}

#[tokio::test]
async fn a_key_has_to_be_enabled() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let empty = kms.key_of("two", r#""origin":"external""#).await;
    let blob = kms.encrypt(&key, "text", "").await;
    let body = format!(r#"{{"key_id":"{empty}","plain_text":"x"}}"#);
    kms.call("encrypt-data", &body).await.kms("KMS.0209");
    let named = format!(r#"{{"key_id":"{key}"}}"#);
    kms.call("disable-key", &named).await.ok();
    kms.call("decrypt-data", &sealed(&blob, "")).await.kms("KMS.0209");
    let ends = format!(r#"{{"key_id":"{key}","pending_days":7}}"#);
    kms.call("schedule-key-deletion", &ends).await.ok();
    kms.call("decrypt-data", &sealed(&blob, "")).await.kms("KMS.0210");
    kms.world.advance(SignedDuration::from_hours(7 * 24));
    kms.call("decrypt-data", &sealed(&blob, "")).await.kms("KMS.0207");
    kms.world.run_jobs().await;
    kms.call("decrypt-data", &sealed(&blob, "")).await.kms("KMS.0207");
}
