//! Digests of whole messages.
//!
//! SHA-1 is here because old protocols ask for it; nothing new may rest on it.
//!
//! SOURCE: FIPS 180-4, sections 6.1 to 6.5; GB/T 32905-2016, section 5, for SM3.

use aws_lc_rs::digest::{self, Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512};
use sm3::{Digest as _, Sm3};

/// Bytes of a SHA-1 digest.
pub const SHA1_LEN: usize = 20;
/// Bytes of a SHA-256 digest.
pub const SHA256_LEN: usize = 32;
/// Bytes of a SHA-384 digest.
pub const SHA384_LEN: usize = 48;
/// Bytes of a SHA-512 digest.
pub const SHA512_LEN: usize = 64;
/// Bytes of an SM3 digest.
pub const SM3_LEN: usize = 32;

/// The SHA-1 digest of `data`.
pub fn sha1(data: &[u8]) -> [u8; SHA1_LEN] {
    sha(&SHA1_FOR_LEGACY_USE_ONLY, data)
}

/// The SHA-256 digest of `data`.
pub fn sha256(data: &[u8]) -> [u8; SHA256_LEN] {
    sha(&SHA256, data)
}

/// The SHA-384 digest of `data`.
pub fn sha384(data: &[u8]) -> [u8; SHA384_LEN] {
    sha(&SHA384, data)
}

/// The SHA-512 digest of `data`.
pub fn sha512(data: &[u8]) -> [u8; SHA512_LEN] {
    sha(&SHA512, data)
}

/// The SM3 digest of `data`.
pub fn sm3(data: &[u8]) -> [u8; SM3_LEN] {
    Sm3::digest(data).into()
}

fn sha<const N: usize>(algorithm: &'static Algorithm, data: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    // INVARIANT: each caller names the length of its algorithm.
    out.copy_from_slice(digest::digest(algorithm, data).as_ref());
    out
}
