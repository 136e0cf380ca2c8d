//! A change is seen by every call that begins after it was answered, on whatever task.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use claviger_model::{Error, Missing, Refusal, StateKind};
use claviger_service::ops::alias::{CreateAlias, DeleteAlias, UpdateAlias};
use claviger_service::ops::key::{DescribeKey, DisableKey, EnableKey, UpdateKeyDescription};
use claviger_testkit::World;

use crate::calls::Root;

const DISABLED: Error = Error::Refused(Refusal::NotUsable(StateKind::Disabled));

#[tokio::test]
async fn a_disabled_key_is_refused_and_an_enabled_one_works_at_once() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await;
    let blob = root
        .encrypts_to_blob(&service, root.key(key.id))
        .await
        .unwrap()
        .blob;
    for _ in 0..20 {
        root.calls(
            &service,
            DisableKey {
                key: root.key(key.id),
                again: claviger_model::Again::Fine,
            },
        )
        .await
        .unwrap();
        assert_eq!(root.encrypts(&service, root.key(key.id)).await, Err(DISABLED));
        assert_eq!(root.decrypts(&service, &blob).await, Err(DISABLED));
        root.calls(
            &service,
            EnableKey {
                key: root.key(key.id),
                again: claviger_model::Again::Fine,
            },
        )
        .await
        .unwrap();
        assert_eq!(root.encrypts(&service, root.key(key.id)).await, Ok(key.id));
        assert_eq!(root.decrypts(&service, &blob).await, Ok(()));
    }
}

/// Readers on other threads load the key again and again while it changes; none of them brings an old state back.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_on_other_tasks_never_bring_an_old_state_back() {
    let world = World::new().await;
    let (service, root) = (world.service(), Arc::new(Root::of(&world).await));
    let key = root.makes_key(&service).await.id;
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (service, root, done) = (Arc::clone(&service), Arc::clone(&root), Arc::clone(&done));
            tokio::spawn(async move {
                while !done.load(Ordering::SeqCst) {
                    let seen = root.encrypts(&service, root.key(key)).await;
                    assert!(seen == Ok(key) || seen == Err(DISABLED), "{seen:?}");
                }
            })
        })
        .collect();
    for _ in 0..60 {
        root.calls(
            &service,
            DisableKey {
                key: root.key(key),
                again: claviger_model::Again::Fine,
            },
        )
        .await
        .unwrap();
        assert_eq!(root.encrypts(&service, root.key(key)).await, Err(DISABLED));
        root.calls(
            &service,
            EnableKey {
                key: root.key(key),
                again: claviger_model::Again::Fine,
            },
        )
        .await
        .unwrap();
        assert_eq!(root.encrypts(&service, root.key(key)).await, Ok(key));
    }
    done.store(true, Ordering::SeqCst);
    for reader in readers {
        reader.await.unwrap();
    }
}

#[tokio::test]
async fn an_alias_that_moves_or_goes_is_followed_at_once() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let keys = [
        root.makes_key(&service).await.id,
        root.makes_key(&service).await.id,
    ];
    let name = || "app".parse().unwrap();
    let gone = Err(Error::NotFound(Missing::Alias));
    for _ in 0..10 {
        // A name that was looked for in vain is found once it is there.
        assert_eq!(root.encrypts(&service, root.alias("app")).await, gone);
        let key = root.key(keys[0]);
        root.calls(
            &service,
            CreateAlias {
                prefixed: true,
                per_key: u32::MAX,
                name: name(),
                key,
            },
        )
        .await
        .unwrap();
        assert_eq!(root.encrypts(&service, root.alias("app")).await, Ok(keys[0]));
        let key = root.key(keys[1]);
        root.calls(&service, UpdateAlias { name: name(), key })
            .await
            .unwrap();
        assert_eq!(root.encrypts(&service, root.alias("app")).await, Ok(keys[1]));
        let scope = root.scope.clone();
        root.calls(
            &service,
            DeleteAlias {
                scope,
                name: name(),
                of: None,
            },
        )
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn a_changed_description_is_shown_at_once() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    for text in ["one", "two", "", "two"] {
        let (key, description) = (root.key(key), text.to_owned());
        root.calls(
            &service,
            UpdateKeyDescription {
                key: key.clone(),
                description,
            },
        )
        .await
        .unwrap();
        assert_eq!(
            root.calls(&service, DescribeKey(key)).await.unwrap().description,
            text
        );
    }
}
