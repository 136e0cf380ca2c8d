//! Users.

use claviger_model::{Error, Existing, Extent, InUse, KeyOwner, Missing, Quota, User};

use super::Subject;
use super::make::{Maker, draft, drafts, refused};
use super::people::{
    ALL, NAMES, add_account, add_each, add_user, assert_pages, attach, custom, group, holders, join, user,
};
use super::together::together;
use crate::{IdentityChange, Joined, WriteError};

/// Makes it what it says, whatever it was.
fn become_it(wish: &User) -> IdentityChange<User> {
    let wish = wish.clone();
    Box::new(move |_| Ok(wish.clone()))
}

/// By name and by id, also after a restart; elsewhere it is not there.
pub async fn a_user_reads_back_as_it_was_made(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let texts = ["", "名\0\n'\"", "e\u{301}", &"x".repeat(4000)];
    let mut all = Vec::new();
    for (place, text) in texts.into_iter().enumerate() {
        let made = User {
            display_name: text.into(),
            mobile_phone: text.to_uppercase(),
            email: format!("{text}@"),
            comments: text.repeat(2),
            updated: maker.moment(),
            ..maker.user(account, ["a", "A", ".", &"u".repeat(64)][place])
        };
        assert_eq!(store.user(account, &made.name).await.unwrap(), None);
        store
            .create_user(made.clone(), u32::MAX, draft("a"))
            .await
            .unwrap();
        all.push(made);
    }
    drop(store);
    let store = subject.open().await;
    for made in all {
        assert_eq!(
            store.user(account, &made.name).await.unwrap().as_ref(),
            Some(&made)
        );
        assert_eq!(
            store.user_by_id(account, made.id).await.unwrap().as_ref(),
            Some(&made)
        );
        assert_eq!(store.user(elsewhere, &made.name).await.unwrap(), None);
        assert_eq!(store.user_by_id(elsewhere, made.id).await.unwrap(), None);
        let other = maker.user(account, "a").id;
        assert_eq!(store.user_by_id(account, other).await.unwrap(), None);
    }
}

/// Letter case counts; other accounts do not. A user needs its account.
pub async fn a_name_of_a_user_is_taken_once_per_account(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let made = add_user(&*store, &mut maker, account, "a").await;
    add_user(&*store, &mut maker, account, "A").await;
    add_user(&*store, &mut maker, elsewhere, "a").await;
    let before = drafts(&*store).await;
    let again = maker.user(account, "a");
    let again = store.create_user(again, u32::MAX, draft("no")).await;
    assert_eq!(refused(again), Error::Exists(Existing::User));
    let same_id = User {
        name: user("b"),
        ..made.clone()
    };
    let same_id = store.create_user(same_id, u32::MAX, draft("no")).await;
    assert!(matches!(same_id, Err(WriteError::Store(_))), "{same_id:?}");
    let nowhere = maker.account().id;
    let lost = maker.user(nowhere, "a");
    let lost = store.create_user(lost, u32::MAX, draft("no")).await;
    assert_eq!(refused(lost), Error::NotFound(Missing::Account));
    assert_eq!(store.user(account, &made.name).await.unwrap(), Some(made));
    assert_eq!(store.user(account, &user("b")).await.unwrap(), None);
    assert_eq!(drafts(&*store).await, before);
}

