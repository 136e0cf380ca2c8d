//! Grants: the owner of a key lets others use it, until it is taken back or given up.

use std::collections::BTreeSet;

use claviger_model::{
    Action, EncryptionAlgorithm, Error, Field, GrantId, HashAlgorithm, KeySpec, Missing, Page, Party, Quota,
    Refusal, SignedDuration, StateKind, Usage,
};
use claviger_secret::SecretBytes;
use claviger_service::ops::crypto::{AsymmetricEncrypt, DataKeyForm, GenerateDataKey, VersionRef};
use claviger_service::ops::grant::{CreateGrant, ListGrants, RetireGrant, RevokeGrant};
use claviger_service::ops::key::{CreateKey, DescribeKey, DisableKey, ScheduleKeyDeletion};
use claviger_store::GrantStore as _;

use crate::calls::Root;
use crate::grants_stage::{ALL, QUOTA, Stage, anywhere, grant};
use crate::identities::{Someone, denied};

#[tokio::test]
async fn a_grant_lets_somebody_of_another_account_do_what_it_names_and_no_more() {
    let stage = Stage::new().await;
    let (owner, bob) = (&stage.owner, &stage.bob);
    let sealed = stage.encrypts(owner).await.unwrap().blob;
    stage.sees_nothing(bob, &sealed).await;
    stage
        .grants(bob, &[Action::Encrypt, Action::Decrypt, Action::DescribeKey])
        .await;

    let encrypted = stage.encrypts(bob).await.unwrap();
    assert_eq!(encrypted.key, stage.key);
    stage.decrypts(bob, &encrypted.blob).await.unwrap();
    stage.decrypts(bob, &sealed).await.unwrap();
    stage.decrypts(owner, &encrypted.blob).await.unwrap();
    let described = stage.calls(bob, DescribeKey(anywhere(bob, stage.key))).await;
    assert_eq!(described.unwrap().scope, owner.scope);

    let data_key = GenerateDataKey {
        key: anywhere(bob, stage.key),
        length: 32,
        form: DataKeyForm::Raw,
        context: claviger_model::EncryptionContext::default(),
    };
    denied(stage.calls(bob, data_key).await);
    denied(stage.lists(bob).await);
    // Others of the same account have nothing from it.
    stage.sees_nothing(&stage.carol, &sealed).await;
}

#[tokio::test]
async fn grants_reach_users_of_the_same_account_and_whole_accounts() {
    let stage = Stage::new().await;
    assert_eq!(denied(stage.encrypts(&stage.alice).await).0, Action::Encrypt);
    stage.grants(&stage.alice, &[Action::Encrypt]).await;
    assert!(stage.encrypts(&stage.alice).await.is_ok());

    let everybody = Party::Account(stage.bob.account());
    let grant = grant(&stage.owner, stage.key, everybody, &[Action::Encrypt]);
    stage.calls(&stage.owner, grant).await.unwrap();
    let root = Someone::root(&stage.world, 1);
    for who in [&stage.bob, &stage.carol, &root] {
        assert!(stage.encrypts(who).await.is_ok());
    }
}

#[tokio::test]
async fn grants_for_one_grantee_add_up_and_go_one_by_one() {
    let stage = Stage::new().await;
    let bob = &stage.bob;
    let first = stage.grants(bob, &[Action::Encrypt]).await;
    let second = stage.grants(bob, &[Action::Decrypt]).await;
    let sealed = stage.encrypts(bob).await.unwrap().blob;
    stage.decrypts(bob, &sealed).await.unwrap();
    stage.revokes(&stage.owner, first).await.unwrap();
    denied(stage.encrypts(bob).await);
    stage.decrypts(bob, &sealed).await.unwrap();
    stage.revokes(&stage.owner, second).await.unwrap();
    stage.sees_nothing(bob, &sealed).await;
    assert_eq!(stage.lists(&stage.owner).await.unwrap(), []);
}

