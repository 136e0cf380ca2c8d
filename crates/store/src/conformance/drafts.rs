//! The outbox, and the promise that a change and its draft stand and fall together.

use claviger_model::{Change, Key, Refusal, StateKind};

use super::Subject;
use super::make::{Maker, add_key, any, describe, draft, drafts, name};
use crate::{Outboxed, Store, VersionChange};

fn texts(drafts: &[Outboxed<String>]) -> Vec<&str> {
    drafts.iter().map(|draft| draft.value.as_str()).collect()
}

/// One draft per change, found under the number that the change answered, in the order of the changes.
pub async fn every_change_leaves_its_draft_under_the_number_it_got(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    assert_eq!(drafts(&*store).await, []);
    let account = maker.account();
    let access_key = maker.access_key(&account);
    let mut key = maker.key(&scope);
    let version = maker.version(&mut key);
    let alias = maker.alias(&key, "app");

    let mut numbers = Vec::new();
    numbers.push(
        store
            .create_account(account, access_key, draft("account"))
            .await
            .unwrap()
            .number,
    );
    numbers.push(
        store
            .create_key(key.clone(), Some(version), u32::MAX, draft("key"))
            .await
            .unwrap()
            .number,
    );
    numbers.extend(numbers_of_updates(&*store, &mut maker, &mut key).await);
    numbers.push(
        store
            .create_alias(alias, u32::MAX, u32::MAX, draft("alias"), any())
            .await
            .unwrap()
            .number,
    );
    let moved = store
        .move_alias(
            &scope,
            &name("app"),
            None,
            key.id,
            maker.moment(),
            draft("move"),
            any(),
        )
        .await
        .unwrap();
    numbers.push(moved.number);
    numbers.push(
        store
            .delete_alias(&scope, &name("app"), None, draft("delete"))
            .await
            .unwrap()
            .number,
    );
    numbers.push(
        store
            .delete_key(&scope, key.id, draft("end"), any())
            .await
            .unwrap()
            .number,
    );

    let found = drafts(&*store).await;
    assert_eq!(
        texts(&found),
        [
            "account", "key", "update", "keys", "version", "alias", "move", "delete", "end"
        ]
    );
    assert_eq!(
        found.iter().map(|draft| draft.number).collect::<Vec<_>>(),
        numbers
    );
    assert!(
        numbers[0] >= 1 && numbers.is_sorted_by(|left, right| left < right),
        "{numbers:?}"
    );
}

async fn numbers_of_updates(store: &dyn Store, maker: &mut Maker, key: &mut Key) -> Vec<u64> {
    let (scope, id) = (key.scope.clone(), key.id);
    let one = store.update_key(&scope, id, draft("update"), describe("x")).await;
    let several = store
        .update_keys(&scope, &[id], draft("keys"), describe("y"))
        .await;
    let further = VersionChange::Add {
        version: maker.version(key),
        quota: u32::MAX,
    };
    let version = store
        .update_version(&scope, id, further, draft("version"), describe("z"))
        .await;
    vec![
        one.unwrap().into_inner().number,
        several.unwrap().into_inner().number,
        version.unwrap().into_inner().number,
    ]
}

/// Refusals of every kind, and changes that were made before.
pub async fn a_change_that_does_not_happen_leaves_no_draft(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let key = add_key(&*store, &mut maker, &scope).await;
    let alias = maker.alias(&key, "app");
    store
        .create_alias(alias.clone(), u32::MAX, u32::MAX, draft("alias"), any())
        .await
        .unwrap();
    let before = drafts(&*store).await;

    let no = || draft("no");
    let missing = maker.key_id();
    let mut of_missing = maker.alias(&key, "other");
    of_missing.key = missing;
    assert!(store.create_key(key.clone(), None, u32::MAX, no()).await.is_err());
    assert!(
        store
            .update_key(&scope, missing, no(), describe("x"))
            .await
            .is_err()
    );
    let refuse = Box::new(|_| Err(Refusal::Transition(StateKind::Enabled)));
    assert!(store.update_key(&scope, key.id, no(), refuse).await.is_err());
    assert!(
        store
            .create_alias(alias, u32::MAX, u32::MAX, no(), any())
            .await
            .is_err()
    );
    assert!(
        store
            .create_alias(of_missing, u32::MAX, u32::MAX, no(), any())
            .await
            .is_err()
    );
    assert!(
        store
            .move_alias(&scope, &name("app"), None, missing, maker.moment(), no(), any())
            .await
            .is_err()
    );
    assert!(
        store
            .move_alias(&scope, &name("other"), None, key.id, maker.moment(), no(), any())
            .await
            .is_err()
    );
    assert!(
        store
            .delete_alias(&scope, &name("other"), None, no())
            .await
            .is_err()
    );
    let so = store
        .update_key(&scope, key.id, no(), Box::new(Key::enable))
        .await
        .unwrap();
    assert!(
        matches!(so, Change::AlreadySo(Outboxed { number: 0, .. })),
        "{so:?}"
    );

    assert_eq!(drafts(&*store).await, before);
    let next = store
        .delete_alias(&scope, &name("app"), None, draft("yes"))
        .await
        .unwrap();
    assert_eq!(
        drafts(&*store).await.last().map(|draft| draft.number),
        Some(next.number)
    );
}

