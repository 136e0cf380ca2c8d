//! SHA-256.
//!
//! SOURCE: FIPS 180-4, section 6.2.

use aws_lc_rs::digest::{self, SHA256};

/// Bytes of a SHA-256 digest.
pub const SHA256_LEN: usize = 32;

/// The SHA-256 digest of `data`.
pub fn sha256(data: &[u8]) -> [u8; SHA256_LEN] {
    let mut out = [0; SHA256_LEN];
    // INVARIANT: a SHA-256 digest has 32 bytes.
    out.copy_from_slice(digest::digest(&SHA256, data).as_ref());
    out
}
