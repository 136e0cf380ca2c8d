//! Keys of AES.

use std::fmt;

use crate::KeyLengthError;

/// A borrowed AES key of one of the three lengths.
#[derive(Clone, Copy)]
pub enum AesKey<'a> {
    /// 128 bits.
    Aes128(&'a [u8; 16]),
    /// 192 bits.
    Aes192(&'a [u8; 24]),
    /// 256 bits.
    Aes256(&'a [u8; 32]),
}

impl<'a> From<&'a [u8; 16]> for AesKey<'a> {
    fn from(key: &'a [u8; 16]) -> Self {
        Self::Aes128(key)
    }
}

impl<'a> From<&'a [u8; 24]> for AesKey<'a> {
    fn from(key: &'a [u8; 24]) -> Self {
        Self::Aes192(key)
    }
}

impl<'a> From<&'a [u8; 32]> for AesKey<'a> {
    fn from(key: &'a [u8; 32]) -> Self {
        Self::Aes256(key)
    }
}

/// The length says which AES it is.
impl<'a> TryFrom<&'a [u8]> for AesKey<'a> {
    type Error = KeyLengthError;

    fn try_from(key: &'a [u8]) -> Result<Self, KeyLengthError> {
        match key.len() {
            16 => key.first_chunk().map(Self::Aes128),
            24 => key.first_chunk().map(Self::Aes192),
            32 => key.first_chunk().map(Self::Aes256),
            _ => None,
        }
        .ok_or(KeyLengthError)
    }
}

impl fmt::Debug for AesKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aes128(_) => "AesKey(128 bits)",
            Self::Aes192(_) => "AesKey(192 bits)",
            Self::Aes256(_) => "AesKey(256 bits)",
        })
    }
}
