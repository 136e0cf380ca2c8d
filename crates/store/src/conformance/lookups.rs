//! Identities by other names than their own.

use claviger_model::{Account, GroupId, KeyOwner, Language, PolicyId, PolicyRef};

use super::Subject;
use super::make::{Maker, draft};
use super::people::{add_account, add_group, add_policy, add_user, attach, holders};
use crate::{IdentityChange, PolicyRow};

/// By its id of the other face, and by its name, which several may have; as they are now.
pub async fn an_account_is_found_by_its_other_names(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let mut made = Vec::new();
    for name in ["twin", "other", "twin"] {
        let account = Account {
            name: name.into(),
            ..maker.account()
        };
        let key = maker.access_key(&account);
        store
            .create_account(account.clone(), key, draft("account"))
            .await
            .unwrap();
        made.push(account);
    }
    for account in &made {
        let found = store.account_by_domain(account.domain).await.unwrap();
        assert_eq!(found.as_ref(), Some(account));
    }
    let unknown = maker.account().domain;
    assert_eq!(store.account_by_domain(unknown).await.unwrap(), None);
    let named = async |name: &str| store.accounts_named(name).await.unwrap();
    assert_eq!(named("twin").await, [made[0].clone(), made[2].clone()]);
    assert_eq!(named("other").await, [made[1].clone()]);
    for name in ["", "Twin", "twi", "twin ", "%"] {
        assert_eq!(named(name).await, [], "{name}");
    }
    store
        .rename_account(made[0].id, "other".into(), draft("name"))
        .await
        .unwrap();
    made[0].name = "other".into();
    assert_eq!(named("twin").await, [made[2].clone()]);
    assert_eq!(named("other").await, made[..2]);
}

/// In their account only, under whatever name they have by then.
pub async fn groups_and_policies_are_found_by_number(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let group = add_group(&*store, &mut maker, account, "a").await;
    let policy = add_policy(&*store, &mut maker, account, "a").await;
    add_user(&*store, &mut maker, account, "a").await;
    let [holder, ..] = holders("a");
    let on = PolicyRef::Custom(policy.name.clone());
    attach(&*store, &mut maker, account, on, holder).await;

    let row = PolicyRow {
        policy: policy.clone(),
        attachments: 1,
    };
    let found = store.policy_by_id(account, policy.id).await.unwrap();
    assert_eq!(found, Some(row));
    let rename: IdentityChange<_> = Box::new(|mut group: claviger_model::Group| {
        group.name = "b".parse().unwrap();
        Ok(group)
    });
    let renamed = store
        .update_group(account, &group.name, draft("name"), rename)
        .await
        .unwrap()
        .value;
    let found = store.group_by_id(account, group.id).await.unwrap();
    assert_eq!(found, Some(renamed));

    let (no_group, no_policy) = (
        GroupId::from_number(policy.id.number()).unwrap(),
        PolicyId::from_number(group.id.number()).unwrap(),
    );
    assert_ne!(group.id, no_group);
    for (account, group, policy) in [(elsewhere, group.id, policy.id), (account, no_group, no_policy)] {
        assert_eq!(store.group_by_id(account, group).await.unwrap(), None);
        assert_eq!(store.policy_by_id(account, policy).await.unwrap(), None);
    }
}

/// The title changes; the number and the language stay, whatever a change answers.
pub async fn a_policy_keeps_its_number_and_its_language(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let mut made = maker.policy(account, "a");
    (made.language, made.title) = (Language::Iam, "名 of a policy".into());
    store
        .create_policy(made.clone(), 1, draft("policy"))
        .await
        .unwrap();
    let other = maker.policy(account, "b");
    let change: IdentityChange<_> = Box::new(move |policy: claviger_model::CustomPolicy| {
        Ok(claviger_model::CustomPolicy {
            id: other.id,
            language: Language::Ram,
            title: "another".into(),
            ..policy
        })
    });
    let done = store
        .update_policy(account, &made.name, draft("title"), change)
        .await
        .unwrap();
    made.title = "another".into();
    assert_eq!(done.value, made);
    drop(store);
    let store = subject.open().await;
    let row = store.policy_by_id(account, made.id).await.unwrap();
    assert_eq!(row.map(|row| row.policy), Some(made));
}

/// Of the root, of users and of services, oldest first.
pub async fn access_keys_of_an_account_are_listed(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = maker.account();
    let root = maker.access_key(&account);
    let id = account.id;
    store
        .create_account(account, root.clone(), draft("account"))
        .await
        .unwrap();
    add_account(&*store, &mut maker).await;
    let user = add_user(&*store, &mut maker, id, "u").await;
    let service = maker.service(id, "s");
    store
        .create_service(service.clone(), draft("service"))
        .await
        .unwrap();
    let mut made = vec![root];
    for owner in [
        KeyOwner::Service(service.name),
        KeyOwner::User(user.id),
        KeyOwner::Root,
        KeyOwner::User(user.id),
    ] {
        made.push(maker.key_of(id, &owner));
    }
    for key in made[1..].iter().rev() {
        store
            .create_access_key(key.clone(), u32::MAX, draft("key"))
            .await
            .unwrap();
    }
    assert_eq!(store.access_keys_of_account(id).await.unwrap(), made);
    let unknown = maker.account().id;
    assert_eq!(store.access_keys_of_account(unknown).await.unwrap(), []);
}
