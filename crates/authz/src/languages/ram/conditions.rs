//! Operators and keys of conditions.
//!
//! SOURCE: RAM, "Conditional operators"; KMS, "Policy condition keys"; STS, AssumeRole, `ExternalId` (read 2026-11-22). The prefixes, the suffix
//! `IfExists` and `Null` are as on comparable platforms.

use super::statements::pattern;
use crate::condition::{Check, Comparison, Condition, Folded, Over, Test};
use crate::context::Key;
use crate::languages::json::Node;
use crate::languages::{Fault, Place, PolicyError};
use crate::pattern::Case;
use crate::value::{Network, Number, parse_bool, parse_time};

/// What an operator compares.
#[derive(Debug, Clone, Copy)]
enum Class {
    Text,
    Folded,
    Like,
    Number(Comparison),
    Time(Comparison),
    Bool,
    Address,
}

/// Name, what it compares, whether it is negated.
const OPERATORS: &[(&str, Class, bool)] = &[
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

/// An operator block may not be empty, the whole may: the vendor's own editor writes it so.
pub(super) fn read(node: &Node<'_>) -> Result<Box<[Condition]>, PolicyError> {
    let mut conditions = Vec::new();
    for (name, block) in node.object()?.all() {
        for (key, values) in block.object()?.some()?.all() {
            conditions.push(Condition {
                key: read_key(&values.place, key)?,
                check: check(&block.place, name, &values)?,
            });
        }
    }
    Ok(conditions.into())
}

fn check(block: &Place, operator: &str, values: &Node<'_>) -> Result<Check, PolicyError> {
    if operator == "Null" {
        let listed = values.texts(|place, text| read_value(place, text, "`true` or `false`", parse_bool))?;
        return Ok(Check::Presence {
            present: listed.contains(&false),
            absent: listed.contains(&true),
        });
    }
    let (over, rest) = match operator.split_once(':') {
        None => (Over::Single, operator),
        Some(("ForAnyValue", rest)) => (Over::Any, rest),
        Some(("ForAllValues", rest)) => (Over::All, rest),
        Some(_) => return Err(block.fault(Fault::Operator)),
    };
    let (name, if_exists) = match rest.strip_suffix("IfExists") {
        Some(name) => (name, true),
        None => (rest, false),
    };
    let found = OPERATORS.iter().find(|(other, ..)| *other == name);
    let (_, class, negated) = found.ok_or_else(|| block.fault(Fault::Operator))?;
    Ok(Check::Values {
        test: test(*class, values)?,
        negated: *negated,
        over,
        if_exists,
    })
}

fn test(class: Class, values: &Node<'_>) -> Result<Test, PolicyError> {
    let time = "a date such as `2030-01-01T00:00:00Z`";
    Ok(match class {
        Class::Text => Test::Text(values.texts(|_, text| Ok(text.into()))?),
        Class::Folded => Test::Folded(values.texts(|_, text| Ok(Folded::new(text)))?),
        Class::Like => Test::Like(values.texts(|place, text| pattern(place, text, Case::Matters))?),
        Class::Number(comparison) => Test::Number(
            comparison,
            values.texts(|place, text| read_value(place, text, "a decimal number", Number::parse))?,
        ),
        Class::Time(comparison) => Test::Time(
            comparison,
            values.texts(|place, text| read_value(place, text, time, parse_time))?,
        ),
        Class::Bool => {
            Test::Bool(values.texts(|place, text| read_value(place, text, "`true` or `false`", parse_bool))?)
        }
        Class::Address => {
            let expected = "an address or a block such as `10.0.0.0/8`";
            Test::Address(values.texts(|place, text| read_value(place, text, expected, Network::parse))?)
        }
    })
}

pub(super) fn read_value<T>(
    place: &Place,
    text: &str,
    expected: &'static str,
    parse: fn(&str) -> Option<T>,
) -> Result<T, PolicyError> {
    parse(text).ok_or_else(|| place.value(text, expected))
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

/// A function that makes a key of the rest of its name.
type Tagged = fn(Box<str>) -> Key;

/// Keys that a tag's key follows.
const TAG_KEYS: &[(&str, Tagged)] = &[
    ("kms:tag/", Key::KeyTag),
    ("acs:ResourceTag/", Key::ResourceTag),
    ("acs:RequestTag/", Key::RequestTag),
];

/// Names of keys have no cases. One that is not known is kept by name: what is missing from a request has its rules.
pub(super) fn read_key(place: &Place, text: &str) -> Result<Key, PolicyError> {
    if let Some((_, key)) = PLAIN_KEYS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
    {
        return Ok(key.clone());
    }
    for (prefix, tagged) in TAG_KEYS {
        match text.split_at_checked(prefix.len()) {
            Some((start, tag)) if start.eq_ignore_ascii_case(prefix) && !tag.is_empty() => {
                return Ok(tagged(tag.into()));
            }
            _ => {}
        }
    }
    match text.split_once(':') {
        Some((service, name)) if !service.is_empty() && !name.is_empty() => Ok(Key::Further(text.into())),
        _ => Err(place.value(text, "a condition key such as `acs:SourceIp`")),
    }
}
