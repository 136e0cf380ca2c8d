//! Roles.

use claviger_model::{Error, Existing, Extent, InUse, Missing, Quota, Role, SignedDuration};

use super::Subject;
use super::make::{Maker, draft, drafts, refused};
use super::people::{
    ALL, NAMES, add_account, add_each, add_role, assert_pages, attach, custom, holders, role, tags,
};
use super::together::together;
use crate::{IdentityChange, WriteError};

/// By name and by id, also after a restart; elsewhere it is not there.
pub async fn a_role_reads_back_as_it_was_made(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let made = Role {
        description: "名\0\n'\"".into(),
        trust: "{\"é\": 1}".repeat(1000),
        max_session: SignedDuration::from_secs(43_200),
        tags: tags(&[("team", "blue"), ("", ""), ("名", "\0")]),
        updated: maker.moment(),
        ..maker.role(account, &"r".repeat(64))
    };
    assert_eq!(store.role(account, &made.name).await.unwrap(), None);
    store
        .create_role(made.clone(), u32::MAX, draft("a"))
        .await
        .unwrap();
    drop(store);
    let store = subject.open().await;
    assert_eq!(
        store.role(account, &made.name).await.unwrap().as_ref(),
        Some(&made)
    );
    assert_eq!(
        store.role_by_id(account, made.id).await.unwrap().as_ref(),
        Some(&made)
    );
    assert_eq!(store.role(elsewhere, &made.name).await.unwrap(), None);
    assert_eq!(store.role_by_id(elsewhere, made.id).await.unwrap(), None);
    let other = maker.role(account, "a").id;
    assert_eq!(store.role_by_id(account, other).await.unwrap(), None);
}

/// Letter case counts; other accounts do not. A role needs its account.
pub async fn a_name_of_a_role_is_taken_once_per_account(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let made = add_role(&*store, &mut maker, account, "a").await;
    add_role(&*store, &mut maker, account, "A").await;
    add_role(&*store, &mut maker, elsewhere, "a").await;
    let before = drafts(&*store).await;
    let again = Role {
        tags: tags(&[("a", "b")]),
        ..maker.role(account, "a")
    };
    let again = store.create_role(again, u32::MAX, draft("no")).await;
    assert_eq!(refused(again), Error::Exists(Existing::Role));
    let same_id = Role {
        name: role("b"),
        ..made.clone()
    };
    let same_id = store.create_role(same_id, u32::MAX, draft("no")).await;
    assert!(matches!(same_id, Err(WriteError::Store(_))), "{same_id:?}");
    let nowhere = maker.account().id;
    let lost = maker.role(nowhere, "a");
    let lost = store.create_role(lost, u32::MAX, draft("no")).await;
    assert_eq!(refused(lost), Error::NotFound(Missing::Account));
    assert_eq!(store.role(account, &made.name).await.unwrap(), Some(made));
    assert_eq!(drafts(&*store).await, before);
}

/// Counted per account; a name that is taken is told first.
pub async fn roles_are_made_up_to_the_quota(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    add_role(&*store, &mut maker, elsewhere, "a").await;
    let full = Error::Quota(Quota::Roles);
    let mut create = |name: &str, quota| {
        let role = maker.role(account, name);
        store.create_role(role, quota, draft("role"))
    };
    assert_eq!(refused(create("a", 0).await), full);
    create("a", 1).await.unwrap();
    assert_eq!(refused(create("a", 1).await), Error::Exists(Existing::Role));
    let wishes: Vec<_> = (0..16).map(|n| create(&format!("b{n}"), 4)).collect();
    let (done, rest): (Vec<_>, Vec<_>) = together(wishes).await.into_iter().partition(Result::is_ok);
    assert_eq!(done.len(), 3);
    for answer in rest {
        assert_eq!(refused(answer), full);
    }
    store
        .delete_role(account, &role("a"), draft("delete"))
        .await
        .unwrap();
    create("c", 4).await.unwrap();
    assert_eq!(refused(create("d", 4).await), full);
}

