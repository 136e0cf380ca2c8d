//! What is kept of the passwords of people: a slow hash with a salt, as text.
//!
//! The text says itself how it was made, so the cost may rise later and old hashes go on to verify. It is safer than the
//! password and still no public matter: whoever has it can guess without being counted. Both functions take some tens of
//! milliseconds of one core and 19 MiB, so they do not belong on the threads of a runtime, and only a few at a time.
//!
//! SOURCE: RFC 9106, section 3, for Argon2id; the PHC string format
//! (<https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md>) for the text; OWASP Password Storage Cheat
//! Sheet, "Argon2id", for the cost: 19 MiB, 2 passes, 1 lane. All read 2026-11-22. The cost that RFC 9106 recommends,
//! 64 MiB and more, is for passphrases that seal something; here callers who do not know the password yet make the
//! server compute.

use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use claviger_secret::SecretBytes;
use zeroize::Zeroizing;

use crate::{PasswordError, Rng, rng};

/// The cost of new hashes.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Bytes of a new salt. SOURCE: RFC 9106, section 3.1.
const SALT_LEN: usize = 16;
/// Bytes of a new hash.
const HASH_LEN: usize = 32;

/// The most that a stored hash may ask for. It is no matter of security: a damaged one must not hang or starve the
/// machine.
const MOST_MEMORY_KIB: u32 = 256 * 1024;
const MOST_PASSES: u32 = 16;
const MOST_LANES: u32 = 16;

/// Hashes a password under a new salt: `$argon2id$v=19$m=19456,t=2,p=1$…$…`. The bytes of the password count as they
/// are; no form of Unicode is made equal to another.
///
/// # Errors
/// [`PasswordError`] if there is no randomness or no memory.
pub fn hash(password: &SecretBytes, rng: &dyn Rng) -> Result<String, PasswordError> {
    let salt: [u8; SALT_LEN] = rng::draw(rng).map_err(|_| PasswordError::Random)?;
    text_of(password, &salt).ok_or(PasswordError::Failed)
}

/// Whether `stored` was made of this password, by [`hash`] or by anyone else with Argon2id, version 19, at a cost that is
/// not beyond all measure. `false` also where `stored` is nothing of that kind, and where there is no memory.
pub fn verify(password: &SecretBytes, stored: &str) -> bool {
    matches(password, stored).unwrap_or(false)
}

fn text_of(password: &SecretBytes, salt: &[u8]) -> Option<String> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_LEN)).ok()?;
    let written = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).ok()?,
        salt: Some(Salt::new(salt).ok()?),
        hash: Some(compute(password, salt, params, HASH_LEN)?),
    };
    Some(written.to_string())
}

/// `None` for what cannot be judged.
fn matches(password: &SecretBytes, stored: &str) -> Option<bool> {
    let stored = PasswordHash::new(stored).ok()?;
    let known = stored.algorithm == ARGON2ID_IDENT && stored.version == Some(Version::V0x13.into());
    let params = Params::try_from(&stored).ok().filter(|_| known)?;
    let bearable =
        params.m_cost() <= MOST_MEMORY_KIB && params.t_cost() <= MOST_PASSES && params.p_cost() <= MOST_LANES;
    let (salt, expected) = (stored.salt?, stored.hash.filter(|_| bearable)?);
    // The library compares outputs in constant time.
    Some(compute(password, &salt, params, expected.len())? == expected)
}

fn compute(password: &SecretBytes, salt: &[u8], params: Params, len: usize) -> Option<Output> {
    // The library would leave its memory as it is, and the password can be guessed by it without the rest of the work.
    let mut blocks = Zeroizing::new(Vec::new());
    blocks.try_reserve_exact(params.block_count()).ok()?;
    blocks.resize(params.block_count(), Block::new());
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut out = Zeroizing::new([0; Output::MAX_LENGTH]);
    let out = out.get_mut(..len)?;
    argon2
        .hash_password_into_with_memory(password.expose(), salt, out, blocks.as_mut_slice())
        .ok()?;
    Output::new(out).ok()
}
