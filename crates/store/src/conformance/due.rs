//! Keys for which a job has something to do.

use claviger_model::{Change, Key, KeyState, Resume, SignedDuration, Timestamp};

use super::Subject;
use super::make::{Maker, add, any, draft};
use crate::{KeyChange, Store};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const TICK: SignedDuration = SignedDuration::from_millis(1);

/// A key whose deletion is due at that moment, and was announced.
fn leaving(key: Key, due: Timestamp) -> Key {
    Key {
        state: KeyState::PendingDeletion { due },
        warned: true,
        ..key
    }
}

/// A key whose material expires at that moment.
fn expiring(maker: &mut Maker, key: Key, expires: Timestamp) -> Key {
    Key {
        import: Some(maker.import(Some(expires))),
        ..key
    }
}

/// A key that rotates an hour after its last rotation, which is at that moment.
fn rotating(key: Key, due: Timestamp) -> Key {
    Key {
        last_rotated: due - HOUR,
        rotation: Some(HOUR),
        ..key
    }
}

async fn due(store: &dyn Store, now: Timestamp) -> Vec<claviger_model::KeyId> {
    let keys = store.due_keys(now, 1000).await.unwrap();
    keys.into_iter().map(|(_, id)| id).collect()
}

/// Not a moment earlier. Each of the three alone, and in each state that it holds in.
pub async fn each_reason_holds_from_its_moment_on(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let far = Timestamp::from_second(4_000_000_000).unwrap();
    for day in 0..5 {
        let moment = far - SignedDuration::from_hours(24 * day);
        let key = maker.key(&scope);
        let wish = match day {
            0 => leaving(key, moment),
            1 => rotating(key, moment),
            2 => expiring(&mut maker, key, moment),
            3 => Key {
                state: KeyState::Disabled,
                ..expiring(&mut maker, key, moment)
            },
            _ => Key {
                state: KeyState::PendingDeletion { due: far + HOUR },
                warned: true,
                ..expiring(&mut maker, key, moment)
            },
        };
        let key = add(&*store, &mut maker, wish).await;
        // Those made before are due on later days.
        assert_eq!(store.due_keys(moment - TICK, 1000).await.unwrap(), []);
        let found = store.due_keys(moment, 1000).await.unwrap();
        assert_eq!(found, [(scope.clone(), key.id)], "day {day}");
    }
}

/// Keys in use, switched off, without material, waiting; whatever would be due if they were otherwise.
pub async fn what_is_no_reason_makes_no_key_due(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let past = maker.moment();
    let later = Timestamp::from_second(4_000_000_000).unwrap();
    let plain = maker.key(&scope);
    let mut gone = expiring(&mut maker, plain.clone(), past);
    gone.state = KeyState::PendingImport;
    gone.primary = None;
    let mut never = expiring(&mut maker, plain.clone(), past);
    never.import = Some(maker.import(None));
    let off = |state| Key {
        state,
        warned: true,
        ..rotating(plain.clone(), past)
    };
    let endless = Key {
        rotation: Some(SignedDuration::MAX),
        ..plain.clone()
    };
    for mut key in [
        off(KeyState::Disabled),
        off(KeyState::PendingImport),
        off(KeyState::PendingDeletion { due: later }),
        plain,
        gone,
        never,
        endless,
    ] {
        key.id = maker.key_id();
        if key.state == KeyState::PendingImport {
            store.create_key(key, None, u32::MAX, draft("a")).await.unwrap();
        } else {
            add(&*store, &mut maker, key).await;
        }
    }
    assert_eq!(store.due_keys(later - TICK, 1000).await.unwrap(), []);
}

/// Once a deletion was announced, nothing is due until it is its time; one that was missed is due as what it is.
pub async fn deletions_are_announced_a_day_before(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let end = Timestamp::from_second(2_000_000_000).unwrap();
    let day = SignedDuration::from_hours(24);
    let wish = Key {
        warned: false,
        ..leaving(maker.key(&scope), end)
    };
    let key = add(&*store, &mut maker, wish).await;
    let announced = add_leaving(&*store, &mut maker, &scope, end + HOUR).await;
    assert_eq!(due(&*store, end - day - TICK).await, []);
    for moment in [end - day, end - TICK, end] {
        assert_eq!(due(&*store, moment).await, [key.id]);
    }
    assert_eq!(due(&*store, end + HOUR).await, [key.id, announced]);
    store
        .update_key(&scope, key.id, draft("warn"), Box::new(Key::warn))
        .await
        .unwrap();
    assert_eq!(due(&*store, end - TICK).await, []);
    assert_eq!(due(&*store, end).await, [key.id]);
    let change: KeyChange = Box::new(|key| key.cancel_deletion(Resume::Enabled));
    store
        .update_key(&scope, key.id, draft("cancel"), change)
        .await
        .unwrap();
    assert_eq!(due(&*store, end).await, []);
    let change: KeyChange = Box::new(move |key| key.schedule_deletion(end));
    store
        .update_key(&scope, key.id, draft("again"), change)
        .await
        .unwrap();
    assert_eq!(due(&*store, end - day).await, [key.id]);
}

