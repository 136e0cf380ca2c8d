//! What keeps material out, each with its code.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_model::SignedDuration;

use crate::import::{Owner, import};

#[tokio::test]
async fn only_keys_that_wait_take_material() {
    let owner = Owner::new().await;
    let kms = &owner.kms;
    let made = kms.create_key("made").await;
    let key = kms.key_of("own", r#""origin":"external""#).await;
    let parameters = owner.asks(&key, 0).await;
    let ask = |key: &str| format!(r#"{{"key_id":"{key}","wrapping_algorithm":"RSAES_OAEP_SHA_256"}}"#);
    let named = |key: &str| format!(r#"{{"key_id":"{key}"}}"#);
    let body = import(&parameters, &owner.wraps(&parameters, &[7; 32]), "");
    let for_made = body.replace(&key, &made);
    let calls = [
        ("get-parameters-for-import", ask(&key)),
        ("import-key-material", body.clone()),
    ];
    for (name, body) in [
        ("get-parameters-for-import", ask(&made)),
        ("import-key-material", for_made),
        ("delete-imported-key-material", named(&made)),
    ] {
        kms.call(name, &body).await.kms("KMS.0309");
    }
    kms.call("delete-imported-key-material", &named(&key))
        .await
        .kms("KMS.2701");
    // Keys in software take no material by SM2.
    let by_sm2 = ask(&key).replace("RSAES_OAEP_SHA_256", "SM2_ENCRYPT");
    kms.call("get-parameters-for-import", &by_sm2)
        .await
        .kms("KMS.0308");
    kms.call("import-key-material", &body).await.ok();
    for (name, body) in &calls {
        kms.call(name, body).await.kms("KMS.0310");
    }
    kms.call("disable-key", &named(&key)).await.ok();
    for (name, body) in &calls {
        kms.call(name, body).await.kms("KMS.0310");
    }
    kms.call(
        "schedule-key-deletion",
        &format!(r#"{{"key_id":"{key}","pending_days":"7"}}"#),
    )
    .await
    .ok();
    for (name, body) in &calls {
        kms.call(name, body).await.kms("KMS.0210");
    }
    kms.call("delete-imported-key-material", &named(&key))
        .await
        .kms("KMS.2701");
    for algorithm in ["RSA", "RSAES_OAEP_SHA_512"] {
        let body = format!(r#"{{"key_id":"{key}","wrapping_algorithm":"{algorithm}"}}"#);
        kms.call("get-parameters-for-import", &body).await.kms("KMS.0308");
    }
}

#[tokio::test]
async fn tokens_and_material_have_to_be_right() {
    let owner = Owner::new().await;
    let kms = &owner.kms;
    let key = kms.key_of("own", r#""origin":"external""#).await;
    let other = kms.key_of("other", r#""origin":"external""#).await;
    let stolen = owner.asks(&other, 0).await;
    let parameters = owner.asks(&key, 0).await;
    let right = owner.wraps(&parameters, &[7; 32]);
    let body = |members: &str| import(&parameters, &right, members);
    let past = kms.world.now().as_second();
    let changed = body("").replace(&parameters.token[100..104], "AAAA");
    for (body, code) in [
        (body("").replace(&parameters.token, &stolen.token), "KMS.2603"),
        (body("").replace(&parameters.token, "AAAA"), "KMS.2605"),
        (body("").replace(&parameters.token, "not base64"), "KMS.2605"),
        (changed, "KMS.2605"),
        (
            import(&parameters, &owner.wraps(&parameters, &[7; 16]), ""),
            "KMS.2604",
        ),
        (import(&parameters, &STANDARD.encode([7; 256]), ""), "KMS.0311"),
        (import(&parameters, "AAAA", ""), "KMS.0311"),
        (import(&parameters, "not base64", ""), "KMS.0308"),
        (body(&format!(r#","expiration_time":{past}"#)), "KMS.2602"),
        (body(r#","expiration_time":0"#), "KMS.2602"),
        (body(r#","expiration_time":10000000001"#), "KMS.0308"),
        (body(r#","expiration_time":"soon""#), "KMS.0308"),
        (body(r#","encrypted_privatekey":"not base64""#), "KMS.0308"),
    ] {
        kms.call("import-key-material", &body).await.kms(code);
    }
    assert_eq!(owner.state(&key).await["key_state"], "5");
    // A private key beside a secret key is passed over.
    kms.call("import-key-material", &body(r#","encrypted_privatekey":"AAAA""#))
        .await
        .ok();
    kms.call(
        "delete-imported-key-material",
        &format!(r#"{{"key_id":"{key}"}}"#),
    )
    .await
    .ok();
    let another = import(&parameters, &owner.wraps(&parameters, &[8; 32]), "");
    kms.call("import-key-material", &another).await.kms("KMS.2606");
    kms.world.advance(SignedDuration::from_hours(24));
    kms.call("import-key-material", &body("")).await.kms("KMS.2601");
}

#[tokio::test]
async fn key_pairs_have_to_be_right_in_both_parts() {
    let owner = Owner::new().await;
    let kms = &owner.kms;
    let key = kms
        .key_of("own", r#""key_spec":"EC_P256","origin":"external""#)
        .await;
    let parameters = owner.asks(&key, 0).await;
    let pair = |text: &str| format!(r#","encrypted_privatekey":"{text}""#);
    let temporary = owner.wraps(&parameters, &[9; 32]);
    owner.makes_pair("EC -pkeyopt ec_paramgen_curve:P-384");
    let of_another_curve = owner.wraps_pair(&[9; 32]);
    owner.makes_pair("EC -pkeyopt ec_paramgen_curve:P-256");
    let right = owner.wraps_pair(&[9; 32]);
    let under_16_bytes = owner.wraps_pair(&[9; 16]);
    let short = owner.wraps(&parameters, &[9; 16]);
    let odd = owner.wraps(&parameters, &[9; 31]);
    for (temporary, members, code) in [
        (&temporary, String::new(), "KMS.2608"),
        (&temporary, pair(&of_another_curve), "KMS.2609"),
        (&temporary, pair(&under_16_bytes), "KMS.2609"),
        (&temporary, pair("AAAA"), "KMS.2609"),
        (&short, pair(&under_16_bytes), "KMS.2610"),
        (&odd, pair(&right), "KMS.2610"),
        (&STANDARD.encode([7; 256]), pair(&right), "KMS.0311"),
    ] {
        let body = import(&parameters, temporary, &members);
        kms.call("import-key-material", &body).await.kms(code);
    }
    // With the oldest padding nobody is told what went wrong inside.
    let parameters = owner.asks(&key, 2).await;
    let short = owner.wraps(&parameters, &[9; 16]);
    let body = import(&parameters, &short, &pair(&under_16_bytes));
    kms.call("import-key-material", &body).await.kms("KMS.0311");
    let temporary = owner.wraps(&parameters, &[9; 32]);
    let body = import(&parameters, &temporary, &pair(&of_another_curve));
    kms.call("import-key-material", &body).await.kms("KMS.0311");
    let body = import(&parameters, &temporary, &pair(&right));
    kms.call("import-key-material", &body).await.ok();
}
