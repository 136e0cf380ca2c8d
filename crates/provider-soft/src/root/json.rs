//! Parts of root key files that both formats share.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use claviger_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::sealer::Stretch;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Argon2Json {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
}

impl Argon2Json {
    pub(super) fn of(stretch: &Stretch) -> Self {
        Self {
            memory_kib: stretch.memory_kib,
            passes: stretch.passes,
            lanes: stretch.lanes,
            salt: encode(&stretch.salt),
        }
    }

    /// The parameters, or the name of the field that makes no sense.
    pub(super) fn check(self) -> Result<Stretch, &'static str> {
        let stretch = Stretch {
            memory_kib: self.memory_kib,
            passes: self.passes,
            lanes: self.lanes,
            salt: array(&self.salt).ok_or("salt")?,
        };
        stretch.params().ok_or("argon2")?;
        Ok(stretch)
    }
}

pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Bytes of a length that is known.
pub(super) fn array<const N: usize>(text: &str) -> Option<[u8; N]> {
    decode(text)?.try_into().ok()
}

/// A time in the file stays the text that it is, because seals are bound to it.
pub(super) fn check_time(text: String) -> Result<String, &'static str> {
    text.parse::<Timestamp>().map_err(|_| "created")?;
    Ok(text)
}
