use proptest::prelude::*;

use super::*;

fn per_second(rate: u32) -> CallRates {
    let rate = NonZeroU32::new(rate);
    CallRates {
        crypto: rate,
        manage: rate,
        read: rate,
        identity: rate,
    }
}

fn throttle(account: Option<u32>, user: Option<u32>, burst_seconds: u32) -> Throttle {
    let rates = Rates {
        account: account.map(per_second).unwrap_or_default(),
        user: user.map(per_second).unwrap_or_default(),
        burst_seconds: NonZeroU32::new(burst_seconds).unwrap(),
    };
    Throttle::new(&rates).unwrap()
}

fn caller(account: u64, identity: Identity) -> Caller {
    Caller {
        account: AccountId::from_number(1_000_000_000_000_000 + account).unwrap(),
        identity,
        access_key: None,
    }
}

fn root(account: u64) -> Caller {
    caller(account, Identity::Root)
}

fn user(account: u64, number: u64) -> Caller {
    let identity = Identity::User {
        id: UserId::from_number(100_000_000_000_000_000 + number).unwrap(),
        name: "somebody".parse().unwrap(),
    };
    caller(account, identity)
}

fn at(nanos: i64) -> Timestamp {
    let beginning = Timestamp::from_second(1_795_000_000).unwrap();
    beginning + SignedDuration::from_nanos(nanos)
}

fn wait(throttle: &Throttle, caller: &Caller, now: Timestamp) -> Option<SignedDuration> {
    match throttle.admit(caller, Action::Encrypt, now) {
        Ok(()) => None,
        Err(Error::Throttled(wait)) => Some(wait),
        Err(other) => panic!("{other}"),
    }
}

/// How many of so many calls at one moment pass.
fn passed(throttle: &Throttle, caller: &Caller, now: Timestamp, calls: usize) -> usize {
    (0..calls)
        .filter(|_| wait(throttle, caller, now).is_none())
        .count()
}

proptest! {
    /// Whatever the calls' moments: no stretch of time sees more than the burst and what trickled in, and whoever comes
    /// back after the time that it was told is served.
    #[test]
    fn never_more_than_the_burst_and_what_trickled_in(
        rate in 1_u32..2_000,
        burst_seconds in 1_u32..4,
        steps in prop::collection::vec((0_i64..5_000_000_000, 1_usize..3_000), 1..20),
    ) {
        let throttle = throttle(Some(rate), None, burst_seconds);
        let (root, mut now, mut served) = (root(0), 0, Vec::new());
        for (pause, calls) in steps {
            now += pause;
            served.push((now, passed(&throttle, &root, at(now), calls)));
            if let Some(wait) = wait(&throttle, &root, at(now)) {
                prop_assert!(wait > SignedDuration::ZERO);
                now += i64::try_from(wait.as_nanos()).unwrap();
                prop_assert!(throttle.admit(&root, Action::Decrypt, at(now)).is_ok(), "after {wait}");
            }
            served.push((now, 1));
        }
        for (first, (begin, _)) in served.iter().enumerate() {
            let mut sum = 0;
            for (moment, count) in &served[first..] {
                sum += count;
                let trickled = i128::from(moment - begin) * i128::from(rate) / 1_000_000_000;
                let most = i128::from(rate * burst_seconds) + trickled;
                prop_assert!(i128::try_from(sum).unwrap() <= most, "{sum} calls, {most} allowed");
            }
        }
    }

    /// Any two callers, at any rates: what one does is nothing to the other.
    #[test]
    fn users_do_not_share(mine in 1_u32..50, calls in 0_usize..200) {
        let throttle = throttle(None, Some(mine), 1);
        passed(&throttle, &user(0, 1), at(0), calls);
        let mine = usize::try_from(mine).unwrap();
        prop_assert_eq!(passed(&throttle, &user(0, 2), at(0), mine + 1), mine);
        // The same number in another account is somebody else.
        prop_assert_eq!(passed(&throttle, &user(1, 1), at(0), mine + 1), mine);
    }
}

#[test]
fn without_rates_there_is_no_throttle() {
    assert!(Throttle::new(&Rates::NONE).is_none());
    let class_without = Rates {
        user: CallRates {
            manage: NonZeroU32::new(1),
            ..CallRates::default()
        },
        ..Rates::NONE
    };
    let throttle = Throttle::new(&class_without).unwrap();
    assert_eq!(passed(&throttle, &user(0, 1), at(0), 100), 100);
}

#[test]
fn a_bucket_fills_again_up_to_its_burst_and_no_further() {
    let throttle = throttle(Some(2), None, 3);
    let root = root(0);
    assert_eq!(passed(&throttle, &root, at(0), 10), 6);
    let half = i64::from(SECOND) / 2;
    assert_eq!(
        wait(&throttle, &root, at(0)),
        Some(SignedDuration::from_millis(500))
    );
    assert_eq!(passed(&throttle, &root, at(half - 1), 10), 0);
    assert_eq!(passed(&throttle, &root, at(half), 10), 1);
    assert_eq!(passed(&throttle, &root, at(1_000 * half), 10), 6);
}

