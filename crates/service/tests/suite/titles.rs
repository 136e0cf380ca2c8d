//! What keys are called, as it is told to who shows calls of the past.

use claviger_model::{KeyId, Title};
use claviger_service::Called;
use claviger_service::ops::key::{CreateKey, UpdateKeyTitle};
use claviger_testkit::World;

use crate::calls::Root;
use crate::lifetimes::DAY;

fn title(text: &str) -> Title {
    text.parse().unwrap()
}

fn called(text: &str) -> Called {
    Called::Title(title(text))
}

async fn titled(world: &World, root: &Root, text: &str) -> KeyId {
    let create = CreateKey {
        title: Some(title(text)),
        ..root.create_key()
    };
    root.calls(&world.service(), create).await.unwrap().id
}

#[tokio::test]
async fn keys_are_called_what_they_are_called_now_as_long_as_they_are_there() {
    let world = World::build()
        .caller("LTAIowner", "s1")
        .caller("LTAIneighbour", "s2")
        .start()
        .await;
    let service = world.service();
    let (root, neighbour) = (Root::of(&world).await, Root::at(&world, 1).await);
    let first = titled(&world, &root, "first").await;
    let nameless = root.makes_key(&service).await.id;
    let theirs = world.add_service_key(root.scope.account, "oss").await;
    let foreign = titled(&world, &neighbour, "foreign").await;
    let all = [first, nameless, theirs, foreign];
    let told = async || service.titles(&root.scope, &all, world.now()).await.unwrap();
    let of_service = (theirs, Called::OfService("oss".parse().unwrap()));
    assert_eq!(told().await, [(first, called("first")), of_service.clone()]);
    let rename = UpdateKeyTitle {
        key: root.key(first),
        title: title("other"),
    };
    root.calls(&service, rename).await.unwrap();
    assert_eq!(told().await, [(first, called("other")), of_service.clone()]);
    root.schedules_deletion(&service, first, 7 * DAY).await;
    world.advance(7 * DAY);
    assert_eq!(told().await, [of_service]);
}

#[tokio::test]
async fn a_name_leads_to_its_key_and_its_beginning_does_not() {
    let world = World::build()
        .caller("LTAIowner", "s1")
        .caller("LTAIneighbour", "s2")
        .start()
        .await;
    let service = world.service();
    let (root, neighbour) = (Root::of(&world).await, Root::at(&world, 1).await);
    let key = titled(&world, &root, "app").await;
    titled(&world, &root, "app/2").await;
    let foreign = titled(&world, &neighbour, "foreign").await;
    let found = async |root: &Root, text: &str| {
        let found = service.key_called(&root.scope, &called(text)).await;
        found.unwrap()
    };
    assert_eq!(found(&root, "app").await, Some(key));
    for text in ["ap", "app/", "foreign"] {
        assert_eq!(found(&root, text).await, None, "{text}");
    }
    assert_eq!(found(&neighbour, "foreign").await, Some(foreign));
    let service_key = Called::OfService("oss".parse().unwrap());
    let found = service.key_called(&root.scope, &service_key).await;
    assert_eq!(found.unwrap(), None);
}
