//! What calls leave in the audit log.

use claviger_dialect_alibaba::Api;
use serde_json::Value;

use crate::golden::{Mask, compare};
use crate::kms::Answer;
use crate::props::Prop;
use crate::scene::{Parameters, Scene, borrowed, replaced};

/// Parameters with which an operation says no; nothing where it takes no parameters.
fn refused_parameters(scene: &Scene, action: &str) -> Parameters {
    let good = scene.parameters(action);
    match good
        .iter()
        .map(|(name, _)| *name)
        .find(|name| *name != "Description")
    {
        Some("AliasName") => replaced(&good, "AliasName", "alias/nowhere"),
        Some("CiphertextBlob") => replaced(&good, "CiphertextBlob", "AAAA"),
        Some("PageNumber") => replaced(&good, "PageNumber", "0"),
        Some(name) => replaced(&good, name, "nonsense"),
        None => good,
    }
}

/// The records of calls that came in since there were that many.
async fn since(scene: &Scene, count: usize) -> Vec<Value> {
    scene.kms.world.audited_calls().await.split_off(count)
}

/// What every record of a call says, whatever the call.
fn check_record(scene: &Scene, action: &str, record: &Value, answer: &Answer) {
    let root = scene.kms.world.root();
    assert_eq!(record["id"], answer.id.as_str(), "{action}");
    assert_eq!(record["dialect"], "alibaba");
    assert_eq!(record["time"], format!("{:.3}", scene.kms.world.now()));
    assert_eq!(record["account"], root.account().to_string());
    assert_eq!(record["region"], "cn-hangzhou");
    assert_eq!(record["caller"]["access_key"], root.access_key_id());
    assert_eq!(record["source"]["address"], "192.0.2.7");
    assert_eq!(record["source"]["tls"], true);
    if answer.status == 200 {
        assert_eq!(record["outcome"], "served", "{action}");
    } else {
        assert_eq!(record["outcome"], "refused", "{action}");
        assert_eq!(record["error"]["wire"], answer.code(), "{action}");
    }
}

fn mask(scene: &Scene, record: &Value) -> String {
    let mut mask = Mask::default();
    mask.name(&scene.key, "key");
    mask.name(&scene.other, "other key");
    mask.name(&scene.kms.world.root().account().to_string(), "account");
    mask.name(record["id"].as_str().unwrap(), "request");
    let mut record = record.clone();
    // What an authority issues has another number each time.
    if let Some(serial) = record["request"]["serial"].as_str() {
        mask.name(serial, "serial");
    }
    // A signature on a curve is a byte or two shorter now and then.
    if let Some(length) = record["request"].get_mut("signature_bytes") {
        *length = "<70 or so>".into();
    }
    mask.apply(&record.to_string())
}

/// Every row of the table, served and refused: one record each, and none for DescribeRegions.
#[tokio::test]
async fn every_call_leaves_its_record() {
    let mut lines = String::new();
    for action in Api::Kms.served() {
        let scene = Scene::of(action).await;
        let before = scene.kms.world.audited_calls().await.len();
        let refused = scene.call_with(action, &refused_parameters(&scene, action)).await;
        let answer = scene.call(action).await;
        let mut records = since(&scene, before).await;
        // What the system tells of by itself comes beside.
        records.retain(|record| record["caller"]["type"] != "system");
        if action == "DescribeRegions" {
            assert!(records.is_empty(), "{records:?}");
            continue;
        }
        assert_eq!(records.len(), 2, "{action}: {records:?}");
        for (record, answer) in records.iter().zip([&refused, &answer]) {
            check_record(&scene, action, record, answer);
            lines += &mask(&scene, record);
            lines.push('\n');
        }
    }
    compare(&[("audit/calls.jsonl".into(), lines)]);
}

