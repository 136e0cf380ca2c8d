//! Policies, their versions, and what they are on.

use claviger_model::{
    AccountId, Error, Existing, InUse, Language, Missing, PolicyName, PolicyRef, PolicyVersion, Quota,
    SignedDuration, Tags,
};
use claviger_service::Quotas;
use claviger_service::ops::identity::{
    CreatePolicy, CreatePolicyVersion, DeletePolicy, DeletePolicyVersion, GetPolicy, GetPolicyVersion,
    ListAttached, ListEntities, ListPolicies, ListPolicyVersions, PolicyView, SetDefaultPolicyVersion,
};
use claviger_testkit::World;

use crate::identities::{Someone, create_group, custom, on_group, on_role, on_user, page, system};
use crate::identities_roles::create_role;

pub(crate) const READ: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:Describe*","Resource":"*"}]}"#;
const LIST: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:List*","Resource":"*"}]}"#;

fn name(name: &str) -> PolicyName {
    name.parse().unwrap()
}

pub(crate) fn create_policy(account: AccountId, called: &str, document: &str) -> CreatePolicy {
    CreatePolicy {
        account,
        name: Some(name(called)),
        language: Language::Ram,
        title: String::new(),
        description: format!("about {called}"),
        document: document.to_owned(),
        tags: Tags::default(),
    }
}

fn add_version(
    account: AccountId,
    document: &str,
    as_default: bool,
    drop_oldest: bool,
) -> CreatePolicyVersion {
    CreatePolicyVersion {
        account,
        name: name("readers"),
        language: Language::Ram,
        document: document.to_owned(),
        title: None,
        description: None,
        as_default,
        drop_oldest,
    }
}

/// Numbers of the versions of the policy `readers`, and which one counts.
async fn numbers(world: &World, root: &Someone) -> (Vec<u32>, u32) {
    let list = ListPolicyVersions {
        account: root.account(),
        policy: custom("readers"),
    };
    let versions = root.calls(world, list).await.unwrap();
    let counting: Vec<_> = versions.iter().filter(|(_, counts)| *counts).collect();
    assert_eq!(counting.len(), 1);
    let numbers = versions.iter().map(|(version, _)| version.number);
    (numbers.collect(), counting[0].0.number)
}

#[tokio::test]
async fn a_policy_is_made_shown_and_deleted() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    let mut tags = Tags::default();
    tags.set("team".into(), "a".into()).unwrap();
    let make = CreatePolicy {
        tags: tags.clone(),
        ..create_policy(account, "readers", READ)
    };
    let new = root.calls(&world, make).await.unwrap();
    assert_eq!((new.default_version, new.versions.len()), (1, 1));
    let get = || GetPolicy {
        account,
        policy: custom("readers"),
    };
    let expected = PolicyView {
        policy: custom("readers"),
        id: Some(new.id),
        language: Language::Ram,
        title: String::new(),
        description: "about readers".into(),
        document: READ.into(),
        default_version: 1,
        attachments: 0,
        created: world.now(),
        updated: world.now(),
        default_created: world.now(),
        tags,
    };
    assert_eq!(root.calls(&world, get()).await, Ok(expected));
    let delete = || DeletePolicy {
        account,
        name: name("readers"),
        cascade: false,
    };
    assert_eq!(root.calls(&world, delete()).await, Ok(()));
    let missing = Error::NotFound(Missing::Policy);
    assert_eq!(root.calls(&world, get()).await, Err(missing.clone()));
    assert_eq!(root.calls(&world, delete()).await, Err(missing));
}

#[tokio::test]
async fn policies_that_are_malformed_taken_or_too_many_are_refused() {
    let quotas = Quotas {
        policies: 1,
        ..Quotas::default()
    };
    let world = World::build().quotas(quotas).start().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    let wrong = READ.replace("Allow", "Alow");
    let answer = root.calls(&world, create_policy(account, "p", &wrong)).await;
    let Err(Error::Document(text)) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(&*text, "Statement[0].Effect: `Alow` is not `Allow` or `Deny`");
    let long = format!("{READ}{}", " ".repeat(6144));
    let answer = root.calls(&world, create_policy(account, "p", &long)).await;
    assert_eq!(
        answer,
        Err(Error::Document("document: longer than 6144 bytes".into()))
    );
    let trust = READ.replace("\"Resource\":\"*\"", "\"Principal\":{\"RAM\":\"*\"}");
    let answer = root.calls(&world, create_policy(account, "p", &trust)).await;
    assert!(matches!(answer, Err(Error::Document(_))), "{answer:?}");

    root.calls(&world, create_policy(account, "readers", READ))
        .await
        .unwrap();
    let taken = Err(Error::Exists(Existing::Policy));
    for known in ["readers", "AliyunKMSFullAccess"] {
        let answer = root.calls(&world, create_policy(account, known, READ)).await;
        assert_eq!(answer, taken, "{known}");
    }
    let answer = root.calls(&world, create_policy(account, "others", READ)).await;
    assert_eq!(answer, Err(Error::Quota(Quota::Policies)));
}

