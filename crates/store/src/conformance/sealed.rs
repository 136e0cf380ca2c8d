//! The walk over all that is wrapped, and other forms of it.

use claviger_model::{AccountId, KeyId, KeyVersionId, LoginOwner, Material, ProtectionLevel, Scope};

use super::Subject;
use super::certificates::certificate;
use super::make::{Maker, add, add_key, any, describe, draft, drafts};
use super::people::{add_account, add_user};
use super::versions::found;
use crate::{Resealed, SealedCell, SealedPlace, SealedValue, Store, VersionChange};

/// The whole walk, in pages of that many rows.
async fn walk(store: &dyn Store, limit: u32) -> Vec<SealedValue> {
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = store.sealed(after.as_ref(), limit).await.unwrap();
        assert!(page.bad.is_empty(), "{:?}", page.bad);
        assert!(page.values.len() <= usize::try_from(limit).unwrap());
        seen.extend(page.values);
        match page.next {
            Some(next) => after = Some(next),
            None => return seen,
        }
    }
}

fn value(place: SealedPlace, bytes: &[u8]) -> SealedValue {
    SealedValue {
        place,
        bytes: bytes.into(),
    }
}

async fn add_version(store: &dyn Store, maker: &mut Maker, protection: ProtectionLevel) -> SealedValue {
    let scope = maker.scope("r");
    let mut key = maker.key(&scope);
    key.protection = protection;
    let key = add(store, maker, key).await;
    let version = store.key_version(key.primary.unwrap()).await.unwrap().unwrap();
    let place = SealedPlace::Version {
        scope,
        key: key.id,
        version: version.id,
        spec: key.spec,
        protection,
    };
    value(place, &version.material.unwrap().0)
}

async fn set_password(store: &dyn Store, account: AccountId, owner: LoginOwner) -> SealedValue {
    let bytes = format!("password of {account} {owner:?}").into_bytes();
    let password = Some(SealedCell(bytes.as_slice().into()));
    store
        .update_login(account, owner, password, draft("password"), Box::new(Ok))
        .await
        .unwrap();
    value(SealedPlace::Password { account, owner }, &bytes)
}

async fn access_keys(store: &dyn Store, account: AccountId) -> Vec<SealedValue> {
    let keys = store.access_keys_of_account(account).await.unwrap();
    keys.into_iter()
        .map(|key| value(SealedPlace::AccessKey(key.id), &key.secret.0))
        .collect()
}

async fn add_certificate(store: &dyn Store, maker: &mut Maker) -> SealedValue {
    let scope = maker.scope("r");
    let made = certificate(maker, &scope);
    store
        .create_certificate(made.clone(), u32::MAX, draft("certificate"))
        .await
        .unwrap();
    let place = SealedPlace::Certificate {
        scope,
        id: made.id,
        spec: made.spec,
        protection: made.protection,
    };
    value(place, &made.material.0)
}

async fn set_cell(store: &dyn Store, name: &str) -> SealedValue {
    let bytes = format!("cell {name}").into_bytes();
    let cell = SealedCell(bytes.as_slice().into());
    store.set_cell(name, cell).await.unwrap();
    value(SealedPlace::Cell(name.into()), &bytes)
}

/// Some of everything.
async fn some_of_each(store: &dyn Store, maker: &mut Maker) -> Vec<SealedValue> {
    let mut all = Vec::new();
    for protection in [ProtectionLevel::Software, ProtectionLevel::Hsm] {
        all.push(add_version(store, maker, protection).await);
    }
    for name in ["one", "two"] {
        let account = add_account(store, maker).await;
        let user = add_user(store, maker, account, name).await;
        all.extend(access_keys(store, account).await);
        for owner in [LoginOwner::Root, LoginOwner::User(user.id)] {
            all.push(set_password(store, account, owner).await);
        }
        all.push(add_certificate(store, maker).await);
        all.push(set_cell(store, name).await);
    }
    all
}

fn sorted(mut values: Vec<SealedValue>) -> Vec<SealedValue> {
    values.sort_by_key(|value| format!("{:?}", value.place));
    values
}

