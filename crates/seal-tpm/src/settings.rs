//! Which TPM, and what a seal is bound to.

#[cfg(feature = "tpm")]
use claviger_provider_soft::DeviceError;

/// PCRs that every TPM has.
#[cfg(feature = "tpm")]
const PCRS: u8 = 24;
/// Handles that are persistent objects. SOURCE: TCG TPM 2.0 Library, Part 2, section 7.2 "TPM_HT", read 2026-11-22.
#[cfg(feature = "tpm")]
const PERSISTENT: std::ops::RangeInclusive<u32> = 0x8100_0000..=0x81ff_ffff;

/// Settings of a [`crate::TpmSealer`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TpmSettings {
    /// How the TPM is reached, as the TSS2 libraries write it: `device:/dev/tpmrm0`, or
    /// `swtpm:host=127.0.0.1,port=2321`.
    pub tcti: String,
    /// Numbers of the PCRs (SHA-256 bank) that new seals are bound to, in any order. Without any, a seal is bound
    /// to the TPM alone. A seal that exists keeps those that it was made with.
    pub pcrs: Vec<u8>,
    /// Handle of a storage key that is in the TPM already, such as `0x81000001`. Without it, one is derived from
    /// the owner hierarchy each time, which works where that hierarchy has no password.
    pub parent: Option<u32>,
}

impl Default for TpmSettings {
    /// The TPM of the machine, PCR 7.
    fn default() -> Self {
        Self {
            tcti: "device:/dev/tpmrm0".to_owned(),
            pcrs: vec![7],
            parent: None,
        }
    }
}

#[cfg(feature = "tpm")]
impl TpmSettings {
    /// The PCRs in order and each once.
    pub(crate) fn check(&self) -> Result<Vec<u8>, DeviceError> {
        if let Some(pcr) = self.pcrs.iter().find(|pcr| **pcr >= PCRS) {
            return Err(DeviceError::Refused(format!(
                "there is no PCR `{pcr}`: they are 0 to 23"
            )));
        }
        if let Some(parent) = self.parent.filter(|parent| !PERSISTENT.contains(parent)) {
            return Err(DeviceError::Refused(format!(
                "`{parent:#010x}` is not the handle of a persistent key"
            )));
        }
        let mut pcrs = self.pcrs.clone();
        pcrs.sort_unstable();
        pcrs.dedup();
        Ok(pcrs)
    }
}
