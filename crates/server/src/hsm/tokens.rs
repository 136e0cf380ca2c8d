//! PKCS#11 tokens as an HSM.

use std::sync::Arc;

use claviger_model::SystemClock;
use claviger_provider_pkcs11::{DEFAULT_PATIENCE, Pkcs11Provider, Settings};

use crate::config::Pkcs11;
use crate::output::Failure;
use crate::seal::{chain, pin};

/// Logs in to the tokens and finds out what they can do, which takes up to some seconds.
pub(crate) fn provider(section: &Pkcs11) -> Result<Arc<Pkcs11Provider>, Failure> {
    let first = section.tokens.first().map(String::as_str).unwrap_or_default();
    let settings = Settings {
        module: section.module.clone().unwrap_or_default(),
        tokens: section.tokens.clone(),
        pin: pin(&section.pin, first)?,
        sessions: section.sessions,
        patience: DEFAULT_PATIENCE,
    };
    let provider = Pkcs11Provider::open(&settings, Arc::new(SystemClock));
    provider
        .map(Arc::new)
        .map_err(|error| Failure::failed(chain(&error)))
}
