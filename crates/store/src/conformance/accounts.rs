//! Accounts, access keys, cells.

use claviger_model::{AccessKeyStatus, Account, Error, InUse, KeyOwner, Missing, Scope};

use super::Subject;
use super::certificates::certificate;
use super::make::{Maker, add_key, any, draft, drafts, refused};
use super::people::{
    add_account, add_each, add_group, add_policy, add_role, add_user, group, policy, role, user,
};
use super::versions::found;
use crate::{AccessKey, SealedCell, WriteError};

/// What goes in comes out; what was not put in is not there.
pub async fn an_account_reads_back_with_its_access_key(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = maker.account();
    let mut access_key = maker.access_key(&account);
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
    assert_eq!(
        store.access_keys(account.id, &KeyOwner::Root).await.unwrap(),
        [access_key]
    );

    let other = maker.account();
    let other_key = maker.access_key(&other);
    assert_eq!(store.account(other.id).await.unwrap(), None);
    assert_eq!(store.access_key(&other_key.id).await.unwrap(), None);
    assert_eq!(store.access_keys(other.id, &KeyOwner::Root).await.unwrap(), []);
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
        assert_eq!(
            store.access_keys(account.id, &KeyOwner::Root).await.unwrap(),
            [access_key]
        );
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

/// The two things that are made together must belong together, and the access key to the root.
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
    assert_eq!(
        store.access_keys(first.id, &KeyOwner::Root).await.unwrap(),
        [first_key]
    );
}

/// Its name and nothing else, with the draft.
pub async fn an_account_gets_another_name(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (first, second) = (maker.account(), maker.account());
    for account in [&first, &second] {
        let access_key = maker.access_key(account);
        store
            .create_account(account.clone(), access_key, draft("a"))
            .await
            .unwrap();
    }
    let missing = maker.account().id;
    let unknown = store.rename_account(missing, "no".into(), draft("no")).await;
    assert_eq!(refused(unknown), Error::NotFound(Missing::Account));
    for name in ["", "名\0'", &second.name] {
        let renamed = store
            .rename_account(first.id, name.into(), draft(name))
            .await
            .unwrap();
        let expected = Account {
            name: name.into(),
            ..first.clone()
        };
        assert_eq!(renamed.value, expected);
        let last = drafts(&*store).await.pop().unwrap();
        assert_eq!((last.number, &*last.value), (renamed.number, name));
        assert_eq!(store.accounts().await.unwrap(), [expected, second.clone()]);
    }
    assert_eq!(drafts(&*store).await.len(), 5);
}