#[tokio::test]
async fn versions_are_added_chosen_and_dropped() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    root.calls(&world, create_policy(account, "readers", READ))
        .await
        .unwrap();
    world.advance(SignedDuration::from_secs(1));
    let second = root.calls(&world, add_version(account, LIST, false, false)).await;
    let expected = PolicyVersion {
        number: 2,
        document: LIST.into(),
        created: world.now(),
    };
    assert_eq!(second, Ok(expected.clone()));
    assert_eq!(numbers(&world, &root).await, (vec![1, 2], 1));
    let get = |number| GetPolicyVersion {
        account,
        policy: custom("readers"),
        number,
    };
    assert_eq!(root.calls(&world, get(2)).await, Ok((expected, false)));

    let choose = |number| SetDefaultPolicyVersion {
        account,
        name: name("readers"),
        number,
    };
    assert_eq!(root.calls(&world, choose(2)).await, Ok(()));
    let shown = GetPolicy {
        account,
        policy: custom("readers"),
    };
    let shown = root.calls(&world, shown).await.unwrap();
    assert_eq!(
        (&*shown.document, shown.default_version, shown.updated),
        (LIST, 2, world.now())
    );
    for _ in 3..=5 {
        root.calls(&world, add_version(account, READ, true, false))
            .await
            .unwrap();
    }
    assert_eq!(numbers(&world, &root).await, (vec![1, 2, 3, 4, 5], 5));

    let full = Err(Error::Quota(Quota::PolicyVersions));
    assert_eq!(
        root.calls(&world, add_version(account, READ, true, false)).await,
        full
    );
    root.calls(&world, choose(1)).await.unwrap();
    root.calls(&world, add_version(account, READ, false, true))
        .await
        .unwrap();
    assert_eq!(numbers(&world, &root).await, (vec![1, 3, 4, 5, 6], 1));
    let delete = |number| DeletePolicyVersion {
        account,
        name: name("readers"),
        number,
    };
    assert_eq!(root.calls(&world, delete(6)).await, Ok(()));
    root.calls(&world, add_version(account, READ, false, false))
        .await
        .unwrap();
    assert_eq!(numbers(&world, &root).await, (vec![1, 3, 4, 5, 7], 1));

    let counts = Err(Error::InUse(InUse::DefaultVersion));
    assert_eq!(root.calls(&world, delete(1)).await, counts);
    let missing = Error::NotFound(Missing::PolicyVersion);
    assert_eq!(root.calls(&world, delete(2)).await, Err(missing.clone()));
    assert_eq!(root.calls(&world, choose(2)).await, Err(missing.clone()));
    assert_eq!(root.calls(&world, get(2)).await, Err(missing));
    let wrong = root.calls(&world, add_version(account, "{", false, false)).await;
    assert!(matches!(wrong, Err(Error::Document(_))), "{wrong:?}");
}

#[tokio::test]
async fn versions_of_a_policy_that_is_missing_are_missing() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    let missing = Error::NotFound(Missing::Policy);
    let answer = root.calls(&world, add_version(account, READ, false, false)).await;
    assert_eq!(answer, Err(missing.clone()));
    for policy in [custom("readers"), system("NoSuchPolicy")] {
        let list = ListPolicyVersions {
            account,
            policy: policy.clone(),
        };
        assert_eq!(root.calls(&world, list).await, Err(missing.clone()));
        let get = GetPolicyVersion {
            account,
            policy: policy.clone(),
            number: 1,
        };
        assert_eq!(root.calls(&world, get).await, Err(missing.clone()));
        let show = GetPolicy {
            account,
            policy: policy.clone(),
        };
        assert_eq!(root.calls(&world, show).await, Err(missing.clone()));
        let entities = ListEntities { account, policy };
        assert_eq!(root.calls(&world, entities).await, Err(missing.clone()));
    }
    let choose = SetDefaultPolicyVersion {
        account,
        name: name("readers"),
        number: 1,
    };
    assert_eq!(root.calls(&world, choose).await, Err(missing.clone()));
    let delete = DeletePolicyVersion {
        account,
        name: name("readers"),
        number: 1,
    };
    assert_eq!(root.calls(&world, delete).await, Err(missing));
}

