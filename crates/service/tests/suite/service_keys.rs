//! Keys that a service made for an account: the account may use and label them, and no more.

use claviger_model::{Error, KeyFilter, KeyMatch, Order, Page, Refusal};
use claviger_service::ops::key::ListKeys;
use claviger_testkit::World;

use crate::calls::Root;
use crate::states::Subject;
use crate::states_calls::answer;

const SERVED: &[&str] = &[
    "DescribeKey",
    "ListAliasesByKey",
    "DescribeKeyVersion",
    "ListKeyVersions",
    "ListResourceTags",
    "ListTagResources",
    "GetKeyPolicy",
    "TagResource",
    "TagResources",
    "UntagResource",
    "UntagResources",
    "Encrypt",
    "Decrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
];
const REFUSED: &[&str] = &[
    "EnableKey",
    "DisableKey",
    "ScheduleKeyDeletion",
    "CancelKeyDeletion",
    "UpdateKeyDescription",
    "SetDeletionProtection",
    "SetKeyPolicy",
    "UpdateRotationPolicy",
    "CreateKeyVersion",
    "CreateAlias",
    "UpdateAlias",
    "GetParametersForImport",
    "ImportKeyMaterial",
    "DeleteKeyMaterial",
];

#[tokio::test]
async fn an_account_uses_and_labels_keys_of_services_and_changes_none() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let bystander = root.makes_key(&service).await.id;
    let id = world.add_service_key(root.scope.account, "oss").await;
    let encrypted = root.encrypts_now(&service, id).await;
    let subject = Subject {
        id,
        version: encrypted.version,
        alias: "none".into(),
        blob: encrypted.blob,
        data_key: Vec::new(),
        parameters: None,
        bystander,
    };
    for (number, operation) in SERVED.iter().enumerate() {
        let answered = answer(&service, &root, operation, &subject, number).await;
        assert_eq!(answered, Ok(()), "{operation}");
    }
    for (number, operation) in REFUSED.iter().enumerate() {
        let answered = answer(&service, &root, operation, &subject, number).await;
        assert_eq!(answered, Err(Error::Refused(Refusal::OfService)), "{operation}");
    }
}

#[tokio::test]
async fn lists_tell_keys_of_services_from_others() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let own = root.makes_key(&service).await.id;
    let theirs = world.add_service_key(root.scope.account, "oss").await;
    let list = |of_account| ListKeys {
        order: Order::OldestFirst,
        scope: root.scope.clone(),
        filter: KeyFilter {
            all_of: vec![vec![KeyMatch::OfAccount(of_account)]],
        },
        page: Page { skip: 0, take: 10 },
    };
    assert_eq!(root.calls(&service, list(true)).await.unwrap().items, [own]);
    assert_eq!(root.calls(&service, list(false)).await.unwrap().items, [theirs]);
}
