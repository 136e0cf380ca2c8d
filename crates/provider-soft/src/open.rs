//! Opening keys, from the cache where it holds exactly this material for exactly this place.

use std::sync::Arc;

use claviger_model::Family;
use claviger_provider::{ProviderError, Sealed};

use crate::cache::{Held, OpenKey};
use crate::pair::{Kind, Pair, Task};
use crate::provider::SoftProvider;
use crate::shifts::Shifts;
use crate::{blocking, capability, wrap};

/// Opens a secret key, and does something with its bytes. Keys of another family are refused.
pub(crate) fn with_secret_key<T>(
    provider: &SoftProvider,
    sealed: &Sealed<'_>,
    family: Family,
    work: impl FnOnce(&[u8]) -> Result<T, ProviderError>,
) -> Result<T, ProviderError> {
    capability::check(provider.capability, &sealed.binding)?;
    let len = sealed
        .binding
        .spec
        .secret_len()
        .filter(|_| sealed.binding.spec.family() == family)
        .ok_or(ProviderError::Incapable)?;
    let open = if let Some(open) = provider.cache.get(sealed) {
        open
    } else {
        let ticket = provider.cache.ticket();
        let key = wrap::unwrap_secret_key(&provider.roots, &sealed.binding, len, &sealed.material.0)?;
        let key = OpenKey::new(sealed, Held::Secret(key));
        provider.cache.keep(ticket, sealed.binding.version, key)
    };
    open.secret_key().ok_or(ProviderError::Incapable)?.with(work)
}

/// Opens a key pair.
pub(crate) async fn key_pair<'p>(
    provider: &'p SoftProvider,
    sealed: &Sealed<'_>,
) -> Result<OpenPair<'p>, ProviderError> {
    capability::check(provider.capability, &sealed.binding)?;
    let kind = Kind::of(sealed.binding.spec).ok_or(ProviderError::Incapable)?;
    let shifts = &provider.shifts;
    if let Some(open) = provider.cache.get(sealed) {
        return Ok(OpenPair { kind, open, shifts });
    }
    let ticket = provider.cache.ticket();
    let encoded = wrap::unwrap_pair(&provider.roots, &sealed.binding, &sealed.material.0)?;
    let pair = if kind.is_slow(Task::Open) {
        blocking::run(move || kind.open(&encoded)).await?
    } else {
        kind.open(&encoded)
    };
    let pair = Held::Pair(Box::new(pair.ok_or(ProviderError::BadMaterial)?));
    let open = provider
        .cache
        .keep(ticket, sealed.binding.version, OpenKey::new(sealed, pair));
    Ok(OpenPair { kind, open, shifts })
}

/// An open key pair, and who else uses it.
pub(crate) struct OpenPair<'p> {
    kind: Kind,
    open: Arc<OpenKey>,
    shifts: &'p Arc<Shifts>,
}

impl OpenPair<'_> {
    /// Does something quick with the pair.
    pub(crate) fn quickly<T>(
        &self,
        work: impl FnOnce(&Pair) -> Result<T, ProviderError>,
    ) -> Result<T, ProviderError> {
        with_pair(&self.open, work)
    }

    /// Does something that may take long.
    pub(crate) async fn run<T: Send + 'static>(
        self,
        task: Task,
        work: impl FnOnce(&Pair) -> Result<T, ProviderError> + Send + 'static,
    ) -> Result<T, ProviderError> {
        if self.kind.is_slow(task) {
            let open = self.open;
            self.shifts.run(move || with_pair(&open, work)).await?
        } else {
            self.quickly(work)
        }
    }
}

fn with_pair<T>(
    open: &OpenKey,
    work: impl FnOnce(&Pair) -> Result<T, ProviderError>,
) -> Result<T, ProviderError> {
    work(open.pair().ok_or(ProviderError::Incapable)?)
}
