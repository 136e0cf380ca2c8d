//! Where the rights of attached policies count.

use claviger_model::{
    Attachment, Error, Existing, Extent, Holder, Language, Missing, PolicyRef, PolicyVersion, Quota,
};

use super::Subject;
use super::make::{Maker, draft, drafts, refused};
use super::people::{
    add_account, add_each, add_policy, add_user, attach, custom, holders, join, policy, system, user,
};
use crate::{HeldPolicy, Store};

/// In the order of lists.
fn extents() -> [Extent; 5] {
    [
        Extent::Everywhere,
        Extent::Global,
        Extent::Region("eu-1".parse().unwrap()),
        Extent::Region("eu-2".parse().unwrap()),
        Extent::Regions,
    ]
}

/// Attaches a policy with every extent, the last of the list first. More rows than two are no more policies than two.
async fn attach_all(
    store: &dyn Store,
    maker: &mut Maker,
    account: claviger_model::AccountId,
    (policy, holder): (&PolicyRef, &Holder),
) -> Vec<Attachment> {
    let mut made = Vec::new();
    for extent in extents().into_iter().rev() {
        let attachment = Attachment {
            extent,
            ..maker.attachment(policy.clone(), holder.clone())
        };
        store
            .attach(account, attachment.clone(), 2, draft("attach"))
            .await
            .unwrap();
        made.insert(0, attachment);
    }
    made
}

/// Each stands for itself: it is listed, refused a second time, and taken off alone. All of them count as one policy.
pub async fn a_policy_has_each_extent_once(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    add_each(&*store, &mut maker, account, "a").await;
    add_policy(&*store, &mut maker, account, "b").await;
    for holder in holders("a") {
        for policy in [custom("a"), system("a")] {
            let mut made = attach_all(&*store, &mut maker, account, (&policy, &holder)).await;
            let mut found = store.attachments_of(account, &holder).await.unwrap();
            found.retain(|one| one.policy == policy);
            assert_eq!(found, made);
            let mut found = store.attachments_to(account, &policy).await.unwrap();
            found.retain(|one| one.holder == holder);
            assert_eq!(found, made);

            let before = drafts(&*store).await;
            let again = store.attach(account, made[2].clone(), 1, draft("no")).await;
            assert_eq!(refused(again), Error::Exists(Existing::Attachment));
            let unknown = Extent::Region("eu-3".parse().unwrap());
            let detached = store
                .detach(account, &policy, &holder, &unknown, draft("no"))
                .await;
            assert_eq!(refused(detached), Error::NotFound(Missing::Attachment));
            assert_eq!(drafts(&*store).await, before);
            let gone = made.remove(2);
            store
                .detach(account, &policy, &holder, &gone.extent, draft("detach"))
                .await
                .unwrap();
            let mut found = store.attachments_of(account, &holder).await.unwrap();
            found.retain(|one| one.policy == policy);
            assert_eq!(found, made);
        }
        let second = maker.attachment(custom("b"), holder.clone());
        let full = store.attach(account, second, 1, draft("no")).await;
        assert_eq!(refused(full), Error::Quota(Quota::Attachments));
    }
    let row = store.policy(account, &policy("a")).await.unwrap().unwrap();
    assert_eq!(row.attachments, 3, "identities, however often it is on them");
}

/// The same policy comes once for each, in the order of lists, with its text and the language of that.
pub async fn rights_tell_where_they_count(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    add_each(&*store, &mut maker, account, "a").await;
    let member = add_user(&*store, &mut maker, account, "u").await;
    join(&*store, &mut maker, account, ("u", "a")).await.unwrap();
    let mut foreign = maker.policy(account, "i");
    foreign.language = Language::Iam;
    foreign.versions.push(PolicyVersion {
        number: 2,
        document: "second".into(),
        created: maker.moment(),
    });
    (foreign.default_version, foreign.last_version) = (2, 2);
    store.create_policy(foreign, 2, draft("policy")).await.unwrap();
    let [_, group, role] = holders("a");
    for (policy, holder) in [(custom("a"), &group), (custom("i"), &group), (custom("i"), &role)] {
        attach_all(&*store, &mut maker, account, (&policy, holder)).await;
    }
    attach(&*store, &mut maker, account, custom("i"), Holder::User(user("u"))).await;

    let held = |name: &str, through: Option<&str>, extent: Extent| HeldPolicy {
        policy: custom(name),
        through: through.map(super::people::group),
        extent,
        document: Some(match name {
            "a" => (Language::Ram, "a".into()),
            _ => (Language::Iam, "second".into()),
        }),
    };
    let of_group = |name: &str| extents().map(|extent| held(name, Some("a"), extent));
    let mut wanted = Vec::from(of_group("a"));
    wanted.push(held("i", None, Extent::Everywhere));
    wanted.extend(of_group("i"));
    let (_, found) = store.rights_of_user(account, member.id).await.unwrap().unwrap();
    assert_eq!(found, wanted);

    let id = store
        .role(account, &super::people::role("a"))
        .await
        .unwrap()
        .unwrap()
        .id;
    let (_, found) = store.rights_of_role(account, id).await.unwrap().unwrap();
    assert_eq!(found, extents().map(|extent| held("i", None, extent)));
}
