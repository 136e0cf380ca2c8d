//! Accounts, access keys, cells.

use claviger_model::{AccessKeyStatus, Identity};

use super::Subject;
use super::make::{Maker, draft, drafts};
use crate::{SealedCell, WriteError};

/// What goes in comes out; what was not put in is not there.
pub async fn an_account_reads_back_with_its_access_key(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = maker.account();
    let mut access_key = maker.access_key(&account);
    access_key.identity = Identity::System;
    access_key.status = AccessKeyStatus::Inactive;
    store
        .create_account(account.clone(), access_key.clone(), draft("a"))
        .await
        .unwrap();

    assert_eq!(store.account(account.id).await.unwrap(), Some(account.clone()));
    assert_eq!(
        store.access_key(&access_key.id).await.unwrap(),
        Some(access_key.clone())
    );
    assert_eq!(store.access_keys(account.id).await.unwrap(), [access_key]);

    let other = maker.account();
    let other_key = maker.access_key(&other);
    assert_eq!(store.account(other.id).await.unwrap(), None);
    assert_eq!(store.access_key(&other_key.id).await.unwrap(), None);
    assert_eq!(store.access_keys(other.id).await.unwrap(), []);
}

/// The order of lists is the order of birth, whatever the ids are.
pub async fn accounts_and_access_keys_are_listed_oldest_first(subject: &dyn Subject) {
    let store = subject.open().await;
    assert_eq!(store.accounts().await.unwrap(), []);
    let mut maker = Maker::new();
    let mut accounts: Vec<_> = (0..8).map(|_| maker.account()).collect();
    for account in accounts.iter().rev() {
        let access_key = maker.access_key(account);
        store
            .create_account(account.clone(), access_key.clone(), draft("a"))
            .await
            .unwrap();
        assert_eq!(store.access_keys(account.id).await.unwrap(), [access_key]);
    }
    assert_eq!(store.accounts().await.unwrap(), accounts);

    accounts.sort_by_key(|account| account.id);
    assert_ne!(
        store.accounts().await.unwrap(),
        accounts,
        "the ids of this case must not be in order of age"
    );
}

/// A clash of the account, of its other name or of the access key leaves nothing of the second account.
pub async fn an_account_is_made_once_and_whole_or_not_at_all(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (first, second) = (maker.account(), maker.account());
    let first_key = maker.access_key(&first);
    let second_key = maker.access_key(&second);
    store
        .create_account(first.clone(), first_key.clone(), draft("first"))
        .await
        .unwrap();

    let mut same_id = maker.access_key(&first);
    same_id.id = second_key.id.clone();
    let mut same_domain = second.clone();
    same_domain.domain = first.domain;
    let mut same_access_key = second_key.clone();
    same_access_key.id = first_key.id.clone();
    for (account, access_key) in [
        (first.clone(), same_id),
        (same_domain, second_key.clone()),
        (second.clone(), same_access_key),
    ] {
        let refused = store.create_account(account, access_key, draft("clash")).await;
        assert!(matches!(refused, Err(WriteError::Store(_))), "{refused:?}");
        assert_eq!(store.accounts().await.unwrap(), std::slice::from_ref(&first));
        assert_eq!(
            store.access_key(&first_key.id).await.unwrap(),
            Some(first_key.clone())
        );
        assert_eq!(store.access_key(&second_key.id).await.unwrap(), None);
        assert_eq!(drafts(&*store).await.len(), 1);
    }
    store
        .create_account(second, second_key, draft("second"))
        .await
        .unwrap();
}

/// The two things that are made together must belong together.
pub async fn an_access_key_of_another_account_is_not_taken(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (first, second) = (maker.account(), maker.account());
    let (first_key, further) = (maker.access_key(&first), maker.access_key(&first));
    store
        .create_account(first.clone(), first_key.clone(), draft("first"))
        .await
        .unwrap();
    let refused = store
        .create_account(second.clone(), further, draft("second"))
        .await;
    assert!(matches!(refused, Err(WriteError::Store(_))), "{refused:?}");
    assert_eq!(store.account(second.id).await.unwrap(), None);
    assert_eq!(store.access_keys(first.id).await.unwrap(), [first_key]);
}

/// Cells are told apart by their exact names, and keep any bytes, none included.
pub async fn cells_hold_the_value_last_written(subject: &dyn Subject) {
    let store = subject.open().await;
    let cell = |bytes: &[u8]| SealedCell(bytes.into());
    assert_eq!(store.cell("log").await.unwrap(), None);
    store.set_cell("log", cell(b"\0one\xff")).await.unwrap();
    store.set_cell("Log", cell(b"")).await.unwrap();
    assert_eq!(store.cell("log").await.unwrap(), Some(cell(b"\0one\xff")));
    store.set_cell("log", cell(b"two")).await.unwrap();
    assert_eq!(store.cell("log").await.unwrap(), Some(cell(b"two")));
    assert_eq!(store.cell("Log").await.unwrap(), Some(cell(b"")));
    assert_eq!(store.cell("lo_").await.unwrap(), None);
    drop(store);

    let store = subject.open().await;
    assert_eq!(store.cell("log").await.unwrap(), Some(cell(b"two")));
    assert_eq!(drafts(&*store).await, [], "cells leave no drafts");
}
