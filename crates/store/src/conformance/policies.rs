//! Policies that accounts wrote.

use claviger_model::{CustomPolicy, Error, Existing, Extent, InUse, Missing, PolicyVersion, Quota};

use super::Subject;
use super::make::{Maker, draft, drafts, refused};
use super::people::{
    ALL, NAMES, add_account, add_each, add_policy, assert_pages, attach, custom, holders, policy, system,
    tags,
};
use super::together::together;
use crate::{IdentityChange, PolicyRow, WriteError};

/// Makes it what it says, whatever it was.
fn become_it(wish: &CustomPolicy) -> IdentityChange<CustomPolicy> {
    let wish = wish.clone();
    Box::new(move |_| Ok(wish.clone()))
}

/// With all its versions, also after a restart; elsewhere it is not there.
pub async fn a_policy_reads_back_as_it_was_made(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let mut made = maker.policy(account, &"p".repeat(128));
    made.description = "名\0\n'\"".into();
    made.tags = tags(&[("team", "blue"), ("", ""), ("名", "\0")]);
    made.updated = maker.moment();
    (made.default_version, made.last_version) = (7, 4_294_967_295);
    made.versions = [3, 7, 4_294_967_294]
        .map(|number| PolicyVersion {
            number,
            document: format!("{{\"é\": {number}}}").repeat(500),
            created: maker.moment(),
        })
        .into();
    assert_eq!(store.policy(account, &made.name).await.unwrap(), None);
    store
        .create_policy(made.clone(), u32::MAX, draft("a"))
        .await
        .unwrap();
    drop(store);
    let store = subject.open().await;
    assert_eq!(store.policy(elsewhere, &made.name).await.unwrap(), None);
    let row = store.policy(account, &made.name).await.unwrap();
    assert_eq!(
        row,
        Some(PolicyRow {
            policy: made,
            attachments: 0
        })
    );
}

/// Letter case counts; other accounts do not. A policy needs its account and its default version.
pub async fn a_name_of_a_policy_is_taken_once_per_account(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let made = add_policy(&*store, &mut maker, account, "a").await;
    add_policy(&*store, &mut maker, account, "A").await;
    add_policy(&*store, &mut maker, elsewhere, "a").await;
    let before = drafts(&*store).await;
    let again = maker.policy(account, "a");
    let again = store.create_policy(again, u32::MAX, draft("no")).await;
    assert_eq!(refused(again), Error::Exists(Existing::Policy));
    let nowhere = maker.account().id;
    let lost = maker.policy(nowhere, "a");
    let lost = store.create_policy(lost, u32::MAX, draft("no")).await;
    assert_eq!(refused(lost), Error::NotFound(Missing::Account));
    let mut headless = maker.policy(account, "b");
    headless.default_version = 2;
    let headless = store.create_policy(headless, u32::MAX, draft("no")).await;
    assert!(matches!(headless, Err(WriteError::Store(_))), "{headless:?}");
    let row = store.policy(account, &made.name).await.unwrap();
    assert_eq!(row.map(|row| row.policy), Some(made));
    assert_eq!(store.policy(account, &policy("b")).await.unwrap(), None);
    assert_eq!(drafts(&*store).await, before);
}

/// Counted per account, whatever the number of versions; a name that is taken is told first.
pub async fn policies_are_made_up_to_the_quota(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    add_policy(&*store, &mut maker, elsewhere, "a").await;
    let full = Error::Quota(Quota::Policies);
    let mut create = |name: &str, quota| {
        let policy = maker.policy(account, name);
        store.create_policy(policy, quota, draft("policy"))
    };
    assert_eq!(refused(create("a", 0).await), full);
    create("a", 1).await.unwrap();
    assert_eq!(refused(create("a", 1).await), Error::Exists(Existing::Policy));
    let wishes: Vec<_> = (0..16).map(|n| create(&format!("b{n}"), 4)).collect();
    let (done, rest): (Vec<_>, Vec<_>) = together(wishes).await.into_iter().partition(Result::is_ok);
    assert_eq!(done.len(), 3);
    for answer in rest {
        assert_eq!(refused(answer), full);
    }
    store
        .delete_policy(account, &policy("a"), false, draft("delete"))
        .await
        .unwrap();
    create("c", 4).await.unwrap();
    assert_eq!(refused(create("d", 4).await), full);
}

/// Byte by byte, in pages, with versions, tags and the number of their attachments.
pub async fn policies_are_listed_by_name(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    add_each(&*store, &mut maker, elsewhere, "a").await;
    for holder in holders("a") {
        attach(&*store, &mut maker, elsewhere, custom("a"), holder).await;
    }
    let mut made = Vec::new();
    for name in NAMES.iter().rev() {
        let mut policy = maker.policy(account, name);
        policy.tags = tags(&[("name", name)]);
        store
            .create_policy(policy.clone(), u32::MAX, draft("policy"))
            .await
            .unwrap();
        made.push(PolicyRow {
            policy,
            attachments: 0,
        });
    }
    made.reverse();
    assert_eq!(store.policies(account, ALL).await.unwrap().items, made);
    assert_pages(
        async |page| store.policies(account, page).await,
        |row| row.policy.name.as_str(),
    )
    .await;
    let there = store.policies(elsewhere, ALL).await.unwrap();
    assert!(matches!(&there.items[..], [row] if row.attachments == 3));
}

