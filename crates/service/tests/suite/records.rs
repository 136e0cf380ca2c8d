//! The audit trail tells of every operation, and never more than it may.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_model::{Action, Error, Field};
use claviger_service::ops::import::ImportKeyMaterial;
use claviger_service::ops::key::{CreateKey, SetDeletionProtection, SetKeyPolicy, UpdateKeyDescription};
use claviger_service::ops::tag::TagKeys;
use claviger_store::Store as _;
use claviger_testkit::World;
use serde_json::Value;

use crate::calls::Root;
use crate::lifetimes::{DAY, MATERIAL};
use crate::states::Subject;
use crate::states_calls::answer;

/// Operations whose record is of this key, in an order in which all are served.
const SERVED: &[&str] = &[
    "DescribeKey",
    "ListAliasesByKey",
    "ListResourceTags",
    "ListTagResources",
    "DescribeKeyVersion",
    "ListKeyVersions",
    "GetKeyPolicy",
    "SetKeyPolicy",
    "UpdateKeyDescription",
    "TagResource",
    "UntagResource",
    "TagResources",
    "UntagResources",
    "CreateAlias",
    "SetDeletionProtection",
    "GetParametersForImport",
    "ImportKeyMaterial",
    "DisableKey",
    "EnableKey",
    "DeleteKeyMaterial",
];

async fn subject(world: &World, root: &Root) -> Subject {
    let service = world.service();
    let bystander = root.makes_key(&service).await.id;
    let id = root.makes_empty_key(&service).await;
    let parameters = root.prepares_import(&service, id).await;
    let import = root.import(&parameters, MATERIAL, None);
    root.calls(&service, import).await.unwrap();
    let encrypted = root.encrypts_now(&service, id).await;
    Subject {
        id,
        version: encrypted.version,
        alias: "none".into(),
        blob: encrypted.blob,
        data_key: Vec::new(),
        parameters: Some(parameters),
        bystander,
    }
}

/// The id of the key that a record is about, wherever it stands.
fn key_of(record: &Value) -> &Value {
    match &record["response"]["key"] {
        Value::Null => &record["request"]["key"],
        key => key,
    }
}

/// A policy on a key with this name of its statement.
fn policy_called(sid: &str) -> String {
    let statement = serde_json::json!({
        "Sid": sid,
        "Effect": "Allow",
        "Principal": { "RAM": ["acs:ram::1234567890123456:root"] },
        "Action": "kms:*",
        "Resource": "*",
    });
    serde_json::json!({ "Version": "1", "Statement": [statement] }).to_string()
}

#[tokio::test]
async fn every_operation_leaves_one_record_of_its_key() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let subject = subject(&world, &root).await;
    for (number, operation) in SERVED.iter().enumerate() {
        let before = world.audited_calls().await.len();
        answer(&service, &root, operation, &subject, number)
            .await
            .unwrap();
        let records = world.audited_calls().await;
        let new: Vec<_> = records[before..]
            .iter()
            .filter(|record| record["action"] == *operation)
            .collect();
        assert_eq!(new.len(), 1, "{operation}");
        assert_eq!(new[0]["outcome"], "served", "{operation}");
        assert_eq!(new[0]["caller"]["type"], "root", "{operation}");
        assert_eq!(*key_of(new[0]), subject.id.to_string(), "{operation}");
        let action = Action::ALL.iter().find(|action| action.name() == *operation);
        assert_eq!(new[0]["writes"], action.unwrap().writes(), "{operation}");
    }
}

/// Changes that change nothing are told, too, and so are those that were refused; nothing waits in the outbox for them.
#[tokio::test]
async fn what_changes_nothing_is_told_as_well() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let subject = subject(&world, &root).await;
    let cases = [
        ("EnableKey", "served", ""),
        ("UntagResource", "served", ""),
        ("UntagResources", "served", ""),
        ("CancelKeyDeletion", "refused", "transition"),
        ("UpdateRotationPolicy", "refused", "key_kind"),
        ("CreateKeyVersion", "refused", "key_kind"),
    ];
    for (number, (operation, outcome, code)) in cases.into_iter().enumerate() {
        world.settle().await;
        let before = world.audit_lines().len();
        let _ = answer(&service, &root, operation, &subject, number).await;
        assert!(
            world.store().outbox(0, 1).await.unwrap().is_empty(),
            "{operation}"
        );
        let lines = world.audit_lines();
        assert_eq!(lines.len(), before + 1, "{operation}");
        let record = &lines[before];
        assert_eq!(
            (&record["action"], &record["outcome"]),
            (&operation.into(), &outcome.into())
        );
        assert_eq!(
            record["error"]["code"].as_str().unwrap_or_default(),
            code,
            "{operation}"
        );
    }
}

#[tokio::test]
async fn what_is_not_for_the_log_is_not_in_it() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let subject = subject(&world, &root).await;
    let key = || root.key(subject.id);
    let said = |what: &str| format!("{what} is not for the log");
    let create = CreateKey {
        description: said("description"),
        policy: Some(policy_called(&said("first policy"))),
        ..root.create_key()
    };
    root.calls(&service, create).await.unwrap();
    let policy = SetKeyPolicy {
        key: key(),
        policy: policy_called(&said("policy")),
    };
    root.calls(&service, policy).await.unwrap();
    let edit = UpdateKeyDescription {
        key: key(),
        description: said("new description"),
    };
    root.calls(&service, edit).await.unwrap();
    let tag = TagKeys {
        rules: crate::lifetimes::RULES,
        action: Action::TagResource,
        keys: vec![key()],
        tags: vec![("team".into(), said("tag"))],
    };
    root.calls(&service, tag).await.unwrap();
    let protect = SetDeletionProtection {
        key: key(),
        reason: Some(said("reason")),
    };
    root.calls(&service, protect).await.unwrap();
    // Refused imports say no more than others.
    let parameters = subject.parameters.as_ref().unwrap();
    let import = ImportKeyMaterial {
        expires: Some(world.now()),
        ..root.import(parameters, MATERIAL, None)
    };
    assert_eq!(
        root.calls(&service, import).await,
        Err(Error::Invalid(Field::Expiry))
    );
    world.advance(2 * DAY);
    let late = root.import(parameters, MATERIAL, None);
    assert_eq!(root.calls(&service, late).await, Err(Error::ImportTokenExpired));

    let text: String = world.audit_records().await.iter().map(Value::to_string).collect();
    assert!(!text.contains("is not for the log"), "{text}");
    for secret in [MATERIAL, &parameters.token, &parameters.public_key] {
        let base64 = STANDARD.encode(secret);
        let bytes: Vec<_> = secret.iter().take(12).map(ToString::to_string).collect();
        assert!(!text.contains(&base64[..16]) && !text.contains(&bytes.join(",")));
    }
    let created = world.audited_calls().await;
    let created = created
        .iter()
        .rfind(|record| record["action"] == "CreateKey")
        .unwrap();
    assert_eq!(created["request"]["description_bytes"], said("description").len());
    assert_eq!(created["request"]["spec"], "Aes256");
}
