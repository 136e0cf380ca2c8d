//! The key that signs checkpoints of the audit log.

use std::sync::atomic::{AtomicU8, Ordering};

use claviger_secret::SecretBytes;
use claviger_service::{CheckpointKeyError, checkpoint_key};
use claviger_store::{SealedCell, Store as _};
use claviger_testkit::World;

/// Makes another key every time.
struct Forge(AtomicU8);

impl Forge {
    fn next(&self) -> SecretBytes {
        SecretBytes::copied(&[self.0.fetch_add(1, Ordering::Relaxed); 48])
    }
}

#[tokio::test]
async fn a_deployment_has_one_key_however_many_start_at_once() {
    let world = World::new().await;
    let (store, keeper, forge) = (world.store(), world.open_provider(), Forge(AtomicU8::new(1)));
    let start = || checkpoint_key(&*store, &*keeper, || Ok::<_, &str>(forge.next()));
    let (one, two, three) = tokio::join!(start(), start(), start());
    let (one, two, three) = (one.unwrap(), two.unwrap(), three.unwrap());
    assert_eq!(one.expose(), two.expose());
    assert_eq!(one.expose(), three.expose());
    let later = checkpoint_key(&*store, &*keeper, || Err("not again"))
        .await
        .unwrap();
    assert_eq!(later.expose(), one.expose());
    let sealed = store.cell("audit/checkpoint-key").await.unwrap().unwrap();
    assert!(!sealed.0.windows(8).any(|bytes| bytes == &one.expose()[..8]));
}

#[tokio::test]
async fn a_key_that_does_not_open_is_not_replaced() {
    let world = World::new().await;
    let (store, keeper, forge) = (world.store(), world.open_provider(), Forge(AtomicU8::new(1)));
    let failed = checkpoint_key(&*store, &*keeper, || Err("no randomness")).await;
    assert!(matches!(
        failed,
        Err(CheckpointKeyError::Generate("no randomness"))
    ));
    assert_eq!(store.cell("audit/checkpoint-key").await.unwrap(), None);
    let spoiled = SealedCell(b"spoiled".as_slice().into());
    store
        .set_cell("audit/checkpoint-key", spoiled.clone())
        .await
        .unwrap();
    let opened = checkpoint_key(&*store, &*keeper, || Ok::<_, &str>(forge.next())).await;
    assert!(matches!(opened, Err(CheckpointKeyError::Keeper(_))));
    assert_eq!(store.cell("audit/checkpoint-key").await.unwrap(), Some(spoiled));
}
