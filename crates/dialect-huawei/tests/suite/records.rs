//! What calls leave in the audit log.

use crate::kms::{Draft, Kms, PROJECT};

/// Operation, action, outcome and code of each call in the log.
async fn calls(kms: &Kms) -> Vec<[String; 4]> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let records = kms.world.audited_calls().await;
    let rows = records.iter().map(|record| {
        assert_eq!(
            (text(&record["dialect"]), text(&record["api"])),
            ("huawei".into(), "kms".into())
        );
        // Where both are the same word, the record has it once.
        let action = text(&record["action"]);
        let operation = record["operation"].as_str().map_or(action.clone(), str::to_owned);
        [
            operation,
            action,
            text(&record["outcome"]),
            text(&record["error"]["wire"]),
        ]
    });
    rows.collect()
}

#[tokio::test]
async fn every_call_of_a_known_caller_is_recorded() {
    let kms = Kms::new().await;
    kms.create_key("one").await;
    kms.call("create-key", r#"{"key_alias":"one"}"#)
        .await
        .kms("KMS.1104");
    kms.call("create-key", "{}").await.kms("KMS.0204");
    kms.call("create-key", "[").await.kms("KMS.0202");
    kms.call("create-pin", "{}").await.gateway(404, "APIGW.0101");
    let other = Draft::new(
        "POST",
        "/v1.0/ffffffffffffffffffffffffffffffff/kms/enable-key",
        "{}",
    );
    kms.draft(other).await.kms("KMS.0321");
    let nowhere = format!("/v1.0/{PROJECT}/kms/nothing");
    kms.draft(Draft::new("POST", &nowhere, ""))
        .await
        .gateway(404, "APIGW.0101");
    kms.draft(Draft::new(
        "GET",
        &format!("/v1.0/{PROJECT}/kms/sign-nothing?x=1"),
        "",
    ))
    .await;
    let refused = [
        ["create-key", "CreateKey", "KMS.1104"],
        ["create-key", "CreateKey", "KMS.0204"],
        ["create-key", "CreateKey", "KMS.0202"],
        ["create-pin", "create-pin", "APIGW.0101"],
        ["enable-key", "EnableKey", "KMS.0321"],
    ];
    let mut calls = calls(&kms).await;
    let served: Vec<_> = calls.extract_if(.., |call| call[2] == "served").collect();
    assert_eq!(served, [["create-key", "CreateKey", "served", ""]]);
    let row = |[operation, action, code]: [&str; 3]| [operation, action, "refused", code].map(str::to_owned);
    assert_eq!(calls[..5], refused.map(row));
    assert_eq!(calls[5][0], format!("POST {nowhere}"));
    assert_eq!(
        (calls[6][2].as_str(), calls[6][3].as_str()),
        ("refused", "APIGW.0101")
    );
    assert_eq!(calls.len(), 7);
}

#[tokio::test]
async fn strangers_are_counted_and_leave_no_calls() {
    let kms = Kms::new().await;
    let draft = Draft::verb("describe-key", "{}");
    kms.send(&draft.clone().unsigned())
        .await
        .gateway(401, "APIGW.0301");
    let wrong = kms.world.root().with_secret("wrong");
    kms.send(&draft.sign(&wrong, &kms.time()))
        .await
        .gateway(401, "APIGW.0301");
    kms.world.service().write_strangers().await;
    let records = kms.world.audit_records().await;
    let batch = records
        .iter()
        .find(|record| record["kind"] != "call" && record.to_string().contains("signature"));
    assert!(
        batch.is_some_and(|batch| batch.to_string().contains("no_credentials")),
        "{records:?}"
    );
    assert!(kms.world.audited_calls().await.is_empty());
}

#[tokio::test]
async fn no_plaintext_reaches_a_record() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let body = |members: &str| format!(r#"{{"key_id":"{key}","plain_text":"needle-\u0041",{members}}}"#);
    kms.call("encrypt-data", &body(r#""encryption_context":{"a":"b"}"#))
        .await
        .ok();
    kms.call("encrypt-data", &body(r#""encryption_context":1"#))
        .await
        .kms("KMS.0208");
    let records = kms.world.audit_records().await;
    assert!(!records.iter().any(|record| record.to_string().contains("needle")));
}
