//! Use is judged by the clock at the moment of use, whether or not a job has run.

use claviger_model::{Error, KeyId, KeyState, Missing, Refusal, SignedDuration, StateKind};
use claviger_service::ops::alias::CreateAlias;
use claviger_service::ops::key::{DescribeKey, EnableKey};
use claviger_testkit::World;

use crate::calls::Root;

async fn with_doomed_key(days: i64) -> (World, KeyId, Vec<u8>) {
    let mut world = World::new().await;
    let root = Root::of(&world).await;
    let service = world.service();
    let key = root.makes_key(&service).await.id;
    let blob = root.encrypts_to_blob(&service, root.key(key)).await.unwrap().blob;
    let alias = CreateAlias {
        prefixed: true,
        per_key: u32::MAX,
        name: "app".parse().unwrap(),
        key: root.key(key),
    };
    root.calls(&service, alias).await.unwrap();
    drop(service);
    let due = world.now() + SignedDuration::from_hours(24 * days);
    let account = world.root().account();
    world
        .force_state(account, &key.to_string(), KeyState::PendingDeletion { due })
        .await;
    (world, key, blob)
}

#[tokio::test]
async fn a_key_is_gone_at_its_deletion_date_even_for_caches() {
    let (world, key, blob) = with_doomed_key(7).await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let waiting = Err(Error::Refused(Refusal::NotUsable(StateKind::PendingDeletion)));
    let gone = Error::NotFound(Missing::Key);
    assert_eq!(root.encrypts(&service, root.key(key)).await, waiting);
    world.advance(SignedDuration::from_hours(24 * 7) - SignedDuration::from_millis(1));
    assert_eq!(root.encrypts(&service, root.alias("app")).await, waiting);
    assert!(root.calls(&service, DescribeKey(root.key(key))).await.is_ok());
    world.advance(SignedDuration::from_millis(1));
    assert_eq!(root.encrypts(&service, root.key(key)).await, Err(gone.clone()));
    assert_eq!(
        root.encrypts(&service, root.alias("app")).await,
        Err(Error::NotFound(Missing::Alias)),
        "the aliases of a key go with it"
    );
    assert_eq!(root.decrypts(&service, &blob).await, Err(gone.clone()));
    assert_eq!(
        root.calls(&service, DescribeKey(root.key(key))).await,
        Err(gone.clone())
    );
    assert_eq!(
        root.calls(
            &service,
            EnableKey {
                key: root.key(key),
                again: claviger_model::Again::Fine
            }
        )
        .await
        .map(drop),
        Err(gone)
    );
}

/// Nothing was decided at the start: a server that was off over the date knows it too.
#[tokio::test]
async fn a_key_whose_date_passed_while_the_server_was_off_is_gone() {
    let (mut world, key, blob) = with_doomed_key(7).await;
    world.stop().await;
    world.advance(SignedDuration::from_hours(24 * 30));
    world.resume().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    assert_eq!(
        root.decrypts(&service, &blob).await,
        Err(Error::NotFound(Missing::Key))
    );
    assert_eq!(
        root.encrypts(&service, root.key(key)).await,
        Err(Error::NotFound(Missing::Key))
    );
}
