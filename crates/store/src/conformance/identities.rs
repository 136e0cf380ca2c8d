//! What holds for all kinds of identities alike.

use claviger_model::{AccessKeyStatus, AccountId, Attachment, Extent, KeyOwner, Named, Role, User};

use super::Subject;
use super::make::{Maker, draft, drafts};
use super::people::{
    ALL, add_account, add_each, attach, custom, group, holders, join, policy, role, system, user,
};
use crate::{AccessKey, Joined, PolicyRow, Store};

/// Makes, changes and removes one of each kind. Gives the numbers of the drafts.
async fn live(store: &dyn Store, maker: &mut Maker, account: AccountId) -> Vec<u64> {
    let d = || draft("x");
    let mut numbers = Vec::new();
    let (a_user, a_group) = (maker.user(account, "a"), maker.group(account, "a"));
    let (a_role, a_policy) = (maker.role(account, "a"), maker.policy(account, "a"));
    let a_service = maker.service(account, "a");
    let owner = KeyOwner::User(a_user.id);
    let key = maker.key_of(account, &owner);
    let [holder, ..] = holders("a");
    let attachment = maker.attachment(custom("a"), holder.clone());
    let now = maker.moment();
    let (user, group, role, policy) = (user("a"), group("a"), role("a"), policy("a"));
    let on = AccessKeyStatus::Active;
    numbers.push(store.create_user(a_user, 1, d()).await.unwrap().number);
    numbers.push(store.create_group(a_group, 1, d()).await.unwrap().number);
    numbers.push(store.create_role(a_role, 1, d()).await.unwrap().number);
    numbers.push(store.create_policy(a_policy, 1, d()).await.unwrap().number);
    let made = store.create_service(a_service.clone(), d()).await;
    numbers.push(made.unwrap().number);
    let made = store.create_access_key(key.clone(), 1, d()).await;
    numbers.push(made.unwrap().number);
    let joined = store.join_group(account, &user, &group, now, 1, d()).await;
    numbers.push(joined.unwrap().number);
    numbers.push(store.attach(account, attachment, 1, d()).await.unwrap().number);

    let changed = store.update_user(account, &user, d(), Box::new(Ok)).await;
    numbers.push(changed.unwrap().number);
    let changed = store.update_group(account, &group, d(), Box::new(Ok)).await;
    numbers.push(changed.unwrap().number);
    let changed = store.update_role(account, &role, d(), Box::new(Ok)).await;
    numbers.push(changed.unwrap().number);
    let changed = store.update_policy(account, &policy, d(), Box::new(Ok)).await;
    numbers.push(changed.unwrap().number);
    let changed = store.update_access_key(account, &owner, &key.id, on, d()).await;
    numbers.push(changed.unwrap().number);
    let renamed = store.rename_account(account, "new".into(), d()).await;
    numbers.push(renamed.unwrap().number);

    let left = store.leave_group(account, &user, &group, d()).await;
    numbers.push(left.unwrap().number);
    let detached = store
        .detach(account, &custom("a"), &holder, &Extent::Everywhere, d())
        .await;
    numbers.push(detached.unwrap().number);
    let gone = store.delete_access_key(account, &owner, &key.id, d()).await;
    numbers.push(gone.unwrap().number);
    numbers.push(store.delete_user(account, &user, d()).await.unwrap().number);
    numbers.push(store.delete_group(account, &group, d()).await.unwrap().number);
    numbers.push(store.delete_role(account, &role, d()).await.unwrap().number);
    let gone = store.delete_policy(account, &policy, false, d()).await;
    numbers.push(gone.unwrap().number);
    let gone = store.delete_service(&a_service.name, d()).await;
    numbers.push(gone.unwrap().number);
    numbers.push(store.delete_account(account, d()).await.unwrap().number);
    numbers
}

/// Under the number that the change answered, in the order of the changes.
pub async fn every_change_of_an_identity_leaves_one_draft(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    add_account(&*store, &mut maker).await;
    let account = add_account(&*store, &mut maker).await;
    let numbers = live(&*store, &mut maker, account).await;
    assert_eq!(numbers.len(), 23);
    let found = drafts(&*store).await;
    assert!(found[2..].iter().all(|draft| draft.value == "x"));
    let found: Vec<_> = found.into_iter().map(|draft| draft.number).collect();
    assert_eq!(found[2..], numbers);
    assert!(found.is_sorted_by(|left, right| left < right), "{found:?}");
}

/// Everything that an account has.
#[derive(Debug, PartialEq)]
struct Whole {
    users: Named<User>,
    members: Named<Joined<User>>,
    groups: usize,
    roles: Named<Role>,
    policies: Named<PolicyRow>,
    attached: Vec<Vec<Attachment>>,
    keys: Vec<AccessKey>,
}

async fn whole(store: &dyn Store, account: AccountId, owner: &KeyOwner) -> Whole {
    let mut attached = Vec::new();
    for policy in [custom("a"), system("a")] {
        attached.push(store.attachments_to(account, &policy).await.unwrap());
    }
    Whole {
        users: store.users(account, ALL).await.unwrap(),
        members: store.users_of_group(account, &group("a"), ALL).await.unwrap(),
        groups: store.groups(account, ALL).await.unwrap().items.len(),
        roles: store.roles(account, ALL).await.unwrap(),
        policies: store.policies(account, ALL).await.unwrap(),
        attached,
        keys: store.access_keys(account, owner).await.unwrap(),
    }
}

/// What happens to the ones does nothing to the others.
pub async fn equal_names_in_two_accounts_are_two_things(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let elsewhere = add_account(&*store, &mut maker).await;
    add_each(&*store, &mut maker, elsewhere, "a").await;
    join(&*store, &mut maker, elsewhere, ("a", "a")).await.unwrap();
    for holder in holders("a") {
        for policy in [custom("a"), system("a")] {
            attach(&*store, &mut maker, elsewhere, policy, holder.clone()).await;
        }
    }
    let id = store.user(elsewhere, &user("a")).await.unwrap().unwrap().id;
    let owner = KeyOwner::User(id);
    let key = maker.key_of(elsewhere, &owner);
    store.create_access_key(key, 1, draft("key")).await.unwrap();
    let before = whole(&*store, elsewhere, &owner).await;
    assert_eq!((before.members.items.len(), before.attached[0].len()), (1, 3));

    let account = add_account(&*store, &mut maker).await;
    live(&*store, &mut maker, account).await;
    assert_eq!(whole(&*store, elsewhere, &owner).await, before);
}