/// The first account stays whatever there is, and others while anything but their root's access keys is theirs.
pub async fn an_account_goes_when_it_is_empty(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let first = add_account(&*store, &mut maker).await;
    let id = add_account(&*store, &mut maker).await;
    let delete = async |id| store.delete_account(id, draft("delete")).await;
    let missing = maker.account().id;
    assert_eq!(refused(delete(missing).await), Error::NotFound(Missing::Account));
    add_each(&*store, &mut maker, first, "a").await;
    let oldest = Error::InUse(InUse::FirstAccount);
    assert_eq!(refused(delete(first).await), oldest);

    let in_use = Error::InUse(InUse::Account);
    let before = drafts(&*store).await;
    let name = "a";
    add_user(&*store, &mut maker, id, name).await;
    assert_eq!(refused(delete(id).await), in_use);
    store.delete_user(id, &user(name), draft("user")).await.unwrap();
    add_group(&*store, &mut maker, id, name).await;
    assert_eq!(refused(delete(id).await), in_use);
    store
        .delete_group(id, &group(name), draft("group"))
        .await
        .unwrap();
    add_role(&*store, &mut maker, id, name).await;
    assert_eq!(refused(delete(id).await), in_use);
    store.delete_role(id, &role(name), draft("role")).await.unwrap();
    add_policy(&*store, &mut maker, id, name).await;
    assert_eq!(refused(delete(id).await), in_use);
    store
        .delete_policy(id, &policy(name), false, draft("policy"))
        .await
        .unwrap();
    let service = maker.service(id, name);
    store
        .create_service(service.clone(), draft("service"))
        .await
        .unwrap();
    assert_eq!(refused(delete(id).await), in_use);
    store
        .delete_service(&service.name, draft("service"))
        .await
        .unwrap();
    let scope = Scope {
        account: id,
        region: "r".parse().unwrap(),
    };
    let key = add_key(&*store, &mut maker, &scope).await;
    assert_eq!(refused(delete(id).await), in_use);
    store
        .delete_key(&scope, key.id, draft("key"), any())
        .await
        .unwrap();
    let certificate = certificate(&mut maker, &scope);
    store
        .create_certificate(certificate.clone(), 1, draft("certificate"))
        .await
        .unwrap();
    assert_eq!(refused(delete(id).await), in_use);
    store
        .delete_certificate(&scope, certificate.id, draft("certificate"))
        .await
        .unwrap();

    let gone = delete(id).await.unwrap();
    let found = drafts(&*store).await;
    let last = found.last().unwrap();
    assert_eq!((last.number, &*last.value), (gone.number, "delete"));
    assert_eq!(found.len(), before.len() + 15, "refusals leave no drafts");
    assert_eq!(refused(delete(id).await), Error::NotFound(Missing::Account));
    assert_eq!(refused(delete(first).await), oldest);
}

/// Its root's access keys go, and their secrets; one of the same id that comes later starts with nothing.
pub async fn a_deleted_account_leaves_nothing_of_its_secrets(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let marks = ["MARK-GONE-", "MARK-STAYS-"];
    let accounts = [maker.account(), maker.account()];
    let mut keys = Vec::new();
    for (account, mark) in accounts.iter().zip(["MARK-STAYS-", "MARK-GONE-"]) {
        let mut made = Vec::new();
        for round in 1..10 {
            made.push(AccessKey {
                secret: SealedCell(mark.repeat(round * round).into_bytes().into()),
                ..maker.access_key(account)
            });
        }
        store
            .create_account(account.clone(), made[0].clone(), draft("a"))
            .await
            .unwrap();
        for key in &made[1..] {
            store
                .create_access_key(key.clone(), 9, draft("key"))
                .await
                .unwrap();
        }
        keys.push(made);
    }
    drop(store);
    assert_eq!(found(subject, &marks).await, marks);

    let store = subject.open().await;
    store
        .delete_account(accounts[1].id, draft("delete"))
        .await
        .unwrap();
    assert_eq!(store.accounts().await.unwrap(), accounts[..1]);
    assert_eq!(
        store.access_keys(accounts[0].id, &KeyOwner::Root).await.unwrap(),
        keys[0]
    );
    assert_eq!(store.access_key(&keys[1][0].id).await.unwrap(), None);
    drop(store);
    assert_eq!(found(subject, &marks).await, [marks[1]]);

    let store = subject.open().await;
    let second = maker.access_key(&accounts[1]);
    store
        .create_account(accounts[1].clone(), second.clone(), draft("again"))
        .await
        .unwrap();
    assert_eq!(
        store.access_keys(accounts[1].id, &KeyOwner::Root).await.unwrap(),
        [second]
    );
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
    assert_eq!(store.add_cell("log", cell(b"three")).await.unwrap(), cell(b"two"));
    assert_eq!(
        store.add_cell("new", cell(b"first")).await.unwrap(),
        cell(b"first")
    );
    assert_eq!(
        store.add_cell("new", cell(b"second")).await.unwrap(),
        cell(b"first")
    );
    drop(store);

    let store = subject.open().await;
    assert_eq!(store.cell("log").await.unwrap(), Some(cell(b"two")));
    assert_eq!(store.cell("new").await.unwrap(), Some(cell(b"first")));
    assert_eq!(drafts(&*store).await, [], "cells leave no drafts");
}
