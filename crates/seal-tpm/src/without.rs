//! What a build without TPM support has instead.

use claviger_provider_soft::{DeviceError, SealingDevice};
use claviger_secret::SecretBytes;

use crate::{KIND, TpmSettings};

/// A TPM that seals. In this build there is none.
#[derive(Debug)]
pub struct TpmSealer(Never);

/// Nothing is of this type.
#[derive(Debug, Clone, Copy)]
enum Never {}

impl TpmSealer {
    /// Says that this build has no TPM support.
    ///
    /// # Errors
    /// Always.
    pub fn open(_settings: &TpmSettings) -> Result<Self, DeviceError> {
        Err(DeviceError::Unavailable(
            "this build has no TPM support (cargo feature `tpm`)".to_owned(),
        ))
    }
}

impl SealingDevice for TpmSealer {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn wrap(&self, _key: &[u8; 32]) -> Result<Vec<u8>, DeviceError> {
        match self.0 {}
    }

    fn unwrap(&self, _wrapped: &[u8]) -> Result<SecretBytes, DeviceError> {
        match self.0 {}
    }
}
