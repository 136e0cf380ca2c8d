//! What of the vendor's operations and parameters is served, against the list of both that the fixtures hold.
//!
//! SOURCE: `fixtures/alibaba/operations.json`: every operation of version 2016-01-20 with its parameters and their types,
//! as the vendor's machine-readable description and its newest SDKs have them (read 2026-11-21). A type that ends in `!`
//! is required; `N` in a name is a number from 1.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use claviger_dialect_alibaba::Api;

use crate::scene::{Parameters, Scene, replaced, without};

pub(crate) type Vendor = BTreeMap<String, BTreeMap<String, String>>;

/// What is ours, in the form of the list.
const OURS: (&str, [(&str, &str); 5]) = (
    "CreateCsr",
    [
        ("Algorithm", "string"),
        ("KeyId", "string!"),
        ("KeyVersionId", "string!"),
        ("Subject", "string!"),
        ("SubjectAlternativeNames", "string"),
    ],
);

/// The vendor's list, and what is ours.
pub(crate) fn vendor() -> Vendor {
    let mut all = vendor_alone();
    let (action, parameters) = OURS;
    let text = |(name, kind): (&str, &str)| (name.to_owned(), kind.to_owned());
    all.insert(action.into(), parameters.map(text).into());
    all
}

fn vendor_alone() -> Vendor {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/alibaba/operations.json"
    );
    let text = std::fs::read_to_string(PathBuf::from(file)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Operations that are not served, by reason. The list may only shrink.
const LATER: [(&str, &[&str]); 3] = [
    (
        "there are no secrets yet",
        &[
            "BatchGetSecretValue",
            "CreateSecret",
            "DeleteSecret",
            "DescribeSecret",
            "GetRandomPassword",
            "GetSecretPolicy",
            "GetSecretValue",
            "ListSecretVersionIds",
            "ListSecrets",
            "PutSecretValue",
            "RestoreSecret",
            "RotateSecret",
            "SetSecretPolicy",
            "UpdateSecret",
            "UpdateSecretRotationPolicy",
            "UpdateSecretVersionStage",
        ],
    ),
    (
        "for dedicated instances and what is allowed to reach them",
        &[
            "AdvanceEncrypt",
            "ConnectKmsInstance",
            "CreateApplicationAccessPoint",
            "CreateClientKey",
            "CreateNetworkRule",
            "CreatePolicy",
            "DeleteApplicationAccessPoint",
            "DeleteClientKey",
            "DeleteNetworkRule",
            "DeletePolicy",
            "DescribeApplicationAccessPoint",
            "DescribeNetworkRule",
            "DescribePolicy",
            "DescribeService",
            "GetClientKey",
            "GetDefaultKmsInstance",
            "GetKmsInstance",
            "GetKmsInstanceQuotaInfos",
            "ReleaseKmsInstance",
            "UpdateApplicationAccessPoint",
            "UpdateKmsInstanceBindVpc",
            "UpdateNetworkRule",
            "UpdatePolicy",
        ],
    ),
    (
        "for attested enclaves",
        &["GetChallenge", "GetManagedDataKey", "ListManagedDataKeyVersions"],
    ),
];

/// Parameters that are not read, each with its reason. The list may only shrink.
const NOT_READ: [(&str, &str, &str); 4] = [
    (
        "CreateKey",
        "KeyStorageMechanism",
        "for keys of hardware instances",
    ),
    ("ListTagResources", "RegionId", "an endpoint is a region"),
    ("TagResources", "RegionId", "an endpoint is a region"),
    ("UntagResources", "RegionId", "an endpoint is a region"),
];

/// Parameters that are required in the list and not here, each with its reason.
const NOT_REQUIRED: [(&str, &str, &str); 7] = [
    (
        "CertificatePrivateKeySign",
        "MessageType",
        "RAW is the default, says its text",
    ),
    (
        "CertificatePublicKeyVerify",
        "MessageType",
        "RAW is the default, says its text",
    ),
    (
        "ImportKeyMaterial",
        "KeyMaterialExpireUnix",
        "nothing means never, says its text",
    ),
    ("ListTagResources", "RegionId", "not read"),
    (
        "ScheduleKeyDeletion",
        "PendingWindowInDays",
        "was optional before 2023: 30 days",
    ),
    ("TagResources", "RegionId", "not read"),
    ("UntagResources", "RegionId", "not read"),
];

/// Parameters that are optional in the list and required here, in the call of the scene.
const REQUIRED: [(&str, &str, &str); 6] = [
    ("CreateKey", "RotationInterval", "required where rotation is on"),
    ("SetDeletionProtection", "ProtectedResourceArn", "it or KeyId"),
    ("TagResource", "KeyId", "it or CertificateId"),
    ("UntagResource", "KeyId", "it or CertificateId"),
    ("UntagResources", "TagKey.N", "it or All"),
    (
        "UpdateRotationPolicy",
        "RotationInterval",
        "required where rotation is on",
    ),
];

/// Whether a list names a parameter.
fn names(list: &[(&str, &str, &str)], action: &str, parameter: &str) -> bool {
    list.iter()
        .any(|(known, name, _)| (*known, *name) == (action, parameter))
}

#[test]
fn every_operation_is_served_or_has_its_reason() {
    let later: Vec<&str> = LATER.iter().flat_map(|(_, names)| *names).copied().collect();
    let sorted: BTreeSet<_> = later.iter().copied().collect();
    assert_eq!(sorted.into_iter().collect::<Vec<_>>(), Api::Kms.not_served());
    let all: BTreeSet<_> = Api::Kms.served().chain(later).map(str::to_owned).collect();
    let ours = Api::Kms.ours().iter().map(|name| (*name).to_owned());
    assert_eq!(all, vendor_alone().into_keys().chain(ours).collect());
}

/// Parameters of the scene's call, as the list calls them.
pub(crate) fn listed(name: &str) -> String {
    let parts = name.split('.');
    let parts = parts.map(|part| if part.parse::<u32>().is_ok() { "N" } else { part });
    parts.collect::<Vec<_>>().join(".")
}

/// A name of the list as it is sent.
fn sent(name: &str) -> &'static str {
    // Leaked by a test that ends soon: names of parameters are static everywhere else.
    Box::leak(name.replace(".N", ".1").into_boxed_str())
}

