//! Devices that wrap sealing keys.

use claviger_secret::SecretBytes;

/// The kinds of devices that a root key file may name.
pub(crate) const DEVICE_KINDS: [&str; 2] = ["tpm2", "pkcs11"];

/// A device that wraps sealing keys: a TPM, a token.
///
/// The root key itself never goes through the device, only the key of one seal of the file.
pub trait SealingDevice: Send + Sync {
    /// Which kind of device it is, as the file names it: `tpm2` or `pkcs11`.
    fn kind(&self) -> &'static str;

    /// Wraps a sealing key. What comes back is kept in the file and tells nothing without the device.
    ///
    /// # Errors
    /// If the device is away or refuses.
    fn wrap(&self, key: &[u8; 32]) -> Result<Vec<u8>, DeviceError>;

    /// Gives back the 32 bytes that [`SealingDevice::wrap`] wrapped.
    ///
    /// # Errors
    /// If the device is away, or refuses because it is another one or its policy does not hold.
    fn unwrap(&self, wrapped: &[u8]) -> Result<SecretBytes, DeviceError>;
}

/// A device did not wrap or unwrap. The texts hold nothing secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// It cannot be reached now.
    #[error("the sealing device cannot be reached: {0}")]
    Unavailable(String),
    /// It was reached and said no.
    #[error("the sealing device refused: {0}")]
    Refused(String),
}
