//! Seals root keys to a TPM 2.0.
//!
//! [`TpmSealer`] is a [`claviger_provider_soft::SealingDevice`]: the key of a seal becomes a sealed data object
//! that only this TPM opens, and only while the chosen platform configuration registers (PCRs) have the values of
//! the day when it was sealed. Nothing is stored in the TPM; what it made stands in the root key file.
//!
//! The TPM part is behind the cargo feature `tpm`, because it needs the TSS2 libraries of the system. Without it,
//! opening a TPM says so. The crate knows nothing of root keys; anything else that wraps 32 bytes could use it.
//!
//! A PCR changes with what it measures: PCR 7 with the Secure Boot state and its keys, others with every update
//! of firmware or kernel. So a root key file sealed to a TPM needs a second seal; see
//! `claviger_provider_soft::Sealer::new_recovery`.

#[cfg(feature = "tpm")]
mod blob;
#[cfg(feature = "tpm")]
mod session;
mod settings;
#[cfg(feature = "tpm")]
mod tpm;
#[cfg(not(feature = "tpm"))]
mod without;

pub use settings::TpmSettings;
#[cfg(feature = "tpm")]
pub use tpm::TpmSealer;
#[cfg(not(feature = "tpm"))]
pub use without::TpmSealer;

/// The word for this kind of device in root key files.
const KIND: &str = "tpm2";
