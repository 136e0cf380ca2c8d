//! Users and groups; and callers of every kind for the tests beside this one, each call through authentication.

use std::collections::HashSet;
use std::fmt::Debug;

use claviger_authz::languages::ram::ResourceName;
use claviger_model::{
    AccountId, Action, Error, Existing, GroupName, Holder, InUse, Missing, NamePage, PolicyRef, Quota, Scope,
    User, UserName,
};
use claviger_service::ops::identity::{
    AddUserToGroup, Attach, CreateAccessKey, CreateGroup, CreateUser, DeleteAccessKey, DeleteUser, Detach,
    GetUser, KeyHolder, ListAccessKeys, ListGroups, ListUsers, ListUsersForGroup, RemoveUserFromGroup,
    UpdateUser,
};
use claviger_service::{AuthnError, NewAccessKey, Operation, Quotas};
use claviger_testkit::{Client, World};

use crate::actors::Actor;

/// Somebody who calls, and shows who it is at every call.
pub(crate) struct Someone {
    pub(crate) scope: Scope,
    /// None is the root of the account, let in by the server itself.
    client: Option<Client>,
}

impl Someone {
    /// The root of an account, by its place in the world.
    pub(crate) fn root(world: &World, place: usize) -> Self {
        Self::root_of(world, world.caller(place).account())
    }

    pub(crate) fn root_of(world: &World, account: AccountId) -> Self {
        Self {
            scope: world.scope(account),
            client: None,
        }
    }

    /// Whoever has an access key of an account.
    pub(crate) fn with(world: &World, account: AccountId, key: &NewAccessKey) -> Self {
        let (id, secret) = (key.id.as_str(), key.secret.expose_str().unwrap());
        Self::client(world, world.root().session(account, id, secret, ""))
    }

    pub(crate) fn client(world: &World, client: Client) -> Self {
        Self {
            scope: world.scope(client.account()),
            client: Some(client),
        }
    }

    pub(crate) fn account(&self) -> AccountId {
        self.scope.account
    }

    /// Whom the service takes it for now.
    pub(crate) async fn actor(&self, world: &World) -> Result<Actor, AuthnError> {
        match &self.client {
            None => {
                let credential = world.service().root_of(self.account()).await;
                Ok(Actor::holding(world, credential.unwrap()))
            }
            Some(client) => Actor::of(world, client).await,
        }
    }

    /// Makes a call from end to end.
    pub(crate) async fn calls<O: Operation>(&self, world: &World, operation: O) -> Result<O::Output, Error> {
        let actor = self.actor(world).await.unwrap();
        actor.calls(&world.service(), operation).await
    }

    /// Only asks whether a call would work. Gives what it hears.
    pub(crate) async fn asks<O: Operation>(&self, world: &World, operation: O) -> Error {
        let actor = self.actor(world).await.unwrap();
        actor.asks(&world.service(), operation).await
    }

    /// Makes a user without rights.
    pub(crate) async fn makes_user(&self, world: &World, name: &str) -> User {
        self.calls(world, create_user(self.account(), name))
            .await
            .unwrap()
    }

    /// Makes a user with an access key.
    pub(crate) async fn makes_caller(&self, world: &World, name: &str) -> Someone {
        self.makes_user(world, name).await;
        Self::with(world, self.account(), &self.makes_key_of(world, name).await)
    }

    pub(crate) async fn makes_key_of(&self, world: &World, user: &str) -> NewAccessKey {
        let make = CreateAccessKey {
            account: self.account(),
            holder: KeyHolder::User(user.parse().unwrap()),
        };
        self.calls(world, make).await.unwrap()
    }

    pub(crate) fn attach(&self, holder: Holder, policy: PolicyRef) -> Attach {
        Attach {
            extent: claviger_model::Extent::Everywhere,
            account: self.account(),
            policy,
            holder,
        }
    }

    pub(crate) fn detach(&self, holder: Holder, policy: PolicyRef) -> Detach {
        Detach {
            extent: claviger_model::Extent::Everywhere,
            account: self.account(),
            policy,
            holder,
        }
    }
}

pub(crate) fn create_user(account: AccountId, name: &str) -> CreateUser {
    CreateUser {
        account,
        name: name.parse().unwrap(),
        display_name: String::new(),
        mobile_phone: String::new(),
        email: String::new(),
        comments: String::new(),
    }
}

