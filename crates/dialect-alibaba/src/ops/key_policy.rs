//! SOURCE: KMS API reference, SetKeyPolicy, GetKeyPolicy; "Overview of key policies" (read 2026-11-22): a key has one
//! policy, called `default`, a JSON text of at most 32768 bytes. The vendor offers it for keys in instances only; here
//! every key has one.

use std::fmt;
use std::marker::PhantomData;

use claviger_model::{AccountId, Change};
use claviger_service::ops::key as core;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};

use super::{Input, WireOp};
use crate::answer::Answer;
use crate::error::WireError;
use crate::params::Fault;

/// Longest policy, in bytes.
const POLICY_LIMIT: usize = 32768;
/// Longest name of a statement.
const SID_LIMIT: usize = 128;

pub(super) struct SetKeyPolicy;
pub(super) struct GetKeyPolicy;

impl WireOp for SetKeyPolicy {
    type Op = core::SetKeyPolicy;

    fn decode(input: &Input<'_>) -> Result<core::SetKeyPolicy, Fault> {
        let key = input.key_by_id("KeyId")?;
        check_name(input)?;
        let policy = policy(input.required("Policy")?)?;
        Ok(core::SetKeyPolicy { key, policy })
    }

    fn encode(_: &Input<'_>, _: Change<()>, _: &mut Answer) {}
}

impl WireOp for GetKeyPolicy {
    type Op = core::GetKeyPolicy;

    fn decode(input: &Input<'_>) -> Result<core::GetKeyPolicy, Fault> {
        check_name(input)?;
        Ok(core::GetKeyPolicy {
            key: input.key_by_id("KeyId")?,
        })
    }

    fn encode(_: &Input<'_>, output: core::KeyPolicy, answer: &mut Answer) {
        match output.policy {
            Some(policy) => answer.text("Policy", &policy),
            None => answer.text("Policy", &default_policy(output.scope.account)),
        }
    }
}

fn check_name(input: &Input<'_>) -> Result<(), WireError> {
    match input.optional("PolicyName") {
        None | Some("default") => Ok(()),
        Some(_) => Err(WireError::invalid("PolicyName")),
    }
}

/// What a key has whose owner set none, in the vendor's words: the account leaves the rest to the policies of its users.
fn default_policy(account: AccountId) -> String {
    let statement = format!(
        r#"{{"Action":["kms:*"],"Effect":"Allow","Principal":{{"RAM":["acs:ram::{account}:*"]}},"Resource":["*"],"Sid":"kms default key policy"}}"#
    );
    format!(r#"{{"Statement":[{statement}],"Version":"1"}}"#)
}

/// The text of a policy that is well-formed. It is kept as it came.
pub(super) fn policy(text: &str) -> Result<String, WireError> {
    let invalid = || WireError::invalid("Policy");
    if text.len() > POLICY_LIMIT {
        return Err(invalid());
    }
    let policy: Policy = serde_json::from_str(text).map_err(|_| invalid())?;
    if policy.is_right() {
        Ok(text.to_owned())
    } else {
        Err(invalid())
    }
}

/// Elements that are not known are refused: a policy must not mean less than its author thinks.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Policy {
    version: String,
    statement: Vec<Statement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Statement {
    sid: Option<String>,
    #[expect(dead_code, reason = "read to be refused where it is malformed")]
    effect: Effect,
    principal: Principal,
    action: OneOrMore,
    resource: OneOrMore,
    #[expect(dead_code, reason = "read to be refused where it is malformed")]
    condition: Option<Object<Object<OneOrMore>>>,
}

#[derive(Deserialize)]
enum Effect {
    Allow,
    Deny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Principal {
    #[serde(rename = "RAM")]
    ram: OneOrMore,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    /// Whether there is at least one and all are right.
    fn all(&self, right: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::One(text) => right(text),
            Self::More(texts) => !texts.is_empty() && texts.iter().all(|text| right(text)),
        }
    }
}

impl Policy {
    fn is_right(&self) -> bool {
        self.version == "1" && !self.statement.is_empty() && self.statement.iter().all(Statement::is_right)
    }
}

impl Statement {
    fn is_right(&self) -> bool {
        self.sid.as_deref().is_none_or(is_sid)
            && self.principal.ram.all(is_principal)
            && self.action.all(is_action)
            // The key that bears the policy.
            && self.resource.all(|resource| resource == "*")
    }
}

/// The vendor's grammar has no spaces, its samples have.
fn is_sid(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_/+=.@- ".contains(&byte);
    text.len() <= SID_LIMIT && text.bytes().all(fits)
}

fn is_action(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() > 4
        && bytes
            .get(..4)
            .is_some_and(|service| service.eq_ignore_ascii_case(b"kms:"))
}

/// `acs:ram::<account>:` and the account itself, a user or a role.
fn is_principal(text: &str) -> bool {
    let rest = text
        .strip_prefix("acs:ram::")
        .and_then(|rest| rest.split_once(':'));
    let Some((account, who)) = rest else {
        return false;
    };
    let named = |kind: &str| who.strip_prefix(kind).is_some_and(|name| !name.is_empty());
    account.parse::<AccountId>().is_ok() && (matches!(who, "*" | "root") || named("user/") || named("role/"))
}

/// A JSON object whose values have one shape and whose keys are not repeated.
struct Object<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Object<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Members<V> {
            type Value = Object<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Object<V>, M::Error> {
                let mut names = std::collections::BTreeSet::new();
                while let Some((name, _)) = map.next_entry::<String, V>()? {
                    if !names.insert(name) {
                        return Err(M::Error::custom("a name is repeated"));
                    }
                }
                Ok(Object(PhantomData))
            }
        }
        deserializer.deserialize_map(Members(PhantomData))
    }
}
