//! Changes of keys: whole or not at all, on the key as it is at the moment of the call.

use std::sync::{Arc, Mutex, PoisonError};

use claviger_model::{AccountId, Change, Error, Key, KeyId, Refusal, Scope, Timestamp};
use claviger_store::{Draft, KeyChange, WriteError};

use crate::cache::Keys;
use crate::pipeline::from_write;
use crate::service::Service;

/// How often a change begins anew because material had expired under it. More than once takes two clocks that differ.
const ATTEMPTS: usize = 3;

/// Why a transaction was left, where the store has no word for it.
enum Aside {
    /// Material of this key has expired and is still there.
    Expired(KeyId),
    Error(Error),
}

impl Service {
    /// Makes a change in the store and all that has to follow: caches forget, the outbox wakes. Goes on to the end
    /// even if the caller goes away and this future with it, or caches would keep what is no longer so.
    pub(crate) async fn make<T: Send + 'static>(
        &self,
        change: impl Future<Output = Result<T, WriteError>> + Send + 'static,
        forget: impl FnOnce(&Keys) + Send + 'static,
    ) -> Result<T, Error> {
        let keys = Arc::clone(&self.keys);
        self.to_the_end(change, move || forget(&keys)).await
    }

    /// The same for a change of who there is in an account and who may do what: no credential of it stays in memory.
    pub(crate) async fn make_identity<T: Send + 'static>(
        &self,
        account: AccountId,
        change: impl Future<Output = Result<T, WriteError>> + Send + 'static,
    ) -> Result<T, Error> {
        let authenticator = Arc::clone(&self.authenticator);
        self.to_the_end(change, move || authenticator.forget(account))
            .await
    }

    async fn to_the_end<T: Send + 'static>(
        &self,
        change: impl Future<Output = Result<T, WriteError>> + Send + 'static,
        forget: impl FnOnce() + Send + 'static,
    ) -> Result<T, Error> {
        let outbox = Arc::clone(&self.outbox);
        let made = tokio::spawn(async move {
            let made = change.await;
            forget();
            outbox.wake();
            made
        });
        match made.await {
            Ok(made) => made.map_err(from_write),
            Err(error) => {
                tracing::error!(%error, "a change broke off");
                Err(Error::Internal)
            }
        }
    }

    /// Applies a pure change to keys of one scope, to all or to none. Material that has expired is given up before:
    /// the change then sees the key without it, and no key is written that lost its material while the material stays.
    /// A rotation that is due afterwards happens at once. Gives the keys as they are then.
    pub(crate) async fn change_keys<W>(
        &self,
        scope: &Scope,
        ids: &[KeyId],
        now: Timestamp,
        draft: Draft,
        wish: W,
    ) -> Result<Change<Vec<Key>>, Error>
    where
        W: FnMut(Key) -> Result<Change<Key>, Error> + Clone + Send + 'static,
    {
        for _ in 0..ATTEMPTS {
            let aside = Arc::new(Mutex::new(None));
            let change = guarded(now, wish.clone(), Arc::clone(&aside));
            let made = self.write_keys(scope, ids, draft.clone(), change).await;
            let aside = aside.lock().unwrap_or_else(PoisonError::into_inner).take();
            match aside {
                None => return Ok(self.after_change(made?, now).await),
                Some(Aside::Error(error)) => return Err(error),
                Some(Aside::Expired(id)) => {
                    self.expire(scope, id, now).await?;
                }
            }
        }
        tracing::error!("material expires faster than it can be given up");
        Err(Error::Unavailable)
    }

    async fn write_keys(
        &self,
        scope: &Scope,
        ids: &[KeyId],
        draft: Draft,
        change: KeyChange,
    ) -> Result<Change<Vec<Key>>, Error> {
        let (store, scope, ids) = (Arc::clone(&self.store), scope.clone(), ids.to_vec());
        let touched = ids.clone();
        let change = async move {
            Ok(match ids.as_slice() {
                [id] => match store.update_key(&scope, *id, draft, change).await? {
                    Change::Changed(key) => Change::Changed(vec![key.value]),
                    Change::AlreadySo(key) => Change::AlreadySo(vec![key.value]),
                },
                many => match store.update_keys(&scope, many, draft, change).await? {
                    Change::Changed(keys) => Change::Changed(keys.value),
                    Change::AlreadySo(keys) => Change::AlreadySo(keys.value),
                },
            })
        };
        let forget = move |keys: &Keys| touched.iter().for_each(|id| keys.forget_key(*id));
        self.make(change, forget).await
    }

    /// The change is durable by now: what fails from here on is caught up with at the next use of the key.
    async fn after_change(&self, made: Change<Vec<Key>>, now: Timestamp) -> Change<Vec<Key>> {
        let Change::Changed(mut keys) = made else {
            return made;
        };
        for key in &mut keys {
            match self.rotate_if_due(key, now).await {
                Ok(false) => {}
                Ok(true) => {
                    if let Ok(rotated) = self.keys.key(&key.scope, key.id, now).await {
                        *key = rotated.key.clone();
                    }
                }
                Err(error) => tracing::warn!(%error, key = %key.id, "a due rotation has to wait"),
            }
        }
        Change::Changed(keys)
    }
}

/// A change as the store takes it. It may run more than once; what it leaves in `aside` is of its last run.
fn guarded<W>(now: Timestamp, mut wish: W, aside: Arc<Mutex<Option<Aside>>>) -> KeyChange
where
    W: FnMut(Key) -> Result<Change<Key>, Error> + Send + 'static,
{
    Box::new(move |key| {
        let answer = if key.is_settled(now) {
            wish(key).map_err(Aside::Error)
        } else {
            Err(Aside::Expired(key.id))
        };
        let mut place = aside.lock().unwrap_or_else(PoisonError::into_inner);
        *place = None;
        match answer {
            Ok(change) => Ok(change),
            Err(Aside::Error(Error::Refused(refusal))) => Err(refusal),
            Err(other) => {
                *place = Some(other);
                // Any refusal ends the transaction; the caller looks aside first.
                Err(Refusal::TooSoon)
            }
        }
    })
}
