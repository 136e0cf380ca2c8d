//! What of the vendor's operations on identities is served, against the list that the fixtures hold, and of ours.
//!
//! SOURCE: `fixtures/alibaba/ram_operations.json`: the operations of RAM 2015-05-01 that administer users, groups, roles,
//! policies and access keys, and all of STS 2015-04-01, with their parameters and types, from the vendor's machine-readable
//! description (read 2026-11-22). A type that ends in `!` is required; `N` in a name is a number from 1.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use claviger_dialect_alibaba::Api;

use crate::estate::{APIS, Estate};
use crate::scene::{Parameters, replaced};

pub(crate) type Operations = BTreeMap<String, BTreeMap<String, String>>;

/// Operations that are not served, each with its reason. The list may only shrink.
const LATER: [(Api, &str, &str); 3] = [
    (
        Api::Ram,
        "DecodeDiagnosticMessage",
        "refusals bear no encoded message, and Explain tells more",
    ),
    (
        Api::Sts,
        "AssumeRoleWithOIDC",
        "there are no identity providers outside",
    ),
    (
        Api::Sts,
        "AssumeRoleWithSAML",
        "there are no identity providers outside",
    ),
];

/// Parameters that are required, whatever the vendor's description says: it calls none of RAM's so.
const REQUIRED: [&str; 21] = [
    "AccountId",
    "AccountName",
    "As",
    "AskedAction",
    "AskedResource",
    "AssumeRolePolicyDocument",
    "GroupName",
    "KeyId",
    "Password",
    "PolicyDocument",
    "PolicyName",
    "PolicyType",
    "RoleArn",
    "RoleName",
    "RoleSessionName",
    "ServiceName",
    "Status",
    "Tag.N.Key",
    "UserAccessKeyId",
    "UserName",
    "VersionId",
];

/// Those of [`REQUIRED`] that an operation can do without, each with its reason.
const OPTIONAL: [(&str, &str, &str); 9] = [
    ("CreateAccessKey", "UserName", "the caller"),
    ("DeleteAccessKey", "UserName", "the caller"),
    ("GetAccessKeyLastUsed", "UserName", "the caller"),
    ("ListAccessKeys", "UserName", "the caller"),
    ("UpdateAccessKey", "UserName", "the caller"),
    ("ListPolicies", "PolicyType", "both kinds"),
    ("GetLogin", "UserName", "the caller"),
    ("SetPassword", "UserName", "the caller"),
    ("UpdateLogin", "UserName", "the caller"),
];

/// Ours, with their parameters.
const OURS: [(&str, &[&str]); 19] = [
    ("CreateAccount", &["AccountName"]),
    ("CreateService", &["ServiceName", "Description"]),
    ("CreateServiceAccessKey", &["ServiceName"]),
    ("DeleteAccount", &["AccountId"]),
    ("DeleteService", &["ServiceName"]),
    ("DeleteServiceAccessKey", &["ServiceName", "UserAccessKeyId"]),
    (
        "Explain",
        &[
            "As",
            "AskedAction",
            "AskedResource",
            "Condition.N.Key",
            "Condition.N.Value",
        ],
    ),
    ("GetAccount", &["AccountId"]),
    ("GetAuditStatus", &[]),
    ("GetKeyUsage", &["KeyId"]),
    ("GetLogin", &["UserName"]),
    ("GetService", &["ServiceName"]),
    ("ListAccounts", &[]),
    ("ListServiceAccessKeys", &["ServiceName"]),
    ("ListServices", &[]),
    ("SetPassword", &["UserName", "Password", "OriginalPassword"]),
    ("UpdateAccount", &["AccountId", "AccountName"]),
    ("UpdateLogin", &["UserName", "Status"]),
    (
        "UpdateServiceAccessKey",
        &["ServiceName", "UserAccessKeyId", "Status"],
    ),
];

pub(crate) fn listed_of(api: Api) -> Operations {
    if api == Api::Admin {
        let parameters = |names: &[&str]| {
            let pair = |name: &&str| ((*name).to_owned(), "string".to_owned());
            names.iter().map(pair).collect()
        };
        return OURS
            .map(|(action, names)| (action.to_owned(), parameters(names)))
            .into();
    }
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/alibaba/ram_operations.json"
    );
    let text = std::fs::read_to_string(PathBuf::from(file)).unwrap();
    let mut versions: BTreeMap<String, Operations> = serde_json::from_str(&text).unwrap();
    versions.remove(api.version()).unwrap()
}

#[test]
fn every_operation_on_identities_is_served_or_has_its_reason() {
    for api in APIS {
        let later = LATER
            .iter()
            .filter(|(of, _, reason)| *of == api && !reason.is_empty());
        let later: Vec<_> = later.map(|(_, name, _)| *name).collect();
        assert_eq!(later, api.not_served(), "{api:?}");
        let all: BTreeSet<_> = api.served().chain(later).map(str::to_owned).collect();
        assert_eq!(all, listed_of(api).into_keys().collect(), "{api:?}");
    }
}

/// A name of a parameter as the list has it.
fn listed(name: &str) -> String {
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
async fn every_parameter_of_identities_is_read() {
    let estate = Estate::new().await;
    let nonsense = "{\u{1}".repeat(10_000);
    for api in APIS {
        for action in api.served() {
            for parameter in listed_of(api)[action].keys() {
                let good = estate.parameters(api, action);
                let wrong = replaced(&good, sent(parameter), &nonsense);
                let answer = estate.call_with(api, action, &wrong).await;
                let refused = answer.status == 400 && answer.code().starts_with("InvalidParameter");
                assert!(refused, "{action} {parameter}: {}", answer.text);
            }
        }
    }
}

/// The call without one of its parameters, whatever its number is.
fn dropped(estate: &Estate, api: Api, action: &str, parameter: &str) -> Parameters {
    let mut parameters = estate.parameters(api, action);
    parameters.retain(|(name, _)| listed(name) != parameter);
    parameters
}

#[tokio::test]
async fn what_is_required_of_identities_is_missed() {
    let mut estate = Estate::new().await;
    for api in APIS {
        for action in api.served() {
            for (parameter, kind) in &listed_of(api)[action] {
                let parameters = dropped(&estate, api, action, parameter);
                let answer = estate.call_with(api, action, &parameters).await;
                let can_do_without = OPTIONAL
                    .iter()
                    .any(|(known, name, _)| (*known, *name) == (action, parameter));
                let required = REQUIRED.contains(&parameter.as_str()) && !can_do_without
                    || parameter.starts_with("Condition.N.");
                assert_eq!(
                    answer.code() == "MissingParameter",
                    required,
                    "{action} {parameter}: {}",
                    answer.text
                );
                assert!(!kind.ends_with('!') || required, "{action} {parameter}");
                if answer.status == 200 {
                    // It may have changed something.
                    estate = Estate::new().await;
                }
            }
        }
    }
}

#[tokio::test]
async fn nothing_else_of_identities_is_read() {
    let estate = Estate::new().await;
    for api in APIS {
        let operations = listed_of(api);
        for action in api.served() {
            for (name, _) in estate.parameters(api, action) {
                assert!(operations[action].contains_key(&listed(name)), "{action} {name}");
            }
        }
    }
}
