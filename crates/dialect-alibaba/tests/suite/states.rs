//! What each operation answers in each state of its key.
//!
//! SOURCE: "Impact of CMK states on API operations" (read 2026-11-21); ReEncrypt by analogy with Encrypt and Decrypt.

use std::fmt::Write as _;

use claviger_dialect_alibaba::Api;
use claviger_model::{KeyState, SignedDuration};

use crate::golden::{Mask, compare};
use crate::kms::{Answer, Kms};
use crate::scene::{ALIAS, CONTEXT, Scene};

const OK: &str = "";
const MODIFIED: &str = "Rejected.StateModifiedFailed";
const DELETION: &str = "Rejected.PendingDeletion";

/// Of operations that use the material of a key or change what it is made of.
const USE: [&str; 4] = [OK, "Rejected.Disabled", DELETION, "Rejected.PendingImport"];
/// Of operations that change what is known of a key.
const EDIT: [&str; 4] = [OK, OK, DELETION, OK];

/// Operation, then its code for a key that is Enabled, Disabled, PendingDeletion, PendingImport.
const TABLE: [(&str, [&str; 4]); 51] = [
    ("CreateKey", [OK; 4]),
    ("ListKeys", [OK; 4]),
    ("DescribeKey", [OK; 4]),
    ("ListAliases", [OK; 4]),
    ("ListAliasesByKeyId", [OK; 4]),
    ("DeleteAlias", [OK; 4]),
    ("DescribeRegions", [OK; 4]),
    ("DescribeAccountKmsStatus", [OK; 4]),
    ("ListKmsInstances", [OK; 4]),
    ("ListApplicationAccessPoints", [OK; 4]),
    ("ListClientKeys", [OK; 4]),
    ("ListNetworkRules", [OK; 4]),
    ("ListPolicies", [OK; 4]),
    ("ListResourceTags", [OK; 4]),
    ("ListTagResources", [OK; 4]),
    ("DescribeKeyVersion", [OK; 4]),
    ("ListKeyVersions", [OK; 4]),
    ("GetParametersForImport", [OK; 4]),
    ("DeleteKeyMaterial", [OK; 4]),
    ("GetKeyPolicy", [OK; 4]),
    ("Encrypt", USE),
    ("Decrypt", USE),
    ("ReEncrypt", USE),
    ("GenerateDataKey", USE),
    ("GenerateDataKeyWithoutPlaintext", USE),
    ("GenerateAndExportDataKey", USE),
    ("ExportDataKey", USE),
    ("AsymmetricEncrypt", USE),
    ("AsymmetricDecrypt", USE),
    ("AsymmetricSign", USE),
    ("AsymmetricVerify", USE),
    ("GetPublicKey", USE),
    ("CreateCsr", USE),
    ("GenerateMac", USE),
    ("VerifyMac", USE),
    ("CreateKeyVersion", USE),
    ("UpdateRotationPolicy", USE),
    ("UpdateKeyDescription", EDIT),
    ("TagResource", EDIT),
    ("UntagResource", EDIT),
    ("TagResources", EDIT),
    ("UntagResources", EDIT),
    ("UpdateAlias", EDIT),
    ("SetDeletionProtection", EDIT),
    ("SetKeyPolicy", EDIT),
    ("EnableKey", [OK, OK, MODIFIED, MODIFIED]),
    ("DisableKey", [OK, OK, MODIFIED, MODIFIED]),
    ("ScheduleKeyDeletion", [OK, OK, MODIFIED, OK]),
    ("CreateAlias", [OK, OK, MODIFIED, OK]),
    ("ImportKeyMaterial", [OK, OK, MODIFIED, OK]),
    ("CancelKeyDeletion", [MODIFIED, MODIFIED, OK, MODIFIED]),
];

