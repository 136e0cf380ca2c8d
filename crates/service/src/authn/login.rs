//! Checks of passwords: few at a time, beside the calls, and not without end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use claviger_crypto::password;
use claviger_model::{AccountId, Error, Login, LoginOwner, SignedDuration, Timestamp};
use claviger_secret::SecretBytes;
use claviger_store::SealedCell;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::AuthnError;
use super::password::{Salts, password_cell, password_row};
use crate::envelope::from_provider;
use crate::pipeline::from_store;
use crate::service::Service;

/// Passwords that are computed with at a time: each takes a core for some tens of milliseconds, and much memory.
const AT_A_TIME: usize = 2;
/// Callers that may wait for that. More are told to come back: they do not prove anything before they are served.
const WAITING: usize = 128;
/// The same for callers who are known: guessers must not keep anybody from changing a password.
const KNOWN: usize = 16;
/// So many wrong passwords within [`LOCKED`] lock a login. SOURCE: IAM user guide, "Login Authentication Policy" (read 2026-11-22): 5 within
/// 15 minutes, for 15 minutes.
const FAILURES: usize = 5;
const LOCKED: SignedDuration = SignedDuration::from_mins(15);
/// Logins with wrong passwords that are remembered before those are looked for that count no more. There is no end to names
/// that nobody has, but only so many passwords can be checked in the time that one counts.
const REMEMBERED: usize = 4096;
/// What the hash is of that passwords of nobody are compared with. Nobody comes in with it.
const NOBODY: &[u8] = b"nobody";

/// Whose a login is.
pub(crate) type Place = (AccountId, LoginOwner);

/// Whose password is tried. A name that nobody has is locked as others are, or the lock would tell who is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Tried {
    /// Somebody's.
    Somebody(Place),
    /// That of a name with this hash, which nobody has.
    Nobody([u8; 32]),
}

/// What passwords are checked by.
#[derive(Debug)]
pub(crate) struct Logins {
    /// For those who are nobody yet, and for those who are known.
    queues: [Arc<Semaphore>; 2],
    turns: Arc<Semaphore>,
    failures: Mutex<HashMap<Tried, Vec<Timestamp>>>,
    nobody: Arc<OnceLock<SecretBytes>>,
}

impl Default for Logins {
    fn default() -> Self {
        Self {
            queues: [WAITING, KNOWN].map(|places| Arc::new(Semaphore::new(places))),
            turns: Arc::new(Semaphore::new(AT_A_TIME)),
            failures: Mutex::default(),
            nobody: Arc::default(),
        }
    }
}

/// Who wants a turn.
#[derive(Debug, Clone, Copy)]
enum Who {
    /// Somebody who shows a password.
    Stranger,
    /// Somebody who sets one.
    Known,
}

/// The right to compute with a password now.
struct Turn {
    _place: OwnedSemaphorePermit,
    _turn: OwnedSemaphorePermit,
}

impl Turn {
    /// Computes beside the calls. The turn lasts as long as that does, whether or not anybody still waits.
    async fn run<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let done = tokio::task::spawn_blocking(move || {
            let _turn = self;
            work()
        });
        done.await.map_err(|error| {
            tracing::error!(%error, "work with a password broke off");
            Error::Internal
        })
    }
}

impl Logins {
    async fn turn(&self, who: Who) -> Result<Turn, Error> {
        let [strangers, known] = &self.queues;
        let queue = match who {
            Who::Stranger => strangers,
            Who::Known => known,
        };
        let place = Arc::clone(queue).try_acquire_owned();
        let place = place.map_err(|_| Error::Overloaded)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        Ok(Turn {
            _place: place,
            // Nobody closes it.
            _turn: turn.map_err(|_| Error::Internal)?,
        })
    }

    /// Whether so many wrong passwords came so fast that nobody may try now.
    fn is_locked(&self, place: Tried, now: Timestamp) -> bool {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let moments = failures.get(&place).map(Vec::as_slice);
        moments.is_some_and(|moments| match moments {
            [first, .., last] => moments.len() >= FAILURES && counts(*first, *last) && counts(*last, now),
            _ => false,
        })
    }

    fn note_failure(&self, place: Tried, now: Timestamp) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= REMEMBERED {
            failures.retain(|_, moments| moments.iter().any(|moment| counts(*moment, now)));
        }
        let moments = failures.entry(place).or_default();
        moments.retain(|moment| counts(*moment, now));
        if moments.len() >= FAILURES {
            moments.remove(0);
        }
        moments.push(now);
    }

    fn forget_failures(&self, place: Tried) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.remove(&place);
    }
}

fn counts(moment: Timestamp, now: Timestamp) -> bool {
    now.duration_since(moment) < LOCKED
}

