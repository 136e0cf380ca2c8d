//! Operators and keys of conditions.
//!
//! SOURCE: IAM user guide, "Policy Syntax" (global condition keys); Organizations user guide, "SCP Syntax" (operators); KMS
//! API, "Actions Supported by Identity Policy-based Authorization" (keys of that service); read 2026-11-22. That beginnings and ends of text are compared with their cases is our choice: `StringEquals` is.

use super::CONDITION_LIMIT;
use crate::condition::{Comparison, Condition};
use crate::context::Key;
use crate::languages::conditions::{self, Class, Operator, Tagged};
use crate::languages::json::Node;
use crate::languages::{Fault, Place, PolicyError};

const OPERATORS: &[Operator] = &[
    ("StringEquals", Class::Text, false),
    ("StringNotEquals", Class::Text, true),
    ("StringEqualsIgnoreCase", Class::Folded, false),
    ("StringNotEqualsIgnoreCase", Class::Folded, true),
    ("StringMatch", Class::Like, false),
    ("StringNotMatch", Class::Like, true),
    ("StringStartWith", Class::Start, false),
    ("StringNotStartWith", Class::Start, true),
    ("StringEndWith", Class::End, false),
    ("StringNotEndWith", Class::End, true),
    ("NumberEquals", Class::Number(Comparison::Equal), false),
    ("NumberNotEquals", Class::Number(Comparison::Equal), true),
    ("NumberLessThan", Class::Number(Comparison::Less), false),
    (
        "NumberLessThanEquals",
        Class::Number(Comparison::LessOrEqual),
        false,
    ),
    ("NumberGreaterThan", Class::Number(Comparison::Greater), false),
    (
        "NumberGreaterThanEquals",
        Class::Number(Comparison::GreaterOrEqual),
        false,
    ),
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
    let conditions = conditions::read(node, OPERATORS, read_key)?;
    if conditions.len() > CONDITION_LIMIT {
        return Err(node.place.fault(Fault::TooMany(CONDITION_LIMIT)));
    }
    Ok(conditions)
}

/// Keys whose name is all there is to them. A project is an account in a region, and called like the region. There is one
/// enterprise project, the vendor's default one.
const PLAIN_KEYS: &[(&str, Key)] = &[
    ("g:CurrentTime", Key::CurrentTime),
    ("g:SourceIp", Key::SourceAddress),
    ("g:MFAPresent", Key::MfaPresent),
    ("g:DomainName", Key::AccountName),
    ("g:UserId", Key::UserId),
    ("g:UserName", Key::UserName),
    ("g:PrincipalUrn", Key::Urn),
    ("g:ProjectName", Key::Region),
    ("g:ServiceName", Key::Service),
    ("g:EnterpriseProjectId", Key::Fixed("0")),
    ("g:TagKeys", Key::TagKeys),
    ("kms:KeyOrigin", Key::KeyOrigin),
    ("kms:KeySpec", Key::KeySpec),
    ("kms:KeyUsage", Key::KeyUsage),
];

/// Keys that a tag's key follows.
const TAG_KEYS: &[(&str, Tagged)] = &[
    ("g:ResourceTag/", Key::ResourceTag),
    ("g:RequestTag/", Key::RequestTag),
];

/// Names of keys have no cases. A key of a service that is not known is kept by name: what is missing from a request has
/// its rules. The global ones are all known; another is a mistake, or a promise that cannot be kept.
pub(in crate::languages) fn read_key(place: &Place, text: &str) -> Result<Key, PolicyError> {
    if let Some(key) = conditions::find_key(text, PLAIN_KEYS, TAG_KEYS) {
        return Ok(key);
    }
    let further = match text.split_once(':') {
        // Nobody shows a second factor here, so its age is never there.
        Some((service, name)) if service.eq_ignore_ascii_case("g") => name.eq_ignore_ascii_case("MFAAge"),
        Some((service, name)) => !service.is_empty() && !name.is_empty(),
        None => false,
    };
    if further {
        Ok(Key::Further(text.into()))
    } else {
        Err(place.value(text, "a condition key such as `g:UserName`"))
    }
}
