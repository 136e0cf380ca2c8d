//! Operators and keys of conditions.
//!
//! SOURCE: RAM, "Conditional operators"; KMS, "Policy condition keys"; STS, AssumeRole, `ExternalId` (read 2026-11-22). The prefixes, the suffix
//! `IfExists` and `Null` are as on comparable platforms.

use crate::condition::{Comparison, Condition};
use crate::context::Key;
use crate::languages::conditions::{self, Class, Operator, Tagged};
use crate::languages::json::Node;
use crate::languages::{Place, PolicyError};

/// Name, what it compares, whether it is negated.
const OPERATORS: &[Operator] = &[
    ("StringEquals", Class::Text, false),
    ("StringNotEquals", Class::Text, true),
    ("StringEqualsIgnoreCase", Class::Folded, false),
    ("StringNotEqualsIgnoreCase", Class::Folded, true),
    ("StringLike", Class::Like, false),
    ("StringNotLike", Class::Like, true),
    ("NumericEquals", Class::Number(Comparison::Equal), false),
    ("NumericNotEquals", Class::Number(Comparison::Equal), true),
    ("NumericLessThan", Class::Number(Comparison::Less), false),
    (
        "NumericLessThanEquals",
        Class::Number(Comparison::LessOrEqual),
        false,
    ),
    ("NumericGreaterThan", Class::Number(Comparison::Greater), false),
    (
        "NumericGreaterThanEquals",
        Class::Number(Comparison::GreaterOrEqual),
        false,
    ),
    ("DateEquals", Class::Time(Comparison::Equal), false),
    ("DateNotEquals", Class::Time(Comparison::Equal), true),
    ("DateLessThan", Class::Time(Comparison::Less), false),
    ("DateLessThanEquals", Class::Time(Comparison::LessOrEqual), false),
    ("DateGreaterThan", Class::Time(Comparison::Greater), false),
    (
        "DateGreaterThanEquals",
        Class::Time(Comparison::GreaterOrEqual),
        false,
    ),
    ("Bool", Class::Bool, false),
    ("IpAddress", Class::Address, false),
    ("NotIpAddress", Class::Address, true),
];

pub(super) fn read(node: &Node<'_>) -> Result<Box<[Condition]>, PolicyError> {
    conditions::read(node, OPERATORS, read_key)
}

/// Keys whose name is all there is to them.
const PLAIN_KEYS: &[(&str, Key)] = &[
    ("acs:CurrentTime", Key::CurrentTime),
    ("acs:SourceIp", Key::SourceAddress),
    ("acs:SecureTransport", Key::SecureTransport),
    ("acs:MFAPresent", Key::MfaPresent),
    ("acs:PrincipalARN", Key::Principal),
    ("acs:TagKeys", Key::TagKeys),
    ("kms:EncryptionAlgorithm", Key::EncryptionAlgorithm),
    ("sts:ExternalId", Key::ExternalId),
];

/// Keys that a tag's key follows.
const TAG_KEYS: &[(&str, Tagged)] = &[
    ("kms:tag/", Key::KeyTag),
    ("acs:ResourceTag/", Key::ResourceTag),
    ("acs:RequestTag/", Key::RequestTag),
];

/// Names of keys have no cases. One that is not known is kept by name: what is missing from a request has its rules.
pub(in crate::languages) fn read_key(place: &Place, text: &str) -> Result<Key, PolicyError> {
    if let Some(key) = conditions::find_key(text, PLAIN_KEYS, TAG_KEYS) {
        return Ok(key);
    }
    match text.split_once(':') {
        Some((service, name)) if !service.is_empty() && !name.is_empty() => Ok(Key::Further(text.into())),
        _ => Err(place.value(text, "a condition key such as `acs:SourceIp`")),
    }
}