/// Nothing twice and nothing that is gone, however it is cut into pages.
pub async fn the_walk_sees_all_that_is_wrapped_once(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    assert_eq!(walk(&*store, 3).await, []);
    let all = sorted(some_of_each(&*store, &mut maker).await);
    assert_eq!(all.len(), 2 + 2 * 5);

    // What has nothing wrapped, and what had.
    let scope = maker.scope("r");
    let key = add_key(&*store, &mut maker, &scope).await;
    let clear = VersionChange::Clear(key.primary.unwrap());
    store
        .update_version(&scope, key.id, clear, draft("clear"), describe("x"))
        .await
        .unwrap();
    let key = add_key(&*store, &mut maker, &scope).await;
    store
        .delete_key(&scope, key.id, draft("go"), any())
        .await
        .unwrap();
    let pair = certificate(&mut maker, &scope);
    let made = store.create_certificate(pair.clone(), u32::MAX, draft("create"));
    made.await.unwrap();
    store
        .delete_certificate(&scope, pair.id, draft("go"))
        .await
        .unwrap();
    let silent = LoginOwner::Root;
    let account = add_account(&*store, &mut maker).await;
    let locked = store.update_login(account, silent, None, draft("login"), Box::new(Ok));
    locked.await.unwrap();
    let mut wanted = all;
    wanted.extend(access_keys(&*store, account).await);
    let wanted = sorted(wanted);

    for limit in [1, 2, 3, 1000] {
        assert_eq!(sorted(walk(&*store, limit).await), wanted, "in pages of {limit}");
    }
    drop(store);
    let store = subject.open().await;
    assert_eq!(sorted(walk(&*store, 2).await), wanted);
}

