//! Grants.

use claviger_model::{
    Action, Error, GRANTABLE, Grant, GrantId, GrantedActions, Key, Missing, Page, Paged, Party, Quota,
    Random, Refusal, StateKind, UserId,
};

use super::Subject;
use super::make::{ALL, Maker, add_key, any, draft, drafts, refused};
use super::together::together;
use crate::{KeyCheck, Store, StoreError, WriteError};

impl Maker {
    /// A plain grant of a key to a stranger.
    pub(super) fn grant(&mut self, key: &Key) -> Grant {
        let created = self.moment();
        let mut id = [0; 32];
        self.random().fill(&mut id).unwrap();
        Grant {
            id: GrantId::from_bytes(id),
            scope: key.scope.clone(),
            key: key.id,
            name: String::new(),
            grantee: Party::Unknown("somebody".into()),
            retiring: None,
            issuer: Party::Root(key.scope.account),
            actions: GrantedActions::of(&[Action::Encrypt]).unwrap(),
            created,
        }
    }
}

/// Adds a grant.
pub(super) async fn add_grant(store: &dyn Store, grant: &Grant) {
    store
        .create_grant(grant.clone(), u32::MAX, draft("grant"), any())
        .await
        .unwrap();
}

/// One of each kind.
fn parties(maker: &mut Maker) -> [Party; 4] {
    let account = maker.account().id;
    let user = UserId::draw(&maker.random()).unwrap();
    [
        Party::Root(account),
        Party::User(account, user),
        Party::Account(account),
        Party::Unknown("root/名 \0'".into()),
    ]
}

/// With every kind of party in every place, also after a restart.
pub async fn a_grant_reads_back_as_it_was_made(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let key = add_key(&*store, &mut maker, &scope).await;
    let mut made = Vec::new();
    for party in parties(&mut maker) {
        for retiring in [None, Some(party.clone())] {
            let grant = Grant {
                name: "名 '\" %".into(),
                grantee: party.clone(),
                retiring,
                issuer: party.clone(),
                actions: GrantedActions::of(&GRANTABLE[made.len()..]).unwrap(),
                ..maker.grant(&key)
            };
            assert_eq!(store.grant(grant.id).await.unwrap(), None);
            let done = store
                .create_grant(grant.clone(), u32::MAX, draft("grant"), any())
                .await
                .unwrap();
            let last = drafts(&*store).await.pop().unwrap();
            assert_eq!((last.number, &*last.value), (done.number, "grant"));
            made.push(grant);
        }
    }
    drop(store);
    let store = subject.open().await;
    for grant in &made {
        assert_eq!(store.grant(grant.id).await.unwrap().as_ref(), Some(grant));
    }
    assert_eq!(store.grants_of_key(&scope, key.id).await.unwrap(), made);
}

/// Oldest first, those of one moment by their ids, whole and in pages; those of other keys are not among them.
pub async fn grants_of_a_key_are_listed_oldest_first(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let key = add_key(&*store, &mut maker, &scope).await;
    let neighbour = add_key(&*store, &mut maker, &scope).await;
    let foreign = add_key(&*store, &mut maker, &elsewhere).await;
    assert_eq!(store.grants_of_key(&scope, key.id).await.unwrap(), []);
    assert_eq!(store.most_grants(&scope).await.unwrap(), 0);
    let mut made: Vec<_> = (0..7).map(|_| maker.grant(&key)).collect();
    let moment = made[3].created;
    for grant in &mut made[2..6] {
        grant.created = moment;
    }
    for grant in made.iter().rev() {
        add_grant(&*store, grant).await;
    }
    for other in [&neighbour, &foreign] {
        add_grant(&*store, &maker.grant(other)).await;
    }
    made.sort_by_key(|grant| (grant.created, grant.id));
    assert_eq!(store.grants_of_key(&scope, key.id).await.unwrap(), made);
    for (skip, take) in [(0, 1000), (0, 3), (3, 3), (6, 3), (7, 3), (0, 0), (u64::MAX, 1)] {
        let page = Page { skip, take };
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        let items = made.iter().skip(skip).take(usize::try_from(take).unwrap());
        let wanted = Paged {
            items: items.cloned().collect(),
            total: 7,
        };
        assert_eq!(store.grants_page(&scope, key.id, page).await.unwrap(), wanted);
    }
    assert_eq!(store.grants_of_key(&elsewhere, key.id).await.unwrap(), []);
    let empty = store.grants_page(&elsewhere, key.id, ALL).await.unwrap();
    assert_eq!((empty.items, empty.total), (vec![], 0));
    assert_eq!(store.most_grants(&scope).await.unwrap(), 7);
    assert_eq!(store.most_grants(&elsewhere).await.unwrap(), 1);
}

/// The key is looked for first, then it has its say, then there is the quota. What is refused leaves nothing.
pub async fn a_grant_needs_its_key_its_consent_and_room(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let key = add_key(&*store, &mut maker, &scope).await;
    let foreign = add_key(&*store, &mut maker, &elsewhere).await;
    let before = drafts(&*store).await;
    let no = Error::Refused(Refusal::NotUsable(StateKind::Disabled));
    let wanted = key.clone();
    let never = move || -> KeyCheck {
        let (wanted, no) = (wanted.clone(), no.clone());
        Box::new(move |key| {
            assert_eq!(*key, wanted);
            Err(no.clone())
        })
    };
    let mut lost = maker.grant(&key);
    for id in [foreign.id, maker.key_id()] {
        lost.key = id;
        let answer = store.create_grant(lost.clone(), 0, draft("no"), never()).await;
        assert_eq!(refused(answer), Error::NotFound(Missing::Key));
    }
    let grant = maker.grant(&key);
    let answer = store.create_grant(grant.clone(), 0, draft("no"), never()).await;
    assert_eq!(
        refused(answer),
        Error::Refused(Refusal::NotUsable(StateKind::Disabled))
    );
    let answer = store.create_grant(grant.clone(), 0, draft("no"), any()).await;
    assert_eq!(refused(answer), Error::Quota(Quota::Grants));
    assert_eq!(store.grant(grant.id).await.unwrap(), None);
    assert_eq!(drafts(&*store).await, before);

    add_grant(&*store, &grant).await;
    let again = store
        .create_grant(grant.clone(), u32::MAX, draft("no"), any())
        .await;
    assert!(
        matches!(again, Err(WriteError::Store(StoreError::Database(_)))),
        "{again:?}"
    );
    assert_eq!(store.grants_of_key(&scope, key.id).await.unwrap(), [grant]);
}

