//! Messages that are counted, and material that has to end in hardware.

use claviger_model::{
    Change, Error, Key, KeySpec, KeyVersion, KeyVersionId, Material, MessageLimit, Missing, ProtectionLevel,
    Refusal, SignedDuration, Timestamp,
};

use super::Subject;
use super::certificates::{certificate, expect_pair, held_pair};
use super::make::{Maker, add_key, any, describe, draft, drafts, expect, held, refused};
use super::together::together;
use crate::{Claim, Destruction, HeldMaterial, Store, VersionChange};

const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// A key in hardware with two versions.
async fn in_hardware(store: &dyn Store, maker: &mut Maker, key: Key) -> (Key, [KeyVersion; 2]) {
    let mut key = Key {
        protection: ProtectionLevel::Hsm,
        spec: KeySpec::Sm4,
        ..key
    };
    let (first, second) = (maker.version(&mut key), maker.version(&mut key));
    for version in [&first, &second] {
        assert!(expect(store, &key, version.id, maker.moment()).await);
    }
    store
        .create_key(key.clone(), Some(first.clone()), u32::MAX, draft("create"))
        .await
        .unwrap();
    let add = VersionChange::Add {
        version: second.clone(),
        quota: u32::MAX,
    };
    change_version(store, &key, add).await;
    (key, [first, second])
}

async fn change_version(store: &dyn Store, key: &Key, change: VersionChange) {
    let changed = store
        .update_version(&key.scope, key.id, change, draft("version"), describe("x"))
        .await;
    changed.unwrap();
}

async fn due_at(store: &dyn Store, now: Timestamp) -> Vec<Destruction> {
    store.destructions(now, 0, 1000).await.unwrap()
}

/// What is due for good.
async fn due(store: &dyn Store) -> Vec<Destruction> {
    due_at(store, Timestamp::UNIX_EPOCH).await
}

fn versions_of(due: Vec<Destruction>) -> Vec<KeyVersionId> {
    due.into_iter().map(|due| due.material.version).collect()
}

async fn due_versions(store: &dyn Store) -> Vec<KeyVersionId> {
    versions_of(due(store).await)
}

/// Across restarts, whoever asks, and whatever becomes of the material.
pub async fn messages_are_reserved_in_blocks_up_to_the_limit(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let key = add_key(&*store, &mut maker, &scope).await;
    let other = add_key(&*store, &mut maker, &scope).await;
    let version = key.primary.unwrap();
    let limit = MessageLimit::new(100, 30);
    let together = together((0..3).map(|_| store.reserve_messages(version, limit))).await;
    let blocks: Vec<_> = together.into_iter().map(Result::unwrap).collect();
    assert_eq!(blocks, [30; 3]);

    change_version(&*store, &key, VersionChange::Clear(version)).await;
    let again = VersionChange::Fill(version, Material(b"again".as_slice().into()));
    change_version(&*store, &key, again).await;
    let before = drafts(&*store).await.len();
    drop(store);
    let store = subject.open().await;
    for block in [10, 0, 0] {
        assert_eq!(store.reserve_messages(version, limit).await.unwrap(), block);
    }
    let other = other.primary.unwrap();
    assert_eq!(store.reserve_messages(other, limit).await.unwrap(), 30);
    assert_eq!(
        drafts(&*store).await.len(),
        before,
        "reservations leave no drafts"
    );

    let missing = store.reserve_messages(maker.version_id(), limit).await;
    assert_eq!(refused(missing), Error::NotFound(Missing::Version));
}

