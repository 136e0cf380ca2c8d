//! Wishes for what is so already, and other points in which clouds differ and the caller says.

use claviger_model::{
    Again, Change, EncryptionAlgorithm, Error, HashAlgorithm, KeyId, KeySpec, KeyState, Missing, Refusal,
    StateKind, Usage,
};
use claviger_service::Service;
use claviger_service::ops::crypto::GetPublicKey;
use claviger_service::ops::import::{DeleteKeyMaterial, GetParametersForImport, ImportKeyMaterial};
use claviger_service::ops::key::{DisableKey, EnableKey};
use claviger_service::ops::tag::{ListKeyTags, TagKeys, TagRules, UntagKeys};
use claviger_testkit::World;

use crate::asymmetric_pair::Pair;
use crate::calls::{Root, wrong_kind};
use crate::lifetimes::{DAY, MATERIAL, RULES};

fn enable(root: &Root, id: KeyId, again: Again) -> EnableKey {
    let key = root.key(id);
    EnableKey { key, again }
}

fn disable(root: &Root, id: KeyId, again: Again) -> DisableKey {
    let key = root.key(id);
    DisableKey { key, again }
}

fn discard(root: &Root, id: KeyId) -> DeleteKeyMaterial {
    DeleteKeyMaterial {
        key: root.key(id),
        again: Again::Refused,
    }
}

#[tokio::test]
async fn a_state_that_is_there_already_is_served_or_refused() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    let so = |state| Err(Error::Refused(Refusal::AlreadySo(state)));

    let fine = root.calls(&service, enable(&root, key, Again::Fine)).await;
    assert_eq!(fine, Ok(Change::AlreadySo(())));
    let refused = root.calls(&service, enable(&root, key, Again::Refused)).await;
    assert_eq!(refused, so(StateKind::Enabled));
    let changed = root.calls(&service, disable(&root, key, Again::Refused)).await;
    assert_eq!(changed, Ok(Change::Changed(())));
    let refused = root.calls(&service, disable(&root, key, Again::Refused)).await;
    assert_eq!(refused, so(StateKind::Disabled));
    let changed = root.calls(&service, enable(&root, key, Again::Refused)).await;
    assert_eq!(changed, Ok(Change::Changed(())));

    let records = world.audited_calls().await;
    let mut outcomes: Vec<_> = records
        .iter()
        .filter(|record| record["writes"] == true && record["action"] != "CreateKey")
        .map(|record| format!("{} {}", record["action"], record["outcome"]))
        .collect();
    // Records of changes come to the log by another way than others.
    outcomes.sort();
    let told = [
        r#""DisableKey" "refused""#,
        r#""DisableKey" "served""#,
        r#""EnableKey" "refused""#,
        r#""EnableKey" "served""#,
        r#""EnableKey" "served""#,
    ];
    assert_eq!(outcomes, told);
}

#[tokio::test]
async fn other_states_are_in_the_way_as_ever() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let empty = root.makes_empty_key(&service).await;
    let doomed = root.makes_key(&service).await.id;
    root.schedules_deletion(&service, doomed, 7 * DAY).await;
    for (key, state) in [
        (empty, StateKind::PendingImport),
        (doomed, StateKind::PendingDeletion),
    ] {
        let no = Err(Error::Refused(Refusal::Transition(state)));
        for again in [Again::Fine, Again::Refused] {
            assert_eq!(root.calls(&service, enable(&root, key, again)).await, no);
            assert_eq!(root.calls(&service, disable(&root, key, again)).await, no);
        }
    }
}

#[tokio::test]
async fn material_is_given_up_once() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_empty_key(&service).await;
    let waits = Err(Error::Refused(Refusal::Transition(StateKind::PendingImport)));
    assert_eq!(root.calls(&service, discard(&root, key)).await, waits);
    root.brings(&service, key, MATERIAL, Some(world.now() + DAY))
        .await
        .unwrap();
    let given_up = root.calls(&service, discard(&root, key)).await;
    assert_eq!(given_up, Ok(Change::Changed(())));
    assert_eq!(root.calls(&service, discard(&root, key)).await, waits);
    // What has expired is not there any more.
    root.brings(&service, key, MATERIAL, Some(world.now() + DAY))
        .await
        .unwrap();
    world.advance(DAY);
    assert_eq!(root.calls(&service, discard(&root, key)).await, waits);
    root.brings(&service, key, MATERIAL, None).await.unwrap();
    root.schedules_deletion(&service, key, 7 * DAY).await;
    let doomed = Err(Error::Refused(Refusal::Transition(StateKind::PendingDeletion)));
    assert_eq!(root.calls(&service, discard(&root, key)).await, doomed);
    let generated = root.makes_key(&service).await.id;
    let origin = Err(Error::Refused(Refusal::Origin));
    assert_eq!(root.calls(&service, discard(&root, generated)).await, origin);
}

