//! Users in groups.

use claviger_model::{Error, Existing, Missing, NamePage, Named, Quota};

use super::Subject;
use super::make::{Maker, draft, drafts, refused};
use super::people::{
    ALL, NAMES, add_account, add_each, add_group, add_user, assert_pages, group, join, user,
};
use super::together::together;
use crate::Joined;

/// Seen from both sides, with its moment, also after a restart; both lists are ordered by name.
pub async fn a_user_joins_and_leaves_groups(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let member = add_user(&*store, &mut maker, account, "u").await;
    let mut wanted = Vec::new();
    for name in NAMES.iter().rev() {
        let other = add_group(&*store, &mut maker, account, name).await;
        let joined = maker.moment();
        let done = store
            .join_group(
                account,
                &member.name,
                &other.name,
                joined,
                u32::MAX,
                draft("join"),
            )
            .await
            .unwrap();
        let last = drafts(&*store).await.pop().unwrap();
        assert_eq!((last.number, &*last.value), (done.number, "join"));
        wanted.push(Joined { other, joined });
    }
    wanted.reverse();
    drop(store);
    let store = subject.open().await;
    assert_eq!(store.groups_of_user(account, &member.name).await.unwrap(), wanted);
    let first = wanted.remove(0);
    let members = async |page| {
        store
            .users_of_group(account, &first.other.name, page)
            .await
            .unwrap()
    };
    let one = Named {
        items: vec![Joined {
            other: member.clone(),
            joined: first.joined,
        }],
        more: false,
    };
    assert_eq!(members(ALL).await, one);

    let done = store
        .leave_group(account, &member.name, &first.other.name, draft("leave"))
        .await
        .unwrap();
    let last = drafts(&*store).await.pop().unwrap();
    assert_eq!((last.number, &*last.value), (done.number, "leave"));
    assert_eq!(store.groups_of_user(account, &member.name).await.unwrap(), wanted);
    assert_eq!(members(ALL).await.items, []);
    join(&*store, &mut maker, account, ("u", first.other.name.as_str()))
        .await
        .unwrap();
}

/// Byte by byte, in pages.
pub async fn users_of_a_group_are_listed_by_name(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    add_group(&*store, &mut maker, account, "g").await;
    add_group(&*store, &mut maker, account, "other").await;
    for name in NAMES.iter().rev() {
        let other = format!("x{name}");
        add_user(&*store, &mut maker, account, &other).await;
        join(&*store, &mut maker, account, (&other, "other"))
            .await
            .unwrap();
        add_user(&*store, &mut maker, account, name).await;
        join(&*store, &mut maker, account, (name, "g")).await.unwrap();
    }
    let name = group("g");
    let list = async |page: NamePage| store.users_of_group(account, &name, page).await;
    assert_pages(list, |joined| joined.other.name.as_str()).await;
}

/// Nothing is listed of what is not there, and nothing of other accounts.
pub async fn a_membership_needs_its_user_and_its_group(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    add_each(&*store, &mut maker, account, "a").await;
    add_each(&*store, &mut maker, elsewhere, "b").await;
    join(&*store, &mut maker, account, ("a", "a")).await.unwrap();
    let before = drafts(&*store).await;
    let (no_user, no_group) = (Error::NotFound(Missing::User), Error::NotFound(Missing::Group));
    for (account, names, wanted) in [
        (account, ("b", "b"), &no_user),
        (account, ("b", "a"), &no_user),
        (account, ("a", "b"), &no_group),
        (elsewhere, ("a", "a"), &no_user),
        (elsewhere, ("b", "a"), &no_group),
    ] {
        let joined = join(&*store, &mut maker, account, names).await;
        assert_eq!(refused(joined), *wanted);
        let left = store
            .leave_group(account, &user(names.0), &group(names.1), draft("no"))
            .await;
        assert_eq!(refused(left), *wanted);
    }
    let again = join(&*store, &mut maker, account, ("a", "a")).await;
    assert_eq!(refused(again), Error::Exists(Existing::Member));
    let stranger = store
        .leave_group(elsewhere, &user("b"), &group("b"), draft("no"))
        .await;
    assert_eq!(refused(stranger), Error::NotFound(Missing::Member));
    assert_eq!(drafts(&*store).await, before);
    for (account, name) in [(account, "b"), (elsewhere, "a"), (elsewhere, "b")] {
        assert_eq!(store.groups_of_user(account, &user(name)).await.unwrap(), []);
        let members = store.users_of_group(account, &group(name), ALL).await.unwrap();
        assert_eq!((members.items, members.more), (vec![], false));
    }
}

/// The groups of one user are counted; what is so already is told first.
pub async fn groups_are_joined_up_to_the_quota(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    for name in ["u", "v"] {
        add_user(&*store, &mut maker, account, name).await;
    }
    for n in 0..16 {
        add_group(&*store, &mut maker, account, &format!("g{n}")).await;
    }
    join(&*store, &mut maker, account, ("v", "g0")).await.unwrap();
    let now = maker.moment();
    let names: Vec<_> = (0..16).map(|n| group(&format!("g{n}"))).collect();
    let member = user("u");
    let join =
        |place: usize, quota| store.join_group(account, &member, &names[place], now, quota, draft("join"));
    let full = Error::Quota(Quota::Memberships);
    assert_eq!(refused(join(0, 0).await), full);
    join(0, 1).await.unwrap();
    assert_eq!(refused(join(0, 1).await), Error::Exists(Existing::Member));
    let wishes: Vec<_> = (1..16).map(|place| join(place, 4)).collect();
    let (done, rest): (Vec<_>, Vec<_>) = together(wishes).await.into_iter().partition(Result::is_ok);
    assert_eq!(done.len(), 3);
    for answer in rest {
        assert_eq!(refused(answer), full);
    }
    store
        .leave_group(account, &member, &names[0], draft("leave"))
        .await
        .unwrap();
    join(0, 4).await.unwrap();
}