/// Counted per account; a name that is taken is told first.
pub async fn users_are_made_up_to_the_quota(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    add_user(&*store, &mut maker, elsewhere, "a").await;
    let full = Error::Quota(Quota::Users);
    let mut create = |name: &str, quota| {
        let user = maker.user(account, name);
        store.create_user(user, quota, draft("user"))
    };
    assert_eq!(refused(create("a", 0).await), full);
    create("a", 1).await.unwrap();
    assert_eq!(refused(create("a", 1).await), Error::Exists(Existing::User));
    let wishes: Vec<_> = (0..16).map(|n| create(&format!("b{n}"), 4)).collect();
    let (done, rest): (Vec<_>, Vec<_>) = together(wishes).await.into_iter().partition(Result::is_ok);
    assert_eq!(done.len(), 3);
    for answer in rest {
        assert_eq!(refused(answer), full);
    }
    assert_eq!(store.users(account, ALL).await.unwrap().items.len(), 4);
    store
        .delete_user(account, &user("a"), draft("delete"))
        .await
        .unwrap();
    create("c", 4).await.unwrap();
    assert_eq!(refused(create("d", 4).await), full);
    let rename = move |made: User| {
        Ok(User {
            name: user("e"),
            ..made
        })
    };
    store
        .update_user(account, &user("c"), draft("rename"), Box::new(rename))
        .await
        .unwrap();
}

/// Byte by byte, in pages.
pub async fn users_are_listed_by_name(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let mut made = Vec::new();
    for name in NAMES.iter().rev() {
        add_user(&*store, &mut maker, elsewhere, &format!("x{name}")).await;
        made.push(add_user(&*store, &mut maker, account, name).await);
    }
    made.reverse();
    assert_eq!(store.users(account, ALL).await.unwrap().items, made);
    assert_pages(
        async |page| store.users(account, page).await,
        |user| user.name.as_str(),
    )
    .await;
}

/// Name and texts change, with the draft; id, account and birth stay, whatever the change says.
pub async fn a_user_changes_as_asked(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let made = add_user(&*store, &mut maker, account, "a").await;
    let neighbour = add_user(&*store, &mut maker, account, "b").await;
    let wish = User {
        display_name: "d".into(),
        mobile_phone: "m".into(),
        email: "e".into(),
        comments: "c".into(),
        ..maker.user(elsewhere, "c")
    };
    let done = store
        .update_user(account, &made.name, draft("change"), become_it(&wish))
        .await
        .unwrap();
    let expected = User {
        account,
        id: made.id,
        created: made.created,
        ..wish.clone()
    };
    assert_eq!(done.value, expected);
    let last = drafts(&*store).await.pop().unwrap();
    assert_eq!((last.number, &*last.value), (done.number, "change"));
    assert_eq!(store.user(account, &made.name).await.unwrap(), None);
    assert_eq!(
        store.user(account, &expected.name).await.unwrap().as_ref(),
        Some(&expected)
    );
    assert_eq!(
        store.user_by_id(account, made.id).await.unwrap().as_ref(),
        Some(&expected)
    );
    let seen = expected.clone();
    let same: IdentityChange<User> = Box::new(move |user| {
        assert_eq!(user, seen);
        Ok(user)
    });
    store
        .update_user(account, &expected.name, draft("same"), same)
        .await
        .unwrap();

    let before = drafts(&*store).await;
    let taken = User {
        name: neighbour.name.clone(),
        ..wish
    };
    for (name, change, wanted) in [
        ("c", become_it(&taken), Error::Exists(Existing::User)),
        ("a", become_it(&taken), Error::NotFound(Missing::User)),
        ("c", Box::new(|_| Err(Error::DryRun)), Error::DryRun),
    ] {
        let answer = store.update_user(account, &user(name), draft("no"), change).await;
        assert_eq!(refused(answer), wanted);
    }
    assert_eq!(drafts(&*store).await, before);
    assert_eq!(
        store.users(account, ALL).await.unwrap().items,
        [neighbour, expected]
    );
}

/// However many change it at once, each sees what the one before left.
pub async fn no_change_of_a_user_is_lost(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let made = add_user(&*store, &mut maker, account, "a").await;
    let wishes: Vec<_> = (0..20)
        .map(|_| {
            let longer: IdentityChange<User> = Box::new(|user| {
                let comments = user.comments.clone() + "x";
                Ok(User { comments, ..user })
            });
            store.update_user(account, &made.name, draft("longer"), longer)
        })
        .collect();
    for answer in together(wishes).await {
        answer.unwrap();
    }
    let found = store.user(account, &made.name).await.unwrap().unwrap();
    assert_eq!(found.comments, "x".repeat(20));
}

