//! Statements and all of their members but principals and conditions.

use claviger_model::Language;

use super::{Kind, action_name, conditions, principals};
use crate::languages::elements::{effect, either, pattern, sid};
use crate::languages::json::{Members, Node};
use crate::languages::{Place, PolicyError};
use crate::pattern::{Case, Pattern};
use crate::policy::{ActionSet, Selector, Statement};

/// A statement and the known actions that it is about.
pub(super) fn read(node: &Node<'_>, kind: Kind) -> Result<(Statement, ActionSet), PolicyError> {
    let members = node.object()?;
    members.only(kind.members())?;
    let actions = actions(&members, kind)?;
    let known = ActionSet::of(|action| action_name(action).is_some_and(|name| actions.selects(name)));
    let statement = Statement {
        language: Language::Ram,
        sid: sid(&members)?,
        effect: effect(&members)?,
        principals: match kind {
            Kind::Identity => None,
            Kind::Key | Kind::Trust => Some(principals::read(&members.need("Principal")?, kind)?),
        },
        actions,
        resources: resources(&members, kind)?,
        conditions: match members.find("Condition") {
            Some(node) => conditions::read(&node)?,
            None => Box::default(),
        },
    };
    Ok((statement, known))
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

fn prefixed(text: &str, prefix: &str) -> bool {
    let start = text.get(..prefix.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