/// Byte by byte, in pages, with their tags.
pub async fn roles_are_listed_by_name(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let mut made = Vec::new();
    for name in NAMES.iter().rev() {
        add_role(&*store, &mut maker, elsewhere, &format!("x{name}")).await;
        let one = Role {
            tags: tags(&[("name", name)]),
            ..maker.role(account, name)
        };
        store
            .create_role(one.clone(), u32::MAX, draft("role"))
            .await
            .unwrap();
        made.push(one);
    }
    made.reverse();
    assert_eq!(store.roles(account, ALL).await.unwrap().items, made);
    assert_pages(
        async |page| store.roles(account, page).await,
        |role| role.name.as_str(),
    )
    .await;
}

/// With the draft; name, id, account and birth stay, whatever the change says.
pub async fn a_role_changes_as_asked(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let made = Role {
        tags: tags(&[("a", "1"), ("b", "2")]),
        ..maker.role(account, "a")
    };
    store
        .create_role(made.clone(), u32::MAX, draft("role"))
        .await
        .unwrap();
    let neighbour = add_role(&*store, &mut maker, account, "b").await;
    let wish = Role {
        description: "d".into(),
        trust: "t".into(),
        max_session: SignedDuration::from_secs(900),
        tags: tags(&[("b", "3"), ("c", "")]),
        ..maker.role(elsewhere, "b")
    };
    let answer = wish.clone();
    let done = store
        .update_role(
            account,
            &made.name,
            draft("change"),
            Box::new(move |_| Ok(answer.clone())),
        )
        .await
        .unwrap();
    let expected = Role {
        account,
        id: made.id,
        name: made.name.clone(),
        created: made.created,
        ..wish
    };
    assert_eq!(done.value, expected);
    let last = drafts(&*store).await.pop().unwrap();
    assert_eq!((last.number, &*last.value), (done.number, "change"));
    let before = drafts(&*store).await;
    let refuse = || -> IdentityChange<Role> { Box::new(|_| Err(Error::DryRun)) };
    for (name, wanted) in [("a", Error::DryRun), ("c", Error::NotFound(Missing::Role))] {
        let answer = store
            .update_role(account, &role(name), draft("no"), refuse())
            .await;
        assert_eq!(refused(answer), wanted);
    }
    assert_eq!(drafts(&*store).await, before);
    assert_eq!(
        store.roles(account, ALL).await.unwrap().items,
        [expected, neighbour]
    );
}

/// Its policies have to go first. One of the same name that comes later is another one.
pub async fn a_role_that_has_policies_stays(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    add_each(&*store, &mut maker, account, "a").await;
    let name = role("a");
    let with_tags: IdentityChange<Role> = Box::new(|role| {
        Ok(Role {
            tags: tags(&[("a", "b")]),
            ..role
        })
    });
    let made = store
        .update_role(account, &name, draft("tags"), with_tags)
        .await
        .unwrap()
        .value;
    let [_, _, holder] = holders("a");
    attach(&*store, &mut maker, account, custom("a"), holder.clone()).await;
    let delete = async || store.delete_role(account, &name, draft("delete")).await;
    let before = drafts(&*store).await;
    assert_eq!(refused(delete().await), Error::InUse(InUse::RolePolicies));
    assert_eq!(drafts(&*store).await, before);
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
    assert_eq!(store.role(account, &name).await.unwrap().as_ref(), Some(&made));
    let gone = delete().await.unwrap();
    let last = drafts(&*store).await.pop().unwrap();
    assert_eq!((last.number, &*last.value), (gone.number, "delete"));
    assert_eq!(refused(delete().await), Error::NotFound(Missing::Role));
    let second = add_role(&*store, &mut maker, account, "a").await;
    assert_eq!(store.role_by_id(account, made.id).await.unwrap(), None);
    assert_eq!(store.role_by_id(account, second.id).await.unwrap(), Some(second));
}
