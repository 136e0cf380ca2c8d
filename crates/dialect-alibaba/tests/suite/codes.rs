//! Message authentication codes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::kms::Kms;
use crate::scene::{PLAINTEXT, borrowed, replaced};

#[tokio::test]
async fn codes_are_made_and_checked() {
    let kms = Kms::new().await;
    let message = STANDARD.encode([0x42; 6144]);
    let too_long = STANDARD.encode([0x42; 6145]);
    for (spec, length) in [
        ("HMAC_SHA_224", 28),
        ("HMAC_SHA_256", 32),
        ("HMAC_SHA_384", 48),
        ("HMAC_SHA_512", 64),
        ("HMAC_SM3", 32),
    ] {
        let made = kms.call("CreateKey", &[("KeySpec", spec)]).await.ok()["KeyMetadata"].clone();
        assert_eq!(
            (&made["KeyUsage"], &made["KeySpec"]),
            (&"GENERATE/VERIFY_MAC".into(), &spec.into())
        );
        let key = made["KeyId"].as_str().unwrap();
        // Algorithms are called like the specs.
        let base = [("KeyId", key), ("Algorithm", spec)];
        let with = |message: &str| -> Vec<(&'static str, String)> {
            let base = base.iter().map(|(name, value)| (*name, (*value).to_owned()));
            base.chain([("Message", message.to_owned())]).collect()
        };
        let generated = kms.call("GenerateMac", &borrowed(&with(&message))).await.ok();
        assert_eq!(
            (&generated["KeyId"], &generated["Algorithm"]),
            (&key.into(), &spec.into())
        );
        let code = STANDARD.decode(generated["Mac"].as_str().unwrap()).unwrap();
        assert_eq!(code.len(), length);
        for (message, code, expected) in [
            (&*message, &code[..], true),
            (PLAINTEXT, &code, false),
            (&message, &code[..length - 1], false),
            (&message, &[0; 200], false),
        ] {
            let mac = STANDARD.encode(code);
            let parameters = [&base[..], &[("Message", message), ("Mac", &*mac)]].concat();
            let checked = kms.call("VerifyMac", &parameters).await.ok();
            assert_eq!(
                (&checked["Value"], &checked["Algorithm"]),
                (&expected.into(), &spec.into())
            );
        }
        for (name, value) in [
            ("Message", &*too_long),
            ("Message", "!"),
            ("Algorithm", "HMAC_SHA_1"),
        ] {
            let parameters = replaced(&with(&message), name, value);
            let answer = kms.call("GenerateMac", &borrowed(&parameters)).await;
            answer.refused(400, "InvalidParameter");
        }
        let another = if spec == "HMAC_SHA_256" {
            "HMAC_SHA_512"
        } else {
            "HMAC_SHA_256"
        };
        let parameters = replaced(&with(&message), "Algorithm", another);
        let answer = kms.call("GenerateMac", &borrowed(&parameters)).await;
        let text = answer.refused(400, "InvalidParameter");
        assert_eq!(text, "The specified parameter Algorithm is not valid.");
    }
}
