//! Access keys: made once and shown once, two for each, switched off and deleted.

use std::fs;
use std::path::Path;

use claviger_model::{AccessKeyId, AccessKeyStatus, Error, Missing, Quota, SignedDuration};
use claviger_service::ops::deployment::{CreateAccount, CreateService, DeleteService};
use claviger_service::ops::identity::{
    CreateAccessKey, DeleteAccessKey, GetAccessKeyLastUsed, GetUser, KeyHolder, ListAccessKeys,
    UpdateAccessKey,
};
use claviger_service::ops::session::GetCallerIdentity;
use claviger_service::{AuthnError, NewAccessKey};
use claviger_testkit::World;

use crate::identities::{Someone, on_user, system};

fn of_user(name: &str) -> KeyHolder {
    KeyHolder::User(name.parse().unwrap())
}

fn of_service(name: &str) -> KeyHolder {
    KeyHolder::Service(name.parse().unwrap())
}

impl Someone {
    async fn makes_key(&self, world: &World, holder: KeyHolder) -> Result<NewAccessKey, Error> {
        let make = CreateAccessKey {
            account: self.account(),
            holder,
        };
        self.calls(world, make).await
    }

    async fn switches(
        &self,
        world: &World,
        holder: KeyHolder,
        id: &AccessKeyId,
        status: AccessKeyStatus,
    ) -> Result<(), Error> {
        let update = UpdateAccessKey {
            account: self.account(),
            holder,
            id: id.clone(),
            status,
        };
        self.calls(world, update).await
    }

    async fn deletes(&self, world: &World, holder: KeyHolder, id: &AccessKeyId) -> Result<(), Error> {
        let delete = DeleteAccessKey {
            account: self.account(),
            holder,
            id: id.clone(),
        };
        self.calls(world, delete).await
    }

    async fn lists(&self, world: &World, holder: KeyHolder) -> Vec<(AccessKeyId, AccessKeyStatus)> {
        let list = ListAccessKeys {
            account: self.account(),
            holder,
        };
        let keys = self.calls(world, list).await.unwrap();
        keys.into_iter().map(|key| (key.id, key.status)).collect()
    }

    /// Whether the service lets it in.
    async fn knocks(&self, world: &World) -> Result<(), AuthnError> {
        self.actor(world).await.map(drop)
    }
}

#[tokio::test]
async fn a_user_changes_its_key_without_a_pause() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    root.makes_user(&world, "alice").await;
    let attach = root.attach(on_user("alice"), system("AliyunRAMFullAccess"));
    root.calls(&world, attach).await.unwrap();
    let old = root.makes_key(&world, of_user("alice")).await.unwrap();
    let alice = Someone::with(&world, root.account(), &old);
    assert_eq!(alice.knocks(&world).await, Ok(()));

    world.advance(SignedDuration::from_secs(1));
    let new = alice.makes_key(&world, KeyHolder::Caller).await.unwrap();
    let renewed = Someone::with(&world, root.account(), &new);
    assert_eq!(
        (alice.knocks(&world).await, renewed.knocks(&world).await),
        (Ok(()), Ok(()))
    );

    let (active, inactive) = (AccessKeyStatus::Active, AccessKeyStatus::Inactive);
    let off = renewed
        .switches(&world, KeyHolder::Caller, &old.id, inactive)
        .await;
    assert_eq!(off, Ok(()));
    assert_eq!(alice.knocks(&world).await, Err(AuthnError::InactiveKey));
    let both = [(old.id.clone(), inactive), (new.id.clone(), active)];
    assert_eq!(renewed.lists(&world, KeyHolder::Caller).await, both);
    let on = renewed.switches(&world, of_user("alice"), &old.id, active).await;
    assert_eq!((on, alice.knocks(&world).await), (Ok(()), Ok(())));

    assert_eq!(renewed.deletes(&world, KeyHolder::Caller, &old.id).await, Ok(()));
    assert_eq!(alice.knocks(&world).await, Err(AuthnError::UnknownKey));
    assert_eq!(renewed.lists(&world, KeyHolder::Caller).await, [(new.id, active)]);
}

#[tokio::test]
async fn each_has_two_keys_at_the_most() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    root.makes_user(&world, "alice").await;
    let service = CreateService {
        name: "oss".parse().unwrap(),
        description: String::new(),
    };
    root.calls(&world, service).await.unwrap();
    for holder in [of_user("alice"), of_service("oss")] {
        root.makes_key(&world, holder.clone()).await.unwrap();
        let second = root.makes_key(&world, holder.clone()).await.unwrap();
        let third = root.makes_key(&world, holder.clone()).await;
        assert_eq!(third.map(drop), Err(Error::Quota(Quota::AccessKeys)));
        root.deletes(&world, holder.clone(), &second.id).await.unwrap();
        assert!(root.makes_key(&world, holder).await.is_ok());
    }
    // The root of the account began with one.
    assert!(root.makes_key(&world, KeyHolder::Caller).await.is_ok());
    let third = root.makes_key(&world, KeyHolder::Caller).await;
    assert_eq!(third.map(drop), Err(Error::Quota(Quota::AccessKeys)));
}

