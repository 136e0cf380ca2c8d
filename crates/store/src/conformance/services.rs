//! Services of the deployment.

use claviger_model::{Error, Existing, KeyOwner, Missing, ServiceIdentity};

use super::Subject;
use super::make::{Maker, add, draft, drafts, made_by, refused};
use super::people::{NAMES, add_account};
use super::versions::found;
use crate::{AccessKey, SealedCell};

/// By its name, also after a restart; all of them in the order of their names, whatever their account.
pub async fn services_read_back_as_they_were_made(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    assert_eq!(store.services().await.unwrap(), []);
    let mut made = Vec::new();
    for (place, name) in NAMES.iter().enumerate().rev() {
        let service = ServiceIdentity {
            description: "名\0\n'\"".repeat(place),
            ..maker.service([account, elsewhere][place % 2], name)
        };
        assert_eq!(store.service(&service.name).await.unwrap(), None);
        let done = store.create_service(service.clone(), draft(name)).await.unwrap();
        let last = drafts(&*store).await.pop().unwrap();
        assert_eq!((last.number, &*last.value), (done.number, *name));
        made.push(service);
    }
    made.reverse();
    drop(store);
    let store = subject.open().await;
    assert_eq!(store.services().await.unwrap(), made);
    for service in made {
        assert_eq!(store.service(&service.name).await.unwrap(), Some(service));
    }
}

/// One name in the whole deployment. A service needs its account.
pub async fn a_name_of_a_service_is_taken_once(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let made = maker.service(account, "oss");
    store
        .create_service(made.clone(), draft("service"))
        .await
        .unwrap();
    let before = drafts(&*store).await;
    for account in [account, elsewhere] {
        let again = store
            .create_service(maker.service(account, "oss"), draft("no"))
            .await;
        assert_eq!(refused(again), Error::Exists(Existing::Service));
    }
    let nowhere = maker.account().id;
    let lost = store
        .create_service(maker.service(nowhere, "rds"), draft("no"))
        .await;
    assert_eq!(refused(lost), Error::NotFound(Missing::Account));
    assert_eq!(store.services().await.unwrap(), [made]);
    assert_eq!(drafts(&*store).await, before);
}

/// Its access keys go with it, their secrets too; keys that it made stay, and so do other services.
pub async fn a_deleted_service_takes_its_access_keys_with_it(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let marks = ["MARK-GONE-", "MARK-STAYS-"];
    let mut keys: Vec<AccessKey> = Vec::new();
    for (name, mark) in ["oss", "rds"].into_iter().zip(marks) {
        let service = maker.service(account, name);
        store
            .create_service(service.clone(), draft("service"))
            .await
            .unwrap();
        for round in 1..10 {
            let key = AccessKey {
                secret: SealedCell(mark.repeat(round * round).into_bytes().into()),
                ..maker.key_of(account, &KeyOwner::Service(service.name.clone()))
            };
            store
                .create_access_key(key.clone(), u32::MAX, draft("key"))
                .await
                .unwrap();
            keys.push(key);
        }
    }
    let scope = maker.scope("r");
    let mut key = maker.key(&scope);
    key.creator = made_by("oss");
    let key = add(&*store, &mut maker, key).await;
    drop(store);
    assert_eq!(found(subject, &marks).await, marks);

    let store = subject.open().await;
    let name = "oss".parse().unwrap();
    let gone = store.delete_service(&name, draft("delete")).await.unwrap();
    let last = drafts(&*store).await.pop().unwrap();
    assert_eq!((last.number, &*last.value), (gone.number, "delete"));
    let again = store.delete_service(&name, draft("again")).await;
    assert_eq!(refused(again), Error::NotFound(Missing::Service));
    assert_eq!(store.service(&name).await.unwrap(), None);
    assert_eq!(store.services().await.unwrap().len(), 1);
    for (place, key) in keys.iter().enumerate() {
        let expected = (place >= 9).then_some(key);
        assert_eq!(store.access_key(&key.id).await.unwrap().as_ref(), expected);
    }
    let owner = KeyOwner::Service(name);
    assert_eq!(store.access_keys(account, &owner).await.unwrap(), []);
    assert_eq!(store.key(&scope, key.id).await.unwrap(), Some(key));
    drop(store);
    assert_eq!(found(subject, &marks).await, [marks[1]]);
}
