//! From the policies of an identity to its rights: documents are compiled once, when a credential is loaded.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use claviger_authz::Held;
use claviger_authz::languages::ram::{IDENTITY_LIMIT, KEY_LIMIT, Kind, SYSTEM_POLICIES, TRUST_LIMIT, parse};
use claviger_authz::policy::Policy;
use claviger_model::{Error, PolicyRef};
use claviger_store::HeldPolicy;

/// The policies that come with the server, by name.
static SYSTEM: LazyLock<HashMap<&'static str, Arc<Policy>>> = LazyLock::new(|| {
    let compiled = |document| compile("system policy", document, Kind::Identity, KEY_LIMIT);
    let all = SYSTEM_POLICIES.iter();
    all.map(|policy| (policy.name, compiled(policy.document)))
        .collect()
});

/// Documents of more bytes than this are compiled beside the calls: that takes longer than a call may hold up others.
const MUCH: usize = 64 * 1024;

/// See [`held`].
///
/// # Errors
/// When the work broke off.
pub(crate) async fn compiled(policies: Vec<HeldPolicy>) -> Result<Vec<Held>, Error> {
    let documents = policies.iter().filter_map(|held| held.document.as_ref());
    if documents.map(String::len).sum::<usize>() <= MUCH {
        return Ok(held(&policies));
    }
    let compiled = tokio::task::spawn_blocking(move || held(&policies)).await;
    compiled.map_err(|error| {
        tracing::error!(%error, "policies cannot be compiled");
        Error::Internal
    })
}

/// Compiles the policies that count for an identity. One that comes with the server and is not there any more counts
/// for nothing.
fn held(policies: &[HeldPolicy]) -> Vec<Held> {
    let one = |held: &HeldPolicy| {
        let through = match &held.through {
            Some(group) => format!(" through group `{group}`"),
            None => String::new(),
        };
        let (kind, policy) = match &held.policy {
            PolicyRef::System(name) => ("System", SYSTEM.get(name.as_str()).cloned()?),
            PolicyRef::Custom(name) => {
                let document = held.document.as_deref().unwrap_or_default();
                let policy = compile(name.as_str(), document, Kind::Identity, IDENTITY_LIMIT);
                ("Custom", policy)
            }
        };
        let title = format!("{kind} policy `{}`{through}", held.policy.name());
        Some(Held {
            title: title.into(),
            policy,
        })
    };
    policies.iter().filter_map(one).collect()
}

/// The policy that a session was narrowed to.
pub(crate) fn narrowed(document: &str) -> Held {
    Held {
        title: "Session policy".into(),
        policy: compile("session", document, Kind::Identity, IDENTITY_LIMIT),
    }
}

/// The trust policy of a role.
pub(crate) fn trust(role: &str, document: &str) -> Arc<Policy> {
    compile(role, document, Kind::Trust, TRUST_LIMIT)
}

/// The policy on a key.
pub(crate) fn of_key(key: &str, document: &str) -> Arc<Policy> {
    compile(key, document, Kind::Key, KEY_LIMIT)
}

/// Documents are checked before they are stored. One that cannot be read all the same might have denied anything.
fn compile(name: &str, document: &str, kind: Kind, limit: usize) -> Arc<Policy> {
    Arc::new(parse(document, kind, limit).unwrap_or_else(|error| {
        tracing::error!(%error, name, ?kind, "a stored policy cannot be read, and denies everything");
        Policy::deny_all()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_bear_titles_and_unreadable_ones_deny() {
        let rows = [
            HeldPolicy {
                policy: PolicyRef::Custom("readers".parse().unwrap()),
                through: Some("dev".parse().unwrap()),
                document: Some("{".into()),
            },
            HeldPolicy {
                policy: PolicyRef::System("AdministratorAccess".parse().unwrap()),
                through: None,
                document: None,
            },
            HeldPolicy {
                policy: PolicyRef::System("Gone".parse().unwrap()),
                through: None,
                document: None,
            },
        ];
        let held = held(&rows);
        let titles: Vec<_> = held.iter().map(|held| &*held.title).collect();
        assert_eq!(
            titles,
            [
                "Custom policy `readers` through group `dev`",
                "System policy `AdministratorAccess`"
            ]
        );
        assert_eq!(*held[0].policy, Policy::deny_all());
    }

    #[tokio::test]
    async fn many_long_policies_are_compiled_too() {
        let statement = r#"{"Effect":"Allow","Action":"kms:*","Resource":"*"}"#;
        let document = format!(
            r#"{{"Version":"1","Statement":[{statement}{}]}}"#,
            " ".repeat(6000)
        );
        let rows: Vec<_> = (0..20)
            .map(|number| HeldPolicy {
                policy: PolicyRef::Custom(format!("p{number}").parse().unwrap()),
                through: None,
                document: Some(document.clone()),
            })
            .collect();
        assert!(rows.len() * document.len() > MUCH);
        let held = compiled(rows).await.unwrap();
        assert_eq!(held.len(), 20);
        assert_eq!(&*held[7].title, "Custom policy `p7`");
        assert_ne!(*held[7].policy, Policy::deny_all());
    }
}
