//! Policies on identities.

use claviger_model::{Attachment, Error, Existing, Extent, Holder, Missing, Quota};

use super::Subject;
use super::make::{Maker, draft, drafts, refused};
use super::people::{
    NAMES, add_account, add_each, add_policy, attach, custom, group, holders, role, system, user,
};
use super::together::together;

/// From both sides, with its moment, also after a restart; a system policy and one of the account may share a name.
pub async fn policies_are_put_on_identities_and_taken_off(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    add_each(&*store, &mut maker, account, "a").await;
    let mut made = Vec::new();
    for holder in holders("a") {
        for policy in [custom("a"), system("a")] {
            made.push(attach(&*store, &mut maker, account, policy, holder.clone()).await);
        }
    }
    assert_eq!(drafts(&*store).await.pop().unwrap().value, "attach");
    drop(store);
    let store = subject.open().await;
    for holder in holders("a") {
        let wanted: Vec<_> = made.iter().filter(|one| one.holder == holder).cloned().collect();
        assert_eq!(store.attachments_of(account, &holder).await.unwrap(), wanted);
    }
    for policy in [custom("a"), system("a")] {
        let wanted: Vec<_> = made.iter().filter(|one| one.policy == policy).cloned().collect();
        assert_eq!(store.attachments_to(account, &policy).await.unwrap(), wanted);
    }
    let [first, _, _] = holders("a");
    let done = store
        .detach(
            account,
            &system("a"),
            &first,
            &Extent::Everywhere,
            draft("detach"),
        )
        .await
        .unwrap();
    let last = drafts(&*store).await.pop().unwrap();
    assert_eq!((last.number, &*last.value), (done.number, "detach"));
    assert_eq!(
        store.attachments_of(account, &first).await.unwrap(),
        [made[0].clone()]
    );
    assert_eq!(
        store.attachments_to(account, &system("a")).await.unwrap().len(),
        2
    );
    attach(&*store, &mut maker, account, system("a"), first).await;
}

/// Those of an identity by kind, custom first, and name; those to a policy by kind of identity and name.
pub async fn attachments_are_listed_in_order(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    for name in NAMES.iter().rev() {
        add_each(&*store, &mut maker, account, name).await;
    }
    for name in NAMES {
        if name == "a" {
            continue;
        }
        for holder in holders(name) {
            attach(&*store, &mut maker, account, custom("a"), holder).await;
        }
    }
    let [holder, ..] = holders("a");
    for name in NAMES.iter().rev() {
        attach(&*store, &mut maker, account, system(name), holder.clone()).await;
        attach(&*store, &mut maker, account, custom(name), holder.clone()).await;
    }
    let found = store.attachments_of(account, &holder).await.unwrap();
    let policies: Vec<_> = found.into_iter().map(|one| one.policy).collect();
    let wanted: Vec<_> = NAMES.map(custom).into_iter().chain(NAMES.map(system)).collect();
    assert_eq!(policies, wanted);

    let found = store.attachments_to(account, &custom("a")).await.unwrap();
    let found: Vec<_> = found.into_iter().map(|one| one.holder).collect();
    let others = || NAMES.iter().filter(|name| **name != "a");
    let mut wanted: Vec<_> = NAMES.iter().map(|name| Holder::User(user(name))).collect();
    wanted.extend(others().map(|name| Holder::Group(group(name))));
    wanted.extend(others().map(|name| Holder::Role(role(name))));
    assert_eq!(found, wanted);
}

/// The identity is looked for first, then a policy of the account, then the attachment. Nothing is listed of what is not
/// there.
pub async fn an_attachment_needs_its_identity_and_its_policy(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    add_each(&*store, &mut maker, account, "a").await;
    add_each(&*store, &mut maker, elsewhere, "b").await;
    for (holder, missing) in holders("b")
        .into_iter()
        .zip([Missing::User, Missing::Group, Missing::Role])
    {
        attach(&*store, &mut maker, elsewhere, custom("b"), holder.clone()).await;
        for policy in [custom("a"), custom("b"), system("a")] {
            let attachment = maker.attachment(policy.clone(), holder.clone());
            let attached = store.attach(account, attachment, u32::MAX, draft("no")).await;
            assert_eq!(refused(attached), Error::NotFound(missing));
            let detached = store
                .detach(account, &policy, &holder, &Extent::Everywhere, draft("no"))
                .await;
            assert_eq!(refused(detached), Error::NotFound(missing));
        }
        assert_eq!(store.attachments_of(account, &holder).await.unwrap(), []);
    }
    assert_eq!(store.attachments_to(account, &custom("b")).await.unwrap(), []);
    for holder in holders("a") {
        let attachment = maker.attachment(custom("b"), holder.clone());
        let attached = store.attach(account, attachment, u32::MAX, draft("no")).await;
        assert_eq!(refused(attached), Error::NotFound(Missing::Policy));
        for (policy, missing) in [
            (custom("b"), Missing::Policy),
            (custom("a"), Missing::Attachment),
            (system("a"), Missing::Attachment),
        ] {
            let detached = store
                .detach(account, &policy, &holder, &Extent::Everywhere, draft("no"))
                .await;
            assert_eq!(refused(detached), Error::NotFound(missing));
        }
        let once = attach(&*store, &mut maker, account, custom("a"), holder).await;
        let again = Attachment {
            attached: maker.moment(),
            ..once.clone()
        };
        let again = store.attach(account, again, u32::MAX, draft("no")).await;
        assert_eq!(refused(again), Error::Exists(Existing::Attachment));
        assert_eq!(store.attachments_of(account, &once.holder).await.unwrap(), [once]);
    }
    let refusals = drafts(&*store)
        .await
        .into_iter()
        .filter(|draft| draft.value == "no");
    assert_eq!(refusals.count(), 0);
}

/// Per identity, and apart for the two kinds of policies; what is so already is told first.
pub async fn policies_are_attached_up_to_the_quota(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    add_each(&*store, &mut maker, account, "a").await;
    for n in 0..16 {
        add_policy(&*store, &mut maker, account, &format!("p{n}")).await;
    }
    let [holder, group, role] = holders("a");
    for other in [group, role] {
        attach(&*store, &mut maker, account, custom("a"), other).await;
    }
    let mut attach = |policy, quota| {
        let attachment = maker.attachment(policy, holder.clone());
        store.attach(account, attachment, quota, draft("attach"))
    };
    let full = Error::Quota(Quota::Attachments);
    assert_eq!(refused(attach(custom("a"), 0).await), full);
    attach(custom("a"), 1).await.unwrap();
    assert_eq!(
        refused(attach(custom("a"), 1).await),
        Error::Exists(Existing::Attachment)
    );
    attach(system("a"), 1).await.unwrap();
    assert_eq!(refused(attach(system("b"), 1).await), full);
    let wishes: Vec<_> = (0..16).map(|n| attach(custom(&format!("p{n}")), 4)).collect();
    let (done, rest): (Vec<_>, Vec<_>) = together(wishes).await.into_iter().partition(Result::is_ok);
    assert_eq!(done.len(), 3);
    for answer in rest {
        assert_eq!(refused(answer), full);
    }
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
    attach(custom("a"), 4).await.unwrap();
}
