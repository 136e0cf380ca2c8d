//! All policies that count for an identity.

use claviger_model::{AccountId, CustomPolicy, Extent, Language, PolicyVersion, UserId};

use super::Subject;
use super::make::{Maker, draft};
use super::people::{
    add_account, add_each, add_group, add_policy, add_role, add_user, attach, custom, group, holders, join,
    system, tags, user,
};
use crate::{HeldPolicy, IdentityChange, Store};

fn held(policy: claviger_model::PolicyRef, through: Option<&str>, document: Option<&str>) -> HeldPolicy {
    HeldPolicy {
        policy,
        through: through.map(group),
        extent: Extent::Everywhere,
        document: document.map(|text| (Language::Ram, text.into())),
    }
}

async fn of_user(store: &dyn Store, account: AccountId, id: UserId) -> Vec<HeldPolicy> {
    let (_, policies) = store.rights_of_user(account, id).await.unwrap().unwrap();
    policies
}

/// Its own and those of its groups, by name; where that is the same, custom first, then its own, then by group.
pub async fn a_user_has_its_own_rights_and_those_of_its_groups(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let member = add_user(&*store, &mut maker, account, "u").await;
    assert_eq!(
        store.rights_of_user(account, member.id).await.unwrap(),
        Some((member.clone(), vec![]))
    );
    for name in ["B", "a", "c"] {
        add_policy(&*store, &mut maker, account, name).await;
    }
    for name in ["h", "g", "empty", "stranger"] {
        add_group(&*store, &mut maker, account, name).await;
    }
    for name in ["h", "g", "empty"] {
        join(&*store, &mut maker, account, ("u", name)).await.unwrap();
    }
    let [own, _, _] = holders("u");
    let groups = ["g", "h", "stranger"].map(|name| {
        let [_, group, _] = holders(name);
        group
    });
    for policy in [custom("c"), system("a"), custom("a")] {
        attach(&*store, &mut maker, account, policy, own.clone()).await;
    }
    for (holder, policies) in groups.into_iter().zip([
        vec![custom("a"), custom("B")],
        vec![system("a"), custom("a")],
        vec![custom("c"), system("c")],
    ]) {
        for policy in policies {
            attach(&*store, &mut maker, account, policy, holder.clone()).await;
        }
    }
    let wanted = [
        held(custom("B"), Some("g"), Some("B")),
        held(custom("a"), None, Some("a")),
        held(custom("a"), Some("g"), Some("a")),
        held(custom("a"), Some("h"), Some("a")),
        held(system("a"), None, None),
        held(system("a"), Some("h"), None),
        held(custom("c"), None, Some("c")),
    ];
    let found = store.rights_of_user(account, member.id).await.unwrap();
    assert_eq!(found, Some((member.clone(), wanted.to_vec())));

    store
        .leave_group(account, &member.name, &group("g"), draft("leave"))
        .await
        .unwrap();
    store
        .detach(account, &custom("c"), &own, &Extent::Everywhere, draft("detach"))
        .await
        .unwrap();
    let left = [&wanted[1], &wanted[3], &wanted[4], &wanted[5]].map(Clone::clone);
    assert_eq!(of_user(&*store, account, member.id).await, left);
}

/// The default version of the moment.
pub async fn rights_follow_the_default_version(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    add_each(&*store, &mut maker, account, "a").await;
    let id = store.user(account, &user("a")).await.unwrap().unwrap().id;
    join(&*store, &mut maker, account, ("a", "a")).await.unwrap();
    for holder in holders("a") {
        attach(&*store, &mut maker, account, custom("a"), holder).await;
    }
    for (default, document) in [(2, "second"), (1, "a"), (2, "second")] {
        let change: IdentityChange<CustomPolicy> = Box::new(move |mut policy| {
            policy.versions.truncate(1);
            policy.versions.push(PolicyVersion {
                number: 2,
                document: "second".into(),
                created: policy.created,
            });
            policy.default_version = default;
            Ok(policy)
        });
        store
            .update_policy(account, custom("a").name(), draft("default"), change)
            .await
            .unwrap();
        let wanted = [
            held(custom("a"), None, Some(document)),
            held(custom("a"), Some("a"), Some(document)),
        ];
        assert_eq!(of_user(&*store, account, id).await, wanted);
    }
}

/// As it is, with its tags.
pub async fn a_role_has_its_own_rights(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    add_each(&*store, &mut maker, account, "a").await;
    let mut role = add_role(&*store, &mut maker, account, "r").await;
    assert_eq!(
        store.rights_of_role(account, role.id).await.unwrap(),
        Some((role.clone(), vec![]))
    );
    let [_, _, holder] = holders("r");
    for policy in [system("z"), system("A"), custom("a")] {
        attach(&*store, &mut maker, account, policy, holder.clone()).await;
    }
    for holder in holders("a") {
        attach(&*store, &mut maker, account, system("b"), holder).await;
    }
    role.tags = tags(&[("a", "b")]);
    let wish = role.clone();
    store
        .update_role(
            account,
            &role.name,
            draft("tags"),
            Box::new(move |_| Ok(wish.clone())),
        )
        .await
        .unwrap();
    let wanted = vec![
        held(system("A"), None, None),
        held(custom("a"), None, Some("a")),
        held(system("z"), None, None),
    ];
    assert_eq!(
        store.rights_of_role(account, role.id).await.unwrap(),
        Some((role, wanted))
    );
}

/// Neither those that are not there nor those of other accounts; equal names and ids of other kinds give no rights.
pub async fn rights_are_of_one_identity_only(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let mut ids = Vec::new();
    for account in [account, elsewhere] {
        add_each(&*store, &mut maker, account, "a").await;
        join(&*store, &mut maker, account, ("a", "a")).await.unwrap();
        ids.push(store.user(account, &user("a")).await.unwrap().unwrap().id);
    }
    // A role whose id has the digits of the user's.
    let mut role = maker.role(account, "r");
    role.id = claviger_model::RoleId::from_number(ids[0].number()).unwrap();
    store
        .create_role(role.clone(), u32::MAX, draft("role"))
        .await
        .unwrap();
    let [_, _, holder] = holders("r");
    attach(&*store, &mut maker, account, system("r"), holder).await;
    for holder in holders("a") {
        attach(&*store, &mut maker, elsewhere, custom("a"), holder).await;
    }
    assert_eq!(of_user(&*store, account, ids[0]).await, []);
    assert_eq!(of_user(&*store, elsewhere, ids[1]).await.len(), 2);
    for (account, id) in [(account, ids[1]), (elsewhere, ids[0])] {
        assert_eq!(store.rights_of_user(account, id).await.unwrap(), None);
    }
    let (_, policies) = store.rights_of_role(account, role.id).await.unwrap().unwrap();
    assert_eq!(policies, [held(system("r"), None, None)]);
    assert_eq!(store.rights_of_role(elsewhere, role.id).await.unwrap(), None);
}
