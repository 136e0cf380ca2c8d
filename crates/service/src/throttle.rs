//! How often callers may call: a bucket for each account and for each identity below it, for each class of actions.
//!
//! A bucket is one moment: when it will be full again. A call moves that moment on by its share of a second, and is
//! refused where the bucket would then need longer than it takes to fill from empty.
//!
//! **Invariant:** in any stretch of time no more calls pass a bucket than its burst and what trickled in meanwhile. Two
//! things soften that: a bucket may be forgotten when there are too many, the fullest first, and is full when it comes
//! back; a clock that is set back empties buckets that would be full only long after.

mod class;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};

use claviger_model::{
    AccountId, Action, Caller, Error, Identity, RoleId, ServiceName, SignedDuration, Timestamp, UserId,
};

use class::{CLASSES, Class};

/// Parts of the memory of buckets, each with a lock of its own.
const SHARDS: usize = 16;
/// Most accounts and identities whose buckets one part remembers. All together are 65,536, about 100 bytes each.
const OWNERS: usize = 4096;
/// Nanoseconds of a second.
const SECOND: u32 = 1_000_000_000;
/// How much later than possible a bucket may be full, in nanoseconds, before the clock must have been set back: calls
/// that come at once ask the clock in one order and reach the bucket in another.
const SLACK: i64 = 1_000_000_000;

/// Calls a second that one caller may make, for each class of actions; none is as many as it likes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallRates {
    /// Use of keys: encrypt, sign, make data keys, …
    pub crypto: Option<NonZeroU32>,
    /// Changes of keys, aliases, tags, policies of keys, and certificates.
    pub manage: Option<NonZeroU32>,
    /// Descriptions and lists of those.
    pub read: Option<NonZeroU32>,
    /// Everything about identities, sessions and the deployment.
    pub identity: Option<NonZeroU32>,
}

/// How often callers may call. Calls that are refused for their parameters do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// For an account together with all who belong to it.
    pub account: CallRates,
    /// For each identity below an account by itself: a user, a role with all its sessions, a service.
    pub user: CallRates,
    /// Calls that may come at once, in seconds' worth.
    pub burst_seconds: NonZeroU32,
}

impl Rates {
    /// The highest bound that means anything, in calls a second.
    pub const FASTEST: u32 = 1_000_000;
    /// The longest burst, in seconds' worth.
    pub const LONGEST_BURST: u32 = 3_600;
    /// No bounds.
    pub const NONE: Self = Self {
        account: CallRates {
            crypto: None,
            manage: None,
            read: None,
            identity: None,
        },
        user: CallRates {
            crypto: None,
            manage: None,
            read: None,
            identity: None,
        },
        burst_seconds: NonZeroU32::MIN,
    };
}

impl Default for Rates {
    fn default() -> Self {
        Self::NONE
    }
}

/// Keeps callers to their rates.
#[derive(Debug)]
pub(crate) struct Throttle {
    account: [Option<Pace>; CLASSES],
    user: [Option<Pace>; CLASSES],
    shards: [Mutex<Shard>; SHARDS],
}

/// A rate as buckets need it, in nanoseconds.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// What one call costs. Rounded up, so that no more calls pass than were set.
    interval: i64,
    /// How long an empty bucket takes to be full.
    depth: i64,
}

/// Whose buckets they are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Owner {
    account: AccountId,
    who: Who,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Who {
    Account,
    User(UserId),
    Role(RoleId),
    Service(ServiceName),
}

/// When the buckets of an owner are full, one for each class, in nanoseconds since 1970.
type Buckets = [i64; CLASSES];

#[derive(Debug, Default)]
struct Shard(HashMap<Owner, Buckets>);

impl Throttle {
    /// None where nothing is bounded.
    pub(crate) fn new(rates: &Rates) -> Option<Self> {
        if rates.account == CallRates::default() && rates.user == CallRates::default() {
            return None;
        }
        Some(Self {
            account: paces(&rates.account, rates.burst_seconds),
            user: paces(&rates.user, rates.burst_seconds),
            shards: Default::default(),
        })
    }

    /// Lets a call pass, or tells after what while it would.
    ///
    /// `now` is the present and not the moment of the call's acceptance: between the two stands the body, whose pace the
    /// caller sets, so calls would come from the past in any order.
    ///
    /// # Errors
    /// [`Error::Throttled`].
    pub(crate) fn admit(&self, caller: &Caller, action: Action, now: Timestamp) -> Result<(), Error> {
        if caller.identity == Identity::System {
            return Ok(());
        }
        let class = Class::of(action);
        let now = i64::try_from(now.as_nanosecond()).unwrap_or(i64::MAX);
        let user = class.of_all(&self.user).zip(Owner::below(caller));
        if let Some((pace, owner)) = &user {
            self.take(owner, class, *pace, now)?;
        }
        let Some(pace) = class.of_all(&self.account) else {
            return Ok(());
        };
        let account = Owner {
            account: caller.account,
            who: Who::Account,
        };
        self.take(&account, class, pace, now).inspect_err(|_| {
            if let Some((pace, owner)) = &user {
                self.give_back(owner, class, *pace);
            }
        })
    }

