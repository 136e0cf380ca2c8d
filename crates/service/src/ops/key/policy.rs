//! The policy on a key. It is kept as it came, and compiled when the key is loaded.

use claviger_audit::record::Fields;
use claviger_authz::languages::ram::{self, Kind};
use claviger_model::{Action, Change, Error, KeyId, Scope};

use crate::call::{KeyRef, Need, Note};
use crate::ops::{change, describe_key, identity, key, one_key, own_key};
use crate::pipeline::{Context, Operation, Permitted};

/// Longest policy, in bytes.
pub const POLICY_LIMIT: usize = ram::KEY_LIMIT;

/// Puts a policy on a key, in place of the one that was there.
///
/// Refused with [`Error::Document`] unless [`ram::parse`] takes it for a key's.
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

/// Whether a text is a policy document for a key.
pub(super) fn check(policy: &str) -> Result<(), Error> {
    identity::check(policy, Kind::Key, POLICY_LIMIT)
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