async fn imports_while(root: &Root, service: &Service, key: KeyId) -> [Result<(), Error>; 2] {
    let ask = GetParametersForImport {
        key: root.key(key),
        spec: KeySpec::Rsa2048,
        algorithm: EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256),
        only_pending: true,
    };
    let parameters = root.prepares_import(service, key).await;
    let import = ImportKeyMaterial {
        only_pending: true,
        ..root.import(&parameters, MATERIAL, None)
    };
    [
        root.calls(service, ask).await.map(drop),
        root.calls(service, import).await,
    ]
}

#[tokio::test]
async fn material_is_brought_to_keys_that_wait_for_it_only() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_empty_key(&service).await;
    let no = |state| [(); 2].map(|()| Err(Error::Refused(Refusal::Transition(state))));
    assert_eq!(imports_while(&root, &service, key).await, [Ok(()), Ok(())]);
    assert_eq!(imports_while(&root, &service, key).await, no(StateKind::Enabled));
    root.calls(&service, disable(&root, key, Again::Fine))
        .await
        .unwrap();
    assert_eq!(imports_while(&root, &service, key).await, no(StateKind::Disabled));
    root.schedules_deletion(&service, key, 7 * DAY).await;
    assert_eq!(
        imports_while(&root, &service, key).await,
        no(StateKind::PendingDeletion)
    );
}

#[tokio::test]
async fn a_tag_may_have_to_be_there_to_be_taken() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let key = root.makes_key(&service).await.id;
    let tag = TagKeys {
        rules: RULES,
        action: claviger_model::Action::TagResource,
        keys: vec![root.key(key)],
        tags: vec![("a".into(), "1".into()), ("b".into(), "2".into())],
    };
    root.calls(&service, tag).await.unwrap();
    let untag = |names: &[&str], must_bear| UntagKeys {
        rules: RULES,
        must_bear,
        action: claviger_model::Action::UntagResource,
        keys: vec![root.key(key)],
        names: Some(names.iter().map(ToString::to_string).collect()),
    };
    let missing = Err(Error::NotFound(Missing::Tag));
    assert_eq!(root.calls(&service, untag(&["a", "c"], true)).await, missing);
    let show = || ListKeyTags { key: root.key(key) };
    assert_eq!(root.calls(&service, show()).await.unwrap().tags.len(), 2);
    assert_eq!(root.calls(&service, untag(&["a"], true)).await, Ok(()));
    assert_eq!(root.calls(&service, untag(&["a"], true)).await, missing);
    assert_eq!(root.calls(&service, untag(&["a", "b"], false)).await, Ok(()));
    assert!(root.calls(&service, show()).await.unwrap().tags.is_empty());
}

#[tokio::test]
async fn which_keys_are_labelled_the_caller_says() {
    let world = World::new().await;
    let (service, root) = (world.service(), Root::of(&world).await);
    let theirs = world.add_service_key(root.scope.account, "oss").await;
    let doomed = root.makes_key(&service).await.id;
    root.schedules_deletion(&service, doomed, 7 * DAY).await;
    let tag = |key, of_services, doomed| TagKeys {
        rules: TagRules { of_services, doomed },
        action: claviger_model::Action::TagResource,
        keys: vec![root.key(key)],
        tags: vec![("a".into(), "1".into())],
    };
    let of_service = Err(Error::Refused(Refusal::OfService));
    let unusable = Err(Error::Refused(Refusal::NotUsable(StateKind::PendingDeletion)));
    for (key, of_services, while_doomed, answer) in [
        (theirs, false, true, of_service),
        (theirs, true, false, Ok(())),
        (doomed, true, false, unusable),
        (doomed, false, true, Ok(())),
        (doomed, false, true, Ok(())),
    ] {
        let asked = tag(key, of_services, while_doomed);
        assert_eq!(root.calls(&service, asked).await, answer);
    }
    let shown = root.describes(&service, doomed).await.unwrap();
    assert_eq!(shown.tags.get("a"), Some("1"));
    assert_eq!(shown.state.kind(), StateKind::PendingDeletion);
}

#[tokio::test]
async fn a_public_key_may_be_shown_in_any_state() {
    let mut world = World::new().await;
    let root = Root::of(&world).await;
    let pair = Pair::make(&world, &root, KeySpec::EcP256, Usage::SignVerify).await;
    let show = |any_state| GetPublicKey {
        any_state,
        ..pair.public_key()
    };
    let public = root.calls(&world.service(), show(true)).await.unwrap().bytes;
    let due = world.now() + 7 * DAY;
    let account = world.root().account();
    for state in [KeyState::Disabled, KeyState::PendingDeletion { due }] {
        world.force_state(account, &pair.key.to_string(), state).await;
        let service = world.service();
        let shown = root.calls(&service, show(true)).await.unwrap();
        assert_eq!(shown.bytes, public);
        let refused = root.calls(&service, show(false)).await.map(drop);
        assert_eq!(refused, Err(Error::Refused(Refusal::NotUsable(state.kind()))));
    }
    let symmetric = Pair::make(&world, &root, KeySpec::Aes256, Usage::EncryptDecrypt).await;
    let show = GetPublicKey {
        any_state: true,
        ..symmetric.public_key()
    };
    let refused = root.calls(&world.service(), show).await.map(drop);
    assert_eq!(refused, Err(wrong_kind(KeySpec::Aes256, Usage::EncryptDecrypt)));
}
