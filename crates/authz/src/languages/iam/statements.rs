//! Statements and all of their members but resources and conditions.

use claviger_model::Language;

use super::{ACTION_LIMIT, RESOURCE_LIMIT, Version, action_names, conditions, resources};
use crate::languages::elements::{effect, either, pattern, sid};
use crate::languages::json::{Members, Node};
use crate::languages::{Place, PolicyError};
use crate::pattern::{Case, Pattern};
use crate::policy::{ActionSet, Selector, Statement};

/// A statement and the known actions that it is about.
pub(super) fn read(node: &Node<'_>, version: Version) -> Result<(Statement, ActionSet), PolicyError> {
    let members = node.object()?;
    members.only(version.elements())?;
    for (name, limit) in [
        ("Action", ACTION_LIMIT),
        ("NotAction", ACTION_LIMIT),
        ("Resource", RESOURCE_LIMIT),
        ("NotResource", RESOURCE_LIMIT),
    ] {
        members.find(name).map_or(Ok(()), |node| node.at_most(limit))?;
    }
    let actions = actions(&members, version)?;
    let known = known(&actions, version);
    let statement = Statement {
        language: Language::Iam,
        sid: sid(&members)?,
        effect: effect(&members)?,
        principals: None,
        actions,
        resources: resources(&members)?,
        conditions: match members.find("Condition") {
            Some(node) => conditions::read(&node)?,
            None => Box::default(),
        },
    };
    Ok((statement, known))
}

impl Version {
    fn elements(self) -> &'static [&'static str] {
        match self {
            Self::Role | Self::Policy => &["Effect", "Action", "Resource", "Condition"],
            Self::Identity => &[
                "Sid",
                "Effect",
                "Action",
                "NotAction",
                "Resource",
                "NotResource",
                "Condition",
            ],
        }
    }
}

fn actions(members: &Members<'_>, version: Version) -> Result<Selector, PolicyError> {
    match version {
        Version::Role | Version::Policy => members.need("Action")?.texts(action).map(Selector::Only),
        Version::Identity => either(members, "Action", "NotAction", action),
    }
}

/// Without a word about resources a statement is about all.
fn resources(members: &Members<'_>) -> Result<Selector, PolicyError> {
    match (members.find("Resource"), members.find("NotResource")) {
        (None, None) => Ok(Selector::everything()),
        _ => either(members, "Resource", "NotResource", resources::read),
    }
}

/// `<service>:<type>:<operation>` with `*` in any of them, or `*` for all. Cases are the same: the vendor wants services
/// in lower case, and writes its own roles in upper case. A type may be empty, as in `kms::generateRandom`.
fn action(place: &Place, text: &str) -> Result<Pattern, PolicyError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"*-_.".contains(&byte);
    let mut parts = text.split(':');
    let three = [parts.next(), parts.next(), parts.next(), parts.next()];
    let right = match three {
        [Some(service), Some(kind), Some(operation), None] => {
            let whole = [service, kind, operation];
            let named = !service.is_empty() && !operation.is_empty();
            named && whole.iter().all(|part| part.bytes().all(fits))
        }
        _ => text == "*",
    };
    if right {
        pattern(place, text, Case::Ignored)
    } else {
        let expected = "an action such as `kms:cmk:get`, `kms:*:list` or `*:*:*`";
        Err(place.value(text, expected))
    }
}

/// The actions that are meant.
///
/// All names of an action are understood. But where a version has types of its own for some actions (`kms:dek:*`), a
/// wildcard must not reach them by a name that another version has for them (`kms:cmk:createDataKey`): it would give
/// rights that nobody wrote down. So patterns of roles and policies are compared with the first names only.
fn known(actions: &Selector, version: Version) -> ActionSet {
    let means = |pattern: &Pattern, names: &[&str]| {
        let wide = pattern.as_str().contains('*') && version != Version::Identity;
        let among = if wide {
            names.get(..1).unwrap_or(names)
        } else {
            names
        };
        among.iter().any(|name| pattern.matches(name))
    };
    ActionSet::of(|action| {
        let names = action_names(action);
        let listed = |patterns: &[Pattern]| patterns.iter().any(|pattern| means(pattern, names));
        match actions {
            Selector::Only(patterns) => listed(patterns),
            Selector::Except(patterns) => !names.is_empty() && !listed(patterns),
        }
    })
}
