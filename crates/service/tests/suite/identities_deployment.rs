//! Accounts and services of the deployment.

use claviger_model::{Action, Error, Existing, InUse, Missing, ServiceName};
use claviger_service::AuthnError;
use claviger_service::ops::deployment::{
    CreateAccount, CreateService, DeleteAccount, DeleteService, GetAccount, GetService, ListAccounts,
    ListServices, UpdateAccount,
};
use claviger_service::ops::identity::{CreateAccessKey, DeleteUser, KeyHolder};
use claviger_testkit::World;

use crate::identities::{Someone, denied};
use crate::identities_rights::needs;

fn name(name: &str) -> ServiceName {
    name.parse().unwrap()
}

#[tokio::test]
async fn an_account_lives_from_its_making_to_its_deletion() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let make = CreateAccount {
        name: "second".into(),
    };
    let (shown, key) = root.calls(&world, make).await.unwrap();
    let new = shown.account.clone();
    let id = new.id;
    let regions: Vec<_> = shown.projects.iter().map(|(region, _)| region.clone()).collect();
    assert_eq!(regions, world.service().regions());
    for (region, project) in &shown.projects {
        let found = world.service().region_of(id, *project).await;
        assert_eq!(
            found,
            Ok(Some(region.clone())),
            "programs name it from the first call on"
        );
    }
    assert_eq!((&*new.name, new.created), ("second", world.now()));
    assert_eq!(root.calls(&world, GetAccount { id }).await, Ok(shown));
    let accounts = root.calls(&world, ListAccounts).await.unwrap();
    let ids: Vec<_> = accounts.iter().map(|account| account.id).collect();
    assert_eq!(ids, [root.account(), id]);

    // Its root is at home there and nowhere else.
    let other = Someone::with(&world, id, &key);
    other.makes_user(&world, "alice").await;
    let update = UpdateAccount {
        id,
        name: "renamed".into(),
    };
    let updated = root.calls(&world, update).await.unwrap();
    assert_eq!(
        (updated.id, &*updated.name, updated.domain),
        (id, "renamed", new.domain)
    );

    let held = Err(Error::InUse(InUse::Account));
    assert_eq!(root.calls(&world, DeleteAccount { id }).await, held);
    let delete = DeleteUser {
        account: id,
        name: "alice".parse().unwrap(),
    };
    other.calls(&world, delete).await.unwrap();
    assert_eq!(root.calls(&world, DeleteAccount { id }).await, Ok(()));
    assert_eq!(other.actor(&world).await.unwrap_err(), AuthnError::UnknownKey);
    let missing = Error::NotFound(Missing::Account);
    assert_eq!(root.calls(&world, GetAccount { id }).await, Err(missing.clone()));
    assert_eq!(
        root.calls(&world, DeleteAccount { id }).await,
        Err(missing.clone())
    );
    let update = UpdateAccount { id, name: "x".into() };
    assert_eq!(root.calls(&world, update).await, Err(missing));
}

#[tokio::test]
async fn the_account_that_runs_the_deployment_stays() {
    let world = World::new().await;
    let root = Someone::root(&world, 0);
    let delete = DeleteAccount { id: root.account() };
    assert_eq!(
        root.calls(&world, delete).await,
        Err(Error::InUse(InUse::FirstAccount))
    );
}

#[tokio::test]
async fn a_key_past_its_deletion_does_not_keep_an_account() {
    use claviger_model::SignedDuration;
    use claviger_service::ops::key::ScheduleKeyDeletion;

    let world = World::build()
        .caller("LTAIfirst", "a")
        .caller("LTAIsecond", "b")
        .start()
        .await;
    let (root, other) = (Someone::root(&world, 0), crate::calls::Root::at(&world, 1).await);
    let key = other.makes_key(&world.service()).await.id;
    let id = other.scope.account;
    let held = Err(Error::InUse(InUse::Account));
    assert_eq!(root.calls(&world, DeleteAccount { id }).await, held);
    let schedule = ScheduleKeyDeletion {
        key: other.key(key),
        window: SignedDuration::from_hours(7 * 24),
    };
    other.calls(&world.service(), schedule).await.unwrap();
    assert_eq!(root.calls(&world, DeleteAccount { id }).await, held);
    world.advance(SignedDuration::from_hours(7 * 24));
    assert_eq!(root.calls(&world, DeleteAccount { id }).await, Ok(()));
}

#[tokio::test]
async fn a_service_lives_from_its_making_to_its_deletion() {
    let world = World::build()
        .caller("LTAIfirst", "a")
        .caller("LTAIsecond", "b")
        .start()
        .await;
    let root = Someone::root(&world, 0);
    let make = |name: ServiceName| CreateService {
        name,
        description: "objects".into(),
    };
    let new = root.calls(&world, make(name("oss"))).await.unwrap();
    assert_eq!(
        (&new.name, new.account, new.created),
        (&name("oss"), root.account(), world.now())
    );
    let get = || GetService { name: name("oss") };
    assert_eq!(root.calls(&world, get()).await, Ok(new.clone()));
    let taken = Err(Error::Exists(Existing::Service));
    assert_eq!(root.calls(&world, make(name("oss"))).await, taken);
    let other = root.calls(&world, make(name("ecs"))).await.unwrap();
    assert_eq!(root.calls(&world, ListServices).await, Ok(vec![other, new]));
    let delete = || DeleteService { name: name("oss") };
    assert_eq!(root.calls(&world, delete()).await, Ok(()));
    let missing = Error::NotFound(Missing::Service);
    assert_eq!(root.calls(&world, get()).await, Err(missing.clone()));
    assert_eq!(root.calls(&world, delete()).await, Err(missing));
}

#[tokio::test]
async fn the_deployment_is_in_the_hands_of_the_account_that_runs_it() {
    let world = World::build()
        .caller("LTAIfirst", "a")
        .caller("LTAIsecond", "b")
        .start()
        .await;
    let other = Someone::root(&world, 1);
    let id = other.account();
    let oss = || name("oss");
    let update = || UpdateAccount { id, name: "n".into() };
    needs(
        &world,
        &|| CreateAccount { name: "x".into() },
        Action::CreateAccount,
        &["deployment"],
    )
    .await;
    needs(&world, &|| GetAccount { id }, Action::GetAccount, &["deployment"]).await;
    needs(&world, &update, Action::UpdateAccount, &["deployment"]).await;
    needs(&world, &|| ListAccounts, Action::ListAccounts, &["deployment"]).await;
    let make = || CreateService {
        name: oss(),
        description: String::new(),
    };
    needs(&world, &make, Action::CreateService, &["deployment"]).await;
    needs(
        &world,
        &|| GetService { name: oss() },
        Action::GetService,
        &["deployment"],
    )
    .await;
    needs(&world, &|| ListServices, Action::ListServices, &["deployment"]).await;
    needs(
        &world,
        &|| DeleteService { name: oss() },
        Action::DeleteService,
        &["deployment"],
    )
    .await;
    needs(
        &world,
        &|| DeleteAccount { id },
        Action::DeleteAccount,
        &["deployment"],
    )
    .await;

    let fresh = Someone::client(&world, world.add_account("fresh").await);
    let (action, _) = denied(fresh.calls(&world, ListAccounts).await);
    assert_eq!(action, Action::ListAccounts);
    denied(fresh.calls(&world, CreateAccount { name: "mine".into() }).await);
    denied(fresh.calls(&world, make()).await);
    let service_key = CreateAccessKey {
        account: fresh.account(),
        holder: KeyHolder::Service(oss()),
    };
    denied(fresh.calls(&world, service_key).await);
}