    fn take(&self, owner: &Owner, class: Class, pace: Pace, now: i64) -> Result<(), Error> {
        let mut shard = self.shard(owner);
        let taken = if let Some(buckets) = shard.0.get_mut(owner) {
            pace.take(class.of_all_mut(buckets), now)
        } else {
            let mut buckets = [i64::MIN; CLASSES];
            let taken = pace.take(class.of_all_mut(&mut buckets), now);
            shard.make_room(now);
            shard.0.insert(owner.clone(), buckets);
            taken
        };
        taken.map_err(|wait| Error::Throttled(SignedDuration::from_nanos(wait)))
    }

    fn give_back(&self, owner: &Owner, class: Class, pace: Pace) {
        if let Some(buckets) = self.shard(owner).0.get_mut(owner) {
            let full_at = class.of_all_mut(buckets);
            *full_at = full_at.saturating_sub(pace.interval);
        }
    }

    fn shard(&self, owner: &Owner) -> MutexGuard<'_, Shard> {
        // INVARIANT: a remainder is below its divisor.
        let shard = &self.shards[usize::from(owner.spread()) % SHARDS];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    /// Makes room for one more owner. Buckets that are full are worth nothing; after them go those that are full first.
    fn make_room(&mut self, now: i64) {
        if self.0.len() < OWNERS {
            return;
        }
        self.0.retain(|_, buckets| all_full_at(buckets) > now);
        let Some(surplus) = self.0.len().checked_sub(OWNERS / 2) else {
            return;
        };
        // INVARIANT: the surplus is below the number, or choosing would panic.
        let mut moments: Vec<i64> = self.0.values().map(all_full_at).collect();
        let (_, &mut last_to_go, _) = moments.select_nth_unstable(surplus);
        let mut surplus = surplus;
        self.0.retain(|_, buckets| {
            let goes = surplus > 0 && all_full_at(buckets) <= last_to_go;
            surplus -= usize::from(goes);
            !goes
        });
    }
}

fn all_full_at(buckets: &Buckets) -> i64 {
    buckets.iter().copied().max().unwrap_or(i64::MIN)
}

impl Pace {
    fn new(rate: NonZeroU32, burst_seconds: NonZeroU32) -> Self {
        let interval = i64::from(SECOND.div_ceil(rate.get()));
        let burst = i64::from(rate.get()).saturating_mul(i64::from(burst_seconds.get()));
        Self {
            interval,
            depth: interval.saturating_mul(burst),
        }
    }

    /// Takes a call out of a bucket, or gives the nanoseconds until there is one.
    fn take(self, full_at: &mut i64, now: i64) -> Result<(), i64> {
        let latest = now.saturating_add(self.depth);
        if *full_at > latest.saturating_add(SLACK) {
            *full_at = latest;
        }
        let next = (*full_at).max(now).saturating_add(self.interval);
        if next > latest {
            return Err(next - latest);
        }
        *full_at = next;
        Ok(())
    }
}

fn paces(rates: &CallRates, burst_seconds: NonZeroU32) -> [Option<Pace>; CLASSES] {
    let CallRates {
        crypto,
        manage,
        read,
        identity,
    } = *rates;
    // In the order of the classes.
    [crypto, manage, read, identity].map(|rate| rate.map(|rate| Pace::new(rate, burst_seconds)))
}

impl Owner {
    /// The identity below its account, if it is one.
    fn below(caller: &Caller) -> Option<Self> {
        let who = match &caller.identity {
            Identity::Root | Identity::System => return None,
            Identity::User { id, .. } => Who::User(*id),
            Identity::Session { role, .. } => Who::Role(*role),
            Identity::Service(name) => Who::Service(name.clone()),
        };
        Some(Self {
            account: caller.account,
            who,
        })
    }

    /// A byte that differs between owners. Ids are drawn, so they need no hash.
    fn spread(&self) -> u8 {
        let number = match &self.who {
            Who::Account => self.account.number(),
            Who::User(id) => id.number(),
            Who::Role(id) => id.number(),
            Who::Service(name) => name.as_str().bytes().map(u64::from).sum(),
        };
        let [low, ..] = number.to_le_bytes();
        low
    }
}
