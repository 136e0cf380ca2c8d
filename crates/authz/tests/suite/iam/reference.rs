//! A second reading of the rules, straight from the JSON: slow, part by part, and nothing shared with the compiled one.

use claviger_model::Action;
use serde_json::Value;

use crate::reference::{Keys, holds, like, texts};

/// A request in plain words.
#[derive(Debug)]
pub(super) struct Plain {
    pub(super) action: Action,
    pub(super) resource: String,
    pub(super) keys: Keys,
}

pub(super) fn outcome(policies: &[Value], request: &Plain) -> &'static str {
    let mut effects = Vec::new();
    for policy in policies {
        let version = policy["Version"].as_str().unwrap();
        for statement in policy["Statement"].as_array().unwrap() {
            if applies(version, statement, request) {
                effects.push(statement["Effect"].as_str().unwrap());
            }
        }
    }
    if effects.contains(&"Deny") {
        "explicit deny"
    } else if effects.contains(&"Allow") {
        "allow"
    } else {
        "implicit deny"
    }
}

fn applies(version: &str, statement: &Value, request: &Plain) -> bool {
    let named = |list: &Value| texts(list).iter().any(|one| means(version, one, request.action));
    let action = match statement.get("Action") {
        Some(list) => named(list),
        None => !named(&statement["NotAction"]),
    };
    let within = |list: &Value| texts(list).iter().any(|one| covers(one, &request.resource));
    let resource = match (statement.get("Resource"), statement.get("NotResource")) {
        (Some(list), _) => within(list),
        (_, Some(list)) => !within(list),
        (None, None) => true,
    };
    let conditions = statement.get("Condition");
    action && resource && conditions.is_none_or(|blocks| holds(&other_words(blocks), &request.keys))
}

/// The first name and the others.
fn names(action: Action) -> (&'static str, &'static [&'static str]) {
    match action {
        Action::Encrypt => ("kms:cmk:crypto", &["kms:cmk:encryptdata", "kms:cmk:encrypt"]),
        Action::Decrypt => ("kms:cmk:crypto", &["kms:cmk:decryptdata", "kms:cmk:decrypt"]),
        Action::GenerateDataKey => ("kms:dek:create", &["kms:cmk:createdatakey"]),
        Action::DisableKey => ("kms:cmk:disable", &[]),
        other => panic!("{other:?}"),
    }
}

fn means(version: &str, pattern: &str, action: Action) -> bool {
    let (first, others) = names(action);
    let pattern = pattern.to_lowercase();
    let own_only = pattern.contains('*') && version != "5.0";
    parts(&pattern, first) || !own_only && others.iter().any(|name| parts(&pattern, name))
}

fn covers(pattern: &str, name: &str) -> bool {
    let filled: Vec<_> = pattern
        .splitn(5, ':')
        .map(|part| if part.is_empty() { "*" } else { part })
        .collect();
    pattern == "*" || parts(&filled.join(":"), name)
}

/// Each part by itself.
fn parts(pattern: &str, name: &str) -> bool {
    let (patterns, names): (Vec<_>, Vec<_>) = (pattern.split(':').collect(), name.split(':').collect());
    let alike = || {
        patterns
            .iter()
            .zip(&names)
            .all(|(pattern, name)| like(pattern, name))
    };
    pattern == "*" || patterns.len() == names.len() && alike()
}

/// The operators as the other reference knows them.
fn other_words(blocks: &Value) -> Value {
    let blocks = blocks.as_object().unwrap().iter();
    blocks
        .map(|(operator, block)| {
            let operator = operator.replace("Number", "Numeric").replace("Match", "Like");
            (operator, block.clone())
        })
        .collect()
}