pub(crate) fn create_group(account: AccountId, name: &str) -> CreateGroup {
    CreateGroup {
        account,
        name: name.parse().unwrap(),
        comments: String::new(),
    }
}

pub(crate) fn system(name: &str) -> PolicyRef {
    PolicyRef::System(name.parse().unwrap())
}

pub(crate) fn custom(name: &str) -> PolicyRef {
    PolicyRef::Custom(name.parse().unwrap())
}

pub(crate) fn page(after: Option<&str>, take: u32) -> NamePage {
    NamePage {
        after: after.map(str::to_owned),
        take,
    }
}

pub(crate) fn on_user(name: &str) -> Holder {
    Holder::User(name.parse().unwrap())
}

pub(crate) fn on_group(name: &str) -> Holder {
    Holder::Group(name.parse().unwrap())
}

pub(crate) fn on_role(name: &str) -> Holder {
    Holder::Role(name.parse().unwrap())
}

/// The answer must be a refusal for want of permission. Gives what was asked for and on what.
pub(crate) fn denied<T: Debug>(answer: Result<T, Error>) -> (Action, String) {
    let denial = match answer {
        Err(Error::Denied(denial)) => Ok(denial),
        other => Err(other),
    };
    let denial = denial.unwrap();
    (denial.action, ResourceName(&denial.resource).to_string())
}

pub(crate) fn user(name: &str) -> UserName {
    name.parse().unwrap()
}

pub(crate) fn group(name: &str) -> GroupName {
    name.parse().unwrap()
}

#[tokio::test]
async fn a_user_lives_from_its_making_to_its_deletion() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    let made = CreateUser {
        display_name: "Alice".into(),
        mobile_phone: "86-18600000000".into(),
        email: "alice@example.com".into(),
        comments: "engineer".into(),
        ..create_user(account, "alice")
    };
    let alice = root.calls(&world, made).await.unwrap();
    assert_eq!((alice.name.as_str(), &*alice.display_name), ("alice", "Alice"));
    assert_eq!((alice.created, alice.updated), (world.now(), world.now()));
    let get = |name| GetUser { account, name };
    assert_eq!(root.calls(&world, get(user("alice"))).await, Ok(alice.clone()));

    world.advance(claviger_model::SignedDuration::from_mins(5));
    let update = UpdateUser {
        account,
        name: user("alice"),
        new_name: Some(user("alice.b")),
        display_name: None,
        mobile_phone: Some(String::new()),
        email: None,
        comments: Some("lead".into()),
    };
    let updated = root.calls(&world, update).await.unwrap();
    let expected = User {
        name: user("alice.b"),
        mobile_phone: String::new(),
        comments: "lead".into(),
        updated: world.now(),
        ..alice
    };
    assert_eq!(updated, expected);
    assert_eq!(root.calls(&world, get(user("alice.b"))).await, Ok(expected));
    let gone = Err(Error::NotFound(Missing::User));
    assert_eq!(root.calls(&world, get(user("alice"))).await, gone);

    let delete = DeleteUser {
        account,
        name: user("alice.b"),
    };
    assert_eq!(root.calls(&world, delete).await, Ok(()));
    assert_eq!(root.calls(&world, get(user("alice.b"))).await, gone);
}

#[tokio::test]
async fn users_that_are_missing_taken_or_too_many_are_refused() {
    let quotas = Quotas {
        users: 2,
        ..Quotas::default()
    };
    let world = World::build().quotas(quotas).start().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    root.makes_user(&world, "alice").await;
    let missing = || Error::NotFound(Missing::User);
    let exists = || Err(Error::Exists(Existing::User));
    let rename = |from: &str, to: &str| UpdateUser {
        account,
        name: user(from),
        new_name: Some(user(to)),
        display_name: None,
        mobile_phone: None,
        email: None,
        comments: None,
    };
    assert_eq!(root.calls(&world, create_user(account, "alice")).await, exists());
    assert_eq!(root.calls(&world, rename("nobody", "x")).await, Err(missing()));
    let delete = DeleteUser {
        account,
        name: user("nobody"),
    };
    assert_eq!(root.calls(&world, delete).await, Err(missing()));
    root.makes_user(&world, "bob").await;
    assert_eq!(root.calls(&world, rename("bob", "alice")).await, exists());
    let third = root.calls(&world, create_user(account, "carol")).await;
    assert_eq!(third, Err(Error::Quota(Quota::Users)));
}

