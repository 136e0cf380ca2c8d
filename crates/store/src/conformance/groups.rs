//! Groups.

use claviger_model::{Error, Existing, Extent, Group, InUse, Missing, Quota};

use super::Subject;
use super::make::{Maker, draft, drafts, refused};
use super::people::{
    ALL, NAMES, add_account, add_each, add_group, assert_pages, attach, custom, group, holders, join, user,
};
use super::together::together;
use crate::IdentityChange;

/// Makes it what it says, whatever it was.
fn become_it(wish: &Group) -> IdentityChange<Group> {
    let wish = wish.clone();
    Box::new(move |_| Ok(wish.clone()))
}

/// Also after a restart; elsewhere it is not there.
pub async fn a_group_reads_back_as_it_was_made(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let made = Group {
        comments: "名\0\n'\"".repeat(100),
        updated: maker.moment(),
        ..maker.group(account, &"g".repeat(64))
    };
    assert_eq!(store.group(account, &made.name).await.unwrap(), None);
    store
        .create_group(made.clone(), u32::MAX, draft("a"))
        .await
        .unwrap();
    drop(store);
    let store = subject.open().await;
    assert_eq!(store.group(elsewhere, &made.name).await.unwrap(), None);
    assert_eq!(store.group(account, &made.name).await.unwrap(), Some(made));
}

/// Letter case counts; other accounts do not. A group needs its account.
pub async fn a_name_of_a_group_is_taken_once_per_account(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let made = add_group(&*store, &mut maker, account, "a").await;
    add_group(&*store, &mut maker, account, "A").await;
    add_group(&*store, &mut maker, elsewhere, "a").await;
    let before = drafts(&*store).await;
    let again = maker.group(account, "a");
    let again = store.create_group(again, u32::MAX, draft("no")).await;
    assert_eq!(refused(again), Error::Exists(Existing::Group));
    let nowhere = maker.account().id;
    let lost = maker.group(nowhere, "a");
    let lost = store.create_group(lost, u32::MAX, draft("no")).await;
    assert_eq!(refused(lost), Error::NotFound(Missing::Account));
    assert_eq!(store.group(account, &made.name).await.unwrap(), Some(made));
    assert_eq!(drafts(&*store).await, before);
}

/// Counted per account; a name that is taken is told first.
pub async fn groups_are_made_up_to_the_quota(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    add_group(&*store, &mut maker, elsewhere, "a").await;
    let full = Error::Quota(Quota::Groups);
    let mut create = |name: &str, quota| {
        let group = maker.group(account, name);
        store.create_group(group, quota, draft("group"))
    };
    assert_eq!(refused(create("a", 0).await), full);
    create("a", 1).await.unwrap();
    assert_eq!(refused(create("a", 1).await), Error::Exists(Existing::Group));
    let wishes: Vec<_> = (0..16).map(|n| create(&format!("b{n}"), 4)).collect();
    let (done, rest): (Vec<_>, Vec<_>) = together(wishes).await.into_iter().partition(Result::is_ok);
    assert_eq!(done.len(), 3);
    for answer in rest {
        assert_eq!(refused(answer), full);
    }
    store
        .delete_group(account, &group("a"), draft("delete"))
        .await
        .unwrap();
    create("c", 4).await.unwrap();
    assert_eq!(refused(create("d", 4).await), full);
}

/// Byte by byte, in pages.
pub async fn groups_are_listed_by_name(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let mut made = Vec::new();
    for name in NAMES.iter().rev() {
        add_group(&*store, &mut maker, elsewhere, &format!("x{name}")).await;
        made.push(add_group(&*store, &mut maker, account, name).await);
    }
    made.reverse();
    assert_eq!(store.groups(account, ALL).await.unwrap().items, made);
    assert_pages(
        async |page| store.groups(account, page).await,
        |group| group.name.as_str(),
    )
    .await;
}