#[test]
fn classes_are_counted_by_themselves() {
    let throttle = throttle(Some(1), None, 1);
    for action in [
        Action::Encrypt,
        Action::CreateKey,
        Action::DescribeKey,
        Action::GetUser,
    ] {
        assert_eq!(throttle.admit(&root(0), action, at(0)), Ok(()), "{action:?}");
        assert!(throttle.admit(&root(0), action, at(0)).is_err(), "{action:?}");
    }
    assert!(throttle.admit(&root(0), Action::AssumeRole, at(0)).is_err());
}

#[test]
fn an_account_is_bounded_over_all_that_belong_to_it() {
    let throttle = throttle(Some(5), Some(3), 1);
    // The first gets what a user gets; the second, what the account has left; root is no user.
    assert_eq!(passed(&throttle, &user(0, 1), at(0), 10), 3);
    assert_eq!(passed(&throttle, &user(0, 2), at(0), 10), 2);
    assert_eq!(passed(&throttle, &root(0), at(0), 10), 0);
    assert_eq!(passed(&throttle, &root(1), at(0), 10), 5);
    // Calls that the account refused cost the user nothing: it still has one of its three, and two trickled in since.
    let later = at(i64::from(SECOND) * 7 / 10);
    assert_eq!(passed(&throttle, &user(0, 2), later, 10), 3);
}

#[test]
fn all_sessions_of_a_role_are_one_caller_and_a_service_is_another() {
    let session = |name: &str| {
        let identity = Identity::Session {
            role: RoleId::from_number(100_000_000_000_000_001).unwrap(),
            role_name: "auditor".parse().unwrap(),
            name: name.parse().unwrap(),
            began: at(0),
        };
        caller(0, identity)
    };
    let service = |name: &str| caller(0, Identity::Service(name.parse().unwrap()));
    let throttle = throttle(None, Some(2), 1);
    assert_eq!(passed(&throttle, &session("monday"), at(0), 1), 1);
    assert_eq!(passed(&throttle, &session("tuesday"), at(0), 9), 1);
    // A user of the same number is not the role.
    assert_eq!(passed(&throttle, &user(0, 1), at(0), 9), 2);
    assert_eq!(passed(&throttle, &service("oss"), at(0), 9), 2);
    assert_eq!(passed(&throttle, &service("sso"), at(0), 9), 2);
    // Root has no bound of a user, and the system none at all.
    assert_eq!(passed(&throttle, &root(0), at(0), 9), 9);
    let strict = self::throttle(Some(1), Some(1), 1);
    assert_eq!(passed(&strict, &caller(0, Identity::System), at(0), 9), 9);
}

#[test]
fn a_clock_that_is_set_back_does_not_lock_callers_out() {
    let throttle = throttle(Some(2), None, 1);
    let (root, year) = (root(0), i64::from(SECOND) * 86_400 * 365);
    assert_eq!(passed(&throttle, &root, at(year), 9), 2);
    // Nobody knows how long ago that was: the bucket begins empty.
    assert_eq!(
        wait(&throttle, &root, at(0)),
        Some(SignedDuration::from_millis(500))
    );
    assert_eq!(passed(&throttle, &root, at(i64::from(SECOND)), 9), 2);
}

#[test]
fn the_memory_of_buckets_is_bounded_and_keeps_the_emptiest() {
    let throttle = throttle(None, Some(10), 100);
    let greedy = user(0, 1_000_000_000);
    assert_eq!(passed(&throttle, &greedy, at(0), 2_000), 1_000);
    for number in 0..100_000_u32 {
        let now = at(i64::from(number));
        assert_eq!(wait(&throttle, &user(0, number.into()), now), None);
    }
    let owners = |shard: &Mutex<Shard>| shard.lock().unwrap().0.len();
    let known: usize = throttle.shards.iter().map(owners).sum();
    assert!(
        (SHARDS * OWNERS / 2..=SHARDS * OWNERS).contains(&known),
        "{known}"
    );
    assert!(wait(&throttle, &greedy, at(200_000)).is_some());
    // When all the others are full again they need no memory.
    let later = at(i64::from(SECOND) * 50);
    for number in 200_000..300_000_u32 {
        assert_eq!(wait(&throttle, &user(0, number.into()), later), None);
    }
    assert_eq!(passed(&throttle, &greedy, later, 2_000), 500);
}

#[test]
fn calls_that_come_at_once_are_each_counted() {
    let throttle = throttle(Some(500), Some(400), 1);
    let served: usize = std::thread::scope(|scope| {
        let of = |number| passed(&throttle, &user(0, number), at(0), 1_000);
        let threads: Vec<_> = (0..4).map(|number| scope.spawn(move || of(number % 2))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(served, 500);
}

#[test]
fn rates_beyond_all_sense_do_not_overflow() {
    let throttle = throttle(Some(u32::MAX), Some(u32::MAX), u32::MAX);
    for now in [Timestamp::MIN, at(0), Timestamp::MAX] {
        assert_eq!(throttle.admit(&user(0, 1), Action::Encrypt, now), Ok(()));
    }
}
