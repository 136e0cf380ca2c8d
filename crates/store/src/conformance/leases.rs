//! Who does the shared work.

use claviger_model::{SignedDuration, Timestamp};

use super::Subject;
use super::make::drafts;
use super::together::together;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const TICK: SignedDuration = SignedDuration::from_millis(1);

/// Taken, refused to others, prolonged by the holder, taken over once it is over, given back; each name for itself.
pub async fn a_lease_has_one_holder_at_a_time(subject: &dyn Subject) {
    let store = subject.open().await;
    let start = Timestamp::from_second(1_800_000_000).unwrap();
    let at = |minutes: i32| start + MINUTE * minutes;
    for (name, holder, now, until, wanted) in [
        ("jobs", "one", at(0), at(10), true),
        ("jobs", "two", at(0), at(10), false),
        ("jobs", "two", at(10) - TICK, at(30), false),
        ("Jobs", "two", at(0), at(10), true),
        ("jobs", "one", at(5), at(20), true),
        ("jobs", "two", at(10), at(30), false),
        ("jobs", "two", at(20), at(30), true),
        ("jobs", "one", at(20), at(40), false),
        // Given back.
        ("jobs", "two", at(25), at(25), true),
        ("jobs", "one", at(25), at(40), true),
        ("jobs", "two", at(26), at(50), false),
        // Nobody wanted it when it was over: the holder goes on.
        ("jobs", "one", at(100), at(110), true),
        ("jobs", "two", at(109), at(120), false),
        ("", "", at(0), at(1), true),
    ] {
        let taken = store.lease(name, holder, now, until).await.unwrap();
        assert_eq!(taken, wanted, "`{name}` for `{holder}` at {now} until {until}");
    }
    drop(store);

    let store = subject.open().await;
    assert!(!store.lease("jobs", "two", at(109), at(120)).await.unwrap());
    assert!(store.lease("jobs", "two", at(110), at(120)).await.unwrap());
    assert_eq!(drafts(&*store).await, [], "leases leave no drafts");
}

/// Also when it has to be taken from one who is gone.
pub async fn of_many_who_want_a_lease_one_gets_it(subject: &dyn Subject) {
    let store = subject.open().await;
    for minute in 0..3 {
        let now = Timestamp::from_second(1_800_000_000 + minute * 60).unwrap();
        let holders: Vec<_> = (0..32).map(|holder| format!("{minute}.{holder}")).collect();
        let asked = holders
            .iter()
            .map(|holder| store.lease("jobs", holder, now, now + MINUTE));
        let answers = together(asked).await;
        let taken = answers.into_iter().filter(|answer| *answer.as_ref().unwrap());
        assert_eq!(taken.count(), 1);
    }
}