/// Versions come and go and another one counts, with the draft; name, account and birth stay, whatever the change says.
pub async fn a_policy_changes_as_asked(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let made = add_policy(&*store, &mut maker, account, "a").await;
    let neighbour = add_policy(&*store, &mut maker, account, "b").await;
    let mut wish = maker.policy(elsewhere, "b");
    wish.description = "d".into();
    wish.tags = tags(&[("b", "3")]);
    let second = PolicyVersion {
        number: 2,
        document: "second".into(),
        created: maker.moment(),
    };
    let third = PolicyVersion {
        number: 3,
        ..second.clone()
    };
    let mut expected = made.clone();
    for (versions, default_version) in [
        (vec![made.versions[0].clone(), second.clone()], 1),
        (vec![made.versions[0].clone(), second.clone(), third.clone()], 2),
        (vec![third], 3),
    ] {
        wish.last_version += 1;
        (wish.versions, wish.default_version) = (versions, default_version);
        let done = store
            .update_policy(account, &made.name, draft("change"), become_it(&wish))
            .await
            .unwrap();
        expected = CustomPolicy {
            account,
            id: made.id,
            name: made.name.clone(),
            created: made.created,
            ..wish.clone()
        };
        assert_eq!(done.value, expected);
        let last = drafts(&*store).await.pop().unwrap();
        assert_eq!((last.number, &*last.value), (done.number, "change"));
        let row = store.policy(account, &made.name).await.unwrap();
        assert_eq!(row.map(|row| row.policy).as_ref(), Some(&expected));
    }

    let before = drafts(&*store).await;
    let refuse =
        || -> IdentityChange<CustomPolicy> { Box::new(|_| Err(Error::Quota(Quota::PolicyVersions))) };
    for (name, wanted) in [
        ("a", Error::Quota(Quota::PolicyVersions)),
        ("c", Error::NotFound(Missing::Policy)),
    ] {
        let answer = store
            .update_policy(account, &policy(name), draft("no"), refuse())
            .await;
        assert_eq!(refused(answer), wanted);
    }
    wish.default_version = 2;
    let headless = store
        .update_policy(account, &made.name, draft("no"), become_it(&wish))
        .await;
    assert!(matches!(headless, Err(WriteError::Store(_))), "{headless:?}");
    assert_eq!(drafts(&*store).await, before);
    let found = store.policies(account, ALL).await.unwrap().items;
    let found: Vec<_> = found.into_iter().map(|row| row.policy).collect();
    assert_eq!(found, [expected, neighbour]);
}

/// However many change it at once, each sees what the one before left.
pub async fn no_change_of_a_policy_is_lost(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let made = add_policy(&*store, &mut maker, account, "a").await;
    let wishes: Vec<_> = (0..10)
        .map(|_| {
            let further: IdentityChange<CustomPolicy> = Box::new(|mut policy| {
                policy.last_version += 1;
                let mut version = policy.versions[0].clone();
                version.number = policy.last_version;
                policy.versions.push(version);
                Ok(policy)
            });
            store.update_policy(account, &made.name, draft("further"), further)
        })
        .collect();
    for answer in together(wishes).await {
        answer.unwrap();
    }
    let found = store.policy(account, &made.name).await.unwrap().unwrap().policy;
    let numbers: Vec<_> = found.versions.iter().map(|version| version.number).collect();
    assert_eq!(numbers, (1..=11).collect::<Vec<_>>());
}

/// It has to be taken off users, groups and roles first; they are looked at in this order. A system policy of the same
/// name does not count.
pub async fn an_attached_policy_stays(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    for account in [account, elsewhere] {
        add_each(&*store, &mut maker, account, "a").await;
        for holder in holders("a") {
            attach(&*store, &mut maker, account, system("a"), holder.clone()).await;
            attach(&*store, &mut maker, account, custom("a"), holder).await;
        }
    }
    let name = policy("a");
    let delete = async |cascade| {
        store
            .delete_policy(account, &name, cascade, draft("delete"))
            .await
    };
    let reasons = [InUse::PolicyOfUser, InUse::PolicyOfGroup, InUse::PolicyOfRole];
    for ((holder, reason), count) in holders("a").into_iter().zip(reasons).zip([3, 2, 1]) {
        let row = store.policy(account, &name).await.unwrap().unwrap();
        assert_eq!(row.attachments, count);
        let before = drafts(&*store).await;
        for cascade in [false, true] {
            assert_eq!(refused(delete(cascade).await), Error::InUse(reason));
        }
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
    }
    let gone = delete(false).await.unwrap();
    let last = drafts(&*store).await.pop().unwrap();
    assert_eq!((last.number, &*last.value), (gone.number, "delete"));
    assert_eq!(store.policy(account, &name).await.unwrap(), None);
    assert_eq!(refused(delete(false).await), Error::NotFound(Missing::Policy));
    let there = store.policy(elsewhere, &name).await.unwrap().unwrap();
    assert_eq!(there.attachments, 3);
}

/// Further versions go only with `cascade`; a policy of the same name that comes later has none of them.
pub async fn a_policy_with_further_versions_goes_when_told(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let mut made = maker.policy(account, "a");
    made.versions.push(PolicyVersion {
        number: 2,
        ..made.versions[0].clone()
    });
    made.tags = tags(&[("a", "b")]);
    store
        .create_policy(made.clone(), u32::MAX, draft("policy"))
        .await
        .unwrap();
    let delete = async |cascade| {
        let done = store.delete_policy(account, &made.name, cascade, draft("delete"));
        done.await
    };
    assert_eq!(refused(delete(false).await), Error::InUse(InUse::PolicyVersions));
    let row = store.policy(account, &made.name).await.unwrap().unwrap();
    assert_eq!(row.policy, made);
    delete(true).await.unwrap();
    let second = add_policy(&*store, &mut maker, account, "a").await;
    let row = store.policy(account, &made.name).await.unwrap().unwrap();
    assert_eq!(row.policy, second);
}
