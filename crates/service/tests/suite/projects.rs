//! Projects: one for each account and region, by an id that stays.

use claviger_model::{Error, Missing, ProjectId, Region, Scope};
use claviger_service::find_project;
use claviger_service::ops::session::{GetCatalog, ListDomains, ListProjects};
use claviger_testkit::World;

use crate::identities::Someone;

async fn world() -> World {
    World::build()
        .caller("LTAIfirst", "a")
        .caller("LTAIsecond", "b")
        .region("eu-test-1")
        .start()
        .await
}

fn scope(world: &World, place: usize, region: &str) -> Scope {
    Scope {
        account: world.caller(place).account(),
        region: region.parse().unwrap(),
    }
}

#[tokio::test]
async fn every_account_has_one_project_in_each_region_for_ever() {
    let mut world = world().await;
    let service = world.service();
    let (here, there) = (
        scope(&world, 0, "eu-test-1"),
        world.service().home(world.root().account()),
    );
    let other = scope(&world, 1, "eu-test-1");
    let mut ids = Vec::new();
    for scope in [&here, &there, &other] {
        ids.push(service.project(scope).await.unwrap());
    }
    assert!(ids[0] != ids[1] && ids[0] != ids[2] && ids[1] != ids[2]);
    let [account, second] = [0, 1].map(|place| world.caller(place).account());
    let region_of = async |account, id| world.service().region_of(account, id).await.unwrap();
    assert_eq!(region_of(account, ids[0]).await, Some(here.region.clone()));
    assert_eq!(region_of(account, ids[1]).await, Some(there.region.clone()));
    assert_eq!(region_of(second, ids[0]).await, None, "it is another account's");
    let nobodys: ProjectId = "0123456789abcdef0123456789abcdef".parse().unwrap();
    assert_eq!(region_of(account, nobodys).await, None);
    drop(service);
    world.restart().await;
    assert_eq!(world.service().project(&here).await, Ok(ids[0]));
    let nowhere = scope(&world, 0, "mars-1");
    let missing = Err(Error::NotFound(Missing::Project));
    assert_eq!(world.service().project(&nowhere).await, missing);
}

#[tokio::test]
async fn ids_that_are_there_stay() {
    let world = world().await;
    let here = scope(&world, 0, "eu-test-1");
    let (store, keeper) = (world.store(), world.open_provider());
    let random = claviger_testkit::SeededRandom::new(1);
    let id = async || {
        find_project(store.as_ref(), keeper.as_ref(), &random, &here)
            .await
            .unwrap()
    };
    let first = id().await;
    assert_eq!(id().await, first);
    assert_eq!(world.service().project(&here).await, Ok(first));
}

#[tokio::test]
async fn everybody_learns_the_projects_of_its_account() {
    let world = world().await;
    let account = world.root().account();
    let alice = Someone::client(&world, world.add_user(account, "alice", &[]).await);
    let projects = alice.calls(&world, ListProjects).await.unwrap();
    let regions: Vec<&Region> = projects.iter().map(|project| &project.region).collect();
    let service = world.service();
    assert_eq!(regions, service.regions().iter().collect::<Vec<_>>());
    for project in &projects {
        let region = service.region_of(account, project.id).await.unwrap();
        assert_eq!(region.as_ref(), Some(&project.region));
    }
    let own = world.service().account(account).await.unwrap();
    assert_eq!(alice.calls(&world, ListDomains).await, Ok(vec![own.clone()]));
    assert_eq!(alice.calls(&world, GetCatalog).await, Ok((own, projects)));
}