#[tokio::test]
async fn a_grant_is_given_up_by_its_maker_its_retiring_party_and_a_grantee_that_may() {
    let stage = Stage::new().await;
    let (alice, bob, carol) = (&stage.alice, &stage.bob, &stage.carol);
    let manager = stage
        .world
        .add_user(stage.owner.account(), "dave", &["AliyunKMSFullAccess"]);
    let manager = Someone::client(&stage.world, manager.await);

    let to_alice = CreateGrant {
        retiring: Some(stage.party(bob).await),
        ..grant(&manager, stage.key, stage.party(alice).await, &[Action::Encrypt])
    };
    let again = || CreateGrant {
        key: anywhere(&manager, stage.key),
        name: to_alice.name.clone(),
        grantee: to_alice.grantee.clone(),
        retiring: to_alice.retiring.clone(),
        actions: to_alice.actions.clone(),
        quota: QUOTA,
    };
    // By its maker.
    let made = stage.calls(&manager, again()).await.unwrap();
    assert_eq!(denied(stage.retires(alice, made).await).0, Action::RetireGrant);
    // The root of the owner's account may revoke it, and has no part in it.
    assert_eq!(
        denied(stage.retires(&stage.owner, made).await).0,
        Action::RetireGrant
    );
    assert!(stage.encrypts(alice).await.is_ok());
    stage.retires(&manager, made).await.unwrap();
    denied(stage.encrypts(alice).await);
    // By who was named for that, from another account, who hears of the key nothing else.
    let made = stage.calls(&manager, again()).await.unwrap();
    // Whoever may ask for every key at home hears that this one is not there.
    assert_eq!(
        stage.retires(carol, made).await,
        Err(Error::NotFound(Missing::Key))
    );
    denied(stage.encrypts(bob).await);
    stage.retires(bob, made).await.unwrap();
    denied(stage.encrypts(alice).await);
    // By a grantee that was granted that.
    let made = stage.grants(carol, &[Action::Encrypt, Action::RetireGrant]).await;
    denied(stage.retires(bob, made).await);
    stage.retires(carol, made).await.unwrap();
    assert_eq!(stage.lists(&stage.owner).await.unwrap(), []);
}

#[tokio::test]
async fn a_grantee_passes_on_only_what_it_holds() {
    let stage = Stage::new().await;
    let (bob, carol) = (&stage.bob, &stage.carol);
    let held = stage.grants(bob, &[Action::CreateGrant, Action::Encrypt]).await;
    let passed = async |actions: &[Action]| grant(bob, stage.key, stage.party(carol).await, actions);
    let too_much = stage.calls(bob, passed(&[Action::Encrypt, Action::Decrypt]).await);
    assert_eq!(too_much.await.unwrap_err(), Error::Invalid(Field::GrantedActions));
    stage.calls(bob, passed(&[Action::Encrypt]).await).await.unwrap();
    assert!(stage.encrypts(carol).await.is_ok());
    // What it holds by another grant counts, too.
    stage.grants(bob, &[Action::Decrypt]).await;
    let both = passed(&[Action::Decrypt, Action::Encrypt]).await;
    let both = stage.calls(bob, both).await.unwrap();
    // What carol holds she may not pass on.
    let further = grant(carol, stage.key, stage.party(bob).await, &[Action::Encrypt]);
    assert!(stage.calls(carol, further).await.is_err());
    // What was passed on stays when its maker loses its own, and its maker may still give it up.
    stage.revokes(&stage.owner, held).await.unwrap();
    denied(stage.calls(bob, passed(&[Action::Decrypt]).await).await);
    let sealed = stage.encrypts(carol).await.unwrap().blob;
    stage.decrypts(carol, &sealed).await.unwrap();
    stage.retires(bob, both).await.unwrap();
    assert!(stage.decrypts(carol, &sealed).await.is_err());
}