async fn add_leaving(
    store: &dyn Store,
    maker: &mut Maker,
    scope: &claviger_model::Scope,
    end: Timestamp,
) -> claviger_model::KeyId {
    let wish = leaving(maker.key(scope), end);
    add(store, maker, wish).await.id
}

/// The later of that moment and the last rotation counts.
pub async fn a_period_of_rotation_begins_where_it_is_told(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let moment = Timestamp::from_second(2_000_000_000).unwrap();
    for from in [moment - HOUR * 3, moment - HOUR, moment + HOUR] {
        let key = Key {
            rotation_from: Some(from),
            ..rotating(maker.key(&scope), moment)
        };
        let at = key.next_rotation().unwrap();
        assert_eq!(at, moment.max(from + HOUR));
        let key = add(&*store, &mut maker, key).await;
        assert_eq!(due(&*store, at - TICK).await, []);
        assert_eq!(due(&*store, at).await, [key.id]);
        store.delete_key(&scope, key.id, draft("c"), any()).await.unwrap();
    }
}

/// Over all reasons and scopes; a key with two reasons comes once, at the place of the older; at most so many.
pub async fn those_longest_due_come_first(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scopes = [maker.scope("b"), maker.scope("a")];
    let start = Timestamp::from_second(2_000_000_000).unwrap();
    let mut wanted = Vec::new();
    for place in [4_i32, 9, 0, 7, 2, 11, 5, 1, 10, 3, 8, 6] {
        let moment = start + HOUR * place;
        let scope = &scopes[usize::try_from(place % 2).unwrap()];
        let key = maker.key(scope);
        let wish = match place % 4 {
            0 => leaving(key, moment),
            1 => expiring(&mut maker, key, moment),
            2 => rotating(key, moment),
            _ => {
                let key = expiring(&mut maker, key, moment + HOUR * 5);
                rotating(key, moment)
            }
        };
        let key = add(&*store, &mut maker, wish).await;
        wanted.push((place, (scope.clone(), key.id)));
    }
    wanted.sort_by_key(|(place, _)| *place);
    let wanted: Vec<_> = wanted.into_iter().map(|(_, key)| key).collect();
    let end = start + HOUR * 100;
    for limit in [0, 1, 5, 11, 12, 13, u32::MAX] {
        let found = store.due_keys(end, limit).await.unwrap();
        let length = usize::try_from(limit).unwrap().min(wanted.len());
        assert_eq!(found, wanted[..length], "limit {limit}");
    }
    for hours in 0..12_i32 {
        let found = store.due_keys(start + HOUR * hours, 1000).await.unwrap();
        let length = usize::try_from(hours).unwrap() + 1;
        assert_eq!(found, wanted[..length], "after {hours} hours");
    }
    assert_eq!(store.due_keys(start - TICK, 1000).await.unwrap(), []);
}

/// Cancelled, rotated, switched off, expired, deleted.
pub async fn what_was_done_is_not_due_any_more(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let moment = Timestamp::from_second(2_000_000_000).unwrap();
    let done: [(u8, KeyChange); 5] = [
        (0, Box::new(|key: Key| key.cancel_deletion(Resume::Enabled))),
        (
            1,
            Box::new(move |key: Key| {
                let version = key.primary.unwrap();
                key.rotate(version, moment)
            }),
        ),
        (1, Box::new(Key::disable)),
        (1, Box::new(|key: Key| key.set_rotation(None))),
        (
            2,
            Box::new(move |key: Key| Ok(Change::Changed(key.settle(moment)))),
        ),
    ];
    for (reason, change) in done {
        let key = maker.key(&scope);
        let wish = match reason {
            0 => leaving(key, moment),
            1 => rotating(key, moment),
            _ => expiring(&mut maker, key, moment),
        };
        let key = add(&*store, &mut maker, wish).await;
        assert_eq!(due(&*store, moment).await, [key.id]);
        store
            .update_key(&scope, key.id, draft("b"), change)
            .await
            .unwrap();
        assert_eq!(due(&*store, moment).await, []);
    }
    let wish = leaving(maker.key(&scope), moment);
    let key = add(&*store, &mut maker, wish).await;
    assert_eq!(due(&*store, moment).await, [key.id]);
    store.delete_key(&scope, key.id, draft("c"), any()).await.unwrap();
    assert_eq!(due(&*store, moment).await, []);
}