/// With the change that ends the material, or not at all.
pub async fn material_in_hardware_has_to_be_destroyed(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let in_software = add_key(&*store, &mut maker, &scope).await;
    let wish = maker.key(&scope);
    let (key, [first, second]) = in_hardware(&*store, &mut maker, wish).await;
    let wish = maker.key(&scope);
    let (neighbour, _) = in_hardware(&*store, &mut maker, wish).await;

    let clear = VersionChange::Clear(first.id);
    let refuse = Box::new(|_| Err(Refusal::Protected));
    let kept = store.update_version(&scope, key.id, clear.clone(), draft("no"), refuse);
    assert_eq!(refused(kept.await), Refusal::Protected.into());
    let stay = Box::new(|key| Ok(Change::AlreadySo(key)));
    let kept = store.update_version(&scope, key.id, clear.clone(), draft("no"), stay);
    kept.await.unwrap();
    let no = Box::new(|_: &Key| Err(Refusal::Protected.into()));
    let kept = store.delete_key(&scope, neighbour.id, draft("no"), no).await;
    assert_eq!(refused(kept), Refusal::Protected.into());
    assert_eq!(due(&*store).await, []);

    change_version(&*store, &key, clear.clone()).await;
    // There is nothing left of it that could end a second time.
    change_version(&*store, &key, clear).await;
    let again = due(&*store).await;
    let numbers: Vec<_> = again.iter().map(|due| due.number).collect();
    let wanted = Destruction {
        number: numbers[0],
        material: HeldMaterial {
            scope: scope.clone(),
            key: key.id,
            version: first.id,
            spec: KeySpec::Sm4,
        },
    };
    assert_eq!(again, [wanted]);
    for id in [in_software.id, key.id] {
        store.delete_key(&scope, id, draft("go"), any()).await.unwrap();
    }
    assert_eq!(due_versions(&*store).await, [first.id, second.id]);

    let mut pair = certificate(&mut maker, &scope);
    for protection in [ProtectionLevel::Software, ProtectionLevel::Hsm] {
        pair = certificate(&mut maker, &scope);
        pair.protection = protection;
        assert!(expect_pair(&*store, &pair, maker.moment()).await);
        let made = store.create_certificate(pair.clone(), u32::MAX, draft("create"));
        made.await.unwrap();
        store
            .delete_certificate(&scope, pair.id, draft("go"))
            .await
            .unwrap();
    }
    drop(store);

    let store = subject.open().await;
    let found = due(&*store).await;
    let last = &found.last().unwrap().material;
    assert_eq!((found.len(), last), (3, &held_pair(&pair)));
    let one = store.destructions(maker.moment(), found[0].number, 1).await;
    assert_eq!(one.unwrap(), found[1..2]);
}

/// Unless something comes to refer to it: then, it has not to be, whoever tells of it again.
pub async fn expected_material_comes_or_has_to_be_destroyed(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let wish = maker.key(&scope);
    let (key, [first, _]) = in_hardware(&*store, &mut maker, wish).await;
    let mut pair = certificate(&mut maker, &scope);
    pair.protection = ProtectionLevel::Hsm;
    let early = maker.moment();
    assert!(expect_pair(&*store, &pair, early).await);
    let made = store.create_certificate(pair.clone(), u32::MAX, draft("create"));
    made.await.unwrap();
    let lost = maker.version_id();
    let (before, until) = (maker.moment(), maker.moment());
    for version in [first.id, held_pair(&pair).version, lost] {
        assert!(expect(&*store, &key, version, early).await);
        assert!(expect(&*store, &key, version, until).await, "told again");
    }
    drop(store);

    let store = subject.open().await;
    let claim = async |version, now| {
        let claimed = store.claim_destruction(version, "one", now, now + SECOND).await;
        claimed.unwrap()
    };
    assert_eq!(due_at(&*store, before).await, []);
    assert_eq!(claim(lost, before).await, Claim::Nothing);
    assert!(
        !expect(&*store, &key, lost, before).await,
        "somebody else is at it"
    );
    store.give_up_material(held(&key, lost), before).await.unwrap();
    assert_eq!(versions_of(due_at(&*store, before).await), [lost]);
    assert_eq!(due_at(&*store, until).await.len(), 3);
    for version in [first.id, held_pair(&pair).version] {
        assert_eq!(claim(version, until).await, Claim::Nothing, "it is referred to");
    }
    assert_eq!(versions_of(due_at(&*store, until).await), [lost]);
    assert!(matches!(claim(lost, until).await, Claim::Mine(_)));
    // From here on, it is too late.
    assert!(!expect(&*store, &key, lost, until + SECOND).await);
    assert_eq!(due_versions(&*store).await, [lost]);
    store.settle_destruction(lost, "one").await.unwrap();
    assert_eq!(due_at(&*store, until).await, []);
}

