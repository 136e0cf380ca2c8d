//! Who asks, with what rights, under which circumstances, and for what.

use std::net::IpAddr;
use std::sync::Arc;

use claviger_model::{
    AccountId, Action, Caller, DomainId, EncryptionAlgorithm, Extent, Grant, IdentityHex, KeyKind, Region,
    Resource, RoleName, ServiceName, SessionName, Tags, Timestamp, UserName,
};

use crate::context::Person;
use crate::evaluate::Placed;
use crate::policy::Policy;

/// A policy that counts for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Which one and why it counts, for people.
    pub title: Box<str>,
    /// What it says.
    pub policy: Arc<Policy>,
    /// Where its rights count.
    pub extent: Extent,
}

impl Held {
    fn everything(title: &str) -> Self {
        Self {
            title: title.into(),
            policy: Arc::new(Policy::allow_all()),
            extent: Extent::Everywhere,
        }
    }
}

impl Placed for Held {
    fn policy(&self) -> &Policy {
        &self.policy
    }

    fn covers(&self, region: Option<&Region>) -> bool {
        self.extent.covers(region)
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
    /// How languages know who asks that speak of people rather than of resource names.
    pub persona: Persona,
    /// What the session was narrowed to, wherever it goes.
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
            persona: Persona::default(),
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
        let resource = format!("acs:ram::{account}:user/{name}").into();
        Self {
            persona: Persona {
                user_name: Some(name.as_str().into()),
                ..Persona::default()
            },
            ..Self::new(account, resource, policies)
        }
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

/// What some languages know of who asks. What is not told here their conditions find missing, and resources of the
/// account are named by its number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Persona {
    /// The account in the words of the other face.
    pub domain: Option<DomainId>,
    /// The name of the account.
    pub account_name: Option<Box<str>>,
    /// The id of the user, as the other face writes it.
    pub user_id: Option<Box<str>>,
    /// The name of the user.
    pub user_name: Option<Box<str>>,
    /// The resource name of the user, as the other face writes it.
    pub urn: Option<Box<str>>,
}

impl Persona {
    /// Somebody of an account.
    pub fn new(domain: DomainId, account_name: &str) -> Self {
        Self {
            domain: Some(domain),
            account_name: Some(account_name.into()),
            ..Self::default()
        }
    }

    /// The same as one of its users; the account's root is one, too, with the number 0.
    #[must_use]
    pub fn user(self, id: IdentityHex, name: &str) -> Self {
        let urn = |domain| format!("iam::{domain}:user:{name}").into();
        Self {
            urn: self.domain.map(urn),
            user_id: Some(id.to_string().into()),
            user_name: Some(name.into()),
            ..self
        }
    }

    pub(crate) fn person(&self) -> Person<'_> {
        Person {
            account_name: self.account_name.as_deref(),
            user_id: self.user_id.as_deref(),
            user_name: self.user_name.as_deref(),
            urn: self.urn.as_deref(),
        }
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
    /// What kind of key is asked for, where one is to be made.
    pub kind: Option<KeyKind>,
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
            kind: None,
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
    /// What kind of key the resource is.
    pub kind: Option<KeyKind>,
    /// The grants on the resource.
    pub grants: &'a [Grant],
    /// Whether who asks reached out of its own account and region by the bare id of the thing. Then grants alone can
    /// allow; policies still deny.
    pub abroad: bool,
    /// The grant that is to be given up, where it is there: its parties may do that and nobody else.
    pub grant: Option<&'a Grant>,
    /// The account of the resource in the words of the other face, where it is not the account of who asks. Where it is
    /// not told, resources are named by the account's number.
    pub domain: Option<DomainId>,
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
            kind: None,
            grants: &[],
            abroad: false,
            grant: None,
            domain: None,
        }
    }
}
