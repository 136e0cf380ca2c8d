//! Access keys of roots, users and services.

use claviger_model::{
    AccessKeyId, AccessKeyStatus, AccountId, Error, KeyOwner, Missing, Quota, SignedDuration,
};

use super::Subject;
use super::make::{Maker, draft, drafts, refused};
use super::people::{add_account, add_user};
use super::together::together;
use super::versions::found;
use crate::{AccessKey, SealedCell, Store, WriteError};

/// An account with its root, two users and two services.
async fn owners(store: &dyn Store, maker: &mut Maker) -> (AccountId, Vec<KeyOwner>) {
    let account = add_account(store, maker).await;
    let mut owners = vec![KeyOwner::Root];
    for name in ["a", "b"] {
        owners.push(KeyOwner::User(add_user(store, maker, account, name).await.id));
        let service = maker.service(account, name);
        owners.push(KeyOwner::Service(service.name.clone()));
        store.create_service(service, draft("service")).await.unwrap();
    }
    (account, owners)
}

/// By its id and among those of its owner, oldest first, also after a restart.
pub async fn access_keys_are_told_apart_by_their_owners(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (account, owners) = owners(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let root = store.access_keys(account, &KeyOwner::Root).await.unwrap();
    let mut made = Vec::new();
    for owner in &owners {
        let mut keys = Vec::new();
        for (length, status) in [(0, AccessKeyStatus::Inactive), (5000, AccessKeyStatus::Active)] {
            let key = AccessKey {
                secret: SealedCell(vec![7; length].into()),
                status,
                last_used: (length > 0).then(|| maker.moment()),
                ..maker.key_of(account, owner)
            };
            keys.push(key);
        }
        for key in keys.iter().rev() {
            assert_eq!(store.access_key(&key.id).await.unwrap(), None);
            let done = store
                .create_access_key(key.clone(), u32::MAX, draft("key"))
                .await
                .unwrap();
            let last = drafts(&*store).await.pop().unwrap();
            assert_eq!((last.number, &*last.value), (done.number, "key"));
        }
        if *owner == KeyOwner::Root {
            keys.splice(..0, root.clone());
        }
        made.push(keys);
    }
    drop(store);
    let store = subject.open().await;
    for (owner, keys) in owners.iter().zip(made) {
        assert_eq!(store.access_keys(account, owner).await.unwrap(), keys);
        for key in keys {
            assert_eq!(store.access_key(&key.id).await.unwrap(), Some(key));
        }
        let there = store.access_keys(elsewhere, owner).await.unwrap();
        assert_eq!(there.len(), usize::from(*owner == KeyOwner::Root));
    }
}

/// In its own account; and the id must be free in the whole deployment.
pub async fn an_access_key_needs_its_owner(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (account, owners) = owners(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let nowhere = maker.account().id;
    let stranger = KeyOwner::User(maker.user(account, "c").id);
    let no_service = KeyOwner::Service("none".parse().unwrap());
    let before = drafts(&*store).await;
    for (account, owner, missing) in [
        (nowhere, &KeyOwner::Root, Missing::Account),
        (nowhere, &owners[1], Missing::User),
        (elsewhere, &owners[1], Missing::User),
        (account, &stranger, Missing::User),
        (elsewhere, &owners[2], Missing::Service),
        (account, &no_service, Missing::Service),
    ] {
        for quota in [0, 5] {
            let key = maker.key_of(account, owner);
            let lost = store.create_access_key(key.clone(), quota, draft("no")).await;
            assert_eq!(refused(lost), Error::NotFound(missing), "{owner:?}");
            assert_eq!(store.access_key(&key.id).await.unwrap(), None);
        }
    }
    assert_eq!(drafts(&*store).await, before);
    let first = maker.key_of(account, &owners[1]);
    store
        .create_access_key(first.clone(), 5, draft("key"))
        .await
        .unwrap();
    for (account, owner) in [(account, &owners[1]), (elsewhere, &KeyOwner::Root)] {
        let again = AccessKey {
            id: first.id.clone(),
            ..maker.key_of(account, owner)
        };
        let again = store.create_access_key(again, 5, draft("no")).await;
        assert!(matches!(again, Err(WriteError::Store(_))), "{again:?}");
    }
    assert_eq!(store.access_key(&first.id).await.unwrap(), Some(first));
}

/// Each owner has its own; those that are switched off count, those that are deleted do not.
pub async fn access_keys_are_made_up_to_the_quota(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (account, owners) = owners(&*store, &mut maker).await;
    let full = Error::Quota(Quota::AccessKeys);
    for owner in &owners {
        let had = store.access_keys(account, owner).await.unwrap().len();
        let quota = u32::try_from(had).unwrap();
        let mut create = |quota| {
            let key = AccessKey {
                status: AccessKeyStatus::Inactive,
                ..maker.key_of(account, owner)
            };
            store.create_access_key(key, quota, draft("key"))
        };
        assert_eq!(refused(create(quota).await), full);
        let wishes: Vec<_> = (0..8).map(|_| create(quota + 2)).collect();
        let (done, rest): (Vec<_>, Vec<_>) = together(wishes).await.into_iter().partition(Result::is_ok);
        assert_eq!(done.len(), 2);
        for answer in rest {
            assert_eq!(refused(answer), full);
        }
        let keys = store.access_keys(account, owner).await.unwrap();
        assert_eq!(keys.len(), had + 2);
        store
            .delete_access_key(account, owner, &keys[0].id, draft("delete"))
            .await
            .unwrap();
        create(quota + 2).await.unwrap();
        assert_eq!(refused(create(quota + 2).await), full);
    }
}

/// Switched on and off and deleted by its owner only.
pub async fn an_access_key_changes_for_its_owner_only(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (account, owners) = owners(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    for (place, owner) in owners.iter().enumerate() {
        let mut key = maker.key_of(account, owner);
        store
            .create_access_key(key.clone(), u32::MAX, draft("key"))
            .await
            .unwrap();
        let update = async |account, owner: &KeyOwner, status| {
            let done = store.update_access_key(account, owner, &key.id, status, draft("status"));
            done.await
        };
        let other = &owners[(place + 1) % owners.len()];
        let before = drafts(&*store).await;
        for (account, owner) in [(account, other), (elsewhere, owner)] {
            let answer = update(account, owner, AccessKeyStatus::Inactive).await;
            assert_eq!(refused(answer), Error::NotFound(Missing::AccessKey));
            let answer = store
                .delete_access_key(account, owner, &key.id, draft("no"))
                .await;
            assert_eq!(refused(answer), Error::NotFound(Missing::AccessKey));
        }
        assert_eq!(drafts(&*store).await, before);
        assert_eq!(store.access_key(&key.id).await.unwrap().as_ref(), Some(&key));
        for status in [
            AccessKeyStatus::Inactive,
            AccessKeyStatus::Inactive,
            AccessKeyStatus::Active,
        ] {
            let done = update(account, owner, status).await.unwrap();
            let last = drafts(&*store).await.pop().unwrap();
            assert_eq!((last.number, &*last.value), (done.number, "status"));
            key.status = status;
            assert_eq!(store.access_key(&key.id).await.unwrap().as_ref(), Some(&key));
        }
        let delete = async || {
            store
                .delete_access_key(account, owner, &key.id, draft("delete"))
                .await
        };
        let done = delete().await.unwrap();
        let last = drafts(&*store).await.pop().unwrap();
        assert_eq!((last.number, &*last.value), (done.number, "delete"));
        assert_eq!(store.access_key(&key.id).await.unwrap(), None);
        assert_eq!(refused(delete().await), Error::NotFound(Missing::AccessKey));
    }
}

/// Of whatever length they were; those of others stay.
pub async fn a_deleted_access_key_leaves_nothing_of_its_secret(subject: &dyn Subject) {
    let mut maker = Maker::new();
    let marks = ["MARK-GONE-", "MARK-STAYS-"];
    let store = subject.open().await;
    let (account, owners) = owners(&*store, &mut maker).await;
    let mut made = Vec::new();
    for round in 0..20 {
        for mark in marks {
            let owner = &owners[round % owners.len()];
            let key = AccessKey {
                secret: SealedCell(mark.repeat(1 + round * round).into_bytes().into()),
                ..maker.key_of(account, owner)
            };
            store
                .create_access_key(key.clone(), u32::MAX, draft("key"))
                .await
                .unwrap();
            made.push((mark, key));
        }
    }
    drop(store);
    assert_eq!(found(subject, &marks).await, marks);

    let store = subject.open().await;
    for (_, key) in made.iter().filter(|(mark, _)| *mark == marks[0]) {
        store
            .delete_access_key(account, &key.owner, &key.id, draft("delete"))
            .await
            .unwrap();
    }
    for (mark, key) in &made {
        let expected = (*mark == marks[1]).then_some(key);
        assert_eq!(store.access_key(&key.id).await.unwrap().as_ref(), expected);
    }
    drop(store);
    assert_eq!(found(subject, &marks).await, [marks[1]]);
}

/// The latest moment stays; keys that are gone are passed over, and there are no drafts.
pub async fn uses_of_access_keys_are_noted(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (account, owners) = owners(&*store, &mut maker).await;
    let mut keys = Vec::new();
    for owner in &owners {
        let key = maker.key_of(account, owner);
        store
            .create_access_key(key.clone(), u32::MAX, draft("key"))
            .await
            .unwrap();
        keys.push(key);
    }
    let before = drafts(&*store).await;
    let now = maker.moment();
    let later = now + SignedDuration::from_secs(60);
    let gone: AccessKeyId = "gone".parse().unwrap();
    let use_of = |place: usize, moment| (keys[place].id.clone(), moment);
    store.note_uses(&[]).await.unwrap();
    store
        .note_uses(&[
            use_of(0, now),
            (gone.clone(), now),
            use_of(1, later),
            use_of(2, now),
        ])
        .await
        .unwrap();
    store
        .note_uses(&[use_of(0, later), use_of(1, now), (gone.clone(), later)])
        .await
        .unwrap();
    drop(store);
    let store = subject.open().await;
    for (key, used) in keys.iter().zip([Some(later), Some(later), Some(now), None, None]) {
        let expected = AccessKey {
            last_used: used,
            ..key.clone()
        };
        assert_eq!(store.access_key(&key.id).await.unwrap(), Some(expected));
    }
    assert_eq!(store.access_key(&gone).await.unwrap(), None);
    assert_eq!(drafts(&*store).await, before);
}
