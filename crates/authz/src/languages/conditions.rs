//! What the languages' conditions have in common: operators over keys over values, the prefixes, the suffix
//! `IfExists`, and `Null`. Which operators and keys there are each language says itself.

use super::elements::pattern;
use super::json::Node;
use super::{Fault, Place, PolicyError};
use crate::condition::{Check, Comparison, Condition, Folded, Over, Test};
use crate::context::Key;
use crate::pattern::Case;
use crate::value::{Network, Number, parse_bool, parse_time};

/// What an operator compares.
#[derive(Debug, Clone, Copy)]
pub(super) enum Class {
    Text,
    Folded,
    Like,
    Start,
    End,
    Number(Comparison),
    Time(Comparison),
    Bool,
    Address,
}

/// Name, what it compares, whether it is negated.
pub(super) type Operator = (&'static str, Class, bool);

/// Finds a key by its name.
pub(super) type ReadKey = fn(&Place, &str) -> Result<Key, PolicyError>;

/// An operator block may not be empty, the whole may: the vendors' own editors write it so.
pub(super) fn read(
    node: &Node<'_>,
    operators: &[Operator],
    read_key: ReadKey,
) -> Result<Box<[Condition]>, PolicyError> {
    let mut conditions = Vec::new();
    for (name, block) in node.object()?.all() {
        for (key, values) in block.object()?.some()?.all() {
            conditions.push(Condition {
                key: read_key(&values.place, key)?,
                check: check(&block.place, operators, name, &values)?,
            });
        }
    }
    Ok(conditions.into())
}

fn check(
    block: &Place,
    operators: &[Operator],
    operator: &str,
    values: &Node<'_>,
) -> Result<Check, PolicyError> {
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
    let found = operators.iter().find(|(other, ..)| *other == name);
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
        Class::Start => Test::Start(values.texts(|_, text| Ok(text.into()))?),
        Class::End => Test::End(values.texts(|_, text| Ok(text.into()))?),
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

/// A function that makes a key of the rest of its name.
pub(super) type Tagged = fn(Box<str>) -> Key;

/// A key whose name is all there is to it, or one that a tag's key follows. Names of keys have no cases.
pub(super) fn find_key(text: &str, plain: &[(&str, Key)], tagged: &[(&str, Tagged)]) -> Option<Key> {
    let alike = |(name, _): &&(&str, Key)| name.eq_ignore_ascii_case(text);
    let with_tag = |(prefix, make): &(&str, Tagged)| match text.split_at_checked(prefix.len()) {
        Some((start, tag)) if start.eq_ignore_ascii_case(prefix) && !tag.is_empty() => Some(make(tag.into())),
        _ => None,
    };
    let plain = plain.iter().find(alike).map(|(_, key)| key.clone());
    plain.or_else(|| tagged.iter().find_map(with_tag))
}
