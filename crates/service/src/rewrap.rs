//! Wrapping anew: what older root keys, or older master keys of a module, wrapped is brought under the newest.
//!
//! A run walks over all that the store holds wrapped, a page at a time, and asks whoever wrapped each value for another
//! form of it. Both forms open, so nobody notices, and a run may end anywhere: the next one finds less to do. It puts a
//! form only where the one still lies that it has asked with. A run that finds nothing to do leaves a [mark](marker) in
//! the store, so that the next start need not walk.

mod marker;
mod place;

use std::sync::Arc;
use std::time::Duration;

use claviger_model::{Error, ProtectionLevel, SignedDuration, Timestamp};
use claviger_provider::ProviderError;
use claviger_store::{Resealed, SealedPage, SealedPlace, SealedValue};
use tokio::sync::Notify;

pub use self::marker::{REWRAP_CELL, RewrapMark};
pub use self::place::wrapped_anew;
use crate::pipeline::from_store;
use crate::service::Service;

/// The longest time that anything sealed which callers carry away is good for: import tokens, sessions and tokens. From then
/// on nobody comes with something that a root key sealed which wraps no more.
pub const LONGEST_TOKEN: SignedDuration = SignedDuration::from_hours(24);
/// Values looked at a time, unless somebody says otherwise. Looking at them takes about a millisecond.
pub const REWRAP_PAGE: u32 = 200;

/// Name of the lease.
const LEASE: &str = "rewrap";
/// How long a node that went away in the middle keeps the others waiting. Two that work at once do no harm.
const LEASE_TIME: SignedDuration = SignedDuration::from_secs(5);
/// After this much of it, it is prolonged.
const LEASE_USE: SignedDuration = SignedDuration::from_secs(2);
/// When those who wait look again.
const BUSY: Duration = Duration::from_secs(5);
/// How long a module has to end its connections before it begins anew with another master key.
const CHANGE: Duration = Duration::from_secs(1);

/// What one run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rewrapped {
    /// Values wrapped anew.
    pub changed: u64,
    /// Values that somebody else changed at the same moment: the next run looks at them.
    pub raced: u64,
    /// Values that do not open, or of which the row is damaged.
    pub failed: u64,
    /// Values that wait for a provider that is away.
    pub waiting: u64,
    /// Whether the provider of the level HSM was away, for some of the time at least.
    pub away: bool,
    /// Values for whose protection level there is no provider at all.
    pub unserved: u64,
}

impl Rewrapped {
    /// Whether every value that opens was wrapped by the newest before.
    fn is_quiet(&self) -> bool {
        self.changed == 0 && self.raced == 0 && !self.away
    }
}

/// How long it takes until the next look.
enum Next {
    /// What waited may be there by then.
    Beat,
    /// Another node may be done by then.
    Soon,
}

impl Service {
    /// Wraps anew at once whatever is not known to be wrapped by the newest keys, and then after every change of a key that
    /// `changed` tells of, until the future is dropped. Looks every `beat` whether something waits still, or whether there
    /// was a change that nobody told of.
    pub async fn rewrapping(&self, beat: Duration, changed: &Notify) {
        let mut due = !self.is_rewrapped(true).await;
        let mut away = false;
        loop {
            let mut next = Next::Beat;
            if due {
                match self.rewrap(REWRAP_PAGE).await {
                    Ok(Some(done)) => away = done.away,
                    Ok(None) => next = Next::Soon,
                    Err(error) => tracing::warn!(%error, "wrapping anew has to wait"),
                }
            }
            let wait = match next {
                Next::Beat => beat,
                Next::Soon => BUSY.min(beat),
            };
            due = tokio::select! {
                () = tokio::time::sleep(wait) => match next {
                    Next::Soon => true,
                    // While it is away, everything else was seen to.
                    Next::Beat if away => self.hsm_answers().await,
                    Next::Beat => !self.is_rewrapped(false).await,
                },
                () = changed.notified() => {
                    tokio::time::sleep(CHANGE).await;
                    true
                }
            };
        }
    }

    /// One run over everything, `page` values at a time. Nothing while another node is at it. What does not open is logged
    /// with its place and does not stop the rest.
    ///
    /// # Errors
    /// When the store or the audit log cannot serve.
    pub async fn rewrap(&self, page: u32) -> Result<Option<Rewrapped>, Error> {
        if !self.audit_is_healthy() {
            return Err(Error::Unavailable);
        }
        let Some(mut lease) = self.begin_rewrap().await? else {
            return Ok(None);
        };
        // Before the first value is looked at: the walk leaves nothing behind that is older than this.
        let marker = self.new_marker().await?;
        let mut done = Rewrapped {
            away: marker.is_none(),
            ..Rewrapped::default()
        };
        let walked = self.rewrap_all(page, &mut lease, &mut done).await;
        self.tell_rewrapped(&done).await;
        if !walked? {
            return Ok(None);
        }
        if let Some(marker) = marker.filter(|_| done.is_quiet()) {
            self.set_marker(marker, &done).await?;
        }
        self.lease_rewrap(self.clock.now(), SignedDuration::ZERO).await?;
        Ok(Some(done))
    }

    /// The whole walk; false where another node has taken over.
    async fn rewrap_all(
        &self,
        page: u32,
        lease: &mut Timestamp,
        done: &mut Rewrapped,
    ) -> Result<bool, Error> {
        let mut after = None;
        loop {
            let found = self.store.sealed(after.as_ref(), page).await;
            let found = found.map_err(from_store)?;
            let next = found.next.clone();
            self.rewrap_page(found, done).await?;
            if next.is_none() {
                return Ok(true);
            }
            after = next;
            if !self.prolong_rewrap(lease).await? {
                return Ok(false);
            }
            tokio::task::yield_now().await;
        }
    }

