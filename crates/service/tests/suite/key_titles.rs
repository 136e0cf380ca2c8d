//! Display names of keys: one key each, in one place, and none that looks like a service's.

use claviger_model::{Error, Existing, Field, Key, KeyId, Refusal, StateKind, Title};
use claviger_service::ops::key::{CreateKey, UpdateKeyTitle};
use claviger_testkit::World;

use crate::calls::Root;
use crate::lifetimes::DAY;

const CLASH: Error = Error::Exists(Existing::Title);

fn title(text: &str) -> Title {
    text.parse().unwrap()
}

fn titled(root: &Root, text: &str) -> CreateKey {
    CreateKey {
        title: Some(title(text)),
        ..root.create_key()
    }
}

fn renamed(root: &Root, key: KeyId, text: &str) -> UpdateKeyTitle {
    UpdateKeyTitle {
        key: root.key(key),
        title: title(text),
    }
}

#[tokio::test]
async fn a_name_is_of_one_key() {
    let world = World::build()
        .caller("LTAIowner", "s1")
        .caller("LTAIneighbour", "s2")
        .start()
        .await;
    let service = world.service();
    let (root, neighbour) = (Root::of(&world).await, Root::at(&world, 1).await);
    let first = root.calls(&service, titled(&root, "first")).await.unwrap();
    assert_eq!(first.title, Some(title("first")));
    assert_eq!(
        root.calls(&service, titled(&root, "first")).await.map(drop),
        Err(CLASH)
    );
    // Who is elsewhere has names of its own.
    assert!(
        neighbour
            .calls(&service, titled(&neighbour, "first"))
            .await
            .is_ok()
    );
    let second = root.makes_key(&service).await;
    assert_eq!(second.title, None);
    let clash = renamed(&root, second.id, "first");
    assert_eq!(root.calls(&service, clash).await.map(drop), Err(CLASH));
    for text in ["second", "second", "team:a/b_c-d"] {
        let rename = renamed(&root, second.id, text);
        assert!(root.calls(&service, rename).await.is_ok());
        let shown = root.describes(&service, second.id).await.unwrap();
        assert_eq!(shown.title, Some(title(text)));
    }
    // A name that was given up is free.
    assert!(root.calls(&service, titled(&root, "second")).await.is_ok());
}

#[tokio::test]
async fn names_of_the_keys_of_services_are_theirs() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let reserved = || Err(Error::Invalid(Field::Title));
    let key = root.makes_key(&service).await.id;
    assert_eq!(
        root.calls(&service, titled(&root, "obs/default")).await.map(drop),
        reserved()
    );
    let rename = renamed(&root, key, "a/b/default");
    assert_eq!(root.calls(&service, rename).await.map(drop), reserved());
    let theirs = world.add_service_key(root.scope.account, "oss").await;
    let rename = renamed(&root, theirs, "mine");
    assert_eq!(
        root.calls(&service, rename).await.map(drop),
        Err(Error::Refused(Refusal::OfService))
    );
}

/// A name is taken until the key is gone, and not a moment longer.
#[tokio::test]
async fn a_doomed_key_keeps_its_name_to_the_end() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let mut doomed = Vec::<Key>::new();
    for text in ["one", "two"] {
        doomed.push(root.calls(&service, titled(&root, text)).await.unwrap());
    }
    let heir = root.makes_key(&service).await.id;
    for key in &doomed {
        root.schedules_deletion(&service, key.id, 7 * DAY).await;
    }
    let waits = Err(Error::Refused(Refusal::NotUsable(StateKind::PendingDeletion)));
    let rename = renamed(&root, doomed[0].id, "other");
    assert_eq!(root.calls(&service, rename).await.map(drop), waits);
    assert_eq!(
        root.calls(&service, titled(&root, "one")).await.map(drop),
        Err(CLASH)
    );
    world.advance(7 * DAY);
    assert!(root.calls(&service, renamed(&root, heir, "one")).await.is_ok());
    assert!(root.calls(&service, titled(&root, "two")).await.is_ok());
}