/// Access keys, groups and policies. Another user of the old name starts with nothing.
pub async fn a_renamed_user_keeps_what_it_has(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    add_each(&*store, &mut maker, account, "a").await;
    let made = store.user(account, &user("a")).await.unwrap().unwrap();
    let owner = KeyOwner::User(made.id);
    let key = maker.key_of(account, &owner);
    store
        .create_access_key(key.clone(), 1, draft("key"))
        .await
        .unwrap();
    join(&*store, &mut maker, account, ("a", "a")).await.unwrap();
    let [holder, ..] = holders("a");
    attach(&*store, &mut maker, account, custom("a"), holder.clone()).await;
    let wish = User {
        name: user("b"),
        ..made.clone()
    };
    store
        .update_user(account, &made.name, draft("rename"), become_it(&wish))
        .await
        .unwrap();
    add_user(&*store, &mut maker, account, "a").await;

    let [renamed, ..] = holders("b");
    assert_eq!(store.access_keys(account, &owner).await.unwrap(), [key]);
    assert_eq!(store.groups_of_user(account, &wish.name).await.unwrap().len(), 1);
    let members = store.users_of_group(account, &group("a"), ALL).await.unwrap();
    assert_eq!(members.items.len(), 1);
    assert!(matches!(&members.items[..], [Joined { other, .. }] if *other == wish));
    let attached = store.attachments_of(account, &renamed).await.unwrap();
    assert!(matches!(&attached[..], [one] if one.holder == renamed && one.policy == custom("a")));
    assert_eq!(
        store.attachments_to(account, &custom("a")).await.unwrap(),
        attached
    );
    assert_eq!(store.groups_of_user(account, &made.name).await.unwrap(), []);
    assert_eq!(store.attachments_of(account, &holder).await.unwrap(), []);
    let (_, policies) = store.rights_of_user(account, made.id).await.unwrap().unwrap();
    assert_eq!(policies.len(), 1);
}

/// Its access keys, groups and policies have to go first; they are looked for in this order.
pub async fn a_user_that_has_anything_stays(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    add_each(&*store, &mut maker, account, "a").await;
    let made = store.user(account, &user("a")).await.unwrap().unwrap();
    let owner = KeyOwner::User(made.id);
    let key = maker.key_of(account, &owner);
    store
        .create_access_key(key.clone(), 1, draft("key"))
        .await
        .unwrap();
    join(&*store, &mut maker, account, ("a", "a")).await.unwrap();
    let [holder, ..] = holders("a");
    attach(&*store, &mut maker, account, custom("a"), holder.clone()).await;

    let delete = async || store.delete_user(account, &made.name, draft("delete")).await;
    let before = drafts(&*store).await;
    assert_eq!(refused(delete().await), Error::InUse(InUse::UserKeys));
    assert_eq!(drafts(&*store).await, before);
    store
        .delete_access_key(account, &owner, &key.id, draft("key"))
        .await
        .unwrap();
    assert_eq!(refused(delete().await), Error::InUse(InUse::UserGroups));
    store
        .leave_group(account, &made.name, &group("a"), draft("leave"))
        .await
        .unwrap();
    assert_eq!(refused(delete().await), Error::InUse(InUse::UserPolicies));
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
    assert_eq!(
        store.user(account, &made.name).await.unwrap().as_ref(),
        Some(&made)
    );
    let gone = delete().await.unwrap();
    assert_eq!(gone.value, made);
    let last = drafts(&*store).await.pop().unwrap();
    assert_eq!((last.number, &*last.value), (gone.number, "delete"));
    assert_eq!(store.user(account, &made.name).await.unwrap(), None);
    assert_eq!(store.user_by_id(account, made.id).await.unwrap(), None);
    assert_eq!(refused(delete().await), Error::NotFound(Missing::User));
    add_user(&*store, &mut maker, account, "a").await;
}