#[tokio::test]
async fn new_keys_look_like_the_vendors_and_open_what_they_stand_for() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    root.makes_user(&world, "alice").await;
    let key = root.makes_key(&world, of_user("alice")).await.unwrap();
    assert!(key.id.as_str().starts_with("LTAI") && key.id.as_str().len() == 24);
    let secret = key.secret.expose();
    assert!(secret.len() == 30 && secret.iter().all(u8::is_ascii_alphanumeric));
    assert_eq!((key.status, key.created), (AccessKeyStatus::Active, world.now()));
    let alice = Someone::with(&world, root.account(), &key);
    let who = GetCallerIdentity {
        account: root.account(),
    };
    let caller = alice.calls(&world, who).await.unwrap();
    let get = GetUser {
        account: root.account(),
        name: "alice".parse().unwrap(),
    };
    let user = root.calls(&world, get).await.unwrap();
    let expected = claviger_model::Identity::User {
        id: user.id,
        name: user.name,
    };
    assert_eq!((caller.identity, caller.access_key), (expected, Some(key.id)));
}

#[tokio::test]
async fn keys_of_others_and_missing_ones_are_not_found() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    root.makes_user(&world, "alice").await;
    root.makes_user(&world, "bob").await;
    let key = root.makes_key(&world, of_user("alice")).await.unwrap();
    let used = async |holder, id: &AccessKeyId| {
        let used = GetAccessKeyLastUsed {
            account: root.account(),
            holder,
            id: id.clone(),
        };
        root.calls(&world, used).await.map(drop)
    };
    let missing = Err(Error::NotFound(Missing::AccessKey));
    let unknown = "LTAIunknown".parse().unwrap();
    let off = AccessKeyStatus::Inactive;
    for (holder, id) in [
        (of_user("bob"), &key.id),
        (KeyHolder::Caller, &key.id),
        (of_user("alice"), &unknown),
    ] {
        assert_eq!(root.switches(&world, holder.clone(), id, off).await, missing);
        assert_eq!(root.deletes(&world, holder.clone(), id).await, missing);
        assert_eq!(used(holder, id).await, missing);
    }
    let owners = [
        (of_user("nobody"), Missing::User),
        (of_service("oss"), Missing::Service),
    ];
    for (holder, what) in owners {
        let missing = Err(Error::NotFound(what));
        let made = root.makes_key(&world, holder.clone()).await;
        assert_eq!(made.map(drop), missing);
        assert_eq!(root.switches(&world, holder.clone(), &key.id, off).await, missing);
        assert_eq!(root.deletes(&world, holder.clone(), &key.id).await, missing);
        assert_eq!(used(holder, &key.id).await, missing);
    }
    assert_eq!(
        Someone::with(&world, root.account(), &key).knocks(&world).await,
        Ok(())
    );
}

#[tokio::test]
async fn the_last_use_of_a_key_is_told() {
    let mut world = World::new().await;
    let root = Someone::root(&world, 0);
    root.makes_user(&world, "alice").await;
    let key = root.makes_key(&world, of_user("alice")).await.unwrap();
    let used = || GetAccessKeyLastUsed {
        account: root.account(),
        holder: of_user("alice"),
        id: key.id.clone(),
    };
    assert_eq!(root.calls(&world, used()).await, Ok(None));
    world.advance(SignedDuration::from_hours(1));
    let at = world.now();
    let alice = Someone::with(&world, root.account(), &key);
    alice.knocks(&world).await.unwrap();
    world.advance(SignedDuration::from_hours(1));
    // Uses are noted now and then, and at a stop.
    world.restart().await;
    assert_eq!(root.calls(&world, used()).await, Ok(Some(at)));
}

#[tokio::test]
async fn a_deleted_service_is_turned_away() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let make = || CreateService {
        name: "oss".parse().unwrap(),
        description: String::new(),
    };
    root.calls(&world, make()).await.unwrap();
    let key = root.makes_key(&world, of_service("oss")).await.unwrap();
    let service = Someone::with(&world, root.account(), &key);
    assert_eq!(service.knocks(&world).await, Ok(()));
    let delete = DeleteService {
        name: "oss".parse().unwrap(),
    };
    root.calls(&world, delete).await.unwrap();
    assert_eq!(service.knocks(&world).await, Err(AuthnError::UnknownKey));
    root.calls(&world, make()).await.unwrap();
    assert_eq!(service.knocks(&world).await, Err(AuthnError::UnknownKey));
}

/// Whether any file below a folder holds these bytes.
fn is_anywhere(folder: &Path, needle: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return is_anywhere(&path, needle);
        }
        let bytes = fs::read(path).unwrap();
        bytes.windows(needle.len()).any(|window| window == needle)
    })
}

#[tokio::test]
async fn secrets_are_nowhere_but_in_the_one_answer() {
    let mut world = World::new().await;
    let root = Someone::root(&world, 0);
    root.makes_user(&world, "alice").await;
    let service = CreateService {
        name: "oss".parse().unwrap(),
        description: String::new(),
    };
    root.calls(&world, service).await.unwrap();
    let mut secrets = Vec::new();
    for holder in [of_user("alice"), of_service("oss"), KeyHolder::Caller] {
        let key = root.makes_key(&world, holder.clone()).await.unwrap();
        Someone::with(&world, root.account(), &key)
            .knocks(&world)
            .await
            .unwrap();
        root.lists(&world, holder).await;
        secrets.push(key);
    }
    let account = CreateAccount { name: "other".into() };
    secrets.push(root.calls(&world, account).await.unwrap().1);
    world.stop().await;
    let folder = world.audit_folder();
    let folder = folder.parent().unwrap();
    for key in secrets {
        assert!(is_anywhere(folder, key.id.as_str().as_bytes()));
        assert!(!is_anywhere(folder, key.secret.expose()));
    }
}
