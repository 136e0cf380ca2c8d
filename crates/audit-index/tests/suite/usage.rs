//! How a key was used.

use std::time::Duration;

use claviger_audit::index::{DayUsage, EventIndex as _, LastUse, Usage, VersionUsage};

use crate::world::{Call, World, account, block_on, everything, key, start, version};

/// Hours after the beginning, which is two hours before midnight.
fn at(hours: u64, call: Call) -> Call {
    Call {
        time: start() + Duration::from_secs(hours * 3600),
        ..call
    }
}

fn call(action: &'static str, version: Option<u8>, outcome: &'static str) -> Call {
    Call {
        action,
        operation: action,
        key: Some(1),
        version,
        outcome,
        caller: "bob",
        access_key: Some("AK1"),
        ..Call::new()
    }
}

fn ask(world: &World, of: u64, number: u8) -> Usage {
    block_on(world.index().usage(account(of), key(number))).unwrap()
}

#[test]
fn uses_are_counted_by_version_and_calls_by_day() {
    let mut world = World::new(64 << 20);
    world.append([
        at(0, call("CreateKey", Some(1), "served")),
        at(1, call("Encrypt", Some(1), "served")),
        at(1, call("Encrypt", Some(1), "refused")),
    ]);
    // Over two stretches, so that the second adds to the first.
    drop(world.index());
    world.append([
        at(3, call("Encrypt", Some(2), "served")),
        at(4, call("Encrypt", Some(1), "served")),
        at(
            5,
            Call {
                caller: "ops:alice",
                ..call("GenerateDataKey", Some(2), "served")
            },
        ),
        at(6, call("DescribeKey", None, "served")),
        at(
            7,
            Call {
                key: Some(2),
                ..call("Encrypt", Some(9), "served")
            },
        ),
        at(
            7,
            Call {
                account: 1,
                ..call("Encrypt", Some(9), "served")
            },
        ),
        at(8, call("Decrypt", None, "failed")),
    ]);
    let time = |hours: u64| start() + Duration::from_secs(hours * 3600);
    let of_version = |number, first, last, count| VersionUsage {
        version: Some(version(number)),
        first: time(first),
        last: time(last),
        count,
    };
    let day = |day: &str, action: &str, outcome: &str, count| DayUsage {
        day: day.parse().unwrap(),
        action: action.into(),
        outcome: outcome.into(),
        count,
    };
    let expected = Usage {
        last: Some(LastUse {
            time: time(5),
            action: "GenerateDataKey".into(),
            caller: "ops:alice".into(),
            access_key: Some("AK1".into()),
        }),
        versions: vec![of_version(2, 3, 5, 2), of_version(1, 1, 4, 2)],
        days: vec![
            day("2026-11-21", "Decrypt", "failed", 1),
            day("2026-11-21", "DescribeKey", "served", 1),
            day("2026-11-21", "Encrypt", "served", 2),
            day("2026-11-21", "GenerateDataKey", "served", 1),
            day("2026-11-20", "CreateKey", "served", 1),
            day("2026-11-20", "Encrypt", "refused", 1),
            day("2026-11-20", "Encrypt", "served", 1),
        ],
    };
    assert_eq!(ask(&world, 0, 1), expected);
}

#[test]
fn a_call_that_uses_two_keys_is_a_use_of_both() {
    let mut world = World::new(64 << 20);
    world.append([Call {
        source_key: Some((3, 30)),
        ..call("ReEncrypt", Some(10), "served")
    }]);
    for (number, used) in [(1, 10), (3, 30)] {
        let usage = ask(&world, 0, number);
        assert_eq!(usage.last.unwrap().action, "ReEncrypt");
        assert_eq!(usage.versions[0].version, Some(version(used)));
    }
}

#[test]
fn a_use_without_a_version_counts_and_one_that_comes_late_is_not_the_last() {
    let mut world = World::new(64 << 20);
    world.append([
        at(5, call("Encrypt", None, "served")),
        at(
            2,
            Call {
                caller: "root",
                ..call("Encrypt", None, "served")
            },
        ),
    ]);
    let usage = ask(&world, 0, 1);
    assert_eq!(usage.last.unwrap().caller, "bob");
    let [only] = usage.versions.as_slice() else {
        panic!("{:?}", usage.versions);
    };
    assert_eq!((only.version, only.count), (None, 2));
    assert!(only.first < only.last);
}

#[test]
fn a_key_that_was_never_used_has_no_usage() {
    let mut world = World::new(64 << 20);
    world.append([call("Encrypt", Some(1), "served")]);
    assert_eq!(ask(&world, 0, 7), Usage::default());
    assert_eq!(ask(&world, 1, 1), Usage::default());
}

#[test]
fn a_use_by_another_account_counts_for_the_owner_of_the_key() {
    let mut world = World::new(64 << 20);
    let abroad = Call {
        account: 1,
        owners: vec![0],
        ..call("Encrypt", Some(1), "served")
    };
    world.append([
        at(0, call("CreateKey", Some(1), "served")),
        at(1, abroad.clone()),
        at(
            2,
            Call {
                outcome: "refused",
                ..abroad
            },
        ),
    ]);
    let used = ask(&world, 0, 1);
    let last = used.last.unwrap();
    assert_eq!(
        (last.caller, last.time),
        (format!("{}/bob", account(1)), start() + Duration::from_secs(3600))
    );
    assert_eq!(used.versions.len(), 1);
    let days: Vec<_> = used
        .days
        .iter()
        .map(|day| (day.action.as_str(), day.outcome.as_str(), day.count))
        .collect();
    assert_eq!(
        days,
        [
            ("Encrypt", "refused", 1),
            ("CreateKey", "served", 1),
            ("Encrypt", "served", 1)
        ]
    );
    world.judge(&world.index(), &everything(0));
    world.judge(&world.index(), &everything(1));
    world.judge(&world.index(), &everything(2));
}
