//! The mark that a quiet run leaves: everything in the store is wrapped by the keys that wrapped the mark.
//!
//! ```text
//! 1 byte   form: 1
//! 1 byte   1 where something did not open or nobody was there to open it, otherwise 0
//! n bytes  material of a key that the HSM made for the mark alone; nothing where there is no HSM, or where it keeps its keys
//! ```
//! The whole is sealed for a cell of the store. So the root key tells by the seal, and the HSM by its material, whether there
//! are newer keys since. The walk passes over it: wrapped anew, it would say what is not so.

use claviger_model::{AccountId, Error, KeyId, KeySpec, KeyVersionId, Material, ProtectionLevel, Region};
use claviger_provider::{Binding, Keeper, Provider, ProviderError, Sealed};
use claviger_secret::SecretBytes;
use claviger_store::SealedCell;

use super::Rewrapped;
use super::place::named_cell;
use crate::envelope::from_provider;
use crate::pipeline::from_store;
use crate::service::Service;

/// The name of the cell that tells that everything is wrapped by the newest keys. Nobody's data.
pub const REWRAP_CELL: &str = "rewrap/done";
const FORM: u8 = 1;
/// A region that only the key of the mark is in.
const REGION: &str = "none";
/// The account of that key: the first one there can be.
const ACCOUNT: u64 = 1_000_000_000_000_000;

/// What the mark says, for those who hold the keys.
#[derive(Debug)]
pub struct RewrapMark {
    whole: bool,
    probe: Material,
}

impl RewrapMark {
    /// Reads the cell; nothing unless the newest root key sealed it.
    ///
    /// # Errors
    /// When the keeper cannot tell at the moment.
    pub fn read(keeper: &dyn Keeper, cell: &SealedCell) -> Result<Option<Self>, ProviderError> {
        let place = named_cell(REWRAP_CELL);
        let inside = match keeper.reseal(&place, &cell.0) {
            Ok(None) => keeper.open(&place, &cell.0)?,
            // Older, or of a version that is there no more.
            Ok(Some(_)) | Err(ProviderError::DoesNotOpen) => return Ok(None),
            Err(error) => return Err(error),
        };
        let [FORM, flaw, probe @ ..] = inside.expose() else {
            return Ok(None);
        };
        Ok(Some(Self {
            whole: *flaw == 0,
            probe: Material(probe.into()),
        }))
    }

    /// Whether the newest master key of that HSM wrapped what it wrapped.
    ///
    /// # Errors
    /// [`ProviderError::Unavailable`] while the HSM is away.
    pub async fn is_newest_of(&self, hsm: &dyn Provider) -> Result<bool, ProviderError> {
        if hsm.capability().keeps_keys {
            return Ok(true);
        }
        if self.probe.0.is_empty() {
            return Ok(false);
        }
        self.probe_is_newest(hsm).await
    }

    async fn probe_is_newest(&self, hsm: &dyn Provider) -> Result<bool, ProviderError> {
        let (account, region) = probe_scope().ok_or(ProviderError::Incapable)?;
        let sealed = Sealed {
            material: &self.probe,
            binding: probe_binding(account, &region),
        };
        match hsm.rewrap(sealed).await {
            Ok(anew) => Ok(anew.is_none()),
            Err(ProviderError::Unavailable) => Err(ProviderError::Unavailable),
            // Of another HSM.
            Err(_) => Ok(false),
        }
    }
}

fn probe_scope() -> Option<(AccountId, Region)> {
    Some((AccountId::from_number(ACCOUNT)?, REGION.parse().ok()?))
}

fn probe_binding(account: AccountId, region: &Region) -> Binding<'_> {
    Binding {
        account,
        region,
        key: KeyId::from_bytes([0; 16]),
        version: KeyVersionId::from_bytes([0; 16]),
        spec: KeySpec::Aes256,
        protection: ProtectionLevel::Hsm,
    }
}

/// A mark that is not in the store yet: in case that all is well, and in case that something does not open.
pub(super) struct Marker {
    whole: Box<[u8]>,
    flawed: Box<[u8]>,
}

impl Service {
    /// Whether nothing is known to be there that has to be wrapped anew. At the `start` of a server, what did not open the last
    /// time is to be tried again.
    pub(super) async fn is_rewrapped(&self, start: bool) -> bool {
        let cell = match self.store.cell(REWRAP_CELL).await {
            Ok(Some(cell)) => cell,
            Ok(None) => return false,
            Err(error) => {
                from_store(error);
                return false;
            }
        };
        let Ok(Some(mark)) = RewrapMark::read(self.keeper.as_ref(), &cell) else {
            return false;
        };
        if start && !mark.whole {
            return false;
        }
        let Some(hsm) = self.providers.hardware() else {
            return true;
        };
        // There is nothing to do while it is away.
        mark.is_newest_of(hsm.as_ref()).await.unwrap_or(true)
    }

    /// Whether the HSM is there.
    pub(super) async fn hsm_answers(&self) -> bool {
        self.probe().await.is_ok()
    }

    /// A mark of the keys as they are now; nothing while the HSM cannot take part.
    pub(super) async fn new_marker(&self) -> Result<Option<Marker>, Error> {
        let probe = match self.probe().await {
            Ok(probe) => probe,
            Err(error) => {
                tracing::debug!(%error, "the HSM takes no part in what is wrapped anew");
                return Ok(None);
            }
        };
        let seal = |flaw: u8| {
            let inside = [&[FORM, flaw], probe.0.as_ref()].concat();
            let sealed = self
                .keeper
                .seal(&named_cell(REWRAP_CELL), &SecretBytes::from(inside));
            sealed.map_err(from_provider)
        };
        Ok(Some(Marker {
            whole: seal(0)?,
            flawed: seal(1)?,
        }))
    }

    /// Leaves a mark that was made before the run.
    pub(super) async fn set_marker(&self, marker: Marker, done: &Rewrapped) -> Result<(), Error> {
        let flawed = done.failed > 0 || done.unserved > 0;
        let value = if flawed { marker.flawed } else { marker.whole };
        let set = self.store.set_cell(REWRAP_CELL, SealedCell(value)).await;
        set.map_err(from_store)
    }

    /// Something that the newest master key of the HSM wraps, if that wraps anything.
    async fn probe(&self) -> Result<Material, ProviderError> {
        let nothing = Material(Box::default());
        let hsm = match self.providers.hardware() {
            Some(hsm) if !hsm.capability().keeps_keys => hsm,
            _ => return Ok(nothing),
        };
        let (account, region) = probe_scope().ok_or(ProviderError::Incapable)?;
        hsm.generate(&probe_binding(account, &region)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_mark_has_a_place() {
        assert!(probe_scope().is_some());
    }
}
