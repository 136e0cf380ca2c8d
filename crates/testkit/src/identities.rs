//! Users, groups, roles and services, put into the store past the service.

use claviger_model::{
    AccessKeyId, AccessKeyStatus, Account, AccountId, Attachment, CustomPolicy, DomainId, Extent, Group,
    GroupId, Holder, KeyOwner, Language, PolicyId, PolicyName, PolicyRef, PolicyVersion, ProjectId, Role,
    RoleId, SESSION_LONGEST, Scope, ServiceIdentity, Tags, Timestamp, User, UserId,
};
use claviger_provider::{Cell, Keeper};
use claviger_secret::SecretBytes;
use claviger_store::{AccessKey, IdentityStore as _, SealedCell, Store as _};

use crate::damage::draft;
use crate::{Client, World};

/// An access key of an id and a secret.
pub(crate) fn access_key(
    keeper: &impl Keeper,
    (id, secret): (&str, &str),
    account: AccountId,
    owner: KeyOwner,
    created: Timestamp,
) -> AccessKey {
    let cell = Cell {
        table: "access_keys",
        column: "secret",
        row: id,
    };
    let sealed = keeper.seal(&cell, &SecretBytes::copied(secret.as_bytes()));
    AccessKey {
        id: id.parse().unwrap(),
        account,
        owner,
        secret: SealedCell(sealed.unwrap()),
        status: AccessKeyStatus::Active,
        created,
        last_used: None,
    }
}

/// What is made here is seen by the service at once, for it was not there before. What is given to somebody who has
/// called already is not: that is for the operations.
impl World {
    /// Adds an account; gives its root.
    pub async fn add_account(&self, name: &str) -> Client {
        let account = Account {
            id: AccountId::draw(self.random()).unwrap(),
            domain: DomainId::draw(self.random()).unwrap(),
            name: name.into(),
            created: self.now(),
        };
        let (key, client) = self.new_key(account.id, KeyOwner::Root, name);
        let made = self.store().create_account(account, key, draft()).await;
        made.unwrap();
        client
    }

    /// Gives a project its id, before anyone has asked for it.
    pub async fn keep_project(&self, scope: &Scope, id: ProjectId) {
        let name = format!("project/{}/{}", scope.account, scope.region);
        let cell = Cell {
            table: "cells",
            column: "value",
            row: &name,
        };
        let sealed = self
            .open_provider()
            .seal(&cell, &SecretBytes::from(id.to_string()));
        let kept = self.store().add_cell(&name, SealedCell(sealed.unwrap())).await;
        kept.unwrap();
        assert_eq!(self.service().project(scope).await, Ok(id), "asked for before");
    }

    /// Adds a user with an access key and policies: names of those that come with the server, or documents.
    pub async fn add_user(&self, account: AccountId, name: &str, policies: &[&str]) -> Client {
        let user = User {
            account,
            id: UserId::draw(self.random()).unwrap(),
            name: name.parse().unwrap(),
            display_name: name.into(),
            mobile_phone: String::new(),
            email: String::new(),
            comments: String::new(),
            created: self.now(),
            updated: self.now(),
        };
        let (id, name) = (user.id, user.name.clone());
        let made = self.store().create_user(user, u32::MAX, draft()).await;
        made.unwrap();
        self.attach(account, &Holder::User(name.clone()), policies).await;
        self.add_access_key(account, KeyOwner::User(id), name.as_str())
            .await
    }

    /// Adds a group of users with policies.
    pub async fn add_group(&self, account: AccountId, name: &str, users: &[&str], policies: &[&str]) {
        let group = Group {
            account,
            id: GroupId::draw(self.random()).unwrap(),
            name: name.parse().unwrap(),
            comments: String::new(),
            created: self.now(),
            updated: self.now(),
        };
        let (store, name) = (self.store(), group.name.clone());
        store.create_group(group, u32::MAX, draft()).await.unwrap();
        for user in users {
            let user = user.parse().unwrap();
            let joined = store.join_group(account, &user, &name, self.now(), u32::MAX, draft());
            joined.await.unwrap();
        }
        self.attach(account, &Holder::Group(name), policies).await;
    }

    /// Adds a role with a trust policy and policies of its own.
    pub async fn add_role(&self, account: AccountId, name: &str, trust: &str, policies: &[&str]) -> Role {
        let role = Role {
            account,
            id: RoleId::draw(self.random()).unwrap(),
            name: name.parse().unwrap(),
            description: String::new(),
            trust: trust.into(),
            max_session: SESSION_LONGEST,
            tags: Tags::default(),
            created: self.now(),
            updated: self.now(),
        };
        let made = self.store().create_role(role.clone(), u32::MAX, draft()).await;
        made.unwrap();
        self.attach(account, &Holder::Role(role.name.clone()), policies)
            .await;
        role
    }

    /// Adds a service with an access key. The first account manages it.
    pub async fn add_service(&self, name: &str) -> Client {
        let account = self.root().account();
        let service = ServiceIdentity {
            name: name.parse().unwrap(),
            account,
            description: String::new(),
            created: self.now(),
        };
        let owner = KeyOwner::Service(service.name.clone());
        self.store().create_service(service, draft()).await.unwrap();
        self.add_access_key(account, owner, name).await
    }

    /// Adds an access key to somebody who is there.
    pub async fn add_access_key(&self, account: AccountId, owner: KeyOwner, hint: &str) -> Client {
        let (key, client) = self.new_key(account, owner, hint);
        let made = self.store().create_access_key(key, u32::MAX, draft()).await;
        made.unwrap();
        client
    }

    fn new_key(&self, account: AccountId, owner: KeyOwner, hint: &str) -> (AccessKey, Client) {
        let tail = UserId::draw(self.random()).unwrap();
        let id: AccessKeyId = format!("LTAI{hint}{tail}").parse().unwrap();
        let secret = format!("secret-of-{hint}-{tail}");
        let keeper = self.open_provider();
        let key = access_key(
            keeper.as_ref(),
            (id.as_str(), &secret),
            account,
            owner,
            self.now(),
        );
        let client = Client::new(account, id.as_str(), &secret, self.clock().clone());
        (key, client)
    }

    /// Puts policies on somebody: names of those that come with the server, or documents.
    async fn attach(&self, account: AccountId, holder: &Holder, policies: &[&str]) {
        let store = self.store();
        for policy in policies {
            let policy = if policy.starts_with('{') {
                PolicyRef::Custom(self.add_policy(account, policy).await)
            } else {
                PolicyRef::System(policy.parse().unwrap())
            };
            let attachment = Attachment {
                policy,
                holder: holder.clone(),
                extent: Extent::Everywhere,
                attached: self.now(),
            };
            let made = store.attach(account, attachment, u32::MAX, draft()).await;
            made.unwrap();
        }
    }

    /// Adds a policy of an account. Gives its name.
    pub async fn add_policy(&self, account: AccountId, document: &str) -> PolicyName {
        let id = PolicyId::draw(self.random()).unwrap();
        let policy = CustomPolicy {
            account,
            id,
            language: Language::Ram,
            title: String::new(),
            name: format!("p-{id}").parse().unwrap(),
            description: String::new(),
            default_version: 1,
            last_version: 1,
            versions: vec![PolicyVersion {
                number: 1,
                document: document.into(),
                created: self.now(),
            }],
            tags: Tags::default(),
            created: self.now(),
            updated: self.now(),
        };
        let name = policy.name.clone();
        let made = self.store().create_policy(policy, u32::MAX, draft()).await;
        made.unwrap();
        name
    }
}