#[tokio::test]
async fn policies_of_the_server_are_there_for_everybody_and_stay_as_they_are() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    let policy = system("AliyunKMSReadOnlyAccess");
    let get = GetPolicy {
        account,
        policy: policy.clone(),
    };
    let shown = root.calls(&world, get).await.unwrap();
    assert_eq!((shown.default_version, shown.attachments), (1, 0));
    assert!(shown.document.contains("kms:Describe*") && !shown.description.is_empty());
    let list = ListPolicyVersions {
        account,
        policy: policy.clone(),
    };
    let versions = root.calls(&world, list).await.unwrap();
    let only = PolicyVersion {
        number: 1,
        document: shown.document,
        created: shown.created,
    };
    assert_eq!(versions, [(only.clone(), true)]);
    let version = |number| GetPolicyVersion {
        account,
        policy: policy.clone(),
        number,
    };
    assert_eq!(root.calls(&world, version(1)).await, Ok((only, true)));
    let missing = Err(Error::NotFound(Missing::PolicyVersion));
    assert_eq!(root.calls(&world, version(2)).await, missing);

    // Changes are for policies of the account, and the account has none of that name.
    let missing = Error::NotFound(Missing::Policy);
    let delete = DeletePolicy {
        account,
        name: policy.name().clone(),
        cascade: true,
    };
    assert_eq!(root.calls(&world, delete).await, Err(missing.clone()));
    let add = CreatePolicyVersion {
        name: policy.name().clone(),
        ..add_version(account, READ, true, true)
    };
    assert_eq!(root.calls(&world, add).await, Err(missing));
}

#[tokio::test]
async fn lists_of_policies_hold_those_of_the_server_and_of_the_account_by_name() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    for called in ["Accounting", "AliyunKMSMore", "zoo"] {
        root.calls(&world, create_policy(account, called, READ))
            .await
            .unwrap();
    }
    root.makes_user(&world, "alice").await;
    let attach = root.attach(on_user("alice"), system("AdministratorAccess"));
    root.calls(&world, attach).await.unwrap();
    let list = async |system, after: Option<&str>, take| {
        let list = ListPolicies {
            account,
            system,
            language: None,
            server_language: Language::Ram,
            page: page(after, take),
        };
        root.calls(&world, list).await.unwrap()
    };
    let names = |views: &[PolicyView]| -> Vec<String> {
        views.iter().map(|view| view.policy.name().to_string()).collect()
    };
    let all = list(None, None, 1000).await;
    assert!(!all.more && names(&all.items).is_sorted());
    assert_eq!(all.items[0].policy, custom("Accounting"));
    assert_eq!(
        (&all.items[1].policy, all.items[1].attachments),
        (&system("AdministratorAccess"), 1)
    );
    let own = list(Some(false), None, 1000).await;
    assert_eq!(names(&own.items), ["Accounting", "AliyunKMSMore", "zoo"]);
    let servers = list(Some(true), None, 1000).await;
    assert_eq!(servers.items.len() + own.items.len(), all.items.len());
    assert!(
        servers
            .items
            .iter()
            .all(|view| matches!(view.policy, PolicyRef::System(_)))
    );

    for (system, whole) in [(None, all), (Some(true), servers), (Some(false), own)] {
        for take in 1..4 {
            let (mut read, mut after): (Vec<String>, Option<String>) = (Vec::new(), None);
            loop {
                let found = list(system, after.as_deref(), take).await;
                assert!(found.items.len() <= take as usize);
                read.extend(names(&found.items));
                after = read.last().cloned();
                if !found.more {
                    break;
                }
            }
            assert_eq!(read, names(&whole.items), "{system:?}, {take} at a time");
        }
    }
}

