//! What would be decided about a call, and by which statements.
//!
//! `As` is `root`, `user/<name>`, `role/<name>/<session>` or `service/<name>` of the caller's account. Further facts of the
//! call are `Condition.N.Key` and `Condition.N.Value`; a key with several values is given several times.

use claviger_service::ops::explain as core;

use crate::answer::Answer;
use crate::error::WireError;
use crate::params::Fault;
use crate::params::parameter::{AS, ASKED_ACTION, ASKED_RESOURCE, CONDITION, Parameter};
use crate::row::{Input, WireOp};

/// Most conditions of a question.
const CONDITION_LIMIT: usize = 100;
/// Longest action, resource, or key or value of a condition, in bytes.
const TEXT_LIMIT: usize = 2048;

pub(super) struct Explain;

impl WireOp for Explain {
    type Op = core::ExplainDecision;

    fn decode(input: &Input<'_>) -> Result<core::ExplainDecision, Fault> {
        Ok(core::ExplainDecision {
            account: input.scope.account,
            as_who: who(input.required(AS.name)?).ok_or_else(|| AS.format())?,
            action: text(input, ASKED_ACTION)?,
            resource: text(input, ASKED_RESOURCE)?,
            conditions: conditions(input)?,
        })
    }

    fn encode(_: &Input<'_>, explained: core::Explained, answer: &mut Answer) {
        answer.boolean("Allowed", explained.allowed);
        answer.boolean("Explicit", explained.explicit);
        answer.text("Reason", &explained.reason);
        let statements = &explained.statements;
        answer.list(
            "MatchedStatements",
            "MatchedStatement",
            statements,
            |answer, one| {
                answer.text("Policy", &one.policy);
                answer.number("Statement", u64::try_from(one.statement).unwrap_or(u64::MAX));
                answer.text("Effect", if one.allows { "Allow" } else { "Deny" });
                answer.boolean("Decides", one.decides);
            },
        );
    }
}

fn who(text: &str) -> Option<core::Who> {
    if text == "root" {
        return Some(core::Who::Root);
    }
    let (kind, name) = text.split_once('/')?;
    Some(match kind {
        "user" => core::Who::User(name.parse().ok()?),
        "service" => core::Who::Service(name.parse().ok()?),
        "role" => {
            let (role, session) = name.split_once('/')?;
            core::Who::Role(role.parse().ok()?, session.parse().ok()?)
        }
        _ => return None,
    })
}

fn text(input: &Input<'_>, parameter: Parameter) -> Result<String, WireError> {
    let text = input.required(parameter.name)?;
    if text.len() > TEXT_LIMIT {
        return Err(parameter.length());
    }
    Ok(text.to_owned())
}

/// The facts by their keys, in the order of the request.
fn conditions(input: &Input<'_>) -> Result<Vec<(String, Vec<String>)>, WireError> {
    let mut facts: Vec<(String, Vec<String>)> = Vec::new();
    let pairs = input.numbered_pairs(CONDITION.name, ("Key", "Value"), CONDITION_LIMIT);
    for pair in pairs.map_err(|_| CONDITION.format())? {
        let missing = |field| WireError::missing(&format!("{}.{}.{field}", CONDITION.name, pair.number));
        let key = pair.key.ok_or_else(|| missing("Key"))?;
        let value = pair.value.ok_or_else(|| missing("Value"))?;
        if key.len() > TEXT_LIMIT || value.len() > TEXT_LIMIT {
            return Err(CONDITION.length());
        }
        match facts.iter_mut().find(|(known, _)| known == key) {
            Some((_, values)) => values.push(value.to_owned()),
            None => facts.push((key.to_owned(), vec![value.to_owned()])),
        }
    }
    Ok(facts)
}
