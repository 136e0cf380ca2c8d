//! Bytes that travel as text.

use base64::Engine as _;
use claviger_secret::SecretBytes;
use claviger_service::BASE64;
use claviger_service::ops::crypto::Ciphertext;

use crate::error::WireError;
use crate::params::Fault;
use crate::row::Input;

/// Most bytes that one call encrypts or authenticates.
pub(crate) const PLAINTEXT_LIMIT: usize = 6144;
/// Longest ciphertext text that is looked at: the longest plaintext, the envelope, base64, and room.
const CIPHERTEXT_TEXT_LIMIT: usize = 16 * 1024;

impl Input<'_> {
    /// A plaintext of the symmetric operations: opaque text, returned as it came. The contract asks for base64, but
    /// clients of this vendor send other text too.
    pub(crate) fn plaintext(&self, name: &str) -> Result<SecretBytes, WireError> {
        let text = self.required(name)?;
        if data_length(text) > PLAINTEXT_LIMIT {
            return Err(WireError::invalid(name));
        }
        Ok(SecretBytes::copied(text.as_bytes()))
    }

    /// A ciphertext of a symmetric key.
    pub(crate) fn ciphertext(&self, name: &str) -> Result<Ciphertext, Fault> {
        let text = self.required(name)?;
        if text.len() > CIPHERTEXT_TEXT_LIMIT {
            return Err(WireError::invalid(name).into());
        }
        let blob = BASE64.decode(text).map_err(|_| WireError::invalid(name))?;
        Ok(Ciphertext::parse(blob)?)
    }

    /// At most `limit` bytes in standard base64.
    pub(crate) fn base64(&self, name: &str, limit: usize) -> Result<Vec<u8>, WireError> {
        let text = self.base64_text(name, limit)?;
        let bytes = BASE64.decode(text).map_err(|_| WireError::invalid(name))?;
        if bytes.len() > limit {
            return Err(WireError::invalid(name));
        }
        Ok(bytes)
    }

    /// The same for bytes that are secret.
    pub(crate) fn secret_base64(&self, name: &str, limit: usize) -> Result<SecretBytes, WireError> {
        let text = self.base64_text(name, limit)?;
        let most = base64::decoded_len_estimate(text.len());
        let bytes = SecretBytes::filled_within(most, |out| BASE64.decode_slice(text, out));
        match bytes {
            Ok(bytes) if bytes.len() <= limit => Ok(bytes),
            Ok(_) | Err(_) => Err(WireError::invalid(name)),
        }
    }

    fn base64_text(&self, name: &str, limit: usize) -> Result<&str, WireError> {
        let text = self.required(name)?;
        if text.len() > limit.div_ceil(3) * 4 {
            return Err(WireError::invalid(name));
        }
        Ok(text)
    }
}

/// Bytes of data in a text: decoded where it is base64, else as it is.
fn data_length(text: &str) -> usize {
    if text.len() <= PLAINTEXT_LIMIT {
        return text.len();
    }
    // Longer than the longest that could decode to the limit: not worth decoding.
    if text.len() > PLAINTEXT_LIMIT.div_ceil(3) * 4 {
        return text.len();
    }
    BASE64
        .decode(text)
        .map_or(text.len(), |data| SecretBytes::from(data).len())
}