#[tokio::test]
async fn policies_are_put_on_identities_and_taken_off() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    root.makes_user(&world, "alice").await;
    root.calls(&world, create_group(account, "dev")).await.unwrap();
    root.calls(&world, create_role(account, "ops")).await.unwrap();
    root.calls(&world, create_policy(account, "readers", READ))
        .await
        .unwrap();
    let holders = [on_user("alice"), on_group("dev"), on_role("ops")];
    for (place, holder) in holders.iter().enumerate() {
        for policy in [system("AliyunKMSFullAccess"), custom("readers")] {
            let attach = root.attach(holder.clone(), policy.clone());
            assert_eq!(root.calls(&world, attach).await, Ok(()));
            let again = root.attach(holder.clone(), policy);
            let exists = Err(Error::Exists(Existing::Attachment));
            assert_eq!(root.calls(&world, again).await, exists);
        }
        let list = ListAttached {
            account,
            holder: holder.clone(),
        };
        let attached = root.calls(&world, list).await.unwrap();
        assert_eq!(attached.len(), 2);
        assert_eq!(
            (&attached[0].policy, &*attached[0].description),
            (&custom("readers"), "about readers")
        );
        assert_eq!(
            (attached[0].default_version, attached[0].attached),
            (1, world.now())
        );
        assert_eq!(attached[1].policy, system("AliyunKMSFullAccess"));
        let get = GetPolicy {
            account,
            policy: custom("readers"),
        };
        let shown = root.calls(&world, get).await.unwrap();
        assert_eq!(shown.attachments, place as u64 + 1);
    }
    for policy in [system("AliyunKMSFullAccess"), custom("readers")] {
        let entities = ListEntities { account, policy };
        let entities = root.calls(&world, entities).await.unwrap();
        assert_eq!(entities.users[0].0.name.as_str(), "alice");
        assert_eq!(entities.groups[0].0.name.as_str(), "dev");
        assert_eq!(entities.roles[0].0.name.as_str(), "ops");
        assert_eq!(
            (entities.users[0].1, entities.groups[0].1, entities.roles[0].1),
            (world.now(), world.now(), world.now())
        );
    }
    let delete = |cascade| DeletePolicy {
        account,
        name: name("readers"),
        cascade,
    };
    let uses = [InUse::PolicyOfUser, InUse::PolicyOfGroup, InUse::PolicyOfRole];
    for (holder, by) in holders.iter().zip(uses) {
        assert_eq!(root.calls(&world, delete(true)).await, Err(Error::InUse(by)));
        let detach = || root.detach(holder.clone(), custom("readers"));
        assert_eq!(root.calls(&world, detach()).await, Ok(()));
        let missing = Err(Error::NotFound(Missing::Attachment));
        assert_eq!(root.calls(&world, detach()).await, missing);
    }
    root.calls(&world, add_version(account, LIST, false, false))
        .await
        .unwrap();
    let versions = Err(Error::InUse(InUse::PolicyVersions));
    assert_eq!(root.calls(&world, delete(false)).await, versions);
    assert_eq!(root.calls(&world, delete(true)).await, Ok(()));
}

#[tokio::test]
async fn attachments_of_what_is_missing_or_too_many_are_refused() {
    let quotas = Quotas {
        attachments: 1,
        ..Quotas::default()
    };
    let world = World::build().quotas(quotas).start().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    root.makes_user(&world, "alice").await;
    let missing = |what| Err(Error::NotFound(what));
    for policy in [system("NoSuchPolicy"), custom("readers")] {
        let attach = root.attach(on_user("alice"), policy.clone());
        assert_eq!(root.calls(&world, attach).await, missing(Missing::Policy));
        let detach = root.detach(on_user("alice"), policy);
        assert_eq!(root.calls(&world, detach).await, missing(Missing::Policy));
    }
    let holders = [
        (on_user("bob"), Missing::User),
        (on_group("dev"), Missing::Group),
        (on_role("ops"), Missing::Role),
    ];
    for (holder, what) in holders {
        let attach = root.attach(holder.clone(), system("AliyunKMSFullAccess"));
        assert_eq!(root.calls(&world, attach).await, missing(what));
        let detach = root.detach(holder.clone(), system("AliyunKMSFullAccess"));
        assert_eq!(root.calls(&world, detach).await, missing(what));
        let list = ListAttached { account, holder };
        assert_eq!(root.calls(&world, list).await.map(drop), missing(what));
    }
    let attach = root.attach(on_user("alice"), system("AliyunKMSFullAccess"));
    root.calls(&world, attach).await.unwrap();
    let attach = root.attach(on_user("alice"), system("AliyunRAMFullAccess"));
    let full = Err(Error::Quota(Quota::Attachments));
    assert_eq!(root.calls(&world, attach).await, full);
}