/// Name and comments change, with the draft; account and birth stay, whatever the change says.
pub async fn a_group_changes_as_asked(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let made = add_group(&*store, &mut maker, account, "a").await;
    let neighbour = add_group(&*store, &mut maker, account, "b").await;
    let wish = Group {
        comments: "c".into(),
        ..maker.group(elsewhere, "c")
    };
    let done = store
        .update_group(account, &made.name, draft("change"), become_it(&wish))
        .await
        .unwrap();
    let expected = Group {
        account,
        id: made.id,
        created: made.created,
        ..wish.clone()
    };
    assert_eq!(done.value, expected);
    let last = drafts(&*store).await.pop().unwrap();
    assert_eq!((last.number, &*last.value), (done.number, "change"));
    let seen = expected.clone();
    let same: IdentityChange<Group> = Box::new(move |group| {
        assert_eq!(group, seen);
        Ok(group)
    });
    store
        .update_group(account, &expected.name, draft("same"), same)
        .await
        .unwrap();

    let before = drafts(&*store).await;
    let taken = Group {
        name: neighbour.name.clone(),
        ..wish
    };
    for (name, change, wanted) in [
        ("c", become_it(&taken), Error::Exists(Existing::Group)),
        ("a", become_it(&taken), Error::NotFound(Missing::Group)),
        ("c", Box::new(|_| Err(Error::DryRun)), Error::DryRun),
    ] {
        let answer = store
            .update_group(account, &group(name), draft("no"), change)
            .await;
        assert_eq!(refused(answer), wanted);
    }
    assert_eq!(drafts(&*store).await, before);
    assert_eq!(
        store.groups(account, ALL).await.unwrap().items,
        [neighbour, expected]
    );
}

/// Users and policies. Another group of the old name starts with nothing.
pub async fn a_renamed_group_keeps_what_it_has(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    add_each(&*store, &mut maker, account, "a").await;
    join(&*store, &mut maker, account, ("a", "a")).await.unwrap();
    let [_, holder, _] = holders("a");
    attach(&*store, &mut maker, account, custom("a"), holder.clone()).await;
    let rename: IdentityChange<Group> = Box::new(|was| {
        Ok(Group {
            name: group("b"),
            ..was
        })
    });
    let renamed = store
        .update_group(account, &group("a"), draft("rename"), rename)
        .await
        .unwrap();
    add_group(&*store, &mut maker, account, "a").await;

    let [_, new_holder, _] = holders("b");
    let groups = store.groups_of_user(account, &user("a")).await.unwrap();
    assert!(matches!(&groups[..], [one] if one.other == renamed.value));
    let members = async |name| store.users_of_group(account, &group(name), ALL).await.unwrap();
    assert_eq!(members("b").await.items.len(), 1);
    assert_eq!(members("a").await.items.len(), 0);
    let attached = store.attachments_of(account, &new_holder).await.unwrap();
    assert!(matches!(&attached[..], [one] if one.holder == new_holder && one.policy == custom("a")));
    assert_eq!(
        store.attachments_to(account, &custom("a")).await.unwrap(),
        attached
    );
    assert_eq!(store.attachments_of(account, &holder).await.unwrap(), []);
}

/// Its users and policies have to go first; they are looked for in this order.
pub async fn a_group_that_has_anything_stays(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    add_each(&*store, &mut maker, account, "a").await;
    join(&*store, &mut maker, account, ("a", "a")).await.unwrap();
    let [_, holder, _] = holders("a");
    attach(&*store, &mut maker, account, custom("a"), holder.clone()).await;

    let name = group("a");
    let delete = async || store.delete_group(account, &name, draft("delete")).await;
    let before = drafts(&*store).await;
    assert_eq!(refused(delete().await), Error::InUse(InUse::GroupUsers));
    assert_eq!(drafts(&*store).await, before);
    store
        .leave_group(account, &user("a"), &name, draft("leave"))
        .await
        .unwrap();
    assert_eq!(refused(delete().await), Error::InUse(InUse::GroupPolicies));
    store
        .detach(
            account,
            &custom("a"),
            &holder,
            &Extent::Everywhere,
            draft("detach"),
        )
        .await
        .unwrap();
    let gone = delete().await.unwrap();
    let last = drafts(&*store).await.pop().unwrap();
    assert_eq!((last.number, &*last.value), (gone.number, "delete"));
    assert_eq!(store.group(account, &name).await.unwrap(), None);
    assert_eq!(refused(delete().await), Error::NotFound(Missing::Group));
    add_group(&*store, &mut maker, account, "a").await;
}