#[tokio::test]
async fn what_a_user_has_must_go_before_it() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    root.makes_user(&world, "alice").await;
    root.calls(&world, create_group(account, "dev")).await.unwrap();
    let key = root.makes_key_of(&world, "alice").await.id;
    let join = AddUserToGroup {
        account,
        user: user("alice"),
        group: group("dev"),
    };
    root.calls(&world, join).await.unwrap();
    let attach = root.attach(on_user("alice"), system("AliyunKMSFullAccess"));
    root.calls(&world, attach).await.unwrap();
    let delete = || DeleteUser {
        account,
        name: user("alice"),
    };
    let held = |by| Err(Error::InUse(by));
    assert_eq!(root.calls(&world, delete()).await, held(InUse::UserKeys));
    let unkey = DeleteAccessKey {
        account,
        holder: KeyHolder::User(user("alice")),
        id: key,
    };
    root.calls(&world, unkey).await.unwrap();
    assert_eq!(root.calls(&world, delete()).await, held(InUse::UserGroups));
    let leave = RemoveUserFromGroup {
        account,
        user: user("alice"),
        group: group("dev"),
    };
    root.calls(&world, leave).await.unwrap();
    assert_eq!(root.calls(&world, delete()).await, held(InUse::UserPolicies));
    let detach = root.detach(on_user("alice"), system("AliyunKMSFullAccess"));
    root.calls(&world, detach).await.unwrap();
    assert_eq!(root.calls(&world, delete()).await, Ok(()));
}

#[tokio::test]
async fn a_renamed_user_keeps_what_it_has() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    let alice = root.makes_caller(&world, "alice").await;
    let attach = root.attach(on_user("alice"), system("AliyunRAMFullAccess"));
    root.calls(&world, attach).await.unwrap();
    let list = || ListUsers {
        account,
        page: page(None, 10),
    };
    assert!(alice.calls(&world, list()).await.is_ok());
    let rename = UpdateUser {
        account,
        name: user("alice"),
        new_name: Some(user("bob")),
        display_name: None,
        mobile_phone: None,
        email: None,
        comments: None,
    };
    root.calls(&world, rename).await.unwrap();
    assert_eq!(
        alice.calls(&world, list()).await.unwrap().items[0].name,
        user("bob")
    );
    let keys = ListAccessKeys {
        account,
        holder: KeyHolder::User(user("bob")),
    };
    assert_eq!(root.calls(&world, keys).await.unwrap().len(), 1);
}

#[tokio::test]
async fn lists_of_names_are_read_page_by_page() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    let names = ["B", "a", "c", "d", "e"];
    for name in ["d", "a", "e", "c", "B"] {
        root.makes_user(&world, name).await;
        root.calls(&world, create_group(account, name)).await.unwrap();
        let join = AddUserToGroup {
            account,
            user: user(name),
            group: group("d"),
        };
        if name != "a" && name != "d" {
            assert!(root.calls(&world, join).await.is_ok());
        }
    }
    let mut after: Option<String> = None;
    let (mut users, mut groups, mut members) = (Vec::new(), Vec::new(), Vec::new());
    for (round, more) in [true, true, false].into_iter().enumerate() {
        let page = page(after.as_deref(), 2);
        let list = ListUsers {
            account,
            page: page.clone(),
        };
        let found = root.calls(&world, list).await.unwrap();
        assert_eq!(found.more, more, "round {round}");
        users.extend(found.items.iter().map(|user| user.name.to_string()));
        let list = ListGroups {
            account,
            page: page.clone(),
        };
        let found = root.calls(&world, list).await.unwrap();
        assert_eq!(found.more, more, "round {round}");
        groups.extend(found.items.iter().map(|group| group.name.to_string()));
        let list = ListUsersForGroup {
            account,
            group: group("d"),
            page,
        };
        let found = root.calls(&world, list).await.unwrap();
        members.extend(found.items.iter().map(|joined| joined.other.name.to_string()));
        after = users.last().cloned();
    }
    assert_eq!(
        (users, groups),
        (names.map(Into::into).into(), names.map(Into::into).into())
    );
    let members: HashSet<_> = members.into_iter().collect();
    assert_eq!(members, ["B", "c", "e"].map(Into::into).into());
}