#[tokio::test]
async fn calls_that_become_no_operation_leave_a_record_too() {
    let scene = Scene::new().await;
    let root = scene.kms.world.root();
    let before = scene.kms.world.audited_calls().await.len();
    let mut expected = Vec::new();
    for action in Api::Kms.not_served().iter().chain(&["Nonsense", "<&\"'>\u{1}"]) {
        let answer = scene.kms.call(action, &[("SecretData", "s3cr3t")]).await;
        expected.push((*action, answer));
    }
    let old = root.rpc_request("ListKeys", &[]).set("Version", "2015-01-01");
    expected.push(("ListKeys", scene.kms.send(&old.sign(root)).await));
    let records = since(&scene, before).await;
    assert_eq!(records.len(), expected.len());
    for (record, (action, answer)) in records.iter().zip(&expected) {
        check_record(&scene, action, record, answer);
        assert_eq!(record["action"], *action);
        assert_eq!(record["request"], serde_json::json!({}));
    }
}

/// Whoever cannot prove who they are is counted and not recorded one by one.
#[tokio::test]
async fn strangers_are_counted_in_one_record() {
    let mut scene = Scene::new().await;
    let before = scene.kms.world.audited_calls().await.len();
    let root = scene.kms.world.root().clone();
    let (forger, nobody) = (root.with_secret("guess"), root.with_access_key_id("LTAInobody"));
    for action in Api::Kms.served() {
        let parameters = scene.parameters(action);
        scene
            .kms
            .call_as(&forger, action, &borrowed(&parameters))
            .await
            .refused(400, "SignatureDoesNotMatch");
        scene
            .kms
            .call_as(&nobody, action, &borrowed(&parameters))
            .await
            .refused(404, "InvalidAccessKeyId.NotFound");
    }
    let again = root.sign_rpc("ListAliases", &[]);
    scene.kms.send(&again).await.ok();
    scene.kms.send(&again).await.refused(400, "SignatureNonceUsed");
    scene.kms.world.stop().await;
    let records = scene.kms.world.audit_records().await;
    let calls = records.iter().filter(|record| record["kind"] == "call").count();
    assert_eq!(calls, before + 1);
    let batches: Vec<_> = records
        .iter()
        .filter(|record| record["kind"] == "strangers")
        .collect();
    assert_eq!(batches.len(), 1, "{batches:?}");
    let row = |reason: &str| {
        let rows = batches[0]["rows"].as_array().unwrap().iter();
        let mut rows = rows.filter(|row| row["reason"] == reason);
        let row = rows.next().unwrap();
        assert!(rows.next().is_none());
        (
            row["access_key"].clone(),
            row["address"].clone(),
            row["count"].clone(),
        )
    };
    let served = Api::Kms.served().count();
    assert_eq!(
        row("signature"),
        (root.access_key_id().into(), "192.0.2.7".into(), served.into())
    );
    assert_eq!(
        row("unknown_key"),
        ("LTAInobody".into(), "192.0.2.7".into(), served.into())
    );
    assert_eq!(
        row("replay"),
        (root.access_key_id().into(), "192.0.2.7".into(), 1.into())
    );
    assert_eq!(batches[0]["others"], 0);
}

#[tokio::test]
async fn while_the_log_cannot_be_written_nothing_is_served_and_nothing_changes() {
    let mut scene = Scene::new().await;
    scene.kms.world.audited_calls().await;
    scene.kms.world.disk().fail();
    // The first call finds out; from then on changes are refused before they are made.
    scene
        .call("DescribeKey")
        .await
        .refused(503, "ServiceUnavailableTemporary");
    for action in Api::Kms.served().filter(|action| *action != "DescribeRegions") {
        let answer = scene.call(action).await;
        answer.refused(503, "ServiceUnavailableTemporary");
        let refused = scene.call_with(action, &refused_parameters(&scene, action)).await;
        refused.refused(503, "ServiceUnavailableTemporary");
    }
    scene
        .kms
        .call("GetSecretValue", &[])
        .await
        .refused(503, "ServiceUnavailableTemporary");
    scene.call("DescribeRegions").await.ok();
    scene.kms.world.disk().heal();
    scene.call("DescribeKey").await.ok();
    let keys = scene.kms.call("ListKeys", &[]).await.ok();
    assert_eq!(keys["TotalCount"], 2 + Prop::ALL.len());
    let aliases = scene.kms.call("ListAliases", &[]).await.ok();
    assert_eq!(aliases["TotalCount"], 1);
    scene.kms.world.restart().await;
    scene.call("Decrypt").await.ok();
}
