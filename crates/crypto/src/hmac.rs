//! HMAC with SHA-256.
//!
//! SOURCE: RFC 2104, section 2; FIPS 198-1.

use aws_lc_rs::{
    constant_time,
    hmac::{Context, HMAC_SHA256, Key},
};

/// Bytes of an HMAC-SHA-256 code.
pub const SHA256_LEN: usize = 32;

/// The HMAC-SHA-256 code of `parts`, one after the other, under a key of any length.
///
/// Nothing marks where a part ends: all but one of them should have a fixed length, or different parts may make the
/// same code.
pub fn sha256(key: &[u8], parts: &[&[u8]]) -> [u8; SHA256_LEN] {
    let mut context = Context::with_key(&Key::new(HMAC_SHA256, key));
    for part in parts {
        context.update(part);
    }
    let mut out = [0; SHA256_LEN];
    // INVARIANT: an HMAC-SHA-256 code has 32 bytes.
    out.copy_from_slice(context.sign().as_ref());
    out
}

/// Whether `code` is that of `parts` under `key`, in a time that does not depend on where they differ. A shortened
/// code is refused.
pub fn verify_sha256(key: &[u8], parts: &[&[u8]], code: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(&sha256(key, parts), code).is_ok()
}
