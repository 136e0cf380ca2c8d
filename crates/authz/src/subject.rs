//! Who asks, with what rights, under which circumstances, and for what.

use std::net::IpAddr;
use std::sync::Arc;

use claviger_model::{
    AccountId, Action, Caller, EncryptionAlgorithm, Resource, RoleName, ServiceName, SessionName, Tags,
    Timestamp, UserName,
};

use crate::policy::Policy;

/// A policy that counts for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Which one and why it counts, for people.
    pub title: Box<str>,
    /// What it says.
    pub policy: Arc<Policy>,
}

impl Held {
    fn everything(title: &str) -> Self {
        Self {
            title: title.into(),
            policy: Arc::new(Policy::allow_all()),
        }
    }
}

impl AsRef<Policy> for Held {
    fn as_ref(&self) -> &Policy {
        &self.policy
    }
}

/// What policies say for a caller and how they name it. Compiled once for a credential, read at every call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    /// The resource name of who asks; of a service, its name.
    pub name: Box<str>,
    /// The resource name of the role, where it is a session of one.
    pub role: Option<Box<str>>,
    /// The account, as policies write it.
    pub account: Box<str>,
    /// What the session was narrowed to.
    pub session: Option<Held>,
    /// The policies of the identity and of its groups.
    pub policies: Vec<Held>,
}

impl Rights {
    fn new(account: AccountId, name: Box<str>, policies: Vec<Held>) -> Self {
        Self {
            name,
            role: None,
            account: account.to_string().into(),
            session: None,
            policies,
        }
    }

    /// Those of an account's root. In other accounts it counts as one whose own policies allow everything.
    pub fn root(account: AccountId) -> Self {
        let name = format!("acs:ram::{account}:root").into();
        Self::new(account, name, vec![Held::everything("Account root")])
    }

    /// Those of a user.
    pub fn user(account: AccountId, name: &UserName, policies: Vec<Held>) -> Self {
        let name = format!("acs:ram::{account}:user/{name}").into();
        Self::new(account, name, policies)
    }

    /// Those of a session of a role.
    pub fn session(
        account: AccountId,
        role: &RoleName,
        session: &SessionName,
        narrowed: Option<Held>,
        policies: Vec<Held>,
    ) -> Self {
        let role = format!("acs:ram::{account}:role/{role}");
        let name = format!("{role}/{session}").into();
        Self {
            role: Some(role.into()),
            session: narrowed,
            ..Self::new(account, name, policies)
        }
    }

    /// Those of a service that an account manages. Policies judge only which roles it takes, and those of the roles do.
    pub fn service(account: AccountId, name: &ServiceName) -> Self {
        Self::new(account, name.as_str().into(), vec![Held::everything("Service")])
    }

    /// Those of the server itself, at work for an account.
    pub fn system(account: AccountId) -> Self {
        Self::new(account, "system".into(), Vec::new())
    }
}

/// Who asks and with what rights.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Who asks.
    pub caller: &'a Caller,
    /// Its rights.
    pub rights: &'a Rights,
}

/// The circumstances of a request.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The present moment.
    pub now: Timestamp,
    /// Where the request came from.
    pub source: Option<IpAddr>,
    /// Whether it came over TLS.
    pub secure: bool,
    /// Whether who asks has shown a second factor; none where that is not known.
    pub mfa: Option<bool>,
    /// Keys and values of the tags that the request brings.
    pub tags: &'a [(&'a str, &'a str)],
    /// Keys of the tags that the request brings or names.
    pub tag_keys: &'a [&'a str],
    /// How a key pair is to encrypt or decrypt; none where a symmetric key is.
    pub algorithm: Option<EncryptionAlgorithm>,
    /// The word that who takes a role brings from the other side.
    pub external_id: Option<&'a str>,
    /// What else policies may look at, by name.
    pub further: &'a [(&'a str, &'a [&'a str])],
}

impl Facts<'_> {
    /// Circumstances of which only the time is known.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            source: None,
            secure: false,
            mfa: None,
            tags: &[],
            tag_keys: &[],
            algorithm: None,
            external_id: None,
            further: &[],
        }
    }
}

/// One thing a call needs: to do this to that.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What is to be done.
    pub action: Action,
    /// To what.
    pub resource: &'a Resource,
    /// The tags of the resource, where it is there and has some.
    pub tags: Option<&'a Tags>,
    /// The policy on the resource; of a role, its trust policy.
    pub policy: Option<&'a Policy>,
    /// The service that made the resource.
    pub maker: Option<&'a ServiceName>,
}

impl<'a> Question<'a> {
    /// A question about a resource of which nothing but the name is known.
    pub fn new(action: Action, resource: &'a Resource) -> Self {
        Self {
            action,
            resource,
            tags: None,
            policy: None,
            maker: None,
        }
    }
}

/// Room for the name of a resource: those of keys need 106 bytes at the most.
pub(crate) type Name = crate::text::Text<192>;

/// Writes the name of a resource over what was there.
pub(crate) fn spell(resource: &Resource, name: &mut Name) {
    name.clear();
    // INVARIANT: text takes every write.
    let _ = crate::languages::ram::ResourceName(resource).write(name);
}
