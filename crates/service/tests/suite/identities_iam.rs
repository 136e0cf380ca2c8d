//! What faces need that name identities by number and write policies in another language.

use claviger_model::{
    AccountId, Action, Error, Extent, Holder, IdentityResource, Language, Missing, PolicyRef, Tags,
};
use claviger_service::ops::identity::{
    Attach, CreateGroup, CreatePolicy, CreatePolicyVersion, Detach, GetAccessKey, GetPolicy, KeyHolder,
    ListAttached, ListEntities, ListPolicies, Stranger,
};
use claviger_service::ops::key::ListKeys;
use claviger_testkit::World;

use crate::actors::Actor;
use crate::identities::{Someone, create_group, denied, page};
use crate::identities_policies::create_policy;
use crate::tokens::list;

const LISTS: &str = r#"{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["kms:*:list"]}]}"#;
const RAM: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:ListKeys","Resource":"*"}]}"#;

fn titled(account: AccountId, title: &str, document: &str) -> CreatePolicy {
    CreatePolicy {
        account,
        name: None,
        language: Language::Iam,
        title: title.into(),
        description: "about it".into(),
        document: document.into(),
        tags: Tags::default(),
    }
}

fn group(name: &str) -> Holder {
    Holder::Group(name.parse().unwrap())
}

#[tokio::test]
async fn a_policy_without_a_name_is_named_by_its_number_and_counts() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    let made = root.calls(&world, titled(account, "lists", LISTS)).await.unwrap();
    assert_eq!(made.name.as_str(), format!("custom-{}", made.id));
    let found = world.service().policy_name(account, made.id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&made.name));
    let policy = PolicyRef::Custom(made.name.clone());
    let get = GetPolicy {
        account,
        policy: policy.clone(),
    };
    let view = root.calls(&world, get).await.unwrap();
    assert_eq!(
        (view.id, view.language, view.title.as_str()),
        (Some(made.id), Language::Iam, "lists")
    );
    let alice = world.add_user(account, "alice", &[]).await;
    let actor = Actor::of(&world, &alice).await.unwrap();
    denied(actor.calls(&world.service(), list(&actor)).await);
    let attach = root.attach(Holder::User("alice".parse().unwrap()), policy);
    root.calls(&world, attach).await.unwrap();
    let actor = Actor::of(&world, &alice).await.unwrap();
    assert!(actor.calls(&world.service(), list(&actor)).await.is_ok());
}

#[tokio::test]
async fn a_document_must_be_of_its_language_and_the_fault_has_its_place() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    let told = async |document: &str| {
        let made = root.calls(&world, titled(account, "x", document)).await;
        let Err(Error::Document(text)) = made else {
            panic!("{document}: {made:?}");
        };
        text
    };
    assert!(told(RAM).await.contains("Version"));
    let wrong = LISTS.replace("Allow", "Perhaps");
    assert!(
        told(&wrong).await.contains("Statement[0].Effect"),
        "{}",
        told(&wrong).await
    );
    let made = root.calls(&world, titled(account, "lists", LISTS)).await.unwrap();
    let version = |language, document: &str| CreatePolicyVersion {
        account,
        name: made.name.clone(),
        language,
        document: document.into(),
        title: Some("all".into()),
        description: Some(String::new()),
        as_default: true,
        drop_oldest: true,
    };
    let heard = root.calls(&world, version(Language::Ram, RAM)).await;
    assert!(matches!(heard, Err(Error::Document(_))), "{heard:?}");
    let all = LISTS.replace("kms:*:list", "kms:*:*");
    let added = root.calls(&world, version(Language::Iam, &all)).await.unwrap();
    assert_eq!((added.number, added.document), (2, all.clone()));
    let get = GetPolicy {
        account,
        policy: PolicyRef::Custom(made.name.clone()),
    };
    let view = root.calls(&world, get).await.unwrap();
    assert_eq!(
        (view.title.as_str(), view.description.as_str(), view.document),
        ("all", "", all)
    );
}

#[tokio::test]
async fn lists_tell_the_languages_apart_for_who_asks() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    for number in 0..3 {
        root.calls(&world, create_policy(account, &format!("ram-{number}"), RAM))
            .await
            .unwrap();
        root.calls(&world, titled(account, &format!("iam {number}"), LISTS))
            .await
            .unwrap();
    }
    let listed = async |language, system, take| {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let list = ListPolicies {
                account,
                system,
                language,
                server_language: Language::Iam,
                page: page(after.as_deref(), take),
            };
            let found = root.calls(&world, list).await.unwrap();
            after = found.items.last().map(|view| view.policy.name().to_string());
            all.extend(found.items);
            if !found.more || after.is_none() {
                return all;
            }
        }
    };
    for take in [1, 2, 100] {
        assert_eq!(
            listed(Some(Language::Iam), Some(false), take).await.len(),
            3,
            "{take}"
        );
        assert_eq!(listed(Some(Language::Ram), Some(false), take).await.len(), 3);
        assert_eq!(listed(None, Some(false), take).await.len(), 6);
    }
    let of_server = listed(None, Some(true), 100).await;
    assert!(
        of_server
            .iter()
            .all(|view| view.language == Language::Iam && !view.title.is_empty())
    );
    assert!(of_server.len() > 3);
}

