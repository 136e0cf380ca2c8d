//! From the policies of an identity to its rights: documents are compiled once, when a credential is loaded.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::{Arc, LazyLock};

use claviger_authz::Held;
use claviger_authz::languages::{self, PolicyError, ram, system_policies};
use claviger_authz::policy::Policy;
use claviger_model::{Error, Extent, Language, PolicyRef};
use claviger_store::HeldPolicy;

/// The policies that come with the server, of all languages, by name.
static SYSTEM: LazyLock<HashMap<&'static str, Arc<Policy>>> = LazyLock::new(|| {
    let all = [Language::Ram, Language::Iam]
        .into_iter()
        .flat_map(system_policies);
    all.map(|policy| {
        (
            policy.name,
            of_identity(policy.name, policy.language, policy.document),
        )
    })
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
    if documents.map(|(_, document)| document.len()).sum::<usize>() <= MUCH {
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
        let (kind, policy) = match &held.policy {
            PolicyRef::System(name) => ("System", SYSTEM.get(name.as_str()).cloned()?),
            PolicyRef::Custom(name) => {
                let (language, document) = match &held.document {
                    Some((language, document)) => (*language, document.as_str()),
                    None => (Language::Ram, ""),
                };
                ("Custom", of_identity(name, language, document))
            }
        };
        Some(Held {
            title: title(kind, held).into(),
            policy,
            extent: held.extent.clone(),
        })
    };
    policies.iter().filter_map(one).collect()
}

/// Which policy it is, and why and where it counts.
fn title(kind: &str, held: &HeldPolicy) -> String {
    let through = match &held.through {
        Some(group) => format!(" through group `{group}`"),
        None => String::new(),
    };
    let place = match &held.extent {
        Extent::Everywhere => String::new(),
        Extent::Regions => " in all regions".into(),
        Extent::Region(region) => format!(" in region `{region}`"),
        Extent::Global => " outside of regions".into(),
    };
    format!("{kind} policy `{}`{through}{place}", held.policy.name())
}

/// The policy that a session was narrowed to. It counts everywhere.
pub(crate) fn narrowed(language: Language, document: &str) -> Held {
    Held {
        title: "Session policy".into(),
        policy: of_identity("session", language, document),
        extent: Extent::Everywhere,
    }
}

/// The trust policy of a role.
pub(crate) fn trust(role: &str, document: &str) -> Arc<Policy> {
    or_deny(role, ram::parse(document, ram::Kind::Trust, ram::TRUST_LIMIT))
}

/// The policy on a key.
pub(crate) fn of_key(key: &str, document: &str) -> Arc<Policy> {
    or_deny(key, ram::parse(document, ram::Kind::Key, ram::KEY_LIMIT))
}

/// A policy for identities. No language allows longer ones than the first.
fn of_identity(name: impl Display, language: Language, document: &str) -> Arc<Policy> {
    or_deny(name, languages::parse(language, document, ram::IDENTITY_LIMIT))
}

/// Documents are checked before they are stored. One that cannot be read all the same might have denied anything.
fn or_deny(name: impl Display, read: Result<Policy, PolicyError>) -> Arc<Policy> {
    Arc::new(read.unwrap_or_else(|error| {
        tracing::error!(%error, %name, "a stored policy cannot be read, and denies everything");
        Policy::deny_all()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF_RAM: &str =
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"}]}"#;
    const OF_IAM: &str = r#"{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["kms:grant:list"]}]}"#;

    fn custom(name: &str, language: Language, document: &str) -> HeldPolicy {
        HeldPolicy {
            policy: PolicyRef::Custom(name.parse().unwrap()),
            through: None,
            extent: Extent::Everywhere,
            document: Some((language, document.into())),
        }
    }

    fn system(name: &str) -> HeldPolicy {
        HeldPolicy {
            policy: PolicyRef::System(name.parse().unwrap()),
            through: None,
            extent: Extent::Everywhere,
            document: None,
        }
    }

    #[test]
    fn policies_bear_titles_and_unreadable_ones_deny() {
        let rows = [
            HeldPolicy {
                through: Some("dev".parse().unwrap()),
                ..custom("readers", Language::Ram, "{")
            },
            system("AdministratorAccess"),
            HeldPolicy {
                extent: Extent::Region("cn-north-1".parse().unwrap()),
                ..system("KMS-Administrator")
            },
            HeldPolicy {
                through: Some("dev".parse().unwrap()),
                extent: Extent::Global,
                ..system("Security-Administrator")
            },
            HeldPolicy {
                extent: Extent::Regions,
                ..custom("custom-1", Language::Iam, OF_IAM)
            },
            system("Gone"),
        ];
        let held = held(&rows);
        let titles: Vec<_> = held.iter().map(|held| &*held.title).collect();
        assert_eq!(
            titles,
            [
                "Custom policy `readers` through group `dev`",
                "System policy `AdministratorAccess`",
                "System policy `KMS-Administrator` in region `cn-north-1`",
                "System policy `Security-Administrator` through group `dev` outside of regions",
                "Custom policy `custom-1` in all regions",
            ]
        );
        let extents = held
            .iter()
            .zip(&rows)
            .all(|(held, row)| held.extent == row.extent);
        assert!(extents);
        assert_eq!(*held[0].policy, Policy::deny_all());
        for readable in &held[1..] {
            assert_ne!(*readable.policy, Policy::deny_all(), "{}", readable.title);
        }
    }

    #[test]
    fn documents_are_read_in_their_own_language() {
        let rows = [
            custom("a", Language::Ram, OF_RAM),
            custom("b", Language::Iam, OF_IAM),
            custom("c", Language::Ram, OF_IAM),
            custom("d", Language::Iam, OF_RAM),
        ];
        let read: Vec<_> = held(&rows)
            .iter()
            .map(|held| *held.policy != Policy::deny_all())
            .collect();
        assert_eq!(read, [true, true, false, false]);
        for (language, document) in [(Language::Ram, OF_RAM), (Language::Iam, OF_IAM)] {
            let held = narrowed(language, document);
            assert_eq!(held.policy.statements()[0].language, language);
        }
    }

    #[tokio::test]
    async fn many_long_policies_are_compiled_too() {
        let statement = r#"{"Effect":"Allow","Action":"kms:*","Resource":"*"}"#;
        let document = format!(
            r#"{{"Version":"1","Statement":[{statement}{}]}}"#,
            " ".repeat(6000)
        );
        let rows: Vec<_> = (0..20)
            .map(|number| custom(&format!("p{number}"), Language::Ram, &document))
            .collect();
        assert!(rows.len() * document.len() > MUCH);
        let held = compiled(rows).await.unwrap();
        assert_eq!(held.len(), 20);
        assert_eq!(&*held[7].title, "Custom policy `p7`");
        assert_ne!(*held[7].policy, Policy::deny_all());
    }
}
