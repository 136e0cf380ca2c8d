//! Statements and all of their members but principals and conditions.

use super::{Kind, action_name, conditions, principals};
use crate::languages::json::{Members, Node};
use crate::languages::{Fault, Place, PolicyError};
use crate::pattern::{Case, Pattern};
use crate::policy::{ActionSet, Effect, Selector, Statement};

/// Longest name of a statement.
const SID_LIMIT: usize = 128;

pub(super) fn read(node: &Node<'_>, kind: Kind) -> Result<Statement, PolicyError> {
    let members = node.object()?;
    members.only(kind.members())?;
    let actions = actions(&members, kind)?;
    Ok(Statement {
        sid: sid(&members)?,
        effect: effect(&members)?,
        principals: match kind {
            Kind::Identity => None,
            Kind::Key | Kind::Trust => Some(principals::read(&members.need("Principal")?, kind)?),
        },
        known: ActionSet::of(|action| action_name(action).is_some_and(|name| actions.selects(name))),
        actions,
        resources: resources(&members, kind)?,
        conditions: match members.find("Condition") {
            Some(node) => conditions::read(&node)?,
            None => Box::default(),
        },
    })
}

impl Kind {
    fn members(self) -> &'static [&'static str] {
        match self {
            Self::Identity => &[
                "Sid",
                "Effect",
                "Action",
                "NotAction",
                "Resource",
                "NotResource",
                "Condition",
            ],
            Self::Key => &["Sid", "Effect", "Principal", "Action", "Resource", "Condition"],
            Self::Trust => &["Sid", "Effect", "Principal", "Action", "Condition"],
        }
    }
}

/// The vendor's grammar has no spaces, its samples have.
fn sid(members: &Members<'_>) -> Result<Option<Box<str>>, PolicyError> {
    let Some(node) = members.find("Sid") else {
        return Ok(None);
    };
    let text = node.text()?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_/+=.@- ".contains(&byte);
    if text.len() > SID_LIMIT || !text.bytes().all(fits) {
        let expected = "at most 128 letters, digits, spaces and `_/+=.@-`";
        return Err(node.place.value(text, expected));
    }
    Ok(Some(text.into()))
}

fn effect(members: &Members<'_>) -> Result<Effect, PolicyError> {
    let node = members.need("Effect")?;
    match node.text()? {
        "Allow" => Ok(Effect::Allow),
        "Deny" => Ok(Effect::Deny),
        other => Err(node.place.value(other, "`Allow` or `Deny`")),
    }
}

fn actions(members: &Members<'_>, kind: Kind) -> Result<Selector, PolicyError> {
    match kind {
        Kind::Identity => either(members, "Action", "NotAction", action),
        Kind::Key => {
            let of_keys = |place: &Place, text: &str| {
                if prefixed(text, "kms:") {
                    action(place, text)
                } else {
                    Err(place.value(text, "an action that begins with `kms:`"))
                }
            };
            members.need("Action")?.texts(of_keys).map(Selector::Only)
        }
        Kind::Trust => {
            let taking = |place: &Place, text: &str| {
                if text.eq_ignore_ascii_case("sts:AssumeRole") {
                    action(place, text)
                } else {
                    Err(place.value(text, "the action `sts:AssumeRole`"))
                }
            };
            members.need("Action")?.texts(taking).map(Selector::Only)
        }
    }
}

fn resources(members: &Members<'_>, kind: Kind) -> Result<Selector, PolicyError> {
    match kind {
        Kind::Identity => either(members, "Resource", "NotResource", resource),
        Kind::Key => {
            let own = |place: &Place, text: &str| match text {
                "*" => Ok(Pattern::anything()),
                other => Err(place.value(other, "`*`, which means the key itself")),
            };
            members.need("Resource")?.texts(own).map(Selector::Only)
        }
        Kind::Trust => Ok(Selector::everything()),
    }
}

/// What is selected by one of two members.
fn either(
    members: &Members<'_>,
    only: &'static str,
    except: &'static str,
    make: fn(&Place, &str) -> Result<Pattern, PolicyError>,
) -> Result<Selector, PolicyError> {
    match (members.find(only), members.find(except)) {
        (Some(node), None) => node.texts(make).map(Selector::Only),
        (None, Some(node)) => node.texts(make).map(Selector::Except),
        _ => Err(members.place.fault(Fault::Either(only, except))),
    }
}

/// `<service>:<operation>`, or `*` for all. Cases are the same.
fn action(place: &Place, text: &str) -> Result<Pattern, PolicyError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"*?-_./".contains(&byte);
    let named = |part: &str| !part.is_empty() && part.bytes().all(fits);
    let right = match text.split_once(':') {
        Some((service, operation)) => named(service) && named(operation),
        None => text == "*",
    };
    if right {
        pattern(place, text, Case::Ignored)
    } else {
        Err(place.value(text, "an action such as `kms:Decrypt`, `kms:List*` or `*`"))
    }
}

/// `acs:<service>:<region>:<account>:<relative-id>` with wildcards anywhere, matched as one text. The vendor does not
/// say whether a wildcard may span segments; its samples need that it may.
fn resource(place: &Place, text: &str) -> Result<Pattern, PolicyError> {
    let begin = text.split(':').next().unwrap_or_default();
    let right = begin == "acs" && text.len() > 4 || begin.contains(['*', '?']);
    if right && !text.contains(|c: char| c.is_control() || c.is_whitespace()) {
        pattern(place, text, Case::Matters)
    } else {
        let expected = "a resource such as `acs:kms:*:*:key/*` or `*`";
        Err(place.value(text, expected))
    }
}

pub(super) fn pattern(place: &Place, text: &str, case: Case) -> Result<Pattern, PolicyError> {
    Pattern::compile(text, case).map_err(|error| place.fault(error.into()))
}

fn prefixed(text: &str, prefix: &str) -> bool {
    let start = text.get(..prefix.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
