//! What seals the root key at rest.

mod key_file;
mod passphrase;

use std::fmt;
use std::path::Path;

use claviger_crypto::Rng;
use claviger_secret::{LockedKey, LockedPool, SecretBytes};

use crate::SealerError;
pub(crate) use passphrase::Stretch;

/// Opens and closes root key files. Needed at start and for changes of the root key only; drop it after.
pub struct Sealer {
    held: Held,
}

enum Held {
    KeyFile(LockedKey<32>),
    Passphrase(SecretBytes),
}

/// The kinds of sealers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealerKind {
    /// A key in a file that only its owner may read.
    KeyFile,
    /// Words that somebody knows.
    Passphrase,
}

/// How a root key file is sealed, as the file itself says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seal {
    KeyFile,
    Passphrase(Stretch),
}

impl Sealer {
    /// Reads the key file at `path`: 64 hex digits, with or without a line end, or 32 raw bytes.
    ///
    /// # Errors
    /// If it cannot be read, if group or others have any right on it, or if it holds anything else.
    pub fn key_file(path: &Path) -> Result<Self, SealerError> {
        let held = Held::KeyFile(key_file::read(path)?);
        Ok(Self { held })
    }

    /// Draws a key and writes it to a new file at `path` that only its owner may read.
    ///
    /// # Errors
    /// If the file exists or cannot be written, or without randomness.
    pub fn create_key_file(path: &Path, rng: &dyn Rng) -> Result<Self, SealerError> {
        let held = Held::KeyFile(key_file::create(path, rng)?);
        Ok(Self { held })
    }

    /// Takes a passphrase, byte by byte as it is: a line end would be part of it.
    ///
    /// # Errors
    /// [`SealerError::ShortPassphrase`] below 8 characters.
    pub fn passphrase(phrase: SecretBytes) -> Result<Self, SealerError> {
        passphrase::check_length(&phrase)?;
        let held = Held::Passphrase(phrase);
        Ok(Self { held })
    }

    /// Which kind it is.
    pub fn kind(&self) -> SealerKind {
        match self.held {
            Held::KeyFile(_) => SealerKind::KeyFile,
            Held::Passphrase(_) => SealerKind::Passphrase,
        }
    }

    /// How a new file is to be sealed, and the key for it.
    pub(crate) fn new_seal(
        &self,
        pool: &LockedPool<32>,
        rng: &dyn Rng,
    ) -> Result<(Seal, LockedKey<32>), SealerError> {
        match &self.held {
            Held::KeyFile(key) => Ok((Seal::KeyFile, pool.store(key.expose())?)),
            Held::Passphrase(phrase) => {
                let stretch = Stretch::recommended(rng)?;
                let key = stretch.derive(pool, phrase)?;
                Ok((Seal::Passphrase(stretch), key))
            }
        }
    }

    /// The key for a file that is sealed like that; `None` where it takes another kind of sealer.
    pub(crate) fn key_for(
        &self,
        pool: &LockedPool<32>,
        seal: &Seal,
    ) -> Result<Option<LockedKey<32>>, SealerError> {
        Ok(match (&self.held, seal) {
            (Held::KeyFile(key), Seal::KeyFile) => Some(pool.store(key.expose())?),
            (Held::Passphrase(phrase), Seal::Passphrase(stretch)) => Some(stretch.derive(pool, phrase)?),
            (Held::KeyFile(_), Seal::Passphrase(_)) | (Held::Passphrase(_), Seal::KeyFile) => None,
        })
    }
}

impl Seal {
    pub(crate) fn kind(&self) -> SealerKind {
        match self {
            Self::KeyFile => SealerKind::KeyFile,
            Self::Passphrase(_) => SealerKind::Passphrase,
        }
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealer({})", self.kind())
    }
}

impl fmt::Display for SealerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeyFile => "key file",
            Self::Passphrase => "passphrase",
        })
    }
}