/// Per key, however many ask at once; what is taken back makes room.
pub async fn grants_are_made_up_to_the_quota(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let key = add_key(&*store, &mut maker, &scope).await;
    let other = add_key(&*store, &mut maker, &scope).await;
    let wishes: Vec<_> = (0..16).map(|_| maker.grant(&key)).collect();
    let results = together(
        wishes
            .into_iter()
            .map(|grant| store.create_grant(grant, 5, draft("grant"), any())),
    )
    .await;
    let (done, rest): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!(done.len(), 5);
    for answer in rest {
        assert_eq!(refused(answer), Error::Quota(Quota::Grants));
    }
    add_grant(&*store, &maker.grant(&other)).await;
    assert_eq!(store.most_grants(&scope).await.unwrap(), 5);
    let first = store.grants_of_key(&scope, key.id).await.unwrap()[0].clone();
    store
        .delete_grant(&scope, key.id, first.id, draft("revoke"))
        .await
        .unwrap();
    assert_eq!(store.most_grants(&scope).await.unwrap(), 4);
    let grant = maker.grant(&key);
    store.create_grant(grant, 5, draft("grant"), any()).await.unwrap();
}

/// Once, by its own key; the answer is the grant as it was.
pub async fn a_grant_is_taken_back(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let (scope, elsewhere) = (maker.scope("r"), maker.scope("r"));
    let key = add_key(&*store, &mut maker, &scope).await;
    let other = add_key(&*store, &mut maker, &scope).await;
    let grants = [maker.grant(&key), maker.grant(&key)];
    for grant in &grants {
        add_grant(&*store, grant).await;
    }
    let [grant, rest] = grants;
    let delete = async |scope, key: claviger_model::KeyId, id| {
        store.delete_grant(scope, key, id, draft("revoke")).await
    };
    let before = drafts(&*store).await;
    let missing = Error::NotFound(Missing::Grant);
    let unknown = maker.grant(&key).id;
    for (scope, key, id) in [
        (&scope, other.id, grant.id),
        (&elsewhere, key.id, grant.id),
        (&scope, key.id, unknown),
    ] {
        assert_eq!(refused(delete(scope, key, id).await), missing);
    }
    assert_eq!(drafts(&*store).await, before);
    let was = delete(&scope, key.id, grant.id).await.unwrap();
    assert_eq!(was.value, grant);
    let last = drafts(&*store).await.pop().unwrap();
    assert_eq!((last.number, &*last.value), (was.number, "revoke"));
    assert_eq!(refused(delete(&scope, key.id, grant.id).await), missing);
    assert_eq!(store.grant(grant.id).await.unwrap(), None);
    assert_eq!(store.grants_of_key(&scope, key.id).await.unwrap(), [rest]);
}

/// By any of the names, in one region, of keys of all accounts, oldest first and in pages.
pub async fn grants_are_found_by_who_may_give_them_up(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scopes = [maker.scope("r"), maker.scope("r"), maker.scope("s")];
    let [root, user, account, unknown] = parties(&mut maker);
    let mut made = Vec::new();
    for scope in &scopes {
        let key = add_key(&*store, &mut maker, scope).await;
        for retiring in [
            Some(&account),
            None,
            Some(&user),
            Some(&root),
            Some(&unknown),
            Some(&user),
        ] {
            made.push(Grant {
                grantee: user.clone(),
                retiring: retiring.cloned(),
                ..maker.grant(&key)
            });
        }
    }
    // Born in another order than that of the keys.
    for (grant, number) in made.iter_mut().zip(0_i64..) {
        grant.created += claviger_model::SignedDuration::from_secs(number * 7 % 18);
    }
    for grant in &made {
        add_grant(&*store, grant).await;
    }
    made.sort_by_key(|grant| (grant.created, grant.id));
    for by in [
        vec![user.clone()],
        vec![user.clone(), account.clone()],
        vec![account, user, root, unknown],
        vec![],
        vec![Party::Unknown("nobody".into())],
    ] {
        for region in ["r", "s", "t"] {
            let region = region.parse().unwrap();
            let mut wanted = made.clone();
            wanted.retain(|grant| {
                let named = grant.retiring.as_ref().is_some_and(|party| by.contains(party));
                named && grant.scope.region == region
            });
            for (skip, take) in [(0, 1000), (0, 2), (2, 2), (100, 2)] {
                let page = Page { skip, take };
                let found = store.retirable_grants(&region, &by, page).await.unwrap();
                let skip = usize::try_from(skip).unwrap();
                let items = wanted.iter().skip(skip).take(usize::try_from(take).unwrap());
                let items: Vec<_> = items.cloned().collect();
                let total = u64::try_from(wanted.len()).unwrap();
                assert_eq!(found, Paged { items, total }, "{by:?} in {region:?}");
            }
        }
    }
}
