//! What seals the root key at rest.
//!
//! Every seal of a root key file has a *sealing key* of its own, drawn when the seal is made. It seals the
//! versions of the root key and nothing else. A sealer wraps that key and gets it back; so the secret of the
//! sealer, be it a key file or the words of a passphrase, never protects anything directly, and one device may
//! serve several files.

mod device;
mod passphrase;
mod seal;
mod wrapped;

use std::fmt;
use std::path::Path;

use claviger_crypto::Rng;
use claviger_secret::{LockedKey, LockedPool, SecretBytes};

use crate::recovery::{self, Dealt, Joined};
use crate::{RecoveryError, SealerError, Share};
pub(crate) use device::DEVICE_KINDS;
pub use device::{DeviceError, SealingDevice};
pub(crate) use passphrase::Stretch;
pub(crate) use seal::{Quorum, Seal, SealHead, frame};

/// What errors call a key file.
const FILE: &str = "key file";

/// Opens and closes root key files. Needed at start and for changes of the seals only; drop it after.
pub struct Sealer {
    held: Held,
}

enum Held {
    KeyFile(LockedKey<32>),
    Passphrase(SecretBytes),
    Device(Box<dyn SealingDevice>),
    /// A recovery key whose private half is in shares only.
    Dealt(Dealt),
    /// A recovery key whose private half was put together again.
    Joined(Joined),
}

/// The kinds of sealers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealerKind {
    /// A key in a file that only its owner may read.
    KeyFile,
    /// Words that somebody knows.
    Passphrase,
    /// A device, by the name of its kind: `tpm2` or `pkcs11`.
    Device(&'static str),
    /// A key of which several people have shares.
    Recovery,
}

impl Sealer {
    /// Reads the key file at `path`: 64 hex digits, with or without a line end, or 32 raw bytes.
    ///
    /// # Errors
    /// If it cannot be read, if group or others have any right on it, or if it holds anything else.
    pub fn key_file(path: &Path) -> Result<Self, SealerError> {
        Ok(Self::of(Held::KeyFile(claviger_key_file::read(FILE, path)?)))
    }

    /// Draws a key and writes it to a new file at `path` that only its owner may read.
    ///
    /// # Errors
    /// If the file exists or cannot be written, or without randomness.
    pub fn create_key_file(path: &Path, rng: &dyn Rng) -> Result<Self, SealerError> {
        Ok(Self::of(Held::KeyFile(claviger_key_file::create(
            FILE, path, rng,
        )?)))
    }

    /// Takes a passphrase, byte by byte as it is: a line end would be part of it.
    ///
    /// # Errors
    /// [`SealerError::ShortPassphrase`] below 8 characters.
    pub fn passphrase(phrase: SecretBytes) -> Result<Self, SealerError> {
        passphrase::check_length(&phrase)?;
        Ok(Self::of(Held::Passphrase(phrase)))
    }

    /// Takes a device. It opens every seal that it made, in whatever file.
    pub fn device(device: Box<dyn SealingDevice>) -> Self {
        Self::of(Held::Device(device))
    }

    /// Draws a recovery key and splits its private half: any `threshold` of the `shares` give it back, fewer tell
    /// nothing of it. The sealer that comes back seals and cannot open; the private half is gone when this
    /// returns.
    ///
    /// # Errors
    /// [`RecoveryError::Counts`] unless 2 ≤ `threshold` ≤ `shares`; without randomness or memory.
    pub fn new_recovery(
        threshold: u8,
        shares: u8,
        rng: &dyn Rng,
    ) -> Result<(Self, Vec<Share>), RecoveryError> {
        let (dealt, shares) = recovery::deal(threshold, shares, rng)?;
        Ok((Self::of(Held::Dealt(dealt)), shares))
    }

    /// Puts a recovery key together from shares: at least as many as are needed, in any order. The sealer opens
    /// and cannot seal; for that, make a new set with [`Sealer::new_recovery`].
    ///
    /// # Errors
    /// If they are too few, of several sets, or the same twice.
    pub fn recovery(shares: &[Share]) -> Result<Self, RecoveryError> {
        recovery::join(shares).map(|joined| Self::of(Held::Joined(joined)))
    }

    /// Which kind it is.
    pub fn kind(&self) -> SealerKind {
        match &self.held {
            Held::KeyFile(_) => SealerKind::KeyFile,
            Held::Passphrase(_) => SealerKind::Passphrase,
            Held::Device(device) => SealerKind::Device(device.kind()),
            Held::Dealt(_) | Held::Joined(_) => SealerKind::Recovery,
        }
    }

