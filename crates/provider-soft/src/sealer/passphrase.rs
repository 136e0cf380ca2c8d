//! Keys from passphrases.
//!
//! SOURCE: RFC 9106, section 4 "Parameter Choice", second recommended option, read 2026-11-21: Argon2id with 3 passes,
//! 4 lanes, 64 MiB, a salt of 128 bits and a key of 256 bits.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use claviger_crypto::{Rng, RngError, rng};
use claviger_secret::{LockedKey, LockedPool, SecretBytes};
use zeroize::Zeroizing;

use crate::SealerError;

/// Fewest characters of a passphrase.
const LEAST_CHARACTERS: usize = 8;
/// Bytes of the key.
const KEY_LEN: usize = 32;
/// Bytes of a salt.
const SALT_LEN: usize = 16;

/// The most a file may ask for. It is no matter of security: a damaged file must not hang or starve the machine.
const MOST_MEMORY_KIB: u32 = 4 * 1024 * 1024;
const MOST_PASSES: u32 = 64;
const MOST_LANES: u32 = 64;

/// How a passphrase becomes a key: parameters of Argon2id, version 0x13.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
    pub(crate) salt: [u8; SALT_LEN],
}

impl Stretch {
    /// The recommended parameters and a new salt.
    pub(crate) fn recommended(rng: &dyn Rng) -> Result<Self, RngError> {
        Ok(Self {
            memory_kib: 64 * 1024,
            passes: 3,
            lanes: 4,
            salt: rng::draw(rng)?,
        })
    }

    /// The parameters as the library takes them; `None` where they are impossible or beyond what is allowed here.
    pub(crate) fn params(&self) -> Option<Params> {
        let allowed =
            self.memory_kib <= MOST_MEMORY_KIB && self.passes <= MOST_PASSES && self.lanes <= MOST_LANES;
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(KEY_LEN)).ok();
        params.filter(|_| allowed)
    }

    /// Stretches `phrase`. Takes the time and memory that the parameters say.
    pub(super) fn derive(
        &self,
        pool: &LockedPool<KEY_LEN>,
        phrase: &SecretBytes,
    ) -> Result<LockedKey<KEY_LEN>, SealerError> {
        let failed = || SealerError::Derive {
            memory_kib: self.memory_kib,
        };
        let params = self.params().ok_or_else(failed)?;
        // The library would leave its memory as it is, and the key can be computed from the last blocks.
        let mut blocks = Zeroizing::new(Vec::new());
        blocks
            .try_reserve_exact(params.block_count())
            .map_err(|_| failed())?;
        blocks.resize(params.block_count(), Block::new());
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        pool.fill(|key| {
            argon2
                .hash_password_into_with_memory(phrase.expose(), &self.salt, key, blocks.as_mut_slice())
                .map_err(|_| failed())
        })
    }
}

/// Refuses what is too short to be a passphrase. What is not UTF-8 counts by bytes.
pub(super) fn check_length(phrase: &SecretBytes) -> Result<(), SealerError> {
    let characters = phrase
        .expose_str()
        .map_or(phrase.len(), |text| text.chars().count());
    if characters < LEAST_CHARACTERS {
        return Err(SealerError::ShortPassphrase {
            least: LEAST_CHARACTERS,
        });
    }
    Ok(())
}