#[tokio::test]
async fn what_nobody_can_grant_is_refused() {
    let stage = Stage::new().await;
    let to = || stage.party(&stage.bob);
    for actions in [
        &[][..],
        &[Action::CreateGrant],
        &[Action::Encrypt, Action::DisableKey],
        &[Action::RevokeGrant],
    ] {
        let grant = grant(&stage.owner, stage.key, to().await, actions);
        let heard = stage.calls(&stage.owner, grant).await;
        assert_eq!(heard, Err(Error::Invalid(Field::GrantedActions)), "{actions:?}");
    }
    assert_eq!(stage.lists(&stage.owner).await.unwrap(), []);
}

#[tokio::test]
async fn the_hundred_and_first_grant_is_one_too_many() {
    let stage = Stage::new().await;
    let owner = stage.owner.actor(&stage.world).await.unwrap();
    let service = stage.world.service();
    let to = stage.party(&stage.bob).await;
    let one = || grant(&stage.owner, stage.key, to.clone(), &[Action::Encrypt]);
    let mut made = Vec::new();
    for _ in 0..QUOTA {
        made.push(owner.calls(&service, one()).await.unwrap());
    }
    let heard = owner.calls(&service, one()).await;
    assert_eq!(heard, Err(Error::Quota(Quota::Grants)));
    let mut listed = stage.lists(&stage.owner).await.unwrap();
    let page = ListGrants {
        key: anywhere(&stage.owner, stage.key),
        page: Page { skip: 98, take: 5 },
    };
    let page = owner.calls(&service, page).await.unwrap();
    assert_eq!(page.total, 100);
    assert_eq!(
        page.items.iter().map(|grant| grant.id).collect::<Vec<_>>(),
        listed[98..]
    );
    listed.sort();
    made.sort();
    assert_eq!(listed, made);
    stage.revokes(&stage.owner, made[40]).await.unwrap();
    assert!(owner.calls(&service, one()).await.is_ok());
}

#[tokio::test]
async fn keys_that_are_not_in_use_are_not_granted_and_grants_on_them_stay() {
    let stage = Stage::new().await;
    let (owner, bob) = (&stage.owner, &stage.bob);
    let made = stage.grants(bob, &[Action::Encrypt]).await;
    let disable = DisableKey {
        key: anywhere(owner, stage.key),
        again: claviger_model::Again::Refused,
    };
    stage.calls(owner, disable).await.unwrap();
    let disabled = Error::Refused(Refusal::NotUsable(StateKind::Disabled));
    let more = grant(owner, stage.key, stage.party(bob).await, &[Action::Encrypt]);
    assert_eq!(stage.calls(owner, more).await, Err(disabled.clone()));
    assert_eq!(stage.encrypts(bob).await.unwrap_err(), disabled);
    assert_eq!(stage.lists(owner).await.unwrap(), [made]);
    stage.revokes(owner, made).await.unwrap();
    assert_eq!(stage.lists(owner).await.unwrap(), []);
}

#[tokio::test]
async fn grants_go_with_their_key() {
    let stage = Stage::new().await;
    let (owner, carol) = (&stage.owner, &stage.carol);
    let retirable = CreateGrant {
        retiring: Some(stage.party(carol).await),
        ..grant(
            owner,
            stage.key,
            stage.party(&stage.bob).await,
            &[Action::Encrypt],
        )
    };
    let made = stage.calls(owner, retirable).await.unwrap();
    assert_eq!(stage.lists_retirable(carol).await.unwrap(), [made]);
    let schedule = ScheduleKeyDeletion {
        key: anywhere(owner, stage.key),
        window: SignedDuration::from_hours(7 * 24),
    };
    stage.calls(owner, schedule).await.unwrap();
    stage.world.advance(SignedDuration::from_hours(7 * 24));
    assert!(stage.encrypts(&stage.bob).await.is_err());
    assert!(stage.retires(carol, made).await.is_err());
    assert_eq!(stage.lists_retirable(carol).await.unwrap(), []);
    assert_eq!(stage.world.store().grant(made).await.unwrap(), None);
}

