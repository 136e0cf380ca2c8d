//! What records note of requests and answers, under the names of the wire.
//!
//! A record keeps numbers and lengths in place of what must not be in it; those are no parameters, and go to the event's
//! additional data under the record's own names, with `request.` or `response.` in front.

use claviger_audit::view::Event;
use claviger_model::Timestamp;
use serde_json::{Map, Value};

use super::words;
use crate::answer::date;
use crate::params::marker;

/// Members of an object.
pub(super) type Fields = Map<String, Value>;

/// How a value of a record becomes one of the wire.
#[derive(Debug, Clone, Copy)]
enum As {
    Same,
    /// With its prefix.
    Alias,
    /// The name of a key in policies.
    Arn,
    /// An object as its text.
    Json,
    Word(fn(&str) -> Option<&'static str>),
    /// An algorithm, with the hash that stands beside it.
    Algorithm,
    Days,
    Seconds,
    Date,
    Unix,
    PolicyVersion,
    PolicyKind,
    Rotation,
    Marker,
    /// The number of a page, from what was skipped.
    Page,
    /// Parameters with numbers behind their name.
    Numbered,
}

/// What was asked for. What has no parameter is put with the rest.
pub(super) fn requested(record: &Event<'_>, rest: &mut Fields) -> Fields {
    let noted = object(record.request.get());
    let mut fields = Fields::new();
    for (name, value) in &noted {
        let found = request_parameter(record.operation(), name);
        let found = found.and_then(|(wire, how)| Some((wire, spelled(record, &noted, value, how)?)));
        match found {
            Some((wire, Value::Array(values))) => {
                for (index, value) in values.into_iter().enumerate() {
                    fields.insert(format!("{wire}.{}", index + 1), value);
                }
            }
            Some((wire, value)) => {
                fields.insert(wire.to_owned(), value);
            }
            // Its algorithm has it in its name.
            None if name == "hash" && fields.contains_key("Algorithm") => {}
            None => {
                rest.insert(format!("request.{name}"), value.clone());
            }
        }
    }
    if let Some(arn) = role_arn(&noted) {
        fields.insert("RoleArn".into(), arn.into());
    }
    fields
}

/// What was answered.
pub(super) fn responded(record: &Event<'_>, rest: &mut Fields) -> Fields {
    let noted = record.response.map(|raw| object(raw.get())).unwrap_or_default();
    let mut fields = Fields::new();
    for (name, value) in &noted {
        let found = response_member(record.operation(), name);
        match found.and_then(|(wire, how)| Some((wire, spelled(record, &noted, value, how)?))) {
            Some((wire, value)) => {
                fields.insert(wire.to_owned(), value);
            }
            None => {
                rest.insert(format!("response.{name}"), value.clone());
            }
        }
    }
    fields.insert("RequestId".into(), record.id.as_ref().into());
    fields
}

fn object(text: &str) -> Fields {
    serde_json::from_str(text).unwrap_or_default()
}

/// The parameter that a noted field of a request comes from.
fn request_parameter(operation: &str, field: &str) -> Option<(&'static str, As)> {
    special_parameter(operation, field)
        .or_else(|| parameter_of_keys(operation, field))
        .or_else(|| parameter_of_identities(operation, field))
}

/// Where the same field is another parameter in one operation than in the others.
fn special_parameter(operation: &str, field: &str) -> Option<(&'static str, As)> {
    Some(match (operation, field) {
        ("ReEncrypt", "key") => ("DestinationKeyId", As::Same),
        ("ReEncrypt", "alias") => ("DestinationKeyId", As::Alias),
        ("ReEncrypt", "context") => ("DestinationEncryptionContext", As::Json),
        ("CreateAlias" | "UpdateAlias" | "DeleteAlias", "alias") => ("AliasName", As::Alias),
        ("TagResources" | "UntagResources" | "ListTagResources", "key") => ("ResourceId.1", As::Same),
        ("SetDeletionProtection", "key") => ("ProtectedResourceArn", As::Arn),
        ("GetParametersForImport", "algorithm") => ("WrappingAlgorithm", As::Algorithm),
        ("UpdateCertificateStatus", "status") => ("Status", As::Word(words::certificate_status)),
        ("UpdateUser", "new_name") => ("NewUserName", As::Same),
        ("UpdateGroup", "new_name") => ("NewGroupName", As::Same),
        ("CreateRole", "document") => ("AssumeRolePolicyDocument", As::Same),
        ("UpdateRole", "document") => ("NewAssumeRolePolicyDocument", As::Same),
        ("AssumeRole", "document") => ("Policy", As::Same),
        ("UpdateRole", "max_session_seconds") => ("NewMaxSessionDuration", As::Same),
        ("GetPolicyVersion" | "DeletePolicyVersion" | "SetDefaultPolicyVersion", "version") => {
            ("VersionId", As::PolicyVersion)
        }
        ("ListKeys" | "ListAliases" | "ListAliasesByKeyId" | "ListKeyVersions", "take") => {
            ("PageSize", As::Same)
        }
        ("LookupEvents", "from") => ("StartTime", As::Date),
        ("LookupEvents", "until") => ("EndTime", As::Date),
        ("LookupEvents", "most") => ("MaxResults", As::Same),
        _ => return None,
    })
}

fn parameter_of_keys(operation: &str, field: &str) -> Option<(&'static str, As)> {
    Some(match field {
        "key" => ("KeyId", As::Same),
        "alias" => ("KeyId", As::Alias),
        // Of these, the version is inside of the ciphertext.
        "version" if !matches!(operation, "Decrypt" | "ExportDataKey") => ("KeyVersionId", As::Same),
        "context" => ("EncryptionContext", As::Json),
        "source_key" => ("SourceKeyId", As::Same),
        "source_alias" => ("SourceKeyId", As::Alias),
        "source_algorithm" => ("SourceEncryptionAlgorithm", As::Algorithm),
        "source_context" => ("SourceEncryptionContext", As::Json),
        "algorithm" => ("Algorithm", As::Algorithm),
        "export_algorithm" => ("WrappingAlgorithm", As::Algorithm),
        "wrapping_spec" => ("WrappingKeySpec", As::Word(words::spec)),
        "spec" => ("KeySpec", As::Word(words::spec)),
        "usage" => ("KeyUsage", As::Word(words::usage)),
        "origin" => ("Origin", As::Word(words::origin)),
        // Here it is not asked for.
        "protection" if operation != "CreateCertificate" => ("ProtectionLevel", As::Word(words::protection)),
        "exportable" => ("ExportablePrivateKey", As::Same),
        "data_key_bytes" => ("NumberOfBytes", As::Same),
        "window_seconds" => ("PendingWindowInDays", As::Days),
        "rotates" => ("EnableAutomaticRotation", As::Same),
        "interval_seconds" => ("RotationInterval", As::Seconds),
        "protected" => ("EnableDeletionProtection", As::Same),
        "expires" => ("KeyMaterialExpireUnix", As::Unix),
        "certificate" => ("CertificateId", As::Same),
        "subject" => ("Subject", As::Same),
        "keys" => ("ResourceId", As::Numbered),
        "all" => ("All", As::Same),
        "skip" => ("PageNumber", As::Page),
        _ => return None,
    })
}

fn parameter_of_identities(operation: &str, field: &str) -> Option<(&'static str, As)> {
    Some(match field {
        "user" => ("UserName", As::Same),
        "group" => ("GroupName", As::Same),
        "role" if operation != "AssumeRole" => ("RoleName", As::Same),
        "policy" => ("PolicyName", As::Same),
        "system" => ("PolicyType", As::PolicyKind),
        "document" => ("PolicyDocument", As::Same),
        "as_default" => ("SetAsDefault", As::Same),
        "drop_oldest" => ("RotateStrategy", As::Rotation),
        "cascade" => ("CascadingDelete", As::Same),
        "max_session_seconds" => ("MaxSessionDuration", As::Same),
        "access_key" => ("UserAccessKeyId", As::Same),
        "status" => ("Status", As::Word(words::access_key_status)),
        "after" => ("Marker", As::Marker),
        "take" if operation != "ListTagResources" => ("MaxItems", As::Same),
        "session" => ("RoleSessionName", As::Same),
        "duration_seconds" => ("DurationSeconds", As::Same),
        "service" => ("ServiceName", As::Same),
        "account" => ("AccountId", As::Same),
        "name" => ("AccountName", As::Same),
        "as" => ("As", As::Same),
        "action" => ("AskedAction", As::Same),
        "resource" => ("AskedResource", As::Same),
        _ => return None,
    })
}

/// The member of the answer that a noted field comes from.
fn response_member(operation: &str, field: &str) -> Option<(&'static str, As)> {
    Some(match (operation, field) {
        (_, "key") => ("KeyId", As::Same),
        (_, "alias") => ("AliasName", As::Alias),
        (_, "version") => ("KeyVersionId", As::Same),
        (_, "certificate") => ("CertificateId", As::Same),
        (_, "algorithm") => ("Algorithm", As::Algorithm),
        ("CertificatePublicKeyVerify", "valid") => ("SignatureValid", As::Same),
        (_, "valid") => ("Value", As::Same),
        (_, "expires") => ("TokenExpireTime", As::Date),
        (_, "user_id") => ("UserId", As::Same),
        (_, "role_id") => ("RoleId", As::Same),
        (_, "access_key") => ("AccessKeyId", As::Same),
        (_, "account") => ("AccountId", As::Same),
        (_, "allowed") => ("Allowed", As::Same),
        _ => return None,
    })
}

/// A value as the wire has it; nothing where it cannot be what it should be.
fn spelled(record: &Event<'_>, noted: &Fields, value: &Value, how: As) -> Option<Value> {
    let text = || value.as_str();
    Some(match how {
        As::Same => value.clone(),
        As::Alias => format!("alias/{}", text()?).into(),
        As::Arn => format!("acs:kms:{}:{}:key/{}", record.region, record.account, text()?).into(),
        As::Json => value.to_string().into(),
        As::Word(word) => word(text()?)?.into(),
        As::Algorithm => words::algorithm(text()?, noted.get("hash").and_then(Value::as_str))?.into(),
        As::Days => (value.as_u64()? / (24 * 60 * 60)).into(),
        As::Seconds => format!("{}s", value.as_u64()?).into(),
        As::Date => date(text()?.parse().ok()?).into(),
        As::Unix => text()?.parse::<Timestamp>().ok()?.as_second().into(),
        As::PolicyVersion => format!("v{}", value.as_u64()?).into(),
        As::PolicyKind => (if value.as_bool()? { "System" } else { "Custom" }).into(),
        As::Rotation => (if value.as_bool()? {
            "DeleteOldestNonDefaultVersionWhenLimitExceeded"
        } else {
            "None"
        })
        .into(),
        As::Marker => marker(text()?).into(),
        As::Page => (value.as_u64()?.checked_div(noted.get("take")?.as_u64()?)? + 1).into(),
        As::Numbered => value.as_array()?.clone().into(),
    })
}

/// A role that is taken is named by its ARN.
fn role_arn(noted: &Fields) -> Option<String> {
    let text = |name: &str| noted.get(name).and_then(Value::as_str);
    Some(format!(
        "acs:ram::{}:role/{}",
        text("role_account")?,
        text("role")?
    ))
}