/// What nobody told of, and what is being destroyed, does not come in; what was told of does, if late.
pub async fn material_that_is_not_expected_is_refused(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let wish = maker.key(&scope);
    let (mut key, [first, _]) = in_hardware(&*store, &mut maker, wish).await;
    let now = maker.moment();
    let mut other = Key {
        protection: ProtectionLevel::Hsm,
        ..maker.key(&scope)
    };
    let version = maker.version(&mut other);
    let mut pair = certificate(&mut maker, &scope);
    pair.protection = ProtectionLevel::Hsm;
    change_version(&*store, &key, VersionChange::Clear(first.id)).await;
    let claim = async |version, holder| {
        let claimed = store.claim_destruction(version, holder, now, now + SECOND).await;
        assert!(matches!(claimed.unwrap(), Claim::Mine(_)));
    };
    let added = maker.version(&mut key);
    let changes = [
        VersionChange::Fill(first.id, Material(b"again".as_slice().into())),
        VersionChange::Add {
            version: added.clone(),
            quota: u32::MAX,
        },
    ];
    for is_claimed in [false, true] {
        if is_claimed {
            claim(first.id, "one").await;
            for (key, version) in [(&key, added.id), (&other, version.id)] {
                assert!(expect(&*store, key, version, now).await);
                claim(version, "one").await;
            }
            assert!(expect_pair(&*store, &pair, now).await);
            claim(held_pair(&pair).version, "one").await;
        }
        for change in &changes {
            let made = store.update_version(&scope, key.id, change.clone(), draft("no"), describe("no"));
            assert_eq!(refused(made.await), Error::Unavailable);
        }
        let made = store.create_key(other.clone(), Some(version.clone()), u32::MAX, draft("no"));
        assert_eq!(refused(made.await), Error::Unavailable);
        let made = store.create_certificate(pair.clone(), u32::MAX, draft("no"));
        assert_eq!(refused(made.await), Error::Unavailable);
        assert_eq!(store.key(&scope, other.id).await.unwrap(), None);
        assert_eq!(store.certificate(&scope, pair.id).await.unwrap(), None);
        let kept = store.key(&scope, key.id).await.unwrap().unwrap();
        assert_eq!(kept.description, "x", "nothing is half done");
    }
    store.settle_destruction(first.id, "one").await.unwrap();
    let [fill, _] = changes;
    assert!(expect(&*store, &key, first.id, now).await);
    assert_eq!(versions_of(due_at(&*store, now).await)[3..], [first.id]);
    change_version(&*store, &key, fill).await;
    assert_eq!(due_versions(&*store).await.len(), 3);
}

/// Until the holder is done, gives it back or has had its time.
pub async fn of_many_who_destroy_one_does(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let wish = maker.key(&scope);
    let (key, [first, second]) = in_hardware(&*store, &mut maker, wish).await;
    let now = maker.moment();
    let claim = async |holder: &str, from, until| {
        let claimed = store.claim_destruction(first.id, holder, from, until).await;
        claimed.unwrap()
    };
    assert_eq!(claim("one", now, now + SECOND).await, Claim::Nothing);
    store
        .delete_key(&scope, key.id, draft("go"), any())
        .await
        .unwrap();
    let [wanted, other] = due(&*store).await.try_into().unwrap();
    assert_eq!(
        [wanted.material.version, other.material.version],
        [first.id, second.id]
    );
    let mine = Claim::Mine(wanted.clone());

    let holders: Vec<_> = (0..16).map(|holder| holder.to_string()).collect();
    let asked = holders
        .iter()
        .map(|holder| store.claim_destruction(first.id, holder, now, now + SECOND));
    let answers = together(asked).await.into_iter().map(Result::unwrap);
    let (taken, busy): (Vec<_>, Vec<_>) = answers.partition(|answer| *answer == mine);
    assert_eq!((taken.len(), busy.len()), (1, 15));
    assert!(busy.iter().all(|answer| *answer == Claim::Busy));

    let later = now + SECOND;
    assert_eq!(claim("late", later, later + SECOND).await, mine);
    assert_eq!(claim("other", later, later + SECOND).await, Claim::Busy);
    assert_eq!(claim("late", later, later).await, mine, "given back");
    assert_eq!(claim("other", later, later + SECOND).await, mine);
    store.settle_destruction(first.id, "late").await.unwrap();
    assert_eq!(due_versions(&*store).await, [first.id, second.id]);
    store.settle_destruction(first.id, "other").await.unwrap();
    assert_eq!(due_versions(&*store).await, [second.id]);
    assert_eq!(claim("other", later, later + SECOND).await, Claim::Nothing);
}
