//! Bytes that come as text: in base64, or as hex digits in either case.

use base64::Engine as _;
use claviger_secret::SecretBytes;
use claviger_service::BASE64;

use super::Fields;
use crate::error::WireError;
use crate::error::codes::Code;

impl Fields<'_> {
    /// Bytes in base64, at most so many. They must be there.
    ///
    /// # Errors
    /// KMS.0204 where they are not; `wrong` for anything else.
    pub(crate) fn base64(&self, name: &str, most: usize, wrong: Code) -> Result<Vec<u8>, WireError> {
        let text = self.required(name).map_err(|error| instead(error, name, wrong))?;
        base64(&text, most).ok_or_else(|| wrong.on(name))
    }

    /// The same, straight to where they are wiped.
    ///
    /// # Errors
    /// As [`Self::base64`].
    pub(crate) fn secret_base64(
        &self,
        name: &str,
        most: usize,
        wrong: Code,
    ) -> Result<SecretBytes, WireError> {
        let text = self
            .required_secret(name)
            .map_err(|error| instead(error, name, wrong))?;
        let room = base64::decoded_len_estimate(text.len());
        let bytes = SecretBytes::filled_within(room, |out| BASE64.decode_slice(text.expose(), out));
        let fits = bytes.ok().filter(|bytes| bytes.len() <= most);
        fits.ok_or_else(|| wrong.on(name))
    }

    /// Bytes as hex digits, at most so many. They must be there.
    ///
    /// # Errors
    /// As [`Self::base64`].
    pub(crate) fn hex(&self, name: &str, most: usize, wrong: Code) -> Result<Vec<u8>, WireError> {
        let text = self.required(name).map_err(|error| instead(error, name, wrong))?;
        hex(&text, most).ok_or_else(|| wrong.on(name))
    }

    /// The same, straight to where they are wiped.
    ///
    /// # Errors
    /// As [`Self::base64`].
    pub(crate) fn secret_hex(&self, name: &str, most: usize, wrong: Code) -> Result<SecretBytes, WireError> {
        let text = self
            .required_secret(name)
            .map_err(|error| instead(error, name, wrong))?;
        if text.len() > 2 * most {
            return Err(wrong.on(name));
        }
        let bytes = SecretBytes::filled(text.len() / 2, |out| read_hex(text.expose(), out).ok_or(()));
        bytes.map_err(|()| wrong.on(name))
    }
}

/// What is missing stays missing; what is neither text nor number is as wrong as any other text.
fn instead(error: WireError, name: &str, wrong: Code) -> WireError {
    if error.code == crate::error::codes::K0204.text {
        error
    } else {
        wrong.on(name)
    }
}

/// The bytes of base64 text, at most so many.
pub(crate) fn base64(text: &str, most: usize) -> Option<Vec<u8>> {
    if text.len() > most.div_ceil(3) * 4 {
        return None;
    }
    BASE64.decode(text).ok().filter(|bytes| bytes.len() <= most)
}

/// The bytes of hex digits, at most so many.
pub(crate) fn hex(text: &str, most: usize) -> Option<Vec<u8>> {
    if text.len() > 2 * most {
        return None;
    }
    let mut bytes = vec![0; text.len() / 2];
    read_hex(text.as_bytes(), &mut bytes)?;
    Some(bytes)
}

/// Fills `out` with what the digits say, which is as long as it.
fn read_hex(digits: &[u8], out: &mut [u8]) -> Option<()> {
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() || pairs.len() != out.len() {
        return None;
    }
    for (byte, [high, low]) in out.iter_mut().zip(pairs) {
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(())
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