fn states(scene: &Scene) -> [(&'static str, KeyState); 4] {
    let due = scene.kms.world.now() + SignedDuration::from_hours(24 * 7);
    [
        ("Enabled", KeyState::Enabled),
        ("Disabled", KeyState::Disabled),
        ("PendingDeletion", KeyState::PendingDeletion { due }),
        ("PendingImport", KeyState::PendingImport),
    ]
}

/// A scene in which the key of an operation is in a state; the restart that takes makes caches forget the key.
async fn scene_in(action: &str, state: usize) -> (Scene, &'static str) {
    scene_over(Kms::new().await, action, state).await
}

async fn scene_over(kms: Kms, action: &str, state: usize) -> (Scene, &'static str) {
    let mut scene = Scene::of_over(kms, action).await;
    let (name, state) = states(&scene)[state];
    let (account, key) = (scene.kms.world.root().account(), scene.subject(action).to_owned());
    scene.kms.world.force_state(account, &key, state).await;
    (scene, name)
}

fn check(answer: &Answer, expected: &str, what: &str) {
    let status = if expected.is_empty() { 200 } else { 409 };
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (status, expected),
        "{what}: {}",
        answer.text
    );
}

/// Where a key is after a call that was served.
fn state_after(action: &str, before: &'static str) -> &'static str {
    match (action, before) {
        ("EnableKey", "Disabled")
        | ("CancelKeyDeletion", "PendingDeletion")
        | ("ImportKeyMaterial", "PendingImport") => "Enabled",
        ("DisableKey", "Enabled") => "Disabled",
        ("ScheduleKeyDeletion", _) => "PendingDeletion",
        ("DeleteKeyMaterial", "Enabled" | "Disabled") => "PendingImport",
        _ => before,
    }
}

async fn call_about_subject(scene: &Scene, action: &str) -> Answer {
    if action != "UpdateAlias" {
        return scene.call(action).await;
    }
    // The state of the key that the alias is to lead to.
    let alias = [("KeyId", &*scene.other), ("AliasName", "alias/moves")];
    scene.kms.call("CreateAlias", &alias).await.ok();
    let parameters = [("KeyId", &*scene.key), ("AliasName", "alias/moves")];
    scene.kms.call(action, &parameters).await
}

#[test]
fn the_table_has_every_operation() {
    let names = TABLE.map(|(name, _)| name);
    // OpenKmsService has no key and no success; certificates have a table of their own.
    let has_no_key = |action: &str| action == "OpenKmsService" || action.contains("Certificate");
    assert!(
        Api::Kms
            .served()
            .all(|action| names.contains(&action) || has_no_key(action))
    );
}

/// Asks every operation in every state, with keys of one level. The words of the refusals are the same for all levels.
async fn keeps_to_the_table(in_hardware: bool) {
    let mut refusals = String::new();
    for (action, codes) in TABLE {
        for (column, expected) in codes.iter().enumerate() {
            let kms = if in_hardware {
                Kms::in_hardware().await
            } else {
                Kms::new().await
            };
            let (scene, state) = scene_over(kms, action, column).await;
            let what = format!("{action} in {state}");
            let answer = call_about_subject(&scene, action).await;
            check(&answer, expected, &what);
            let key = scene.subject(action);
            let shown = scene.kms.call("DescribeKey", &[("KeyId", key)]).await.ok();
            let level = if in_hardware { "HSM" } else { "SOFTWARE" };
            assert_eq!(shown["KeyMetadata"]["ProtectionLevel"], level, "{what}");
            let after = match answer.status {
                200 => state_after(action, state),
                _ => state,
            };
            assert_eq!(shown["KeyMetadata"]["KeyState"], after, "{what}");
            if answer.status != 200 {
                let text = Mask::default().apply(&answer.text);
                writeln!(refusals, "{action} {state} {text}").unwrap();
            }
        }
    }
    compare(&[("refusals/states.txt".into(), refusals)]);
}

#[tokio::test]
async fn every_operation_keeps_to_the_table() {
    keeps_to_the_table(false).await;
}

#[tokio::test]
async fn every_operation_keeps_to_the_table_for_keys_in_hardware() {
    keeps_to_the_table(true).await;
}

/// Both sides of a re-encryption count, and the alias of a key that waits for its deletion may lead elsewhere.
#[tokio::test]
async fn the_other_side_counts_too() {
    for (column, expected) in USE.iter().enumerate() {
        let (scene, state) = scene_in("Encrypt", column).await;
        let blob = scene.kms.encrypt(&scene.other, "x").await;
        let parameters = [("CiphertextBlob", &*blob), ("DestinationKeyId", &*scene.key)];
        check(&scene.kms.call("ReEncrypt", &parameters).await, expected, state);
        scene.call("UpdateAlias").await.ok();
        assert_eq!(
            scene.kms.call("DescribeKey", &[("KeyId", ALIAS)]).await.ok()["KeyMetadata"]["KeyId"],
            *scene.other
        );
    }
}

#[tokio::test]
async fn states_are_shown_filtered_and_dated() {
    for column in 0..4 {
        let (scene, state) = scene_in("DescribeKey", column).await;
        let shown = scene.kms.call("DescribeKey", &[("KeyId", &scene.key)]).await.ok();
        let date = if state == "PendingDeletion" {
            "2026-11-28T12:00:00Z"
        } else {
            ""
        };
        assert_eq!(shown["KeyMetadata"]["DeleteDate"], date);
        let filter = format!(r#"[{{"Key":"KeyState","Values":["{state}"]}}]"#);
        let listed = scene.kms.call("ListKeys", &[("Filters", &filter)]).await.ok();
        let expected = if state == "Enabled" { 2 } else { 1 };
        assert_eq!(listed["TotalCount"], expected, "{state}");
        assert_eq!(listed["Keys"]["Key"][0]["KeyId"], *scene.key);
    }
}

/// No job has run, but the date is past.
#[tokio::test]
async fn past_its_deletion_date_a_key_is_gone_for_every_operation() {
    let (scene, _) = scene_in("DescribeKey", 2).await;
    let week = SignedDuration::from_hours(24 * 7);
    scene.kms.world.advance(week - SignedDuration::from_secs(1));
    scene.call("Encrypt").await.refused(409, DELETION);
    scene.kms.world.advance(SignedDuration::from_secs(1));
    for action in [
        "DescribeKey",
        "EnableKey",
        "DisableKey",
        "UpdateKeyDescription",
        "Encrypt",
        "Decrypt",
        "ReEncrypt",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "ListAliasesByKeyId",
        "CreateAlias",
        "DescribeKeyVersion",
        "ExportDataKey",
        "GenerateAndExportDataKey",
        "GetKeyPolicy",
        "ListKeyVersions",
        "ListResourceTags",
        "ScheduleKeyDeletion",
        "SetDeletionProtection",
        "SetKeyPolicy",
        "TagResource",
        "UntagResource",
        "UpdateRotationPolicy",
    ] {
        scene.call(action).await.refused(404, "Forbidden.KeyNotFound");
    }
    for action in ["TagResources", "UntagResources", "ListTagResources"] {
        scene
            .call(action)
            .await
            .refused(404, "InvalidResourceId.NotFound");
    }
    let key = [("KeyId", &*scene.key)];
    let late = scene.kms.call("CancelKeyDeletion", &key).await;
    late.refused(404, "Forbidden.KeyNotFound");
    scene
        .kms
        .call("DescribeKey", &[("KeyId", ALIAS)])
        .await
        .refused(404, "Forbidden.AliasNotFound");
}

/// Kind, then state: an order that callers see when both are wrong does not change with the operation.
#[tokio::test]
async fn a_damaged_blob_of_a_disabled_key_tells_of_the_key() {
    let (scene, _) = scene_in("Decrypt", 1).await;
    let answer = scene
        .kms
        .call("Decrypt", &[("CiphertextBlob", &scene.blob)])
        .await;
    answer.refused(409, "Rejected.Disabled");
    let again = [("CiphertextBlob", &*scene.blob), ("EncryptionContext", CONTEXT)];
    scene.kms.call("EnableKey", &[("KeyId", &scene.key)]).await.ok();
    scene.kms.call("Decrypt", &again).await.ok();
    let kms: &Kms = &scene.kms;
    kms.call("Decrypt", &again[..1])
        .await
        .refused(400, "InvalidParameter");
}