#[tokio::test]
async fn the_same_policy_counts_where_it_is_given() {
    let world = World::build().region("eu-test-1").start().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    let alice = world.add_user(account, "alice", &[]).await;
    let made: CreateGroup = create_group(account, "dev");
    root.calls(&world, made).await.unwrap();
    let join = claviger_service::ops::identity::AddUserToGroup {
        account,
        user: "alice".parse().unwrap(),
        group: "dev".parse().unwrap(),
    };
    root.calls(&world, join).await.unwrap();
    let policy = PolicyRef::System("KMS-Administrator".parse().unwrap());
    let region = Extent::Region("eu-test-1".parse().unwrap());
    let attach = |extent: &Extent| Attach {
        account,
        policy: policy.clone(),
        holder: group("dev"),
        extent: extent.clone(),
    };
    for extent in [&region, &Extent::Global] {
        root.calls(&world, attach(extent)).await.unwrap();
    }
    let attached = async || {
        let list = ListAttached {
            account,
            holder: group("dev"),
        };
        root.calls(&world, list).await.unwrap()
    };
    let extents: Vec<_> = attached().await.into_iter().map(|one| one.extent).collect();
    assert!(extents.len() == 2 && extents.contains(&region) && extents.contains(&Extent::Global));
    let entities = ListEntities {
        account,
        policy: policy.clone(),
    };
    let entities = root.calls(&world, entities).await.unwrap();
    assert_eq!(entities.groups.len(), 1, "it is told once");
    let actor = Actor::of(&world, &alice).await.unwrap();
    denied(actor.calls(&world.service(), list(&actor)).await);
    let there = ListKeys {
        scope: claviger_model::Scope {
            account,
            region: "eu-test-1".parse().unwrap(),
        },
        ..list(&actor)
    };
    assert!(actor.calls(&world.service(), there).await.is_ok());
    let detach = |extent: &Extent| Detach {
        account,
        policy: policy.clone(),
        holder: group("dev"),
        extent: extent.clone(),
    };
    let missing = Err(Error::NotFound(Missing::Attachment));
    assert_eq!(root.calls(&world, detach(&Extent::Everywhere)).await, missing);
    assert_eq!(root.calls(&world, detach(&region)).await, Ok(()));
    assert_eq!(attached().await.len(), 1);
}

#[tokio::test]
async fn identities_are_found_by_number_and_what_is_not_there_is_judged_as_asked() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    let bob = root.makes_user(&world, "bob").await;
    let service = world.service();
    let name = service.user_name(account, bob.id).await.unwrap();
    assert_eq!(name, Some(bob.name));
    let dev = root.calls(&world, create_group(account, "dev")).await.unwrap();
    assert_eq!(service.group_name(account, dev.id).await.unwrap(), Some(dev.name));
    let elsewhere = world.add_account("elsewhere").await.account();
    assert_eq!(service.user_name(elsewhere, bob.id).await.unwrap(), None);
    let ask = || Stranger {
        account,
        action: Action::GetUser,
        thing: IdentityResource::User("0".repeat(32).into()),
        missing: Missing::User,
    };
    assert_eq!(
        root.calls(&world, ask()).await,
        Err(Error::NotFound(Missing::User))
    );
    let alice = Someone::client(&world, world.add_user(account, "alice", &[]).await);
    denied(alice.calls(&world, ask()).await);
}

#[tokio::test]
async fn an_access_key_is_found_by_its_id_alone() {
    let world = World::new().await;
    let root = Someone::client(&world, world.root().clone());
    let account = root.account();
    let bob = world.add_user(account, "bob", &[]).await;
    let alice = world.add_user(account, "alice", &["AliyunRAMFullAccess"]).await;
    let alice = Someone::client(&world, alice);
    let service = world.service();
    let holder = async |someone: &Someone, id: &str| {
        let actor = someone.actor(&world).await.unwrap();
        let caller = actor.credential().caller();
        service.key_holder(caller, &id.parse().unwrap()).await.unwrap()
    };
    let bobs = KeyHolder::User("bob".parse().unwrap());
    assert_eq!(holder(&alice, bob.access_key_id()).await, Some(bobs.clone()));
    let bob_himself = Someone::client(&world, bob.clone());
    assert_eq!(
        holder(&bob_himself, bob.access_key_id()).await,
        Some(KeyHolder::Caller)
    );
    let roots = world.root().access_key_id();
    assert_eq!(holder(&root, roots).await, Some(KeyHolder::Caller));
    assert_eq!(holder(&alice, roots).await, None);
    let foreign = world.add_account("elsewhere").await;
    assert_eq!(holder(&root, foreign.access_key_id()).await, None);
    let get = |holder: KeyHolder| GetAccessKey {
        account,
        holder,
        id: bob.access_key_id().parse().unwrap(),
    };
    let shown = alice.calls(&world, get(bobs)).await.unwrap();
    assert_eq!(shown.id.as_str(), bob.access_key_id());
    denied(bob_himself.calls(&world, get(KeyHolder::Caller)).await);
    let missing = root.calls(&world, get(KeyHolder::Caller)).await;
    assert_eq!(missing, Err(Error::NotFound(Missing::AccessKey)));
}