    /// A sealer for the same recovery key as in a file, to seal with.
    pub(crate) fn of_quorum(set: &str, quorum: &Quorum) -> Self {
        Self::of(Held::Dealt(Dealt::new(set.to_owned(), quorum.clone())))
    }

    /// The set of shares that the recovery key was put together from.
    pub(crate) fn set(&self) -> Option<&str> {
        match &self.held {
            Held::Dealt(dealt) => Some(dealt.set()),
            Held::Joined(joined) => Some(joined.set()),
            _ => None,
        }
    }

    /// How a new seal by this sealer is opened.
    pub(crate) fn new_seal(&self, rng: &dyn Rng) -> Result<Seal, SealerError> {
        Ok(match &self.held {
            Held::KeyFile(_) => Seal::KeyFile,
            Held::Passphrase(_) => Seal::Passphrase(Stretch::recommended(rng)?),
            Held::Device(device) => {
                let kind = device.kind();
                let known = DEVICE_KINDS.contains(&kind).then_some(kind);
                Seal::Device(known.ok_or(SealerError::UnknownDevice { kind })?)
            }
            Held::Dealt(dealt) => Seal::Recovery(dealt.quorum().clone()),
            Held::Joined(_) => return Err(SealerError::OpensOnly),
        })
    }

    /// Whether it is worth a try to open that seal.
    pub(crate) fn fits(&self, head: &SealHead) -> bool {
        head.seal.kind() == self.kind() && self.set().is_none_or(|set| set == head.id)
    }

    /// Wraps the sealing key of a new seal that [`Sealer::new_seal`] described.
    pub(crate) fn wrap(
        &self,
        pool: &LockedPool<32>,
        rng: &dyn Rng,
        head: &SealHead,
        place: &[u8],
        sealing_key: &LockedKey<32>,
    ) -> Result<Vec<u8>, SealerError> {
        match &self.held {
            Held::Device(device) => Ok(device.wrap(sealing_key.expose())?),
            Held::Dealt(dealt) => Ok(dealt.wrap(rng, place, sealing_key)?),
            Held::Joined(_) => Err(SealerError::OpensOnly),
            Held::KeyFile(_) | Held::Passphrase(_) => {
                let key = self.key_for(pool, &head.seal)?.ok_or(SealerError::OpensOnly)?;
                wrapped::close(&key, rng, place, sealing_key)
            }
        }
    }

    /// Gives back the sealing key; `None` where this sealer is the wrong one or something was changed.
    pub(crate) fn unwrap(
        &self,
        pool: &LockedPool<32>,
        head: &SealHead,
        place: &[u8],
        wrapped: &[u8],
    ) -> Result<Option<LockedKey<32>>, SealerError> {
        match &self.held {
            Held::Device(device) => {
                let key = device.unwrap(wrapped)?;
                let key: Option<&[u8; 32]> = key.expose().try_into().ok();
                Ok(key.map(|key| pool.store(key)).transpose()?)
            }
            Held::Dealt(_) => Err(SealerError::SealsOnly),
            Held::Joined(joined) => Ok(joined.unwrap(pool, place, wrapped)?),
            Held::KeyFile(_) | Held::Passphrase(_) => match self.key_for(pool, &head.seal)? {
                Some(key) => Ok(wrapped::open(&key, pool, place, wrapped)?),
                None => Ok(None),
            },
        }
    }

    /// The key that a key file holds or a passphrase makes under those parameters; `None` where another kind is
    /// asked for.
    pub(crate) fn key_for(
        &self,
        pool: &LockedPool<32>,
        seal: &Seal,
    ) -> Result<Option<LockedKey<32>>, SealerError> {
        Ok(match (&self.held, seal) {
            (Held::KeyFile(key), Seal::KeyFile) => Some(pool.store(key.expose())?),
            (Held::Passphrase(phrase), Seal::Passphrase(stretch)) => Some(stretch.derive(pool, phrase)?),
            _ => None,
        })
    }

    fn of(held: Held) -> Self {
        Self { held }
    }
}

/// Wraps a sealing key as a key file or a passphrase does, with the key that one of them gave earlier.
pub(crate) fn wrap_under(
    key: &LockedKey<32>,
    rng: &dyn Rng,
    place: &[u8],
    sealing_key: &LockedKey<32>,
) -> Result<Vec<u8>, SealerError> {
    wrapped::close(key, rng, place, sealing_key)
}

impl SealerKind {
    /// The kind as root key files write it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::KeyFile => "key-file",
            Self::Passphrase => "passphrase",
            Self::Device(kind) => kind,
            Self::Recovery => "recovery",
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
            Self::Device("tpm2") => "TPM",
            Self::Device("pkcs11") => "PKCS#11 token",
            Self::Device(kind) => kind,
            Self::Recovery => "recovery key",
        })
    }
}