/// What was there before and stays is seen once, whatever comes and goes around it.
pub async fn the_walk_goes_on_while_others_write(subject: &dyn Subject) {
    const WRITES: u32 = 12;
    let store = subject.open().await;
    let mut maker = Maker::new();
    let stays = some_of_each(&*store, &mut maker).await;
    let scope = maker.scope("r");
    let mut doomed = Vec::new();
    for _ in 0..3 {
        doomed.push(add_key(&*store, &mut maker, &scope).await);
    }
    let (mut seen, mut after) = (Vec::new(), None);
    for turn in 0.. {
        assert!(turn < 1000, "the walk never ends");
        let page = store.sealed(after.as_ref(), 2).await.unwrap();
        seen.extend(page.values);
        // Not for ever: who writes as fast as the walk goes may stay ahead of it.
        if turn < WRITES {
            some_of_each(&*store, &mut maker).await;
        }
        if let Some(key) = doomed.pop() {
            store
                .delete_key(&scope, key.id, draft("go"), any())
                .await
                .unwrap();
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    for value in stays {
        let times = seen.iter().filter(|seen| **seen == value).count();
        assert_eq!(times, 1, "{value:?}");
    }
}

fn resealed(was: &SealedValue, bytes: &[u8]) -> Resealed {
    Resealed {
        was: was.clone(),
        bytes: bytes.into(),
    }
}

/// Of the same length or another; in one go; and only where it still is what was seen.
pub async fn another_form_takes_the_place_of_the_one_that_was_seen(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let mut now = some_of_each(&*store, &mut maker).await;
    let before = drafts(&*store).await;
    for text in [
        "z",
        "another form, which is much longer than what was there before: ",
        "y",
    ] {
        let changes: Vec<_> = now
            .iter()
            .map(|value| {
                let long = text.repeat(if text.len() > 1 { 9 } else { value.bytes.len() });
                resealed(value, long.as_bytes())
            })
            .collect();
        let done = store.replace_sealed(changes.clone()).await.unwrap();
        assert_eq!(done, vec![true; now.len()]);
        let again = store.replace_sealed(changes.clone()).await.unwrap();
        assert_eq!(again, vec![false; now.len()], "that is not what is there");
        for (value, change) in now.iter_mut().zip(changes) {
            value.bytes = change.bytes;
        }
        assert_eq!(sorted(walk(&*store, 4).await), sorted(now.clone()));
    }
    assert_eq!(drafts(&*store).await, before, "it is the same value to everybody");

    drop(store);
    let store = subject.open().await;
    for value in &now {
        assert_eq!(read(&*store, &value.place).await, value.bytes, "{value:?}");
    }
}

/// As callers read it.
async fn read(store: &dyn Store, place: &SealedPlace) -> Box<[u8]> {
    match place {
        SealedPlace::Version { version, .. } => {
            let found = store.key_version(*version).await.unwrap().unwrap();
            found.material.unwrap().0
        }
        SealedPlace::Certificate { scope, id, .. } => {
            let found = store.certificate(scope, *id).await.unwrap();
            found.unwrap().material.0
        }
        SealedPlace::AccessKey(id) => store.access_key(id).await.unwrap().unwrap().secret.0,
        SealedPlace::Password { account, owner } => store.login(*account, *owner).await.unwrap().1.unwrap().0,
        SealedPlace::Cell(name) => store.cell(name).await.unwrap().unwrap().0,
    }
}

/// One that is refused does not hold up the others.
pub async fn what_changed_or_went_meanwhile_is_left_alone(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let kept = add_version(&*store, &mut maker, ProtectionLevel::Software).await;
    let filled = add_version(&*store, &mut maker, ProtectionLevel::Software).await;
    let cleared = add_version(&*store, &mut maker, ProtectionLevel::Software).await;
    let deleted = add_version(&*store, &mut maker, ProtectionLevel::Software).await;
    let cell = set_cell(&*store, "cell").await;
    let (scope, key, version) = parts(&filled);
    let fill = VersionChange::Fill(version, Material(b"newer".as_slice().into()));
    let changed = store.update_version(&scope, key, fill, draft("fill"), describe("x"));
    changed.await.unwrap();
    let (scope, key, version) = parts(&cleared);
    let clear = VersionChange::Clear(version);
    let changed = store.update_version(&scope, key, clear, draft("clear"), describe("x"));
    changed.await.unwrap();
    let (scope, key, _) = parts(&deleted);
    store.delete_key(&scope, key, draft("go"), any()).await.unwrap();
    set_cell(&*store, "cell").await;
    let other = SealedCell(b"other".as_slice().into());
    store.set_cell("cell", other).await.unwrap();
    let missing = value(SealedPlace::Cell("missing".into()), b"x");

    let wishes = [&filled, &cleared, &deleted, &cell, &missing, &kept];
    let wishes = wishes.map(|value| resealed(value, b"anew"));
    let done = store.replace_sealed(wishes.into()).await.unwrap();
    assert_eq!(done, [false, false, false, false, false, true]);
    assert_eq!(read(&*store, &filled.place).await, b"newer".as_slice().into());
    assert_eq!(read(&*store, &cell.place).await, b"other".as_slice().into());
    assert_eq!(read(&*store, &kept.place).await, b"anew".as_slice().into());
}

fn parts(value: &SealedValue) -> (Scope, KeyId, KeyVersionId) {
    match &value.place {
        SealedPlace::Version {
            scope, key, version, ..
        } => (scope.clone(), *key, *version),
        other => unreachable!("{other:?}"),
    }
}

/// Of neither length.
pub async fn what_was_replaced_is_nowhere(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let all = some_of_each(&*store, &mut maker).await;
    let mark = |value: &SealedValue, round: usize| {
        let at = all.iter().position(|other| other.place == value.place).unwrap();
        format!("<mark {round} of {at:04}>")
    };
    let mut now = all.clone();
    for (round, length) in [3, 3, 30, 3].into_iter().enumerate() {
        let changes: Vec<_> = now
            .iter()
            .map(|value| resealed(value, mark(value, round).repeat(length).as_bytes()))
            .collect();
        let done = store.replace_sealed(changes.clone()).await.unwrap();
        assert_eq!(done, vec![true; now.len()]);
        for (value, change) in now.iter_mut().zip(changes) {
            value.bytes = change.bytes;
        }
    }
    drop(store);
    let marks: Vec<_> = all
        .iter()
        .flat_map(|value| (0..4).map(|round| mark(value, round)))
        .collect();
    let marks: Vec<_> = marks.iter().map(String::as_str).collect();
    let last: Vec<_> = marks.iter().copied().skip(3).step_by(4).collect();
    assert_eq!(found(subject, &marks).await, last);
}