/// A parameter is read if a value that is right for nothing is refused.
#[tokio::test]
async fn every_parameter_is_read_or_has_its_reason() {
    let scene = Scene::new().await;
    let nonsense = "{".repeat(20_000);
    for (action, parameters) in vendor()
        .iter()
        .filter(|(name, _)| Api::Kms.served().any(|known| known == *name))
    {
        for parameter in parameters.keys() {
            let mut good = scene.parameters(action);
            // The number of bytes makes the spec of a data key not matter.
            if parameter == "KeySpec" {
                good = without(&good, "NumberOfBytes");
            }
            let wrong = replaced(&good, sent(parameter), &nonsense);
            let answer = scene.call_with(action, &wrong).await;
            let code = answer.code();
            let refused = code.starts_with("InvalidParameter")
                || matches!(&*code, "UnsupportedOperation" | "Forbidden.DKMSInstanceNotFound");
            let not_read = names(&NOT_READ, action, parameter);
            assert_eq!(refused, !not_read, "{action} {parameter}: {}", answer.text);
        }
    }
}

/// The call of the scene without one of its parameters, whatever its number is.
fn dropped(scene: &Scene, action: &str, parameter: &str) -> Parameters {
    let mut parameters = scene.parameters(action);
    parameters.retain(|(name, _)| listed(name) != parameter);
    parameters
}

#[tokio::test]
async fn what_is_required_is_missed() {
    for (action, parameters) in vendor()
        .iter()
        .filter(|(name, _)| Api::Kms.served().any(|known| known == *name))
    {
        let scene = Scene::of(action).await;
        for (parameter, kind) in parameters {
            let answer = scene.call_with(action, &dropped(&scene, action, parameter)).await;
            let required = kind.ends_with('!') && !names(&NOT_REQUIRED, action, parameter)
                || names(&REQUIRED, action, parameter)
                // Half a pair of a list.
                || parameter == "Tag.N.Key";
            // The value of a tag may be empty.
            let required = required && parameter != "Tag.N.Value";
            assert_eq!(
                answer.code() == "MissingParameter",
                required,
                "{action} {parameter}: {}",
                answer.text
            );
        }
    }
}

#[tokio::test]
async fn nothing_else_is_read() {
    let (scene, vendor) = (Scene::new().await, vendor());
    for action in Api::Kms.served() {
        for (name, _) in scene.parameters(action) {
            assert!(vendor[action].contains_key(&listed(name)), "{action} {name}");
        }
    }
}

/// An entry of a list that is no difference any more has to go.
#[test]
fn the_lists_hold_differences_only() {
    let vendor = vendor();
    let kind = |action: &str, name: &str| vendor[action][name].clone();
    for (action, name, reason) in NOT_REQUIRED {
        assert!(kind(action, name).ends_with('!'), "{action} {name}: {reason}");
    }
    for (action, name, reason) in REQUIRED {
        assert!(!kind(action, name).ends_with('!'), "{action} {name}: {reason}");
    }
    for (action, name, reason) in NOT_READ {
        assert!(vendor[action].contains_key(name) && !reason.is_empty());
    }
}
