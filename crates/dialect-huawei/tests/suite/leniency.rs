//! Habits of real clients that the documents do not allow.

use crate::kms::{Draft, Kms, PROJECT};

#[tokio::test]
async fn members_come_as_numbers_or_texts_and_empty_ones_do_not_count() {
    for days in ["7", "\"7\"", "1096"] {
        let kms = Kms::new().await;
        let key = kms.create_key("one").await;
        let body = format!(r#"{{"key_id":"{key}","pending_days":{days},"sequence":null}}"#);
        let answer = kms.call("schedule-key-deletion", &body).await.ok();
        assert_eq!(
            (&answer["key_id"], &answer["key_state"]),
            (&key.clone().into(), &"4".into())
        );
    }
    let kms = Kms::new().await;
    let body = r#"{"key_alias":"a","key_spec":"","key_usage":null,"origin":"","keystore_id":"0","vm_id":"x","pin":{"a":[1]}}"#;
    let made = kms.call("create-key", body).await.ok();
    let id = made["key_info"]["key_id"].as_str().unwrap();
    let shown = kms
        .call("describe-key", &format!(r#"{{"key_id":"{id}"}}"#))
        .await
        .ok();
    assert_eq!(shown["key_info"]["key_spec"], "AES_256");
}

#[tokio::test]
async fn bodies_end_in_newlines_and_gets_bring_bodies() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    kms.call("describe-key", &format!("{{\"key_id\":\"{key}\"}}\n"))
        .await
        .ok();
    for body in ["", "{}", "[not read"] {
        let draft = Draft::new("GET", &format!("/v1.0/{PROJECT}/kms/user-instances"), body);
        assert_eq!(kms.draft(draft).await.ok()["instance_num"], 1);
    }
    // Nothing is what a call takes that needs nothing; this one needs something.
    for body in ["", "{}", "null"] {
        kms.call("describe-key", body).await.kms("KMS.0204");
    }
}

#[tokio::test]
async fn a_sequence_is_up_to_36_characters_of_anything() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    for (sequence, fine) in [
        ("919c82d4-8046-4722-9094-35c3c6524cff".to_owned(), true),
        ("919c82d48046472290943 5c3c6524cf".to_owned(), true),
        ("ü".repeat(36), true),
        ("ü".repeat(37), false),
    ] {
        let body = format!(r#"{{"key_id":"{key}","sequence":"{sequence}"}}"#);
        let answer = kms.call("describe-key", &body).await;
        if fine {
            assert!(
                !answer.text.contains(&sequence) && answer.status == 200,
                "it is not echoed: {answer:?}"
            );
        } else {
            answer.kms("KMS.0206");
        }
    }
}

/// One client asks for a key by what it took for its name, and looks through the list after that answer only.
#[tokio::test]
async fn a_name_is_not_the_id_of_a_key() {
    let kms = Kms::new().await;
    kms.create_key("my-key").await;
    kms.call("describe-key", r#"{"key_id":"my-key"}"#)
        .await
        .kms("KMS.0205");
    kms.call("create-key", r#"{"key_alias":"my-key"}"#)
        .await
        .kms("KMS.1104");
}

#[tokio::test]
async fn what_is_bound_is_an_object_or_a_text_that_holds_one() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    for context in [r#"{"a":"b","c":""}"#, r#""{\"a\":\"b\"}""#, "{}", "null", r#""""#] {
        let body = format!(r#"{{"key_id":"{key}","plain_text":"x","encryption_context":{context}}}"#);
        kms.call("encrypt-data", &body).await.ok();
    }
    let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(8192));
    for context in ["1", "[]", r#"{"a":1}"#, r#"{"a":"b","a":"c"}"#, r#""a=b""#, &long] {
        let body = format!(r#"{{"key_id":"{key}","plain_text":"x","encryption_context":{context}}}"#);
        kms.call("encrypt-data", &body).await.kms("KMS.0208");
    }
    let data = |data: &str| {
        format!(r#"{{"key_id":"{key}","plain_text":"x","additional_authenticated_data":"{data}"}}"#)
    };
    kms.call("encrypt-data", &data(&"x".repeat(128))).await.ok();
    kms.call("encrypt-data", &data(&"x".repeat(129)))
        .await
        .kms("KMS.0208");
}

#[tokio::test]
async fn tags_are_in_the_path_of_a_key_and_answers_without_a_body_have_none() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let target = format!("/v1.0/{PROJECT}/kms/{key}/tags");
    let tag = r#"{"tag":{"key":"ключ a","value":"值"}}"#;
    let answer = kms.draft(Draft::new("POST", &target, tag)).await;
    assert_eq!(answer.status, 204);
    let shown = kms.draft(Draft::new("GET", &format!("{target}/"), "")).await.ok();
    assert_eq!(
        shown.to_string(),
        r#"{"existTagsNum":1,"tags":[{"key":"ключ a","value":"值"}]}"#
    );
    for (tag, code) in [
        ("{}", "KMS.0204"),
        (r#"{"tag":[]}"#, "KMS.0412"),
        (r#"{"tag":{"value":"x"}}"#, "KMS.0406"),
        (r#"{"tag":{"key":"a*"}}"#, "KMS.0406"),
        (r#"{"tag":{"key":"a","value":"<"}}"#, "KMS.0405"),
    ] {
        kms.draft(Draft::new("POST", &target, tag)).await.kms(code);
    }
}