    async fn rewrap_page(&self, page: SealedPage, done: &mut Rewrapped) -> Result<(), Error> {
        for bad in page.bad {
            done.failed += 1;
            tracing::error!(error = %bad, "a damaged row cannot be wrapped anew");
        }
        let mut changes = Vec::new();
        for value in page.values {
            match self.ask_anew(&value, done.away).await {
                Asked::Newest => {}
                Asked::Anew(bytes) => changes.push(Resealed { was: value, bytes }),
                Asked::Away => {
                    done.away = true;
                    done.waiting += 1;
                }
                Asked::Nobody => done.unserved += 1,
                Asked::Failed(error) => {
                    done.failed += 1;
                    tracing::error!(%error, place = %value.place, "a value does not open, and cannot be wrapped anew");
                }
            }
        }
        if changes.is_empty() {
            return Ok(());
        }
        for put in self.put_anew(changes).await? {
            done.changed += u64::from(put);
            done.raced += u64::from(!put);
        }
        Ok(())
    }

    /// Puts other forms in the store, and lets the caches forget the older ones, also where nobody waits any more.
    async fn put_anew(&self, changes: Vec<Resealed>) -> Result<Vec<bool>, Error> {
        let (store, keys) = (Arc::clone(&self.store), Arc::clone(&self.keys));
        let put = tokio::spawn(async move {
            let places: Vec<_> = changes.iter().map(|change| change.was.place.clone()).collect();
            let put = store.replace_sealed(changes).await;
            for place in &places {
                if let SealedPlace::Version { key, version, .. } = place {
                    keys.forget_wrapped(*key, *version);
                }
            }
            put
        });
        match put.await {
            Ok(put) => put.map_err(from_store),
            Err(error) => {
                tracing::error!(%error, "wrapping anew broke");
                Err(Error::Internal)
            }
        }
    }

    /// Asks whoever wrapped it; nobody who is known to be away.
    async fn ask_anew(&self, value: &SealedValue, away: bool) -> Asked {
        if matches!(&value.place, SealedPlace::Cell(name) if name == REWRAP_CELL) {
            return Asked::Newest;
        }
        let provider = match place::held(&value.place) {
            None => self.providers.software(),
            Some((ProtectionLevel::Hsm, _)) if away => return Asked::Away,
            Some((level, region)) => match self.providers.at(level, region) {
                Some(provider) => provider,
                None => return Asked::Nobody,
            },
        };
        match wrapped_anew(value, provider.as_ref(), self.keeper.as_ref()).await {
            Ok(None) => Asked::Newest,
            Ok(Some(bytes)) => Asked::Anew(bytes),
            Err(ProviderError::Unavailable) => Asked::Away,
            Err(error) => Asked::Failed(error),
        }
    }

    /// One record for a run that did something, or could not.
    async fn tell_rewrapped(&self, done: &Rewrapped) {
        if *done == Rewrapped::default() {
            return;
        }
        tracing::info!(
            changed = done.changed,
            raced = done.raced,
            failed = done.failed,
            waiting = done.waiting,
            unserved = done.unserved,
            "wrapped anew what older keys had wrapped"
        );
        if done.away {
            tracing::warn!("the HSM is away, and what it wrapped waits for it to be wrapped anew");
        }
        if done.changed == 0 && done.failed == 0 {
            return;
        }
        let event = format!(
            "wrapped {} values anew, {} do not open",
            done.changed, done.failed
        );
        if self.mark(&event).await.is_err() {
            tracing::warn!("the audit log does not take the mark of what was wrapped anew");
        }
    }

    /// When the lease began, if this node got it.
    async fn begin_rewrap(&self) -> Result<Option<Timestamp>, Error> {
        let now = self.clock.now();
        let mine = self.lease_rewrap(now, LEASE_TIME).await?;
        Ok(mine.then_some(now))
    }

    /// Whether the lease is still this node's.
    async fn prolong_rewrap(&self, since: &mut Timestamp) -> Result<bool, Error> {
        let now = self.clock.now();
        if now.duration_since(*since) < LEASE_USE {
            return Ok(true);
        }
        *since = now;
        self.lease_rewrap(now, LEASE_TIME).await
    }

    async fn lease_rewrap(&self, now: Timestamp, time: SignedDuration) -> Result<bool, Error> {
        let until = now.saturating_add(time).unwrap_or(Timestamp::MAX);
        let lease = self.store.lease(LEASE, &self.node, now, until).await;
        lease.map_err(from_store)
    }
}

/// What became of a value.
enum Asked {
    Newest,
    Anew(Box<[u8]>),
    Away,
    Nobody,
    Failed(ProviderError),
}

#[cfg(test)]
mod tests {
    use claviger_model::SESSION_LONGEST;

    use super::LONGEST_TOKEN;
    use crate::ops::session::TEMPORARY_LONGEST;
    use crate::{import_token, token};

    #[test]
    fn no_token_lives_longer() {
        let lives = [
            SESSION_LONGEST,
            TEMPORARY_LONGEST,
            token::LIFE,
            import_token::LIFE,
        ];
        assert_eq!(lives.into_iter().max(), Some(LONGEST_TOKEN));
    }
}