#[tokio::test]
async fn keys_of_services_are_not_granted() {
    let stage = Stage::new().await;
    let key = stage.world.add_service_key(stage.owner.account(), "oss").await;
    let grant = grant(
        &stage.owner,
        key,
        stage.party(&stage.bob).await,
        &[Action::Encrypt],
    );
    let heard = stage.calls(&stage.owner, grant).await;
    assert_eq!(heard, Err(Error::Refused(Refusal::OfService)));
}

#[tokio::test]
async fn grants_that_are_not_there_and_those_of_other_keys_are_told_apart() {
    let stage = Stage::new().await;
    let (owner, bob) = (&stage.owner, &stage.bob);
    let made = stage.grants(bob, &[Action::Encrypt, Action::RetireGrant]).await;
    let root = Root::of(&stage.world).await;
    let other = stage.makes_key(root.create_key()).await;
    let nowhere = GrantId::from_bytes([9; 32]);
    for (grant, heard) in [
        (nowhere, Error::NotFound(Missing::Grant)),
        (made, Error::Refused(Refusal::GrantOfOther)),
    ] {
        let key = anywhere(owner, other);
        let revoked = stage.calls(owner, RevokeGrant { key, grant }).await;
        assert_eq!(revoked, Err(heard.clone()));
        let key = anywhere(owner, other);
        let retired = stage.calls(owner, RetireGrant { key, grant }).await;
        assert_eq!(retired, Err(heard));
    }
    // Somebody who may give grants of the key up hears which are not there.
    assert_eq!(
        stage.retires(bob, nowhere).await,
        Err(Error::NotFound(Missing::Grant))
    );
    // A grant on a key of another account is as good as none.
    let theirs = Root::at(&stage.world, 1).await;
    let theirs_key = theirs.makes_key(&stage.world.service()).await.id;
    let carol = &stage.carol;
    let revoke = RevokeGrant {
        key: anywhere(carol, theirs_key),
        grant: made,
    };
    assert_eq!(
        stage.calls(carol, revoke).await,
        Err(Error::NotFound(Missing::Grant))
    );
    assert_eq!(stage.lists(owner).await.unwrap(), [made]);
}

#[tokio::test]
async fn a_list_of_what_may_be_given_up_has_what_names_the_caller() {
    let stage = Stage::new().await;
    let (owner, carol) = (&stage.owner, &stage.carol);
    let named = async |retiring: Option<Party>| {
        let to = stage.party(&stage.alice).await;
        let grant = CreateGrant {
            retiring,
            ..grant(owner, stage.key, to, &[Action::Encrypt])
        };
        stage.calls(owner, grant).await.unwrap()
    };
    named(None).await;
    let of_bob = named(Some(stage.party(&stage.bob).await)).await;
    let of_carol = named(Some(stage.party(carol).await)).await;
    let of_all = named(Some(Party::Account(carol.account()))).await;
    for (who, own) in [(carol, of_carol), (&stage.bob, of_bob)] {
        let listed: BTreeSet<_> = stage.lists_retirable(who).await.unwrap().into_iter().collect();
        assert_eq!(listed, BTreeSet::from([own, of_all]));
    }
    assert_eq!(stage.lists_retirable(owner).await.unwrap(), []);
}

#[tokio::test]
async fn key_pairs_are_granted_as_data_is() {
    let stage = Stage::new().await;
    let pair = CreateKey {
        spec: KeySpec::Rsa2048,
        usage: Some(Usage::EncryptDecrypt),
        ..Root::of(&stage.world).await.create_key()
    };
    let pair = stage.makes_key(pair).await;
    let bob = &stage.bob;
    let grant = grant(&stage.owner, pair, stage.party(bob).await, &[Action::Encrypt]);
    stage.calls(&stage.owner, grant).await.unwrap();
    let under = |version| AsymmetricEncrypt {
        key: anywhere(bob, pair),
        version,
        algorithm: EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256),
        plaintext: SecretBytes::copied(b"text"),
    };
    let newest = VersionRef::Newest;
    assert!(stage.calls(bob, under(newest)).await.is_ok());
    let public = ListGrants {
        key: anywhere(bob, pair),
        page: ALL,
    };
    denied(stage.calls(bob, public).await);
}
