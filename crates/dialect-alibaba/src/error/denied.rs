//! What a denied caller is told about the decision: the member AccessDeniedDetail of an error.
//!
//! SOURCE: RAM, DecodeDiagnosticMessage, and the answers of several products that show the member (read 2026-11-22).
//! There is no EncodedDiagnosticMessage: what it would hold can be asked of the operation Explain by who may.

use claviger_model::{Caller, Denial, DenyingPolicy, Identity};
use claviger_service::action_name;

use crate::answer::Answer;

/// Who was denied what, by which kind of policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccessDenied {
    action: &'static str,
    owner: String,
    kind: &'static str,
    name: String,
    explicit: bool,
    policy: &'static str,
}

impl AccessDenied {
    pub(super) fn new(caller: &Caller, denial: &Denial) -> Self {
        let (kind, name) = principal(caller);
        Self {
            // An action without a name in policies is never denied.
            action: action_name(denial.action).unwrap_or_default(),
            owner: caller.account.to_string(),
            kind,
            name,
            explicit: denial.explicit,
            policy: match denial.policy {
                DenyingPolicy::Identity => "AccountLevelIdentityBasedPolicy",
                DenyingPolicy::Session => "SessionPolicy",
                // No page has a word for policies of keys.
                DenyingPolicy::Resource => "ResourceBasedPolicy",
                DenyingPolicy::Trust => "AssumeRolePolicy",
            },
        }
    }

    /// Writes the member.
    pub(crate) fn encode(&self, answer: &mut Answer) {
        answer.object("AccessDeniedDetail", |answer| {
            answer.text("PolicyType", self.policy);
            answer.text("AuthPrincipalOwnerId", &self.owner);
            answer.text("AuthPrincipalType", self.kind);
            answer.text("AuthPrincipalDisplayName", &self.name);
            let kind = if self.explicit {
                "ExplicitDeny"
            } else {
                "ImplicitDeny"
            };
            answer.text("NoPermissionType", kind);
            answer.text("AuthAction", self.action);
        });
    }
}

/// A user is shown by its id, as the vendor does, a session by role and name.
fn principal(caller: &Caller) -> (&'static str, String) {
    match &caller.identity {
        Identity::Root => ("Account", caller.account.to_string()),
        Identity::User { id, .. } => ("SubUser", id.to_string()),
        Identity::Session { role_name, name, .. } => ("AssumedRoleUser", format!("{role_name}:{name}")),
        Identity::Service(name) => ("Service", name.to_string()),
        Identity::System => ("System", String::new()),
    }
}
