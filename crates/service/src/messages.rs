//! Messages under versions whose nonces do not allow any number of them.
//!
//! Nodes reserve blocks in the store and hand them out from memory. A crash loses the rest of a block, so what is counted
//! is never less than what was encrypted.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use claviger_model::{Allowance, Error, KeyVersionId, MessageLimit};
use claviger_provider::EnvelopeFormat;
use claviger_store::Store;

use crate::pipeline::from_write;

/// What this node has reserved. It has an entry of about 150 bytes for each such version that encrypted here, until
/// [`Self::forget`].
#[derive(Debug)]
pub(crate) struct Messages {
    limit: MessageLimit,
    meters: RwLock<HashMap<KeyVersionId, Arc<Meter>>>,
}

#[derive(Debug, Default)]
struct Meter {
    allowance: Mutex<Allowance>,
    /// Held while a block is reserved, so that many callers reserve one.
    reserving: tokio::sync::Mutex<()>,
}

/// Whether messages of a format have to be counted.
fn is_counted(format: EnvelopeFormat) -> bool {
    match format {
        EnvelopeFormat::Aes256Gcm | EnvelopeFormat::Sm4Gcm => true,
        EnvelopeFormat::Xaes256Gcm | EnvelopeFormat::DerivedAes192Gcm | EnvelopeFormat::DerivedAes128Gcm => {
            false
        }
    }
}

impl Messages {
    pub(crate) fn new(limit: MessageLimit) -> Self {
        Self {
            limit,
            meters: RwLock::default(),
        }
    }

    /// Counts one message that is about to be encrypted.
    ///
    /// # Errors
    /// [`claviger_model::Refusal::MessageLimit`]; when the store cannot reserve a block.
    pub(crate) async fn count(
        &self,
        store: &dyn Store,
        version: KeyVersionId,
        format: EnvelopeFormat,
    ) -> Result<(), Error> {
        if !is_counted(format) {
            return Ok(());
        }
        let meter = self.meter(version);
        if meter.take()? {
            return Ok(());
        }
        let _alone = meter.reserving.lock().await;
        while !meter.take()? {
            let block = store.reserve_messages(version, self.limit).await;
            meter.add(block.map_err(from_write)?);
        }
        Ok(())
    }

    /// Gives the rest of a block of this version up.
    pub(crate) fn forget(&self, version: KeyVersionId) {
        let mut meters = self.meters.write().unwrap_or_else(PoisonError::into_inner);
        meters.remove(&version);
    }

    fn meter(&self, version: KeyVersionId) -> Arc<Meter> {
        let meters = self.meters.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(meter) = meters.get(&version) {
            return Arc::clone(meter);
        }
        drop(meters);
        let mut meters = self.meters.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(meters.entry(version).or_default())
    }
}

impl Meter {
    fn take(&self) -> Result<bool, Error> {
        let mut allowance = self.allowance.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(allowance.take()?)
    }

    fn add(&self, block: u64) {
        let mut allowance = self.allowance.lock().unwrap_or_else(PoisonError::into_inner);
        allowance.add(block);
    }
}
