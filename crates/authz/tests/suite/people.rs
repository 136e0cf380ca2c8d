//! Somebody who asks, and what is asked for.

use std::sync::Arc;

use claviger_authz::policy::Policy;
use claviger_authz::{Facts, Held, NoPermit, Question, Rights, Subject, Touched, authorize};
use claviger_model::{
    AccountId, Action, Caller, DenyingPolicy, Extent, Grant, Identity, IdentityResource, KeyId, Resource,
    Scope, ServiceName, Tags, UserId,
};

use crate::scene::{at, key_policy, statements};

pub(crate) const HOME: u64 = 1_111_111_111_111_111;
pub(crate) const ABROAD: u64 = 2_222_222_222_222_222;

pub(crate) fn account(number: u64) -> AccountId {
    AccountId::from_number(number).unwrap()
}

/// Somebody with rights.
pub(crate) struct Someone {
    pub(crate) caller: Caller,
    pub(crate) rights: Rights,
}

impl Someone {
    pub(crate) fn new(home: u64, identity: Identity, rights: Rights) -> Self {
        let caller = Caller {
            account: account(home),
            identity,
            access_key: None,
        };
        Self { caller, rights }
    }

    pub(crate) fn root(home: u64) -> Self {
        Self::new(home, Identity::Root, Rights::root(account(home)))
    }

    pub(crate) fn user(home: u64, policies: &[&str]) -> Self {
        let name = "alice".parse().unwrap();
        let rights = Rights::user(account(home), &name, held(policies));
        Self::new(home, Identity::User { id: alice(), name }, rights)
    }

    pub(crate) fn session(home: u64, policies: &[&str], narrowed: Option<&str>) -> Self {
        let (role_name, name) = ("ops".parse().unwrap(), "alice".parse().unwrap());
        let narrowed = narrowed.map(|list| held(&[list]).remove(0));
        let rights = Rights::session(account(home), &role_name, &name, narrowed, held(policies));
        let identity = Identity::Session {
            role: "876543210987654321".parse().unwrap(),
            role_name,
            name,
            began: at("2026-11-22T11:00:00Z"),
        };
        Self::new(home, identity, rights)
    }

    pub(crate) fn service(home: u64, name: &str) -> Self {
        let name: ServiceName = name.parse().unwrap();
        let rights = Rights::service(account(home), &name);
        Self::new(home, Identity::Service(name), rights)
    }

    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            caller: &self.caller,
            rights: &self.rights,
        }
    }

    pub(crate) fn hears(&self, asked: &Asked) -> Result<(), (DenyingPolicy, bool)> {
        match authorize(self.subject(), &noon(), vec![asked.clone()]) {
            Ok(_) => Ok(()),
            Err(NoPermit::Denied(place, denial)) => {
                assert_eq!((place, denial.action), (0, asked.action));
                assert_eq!(denial.resource, asked.resource);
                Err((denial.policy, denial.explicit))
            }
            Err(NoPermit::Absent(what)) => unreachable!("{what}"),
        }
    }
}

pub(crate) fn alice() -> UserId {
    "123456789012345678".parse().unwrap()
}

pub(crate) fn held(policies: &[&str]) -> Vec<Held> {
    let one = |list: &&str| Held {
        title: (*list).into(),
        policy: Arc::new(statements(list)),
        extent: Extent::Everywhere,
    };
    policies.iter().map(one).collect()
}

pub(crate) fn noon() -> Facts<'static> {
    Facts::at(at("2026-11-22T12:00:00Z"))
}

/// Something that is asked for.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) action: Action,
    pub(crate) resource: Resource,
    pub(crate) tags: Option<Tags>,
    pub(crate) policy: Option<Arc<Policy>>,
    pub(crate) maker: Option<ServiceName>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) grant: Option<Grant>,
    pub(crate) abroad: bool,
    pub(crate) gone: bool,
}

impl Touched for Asked {
    type Target = Action;
    type Absence = &'static str;

    fn question(&self) -> Question<'_> {
        Question {
            tags: self.tags.as_ref(),
            policy: self.policy.as_deref(),
            maker: self.maker.as_ref(),
            grants: &self.grants,
            grant: self.grant.as_ref(),
            abroad: self.abroad,
            ..Question::new(self.action, &self.resource)
        }
    }

    fn into_target(self) -> Result<Action, &'static str> {
        if self.gone { Err("gone") } else { Ok(self.action) }
    }
}

pub(crate) fn of_key(action: Action, owner: u64) -> Asked {
    let scope = Scope {
        account: account(owner),
        region: "cn-hangzhou".parse().unwrap(),
    };
    asked(action, Resource::Key(scope, KeyId::from_bytes([1; 16])))
}

pub(crate) fn of_role(owner: u64) -> Asked {
    let role = IdentityResource::Role("ops".into());
    asked(Action::AssumeRole, Resource::Identity(account(owner), role))
}

pub(crate) fn asked(action: Action, resource: Resource) -> Asked {
    Asked {
        action,
        resource,
        tags: None,
        policy: None,
        maker: None,
        grants: Vec::new(),
        grant: None,
        abroad: false,
        gone: false,
    }
}

pub(crate) fn with(asked: &Asked, policy: Policy) -> Asked {
    Asked {
        policy: Some(Arc::new(policy)),
        ..asked.clone()
    }
}

pub(crate) const EVERYTHING: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
pub(crate) const NOTHING: &str = r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#;

pub(crate) fn on_key(effect: &str, who: &str) -> Policy {
    key_policy(&format!(
        r#"{{"Effect":"{effect}","Principal":{{"RAM":"acs:ram::{who}"}},"Action":"kms:*","Resource":"*"}}"#
    ))
}
