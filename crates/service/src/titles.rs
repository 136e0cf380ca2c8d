//! What keys are called, for those who show calls of the past: records name keys by their ids, and display names change.
//!
//! Nothing here is judged. Whoever asks has a list of ids in hand that its caller may see, or looks for a name that only
//! chooses among what the caller may see.

use claviger_model::{
    Creator, Error, KeyFilter, KeyId, KeyMatch, Missing, Order, Page, Scope, ServiceName, Timestamp, Title,
};

use crate::pipeline::from_store;
use crate::service::Service;
use crate::service_keys::alias_of;

/// Keys of a page, while a display name is looked for.
const PAGE: u32 = 1000;
/// Keys whose names begin like the one that is looked for, before the search is given up.
const MOST: u32 = 10 * PAGE;

/// What a key is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Called {
    /// By its display name.
    Title(Title),
    /// The key of a service, which has none.
    OfService(ServiceName),
}

impl Service {
    /// What keys of a scope are called at `now`, as far as they are there and are called anything. Keys that were used
    /// lately cost nothing.
    ///
    /// # Errors
    /// When that cannot be told at the moment.
    pub async fn titles(
        &self,
        scope: &Scope,
        keys: &[KeyId],
        now: Timestamp,
    ) -> Result<Vec<(KeyId, Called)>, Error> {
        let mut found = Vec::new();
        for id in keys {
            let loaded = match self.keys.key(scope, *id, now).await {
                Ok(loaded) => loaded,
                Err(Error::NotFound(_)) => continue,
                Err(error) => return Err(error),
            };
            let called = match (&loaded.key.creator, &loaded.key.title) {
                (Creator::Service(service), _) => Some(Called::OfService(service.clone())),
                (Creator::Account, title) => title.clone().map(Called::Title),
            };
            found.extend(called.map(|called| (*id, called)));
        }
        Ok(found)
    }

    /// The key of a scope that is called so; none where there is none, and where thousands of names begin like it and
    /// those of newer keys alone have been looked at.
    ///
    /// # Errors
    /// When that cannot be told at the moment.
    pub async fn key_called(&self, scope: &Scope, called: &Called) -> Result<Option<KeyId>, Error> {
        match called {
            Called::Title(title) => self.titled(scope, title).await,
            Called::OfService(service) => {
                let Some(alias) = alias_of(service) else {
                    return Ok(None);
                };
                match self.keys.alias(scope, &alias).await {
                    Ok(id) => Ok(Some(id)),
                    Err(Error::NotFound(Missing::Alias)) => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }

    async fn titled(&self, scope: &Scope, title: &Title) -> Result<Option<KeyId>, Error> {
        let filter = KeyFilter {
            all_of: vec![vec![KeyMatch::TitleStart(title.as_str().to_owned())]],
        };
        for skip in (0..MOST).step_by(usize::try_from(PAGE).unwrap_or(usize::MAX)) {
            let page = Page {
                skip: skip.into(),
                take: PAGE,
            };
            let found = self
                .store
                .whole_keys(scope, &filter, Order::NewestFirst, page)
                .await;
            let found = found.map_err(from_store)?;
            let is_it = found.items.iter().find(|key| key.title.as_ref() == Some(title));
            if let Some(key) = is_it {
                return Ok(Some(key.id));
            }
            if found.total <= u64::from(skip) + u64::from(PAGE) {
                break;
            }
        }
        Ok(None)
    }
}
