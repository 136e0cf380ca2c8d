//! The policy on a key. It is kept as it came; nothing is decided by it yet.

use claviger_audit::record::Fields;
use claviger_model::{Action, Change, Error, Field, KeyId, Scope};
use serde_json::Value;

use crate::call::{KeyRef, Need, Note};
use crate::ops::{change, describe_key, key, one_key, own_key};
use crate::pipeline::{Context, Operation, Permitted};

/// Longest policy, in bytes. SOURCE: Alibaba Cloud KMS, SetKeyPolicy.
pub const POLICY_LIMIT: usize = 32_768;

/// Puts a policy on a key, in place of the one that was there.
///
/// Refused with [`Field::Policy`] unless it is a JSON object of version 1 with a list of statements.
#[derive(Debug)]
pub struct SetKeyPolicy {
    /// The key.
    pub key: KeyRef,
    /// The document.
    pub policy: String,
}

/// Shows the policy on a key.
#[derive(Debug)]
pub struct GetKeyPolicy {
    /// The key.
    pub key: KeyRef,
}

/// The policy on a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPolicy {
    /// Where the key lives, and so whose it is.
    pub scope: Scope,
    /// The key.
    pub key: KeyId,
    /// The document as it came; none where its owner has put none on it.
    pub policy: Option<String>,
}

/// Whether a text is a policy document by its form.
pub(super) fn check(policy: &str) -> Result<(), Error> {
    let wrong = Error::Invalid(Field::Policy);
    if policy.len() > POLICY_LIMIT {
        return Err(wrong);
    }
    let document: Value = serde_json::from_str(policy).map_err(|_| wrong.clone())?;
    let version = document.get("Version").and_then(Value::as_str);
    let statements = document.get("Statement").and_then(Value::as_array);
    match (version, statements) {
        (Some("1"), Some(_)) => Ok(()),
        _ => Err(wrong),
    }
}

impl Operation for SetKeyPolicy {
    const ACTION: Action = Action::SetKeyPolicy;
    type Output = Change<()>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        check(&self.policy)?;
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
        request.number("policy_bytes", self.policy.len() as u64);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Change<()>, Error> {
        let policy = self.policy;
        change(cx, own_key(&permit, 0)?, note, move |key| {
            Ok(key.set_policy(policy.clone())?)
        })
        .await
    }
}

impl Operation for GetKeyPolicy {
    const ACTION: Action = Action::GetKeyPolicy;
    type Output = KeyPolicy;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
    }

    async fn run(self, _cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<KeyPolicy, Error> {
        let key = &key(&permit, 0)?.key;
        note.response.key("key", key.id);
        Ok(KeyPolicy {
            scope: key.scope.clone(),
            key: key.id,
            policy: key.policy.clone(),
        })
    }
}
