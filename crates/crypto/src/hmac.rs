//! HMAC with the SHA-2 hashes and with SM3.
//!
//! Keys have any length. A key longer than the hash's block counts as its digest, and a shorter one as padded with
//! zeros, so two keys may be the same key; keys of the hash's own length avoid both.
//!
//! SOURCE: RFC 2104, section 2; FIPS 198-1; GM/T 0042-2015, appendix D.3, for the vectors of HMAC-SM3.

use ::hmac::{Hmac, KeyInit, Mac as _};
use aws_lc_rs::{
    constant_time,
    hmac::{self, Context, HMAC_SHA224, HMAC_SHA256, HMAC_SHA384, HMAC_SHA512, Key},
};
use sm3::Sm3;

/// Bytes of an HMAC-SHA-256 code.
pub const SHA256_LEN: usize = 32;

/// The hash inside the HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// HMAC-SHA-224; codes of 28 bytes.
    Sha224,
    /// HMAC-SHA-256; codes of 32 bytes.
    Sha256,
    /// HMAC-SHA-384; codes of 48 bytes.
    Sha384,
    /// HMAC-SHA-512; codes of 64 bytes.
    Sha512,
    /// HMAC-SM3; codes of 32 bytes.
    Sm3,
}

impl Algorithm {
    /// Bytes of a code.
    pub fn tag_len(self) -> usize {
        match self {
            Self::Sha224 => 28,
            Self::Sha256 | Self::Sm3 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// The code of `message` under a key of any length, always whole.
pub fn mac(algorithm: Algorithm, key: &[u8], message: &[u8]) -> Vec<u8> {
    let sha = match algorithm {
        Algorithm::Sha224 => HMAC_SHA224,
        Algorithm::Sha256 => HMAC_SHA256,
        Algorithm::Sha384 => HMAC_SHA384,
        Algorithm::Sha512 => HMAC_SHA512,
        Algorithm::Sm3 => return sm3(key).chain_update(message).finalize().into_bytes().to_vec(),
    };
    hmac::sign(&Key::new(sha, key), message).as_ref().to_vec()
}

/// Whether `tag` is the code of `message` under `key`, in a time that does not depend on where they differ. A shortened
/// code is refused.
pub fn verify(algorithm: Algorithm, key: &[u8], message: &[u8], tag: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(&mac(algorithm, key, message), tag).is_ok()
}

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

/// The library has no SM3 to make an HMAC of. This state wipes itself.
#[expect(
    clippy::expect_used,
    reason = "INVARIANT: HMAC takes keys of any length (RFC 2104, section 2)"
)]
fn sm3(key: &[u8]) -> Hmac<Sm3> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}
