//! What the software provider can do.

use claviger_model::{KeySpec, ProtectionLevel};
use claviger_provider::{Binding, Capability, EnvelopeFormat, ProviderError};

/// The table. Rows are added with the code that serves them.
pub(crate) static CAPABILITY: Capability = Capability {
    name: "software",
    protection: ProtectionLevel::Software,
    symmetric: &[(KeySpec::Aes256, EnvelopeFormat::Xaes256Gcm)],
};

/// Refuses keys that are not in the table.
pub(crate) fn check(binding: &Binding<'_>) -> Result<(), ProviderError> {
    let known = binding.protection == CAPABILITY.protection && CAPABILITY.envelope(binding.spec).is_some();
    if known {
        Ok(())
    } else {
        Err(ProviderError::Incapable)
    }
}