impl Service {
    /// Whether that is the password of somebody. For nobody it takes the same time.
    ///
    /// # Errors
    /// [`AuthnError::Locked`], and [`AuthnError::Credentials`], which counts.
    pub(crate) async fn check_password(
        &self,
        tried: Tried,
        password: SecretBytes,
    ) -> Result<Login, AuthnError> {
        let turn = self.logins.turn(Who::Stranger).await?;
        let now = self.clock.now();
        if self.logins.is_locked(tried, now) {
            return Err(AuthnError::Locked);
        }
        let Tried::Somebody(place) = tried else {
            self.is_password(turn, None, password).await?;
            self.logins.note_failure(tried, now);
            return Err(AuthnError::Credentials);
        };
        let (login, sealed) = self.store.login(place.0, place.1).await.map_err(from_store)?;
        let stored = match sealed {
            Some(sealed) => Some(self.opened_hash(place, &sealed)?),
            None => None,
        };
        let there = stored.is_some();
        if self.is_password(turn, stored, password).await? && there {
            self.logins.forget_failures(tried);
            // It may have been changed while it was checked, and the old one opens nothing new.
            let (present, _) = self.store.login(place.0, place.1).await.map_err(from_store)?;
            return if present.changed == login.changed {
                Ok(present)
            } else {
                Err(AuthnError::Credentials)
            };
        }
        self.logins.note_failure(tried, now);
        Err(AuthnError::Credentials)
    }

    /// Hashes a new password and seals the hash for the store.
    pub(crate) async fn hash_password(
        &self,
        (account, owner): Place,
        password: SecretBytes,
    ) -> Result<SealedCell, Error> {
        let (turn, random) = (self.logins.turn(Who::Known).await?, Arc::clone(&self.random));
        let hash = turn.run(move || password::hash(&password, &Salts(random.as_ref())));
        let hash = hash.await?.map_err(|error| {
            tracing::error!(%error, "a password cannot be hashed");
            Error::Internal
        })?;
        let (row, hash) = (password_row(account, owner), SecretBytes::from(hash));
        let sealed = self.keeper.seal(&password_cell(&row), &hash);
        sealed.map(SealedCell).map_err(from_provider)
    }

    fn opened_hash(&self, (account, owner): Place, sealed: &SealedCell) -> Result<SecretBytes, Error> {
        let row = password_row(account, owner);
        self.keeper
            .open(&password_cell(&row), &sealed.0)
            .map_err(|error| {
                tracing::error!(%error, login = row, "a password does not open");
                Error::Internal
            })
    }

    async fn is_password(
        &self,
        turn: Turn,
        stored: Option<SecretBytes>,
        password: SecretBytes,
    ) -> Result<bool, Error> {
        let (nobody, random) = (Arc::clone(&self.logins.nobody), Arc::clone(&self.random));
        turn.run(move || {
            let stored = stored.as_ref().unwrap_or_else(|| {
                nobody.get_or_init(|| {
                    let hash = password::hash(&SecretBytes::copied(NOBODY), &Salts(random.as_ref()));
                    SecretBytes::from(hash.unwrap_or_default())
                })
            });
            password::verify(&password, stored.expose_str().unwrap_or_default())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn place(account: &str) -> Tried {
        Tried::Somebody((account.parse().unwrap(), LoginOwner::Root))
    }

    #[test]
    fn five_failures_within_a_quarter_of_an_hour_lock_for_as_long() {
        let (logins, place, other) = (
            Logins::default(),
            place("1234567890123456"),
            place("1234567890123457"),
        );
        for second in [0, 100, 200, 300] {
            logins.note_failure(place, at(second));
            assert!(!logins.is_locked(place, at(second)));
        }
        // The first one counts no more.
        logins.note_failure(place, at(900));
        assert!(!logins.is_locked(place, at(900)));
        logins.note_failure(place, at(950));
        assert!(logins.is_locked(place, at(950)) && logins.is_locked(place, at(1849)));
        assert!(!logins.is_locked(other, at(950)), "others are not locked");
        assert!(!logins.is_locked(place, at(1850)));
        logins.note_failure(place, at(1850));
        assert!(!logins.is_locked(place, at(1850)), "all begins anew");
        for _ in 1..FAILURES {
            logins.note_failure(place, at(1851));
        }
        assert!(logins.is_locked(place, at(1851)));
        logins.forget_failures(place);
        assert!(!logins.is_locked(place, at(1851)));
    }

    #[tokio::test]
    async fn only_so_many_wait_for_their_turn() {
        let logins = Logins::default();
        let held: Vec<_> = [
            logins.turn(Who::Stranger).await.unwrap(),
            logins.turn(Who::Stranger).await.unwrap(),
        ]
        .into();
        let waiting: Vec<_> = (0..WAITING - 2)
            .map(|_| Arc::clone(&logins.queues[0]).try_acquire_owned().unwrap())
            .collect();
        assert_eq!(logins.turn(Who::Stranger).await.err(), Some(Error::Overloaded));
        drop((held, waiting));
        assert!(logins.turn(Who::Stranger).await.is_ok());
    }
}
