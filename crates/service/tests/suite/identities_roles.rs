//! Roles.

use claviger_model::{
    AccountId, Error, Existing, Field, InUse, Missing, Quota, Role, RoleName, SESSION_DEFAULT,
    SignedDuration, Tags,
};
use claviger_service::Quotas;
use claviger_service::ops::identity::{CreateRole, DeleteRole, GetRole, ListRoles, UpdateRole};
use claviger_testkit::World;

use crate::identities::{Someone, on_role, page, system};

/// Everybody of the account may take it whose own policies allow it.
pub(crate) fn trusting(account: AccountId) -> String {
    format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"RAM":["acs:ram::{account}:root"]}}}}]}}"#
    )
}

pub(crate) fn create_role(account: AccountId, name: &str) -> CreateRole {
    CreateRole {
        account,
        name: name.parse().unwrap(),
        description: String::new(),
        trust: trusting(account),
        max_session: None,
        tags: Tags::default(),
    }
}

fn role(name: &str) -> RoleName {
    name.parse().unwrap()
}

#[tokio::test]
async fn a_role_lives_from_its_making_to_its_deletion() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    let mut tags = Tags::default();
    tags.set("team".into(), "a".into()).unwrap();
    let make = CreateRole {
        description: "on call".into(),
        tags: tags.clone(),
        ..create_role(account, "ops")
    };
    let new = root.calls(&world, make).await.unwrap();
    assert_eq!((new.max_session, &new.tags), (SESSION_DEFAULT, &tags));
    let get = || GetRole {
        account,
        name: role("ops"),
    };
    assert_eq!(root.calls(&world, get()).await, Ok(new.clone()));

    world.advance(SignedDuration::from_secs(1));
    let trust = trusting("1234567890123456".parse().unwrap());
    let update = UpdateRole {
        account,
        name: role("ops"),
        trust: Some(trust.clone()),
        max_session: Some(SignedDuration::from_hours(12)),
        description: None,
    };
    let expected = Role {
        trust,
        max_session: SignedDuration::from_hours(12),
        updated: world.now(),
        ..new
    };
    assert_eq!(root.calls(&world, update).await, Ok(expected.clone()));
    let update = UpdateRole {
        account,
        name: role("ops"),
        trust: None,
        max_session: None,
        description: Some("off call".into()),
    };
    let expected = Role {
        description: "off call".into(),
        ..expected
    };
    assert_eq!(root.calls(&world, update).await, Ok(expected));

    let attach = root.attach(on_role("ops"), system("AliyunKMSFullAccess"));
    root.calls(&world, attach).await.unwrap();
    let delete = || DeleteRole {
        account,
        name: role("ops"),
    };
    let held = Err(Error::InUse(InUse::RolePolicies));
    assert_eq!(root.calls(&world, delete()).await, held);
    let detach = root.detach(on_role("ops"), system("AliyunKMSFullAccess"));
    root.calls(&world, detach).await.unwrap();
    assert_eq!(root.calls(&world, delete()).await, Ok(()));
    let missing = Error::NotFound(Missing::Role);
    assert_eq!(root.calls(&world, delete()).await, Err(missing.clone()));
    assert_eq!(root.calls(&world, get()).await, Err(missing));
}

#[tokio::test]
async fn roles_that_are_malformed_missing_taken_or_too_many_are_refused() {
    let quotas = Quotas {
        roles: 1,
        ..Quotas::default()
    };
    let world = World::build().quotas(quotas).start().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    let update = |name: &str| UpdateRole {
        account,
        name: role(name),
        trust: None,
        max_session: None,
        description: None,
    };
    let missing = Err(Error::NotFound(Missing::Role));
    assert_eq!(root.calls(&world, update("ops")).await, missing);
    let own = create_role(account, "ops");
    root.calls(&world, own).await.unwrap();
    let taken = Err(Error::Exists(Existing::Role));
    assert_eq!(root.calls(&world, create_role(account, "ops")).await, taken);
    let full = Err(Error::Quota(Quota::Roles));
    assert_eq!(root.calls(&world, create_role(account, "more")).await, full);

    let wrong = trusting(account).replace("sts:AssumeRole", "kms:Decrypt");
    let make = CreateRole {
        trust: wrong.clone(),
        ..create_role(account, "more")
    };
    let answer = root.calls(&world, make).await;
    assert!(matches!(answer, Err(Error::Document(_))), "{answer:?}");
    let change = UpdateRole {
        trust: Some(wrong),
        ..update("ops")
    };
    let answer = root.calls(&world, change).await;
    assert!(matches!(answer, Err(Error::Document(_))), "{answer:?}");
    for seconds in [0, 3599, 43201] {
        let life = Some(SignedDuration::from_secs(seconds));
        let refused = Err(Error::Invalid(Field::SessionDuration));
        let make = CreateRole {
            max_session: life,
            ..create_role(account, "more")
        };
        assert_eq!(root.calls(&world, make).await, refused, "{seconds}");
        let change = UpdateRole {
            max_session: life,
            ..update("ops")
        };
        assert_eq!(root.calls(&world, change).await, refused, "{seconds}");
    }
}

#[tokio::test]
async fn roles_are_listed_page_by_page() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let account = root.account();
    for name in ["c", "a", "b"] {
        root.calls(&world, create_role(account, name)).await.unwrap();
    }
    let list = |after, take| ListRoles {
        account,
        page: page(after, take),
    };
    let first = root.calls(&world, list(None, 2)).await.unwrap();
    let names: Vec<_> = first.items.iter().map(|role| role.name.as_str()).collect();
    assert_eq!((names, first.more), (vec!["a", "b"], true));
    let rest = root.calls(&world, list(Some("b"), 2)).await.unwrap();
    assert_eq!(
        (rest.items[0].name.as_str(), rest.items.len(), rest.more),
        ("c", 1, false)
    );
}