/// Not after settling, not after settling everything, not after a restart on an empty outbox.
pub async fn numbers_grow_and_are_never_used_again(subject: &dyn Subject) {
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let store = subject.open().await;
    let key = add_key(&*store, &mut maker, &scope).await;
    let change = async |store: &dyn Store| {
        let change = store
            .update_key(&scope, key.id, draft("u"), describe("x"))
            .await
            .unwrap();
        change.into_inner().number
    };
    let first = change(&*store).await;
    let second = change(&*store).await;
    assert!(first < second);
    store.settle(second).await.unwrap();
    assert_eq!(drafts(&*store).await, []);
    let third = change(&*store).await;
    assert!(second < third);
    // As if the log had got further with another copy of this store.
    let far = third + 1000;
    store.settle(far).await.unwrap();
    assert_eq!(drafts(&*store).await, []);
    drop(store);

    let store = subject.open().await;
    let fourth = change(&*store).await;
    assert!(far < fourth, "{far} {fourth}");
    drop(store);

    let store = subject.open().await;
    assert_eq!(
        drafts(&*store).await,
        [Outboxed {
            number: fourth,
            value: "u".into()
        }]
    );
    assert!(fourth < change(&*store).await);
}

/// `after` is not in, `limit` is.
pub async fn the_outbox_is_read_in_pieces(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    for _ in 0..5 {
        add_key(&*store, &mut maker, &scope).await;
    }
    let all = store.outbox(0, 100).await.unwrap();
    assert_eq!(all.len(), 5);
    assert_eq!(store.outbox(0, 5).await.unwrap(), all);
    assert_eq!(store.outbox(0, 2).await.unwrap(), all[..2]);
    assert_eq!(store.outbox(all[1].number, 2).await.unwrap(), all[2..4]);
    assert_eq!(store.outbox(all[3].number, 100).await.unwrap(), all[4..]);
    assert_eq!(store.outbox(all[4].number, 100).await.unwrap(), []);
    assert_eq!(store.outbox(u64::MAX, u32::MAX).await.unwrap(), []);
    assert_eq!(store.outbox(0, 0).await.unwrap(), []);
}

/// Settling twice is as good as once; settling nothing does nothing.
pub async fn settling_forgets_up_to_the_number_and_no_further(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    for _ in 0..4 {
        add_key(&*store, &mut maker, &scope).await;
    }
    let all = drafts(&*store).await;
    store.settle(0).await.unwrap();
    assert_eq!(drafts(&*store).await, all);
    store.settle(all[1].number).await.unwrap();
    assert_eq!(drafts(&*store).await, all[2..]);
    store.settle(all[0].number).await.unwrap();
    store.settle(all[1].number).await.unwrap();
    assert_eq!(drafts(&*store).await, all[2..]);
    drop(store);

    let store = subject.open().await;
    assert_eq!(drafts(&*store).await, all[2..], "settled drafts stay settled");
    store.settle(all[3].number).await.unwrap();
    assert_eq!(drafts(&*store).await, []);
}

/// Health checks work on an empty and on a full store, and show nowhere.
pub async fn a_probe_leaves_nothing(subject: &dyn Subject) {
    let store = subject.open().await;
    store.probe().await.unwrap();
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let key = add_key(&*store, &mut maker, &scope).await;
    let before = drafts(&*store).await;
    store.probe().await.unwrap();
    store.probe().await.unwrap();
    assert_eq!(drafts(&*store).await, before);
    assert_eq!(store.key(&scope, key.id).await.unwrap(), Some(key));
    assert_eq!(store.accounts().await.unwrap(), []);
}
