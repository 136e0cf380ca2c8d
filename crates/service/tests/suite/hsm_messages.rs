//! Messages under versions with short nonces: they are counted, and end.

use claviger_model::{
    Again, EncryptionContext, Error, Key, KeySpec, KeyVersionId, MessageLimit, Origin, Refusal,
};
use claviger_service::Service;
use claviger_service::ops::crypto::{Ciphertext, Opener, ReEncrypt, Source};
use claviger_service::ops::import::DeleteKeyMaterial;
use claviger_service::ops::key::{CreateKey, RotateOnDemand};
use claviger_testkit::World;

use crate::calls::Root;

const SPENT: Error = Error::Refused(Refusal::MessageLimit);
/// Ten messages, reserved by four.
const LIMIT: MessageLimit = MessageLimit::new(10, 4);

async fn world() -> World {
    World::build().message_limit(LIMIT).start().await
}

/// How many messages go before there is no further one, up to 100.
async fn fill(root: &Root, service: &Service, key: &Key) -> usize {
    for count in 0..100 {
        match root.encrypts(service, root.key(key.id)).await {
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error, SPENT);
                return count;
            }
        }
    }
    100
}

#[tokio::test]
async fn a_version_encrypts_as_often_as_it_may() {
    let world = world().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_in_hardware(&service, KeySpec::Sm4).await;
    let first = root.encrypts_now(&service, key.id).await;
    root.calls(&service, root.data_key(&key)).await.unwrap();
    assert_eq!(fill(&root, &service, &key).await, 8);

    let re_encrypt = ReEncrypt {
        source: Source::Envelope {
            ciphertext: Ciphertext::parse(first.blob.clone()).unwrap(),
            opener: Opener::Named,
            context: EncryptionContext::default(),
        },
        destination: root.key(key.id),
        context: EncryptionContext::default(),
    };
    let refused = root.calls(&service, re_encrypt).await.map(drop);
    assert_eq!(refused, Err(SPENT));
    let refused = root.calls(&service, root.data_key(&key)).await.map(drop);
    assert_eq!(refused, Err(SPENT));
    assert_eq!(root.reads(&service, &first.blob).await, b"text");

    let rotate = RotateOnDemand {
        key: root.key(key.id),
    };
    root.calls(&service, rotate).await.unwrap();
    assert_eq!(fill(&root, &service, &key).await, 10);
    let records = world.audited_calls().await;
    let refused = records
        .iter()
        .filter(|record| record["error"]["code"] == "message_limit");
    assert_eq!(refused.count(), 4);
}

#[tokio::test]
async fn formats_with_long_nonces_are_not_counted() {
    let world = world().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    for spec in [KeySpec::Aes256, KeySpec::Aes128] {
        let key = root.makes_in_hardware(&service, spec).await;
        assert_eq!(fill(&root, &service, &key).await, 100);
    }
    let key = root.makes_key(&service).await;
    assert_eq!(fill(&root, &service, &key).await, 100);
}

/// A crash loses what was reserved and gives nothing back.
#[tokio::test]
async fn no_restart_lets_a_version_encrypt_more() {
    let mut world = world().await;
    let root = Root::of(&world).await;
    let key = root.makes_in_hardware(&world.service(), KeySpec::Sm4).await;
    root.encrypts_now(&world.service(), key.id).await;
    world.crash();
    world.resume().await;
    root.encrypts_now(&world.service(), key.id).await;
    world.restart().await;
    assert_eq!(
        fill(&root, &world.service(), &key).await,
        2,
        "the last, short block"
    );
    world.restart().await;
    assert_eq!(fill(&root, &world.service(), &key).await, 0);
}

#[tokio::test]
async fn two_nodes_share_the_messages_of_a_version() {
    let world = world().await;
    let (here, root) = (world.service(), Root::of(&world).await);
    let there = world.start_neighbour().await;
    let key = root.makes_in_hardware(&here, KeySpec::Sm4).await;
    let mut encrypted = 0;
    for service in [&here, &there, &here, &there, &there] {
        root.encrypts_now(service, key.id).await;
        encrypted += 1;
    }
    encrypted += fill(&root, &here, &key).await;
    encrypted += fill(&root, &there, &key).await;
    assert_eq!(encrypted, 10);
    drop(there);
}

#[tokio::test]
async fn callers_at_once_reserve_one_block_together() {
    let world = World::build()
        .message_limit(MessageLimit::new(6, 6))
        .start()
        .await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_in_hardware(&service, KeySpec::Sm4).await;
    let one = || root.encrypts(&service, root.key(key.id));
    let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
    assert!([a, b, c, d].iter().all(Result::is_ok));
    assert_eq!(fill(&root, &service, &key).await, 2);
}

/// The same material has the same nonces, wherever it was in between.
#[tokio::test]
async fn material_that_comes_again_brings_no_messages() {
    let world = world().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let create = CreateKey {
        origin: Origin::External,
        ..root.create_in_hardware(KeySpec::Sm4)
    };
    let key = root.calls(&service, create).await.unwrap();
    let mut encrypted = 0;
    let mut versions: Vec<KeyVersionId> = Vec::new();
    for _ in 0..4 {
        root.brings(&service, key.id, &[0x5a; 16], None).await.unwrap();
        if let Ok(made) = root.encrypts_to_blob(&service, root.key(key.id)).await {
            encrypted += 1;
            versions.push(made.version);
        }
        let discard = DeleteKeyMaterial {
            key: root.key(key.id),
            again: Again::Fine,
        };
        root.calls(&service, discard).await.unwrap();
    }
    assert_eq!(encrypted, 3, "three blocks and no fourth");
    assert!(versions.iter().all(|version| *version == versions[0]));
}
