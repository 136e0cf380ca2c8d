//! How root keys and their sealers fail. No error holds anything secret.

use std::fmt;
use std::io;
use std::path::PathBuf;

use claviger_crypto::{RngError, SealError};
use claviger_key_file::KeyFileError;
use claviger_secret::PoolError;

use crate::{DeviceError, RecoveryError, SealerKind};

/// A sealer could not be had or used.
#[derive(Debug, thiserror::Error)]
pub enum SealerError {
    /// There is no key in the file.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// The passphrase is too short to be one.
    #[error("the passphrase must have at least {least} characters")]
    ShortPassphrase {
        /// Characters it must have.
        least: usize,
    },
    /// The passphrase could not be turned into a key, for want of memory.
    #[error("cannot derive a key from the passphrase with {memory_kib} KiB of memory")]
    Derive {
        /// Memory that it takes, in KiB.
        memory_kib: u32,
    },
    /// The device is away or refused.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The device says that it is of a kind that root key files have no word for.
    #[error("there are no seals by a device of the kind `{kind}`")]
    UnknownDevice {
        /// What the device calls itself.
        kind: &'static str,
    },
    /// The recovery key could not be used.
    #[error(transparent)]
    Recovery(#[from] RecoveryError),
    /// A new recovery key was to open something, but its private half is in the shares.
    #[error("a new recovery key opens nothing: give its shares")]
    SealsOnly,
    /// Shares were to seal something.
    #[error("shares open a root key and do not seal one: make a new set of shares")]
    OpensOnly,
    /// No locked memory for the key.
    #[error(transparent)]
    Memory(#[from] PoolError),
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RngError),
    /// The cipher failed, for want of memory.
    #[error(transparent)]
    Cipher(#[from] SealError),
}

/// A root key could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// There is a file of that name. It may hold the only copy of a root key, so it is never overwritten.
    #[error("`{path}` exists already")]
    Exists {
        /// The root key file.
        path: PathBuf,
    },
    /// The file could not be written.
    #[error("cannot write `{path}`")]
    Write {
        /// The root key file, or the folder it is to be in.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Nothing was given to seal it.
    #[error("a root key needs a sealer")]
    NoSealer,
    /// The sealer failed.
    #[error(transparent)]
    Sealer(SealerError),
    /// No locked memory for the key.
    #[error(transparent)]
    Memory(#[from] PoolError),
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RngError),
    /// The cipher failed, for want of memory.
    #[error(transparent)]
    Cipher(#[from] SealError),
    /// The file could not be put together.
    #[error("cannot write the root key as JSON")]
    Json(#[from] serde_json::Error),
}

impl From<SealerError> for CreateError {
    /// What has nothing to do with the kind of sealer is said as such.
    fn from(error: SealerError) -> Self {
        match error {
            SealerError::Random(error) | SealerError::Recovery(RecoveryError::Random(error)) => error.into(),
            SealerError::Memory(error) | SealerError::Recovery(RecoveryError::Memory(error)) => error.into(),
            SealerError::Cipher(error) => error.into(),
            error => Self::Sealer(error),
        }
    }
}

/// A root key could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file could not be read.
    #[error("cannot read `{path}`")]
    Read {
        /// The root key file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not one of ours at all, or lacks a part.
    #[error("`{path}` is not a root key file")]
    NotRootKeys {
        /// The root key file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The file is of a later format than this program knows.
    #[error("`{path}` has format {format}, which this version of the program does not know")]
    Format {
        /// The root key file.
        path: PathBuf,
        /// The format it states.
        format: u32,
    },
    /// A part of the file has a value that it cannot have.
    #[error("`{path}` is damaged: the value of `{field}` is not valid")]
    Damaged {
        /// The root key file.
        path: PathBuf,
        /// The part.
        field: &'static str,
    },
    /// The file was sealed by other kinds of sealers.
    #[error("`{path}` is sealed by {sealed_by}, not by a {given}")]
    OtherSealer {
        /// The root key file.
        path: PathBuf,
        /// What sealed it.
        sealed_by: SealerKinds,
        /// What was given to open it.
        given: SealerKind,
    },
    /// The file has recovery seals, but not for these shares.
    #[error("the shares are of the set `{given}`, but `{path}` is sealed for the set `{sealed_for}`")]
    OtherShares {
        /// The root key file.
        path: PathBuf,
        /// The sets that open it, with commas.
        sealed_for: String,
        /// The set of the shares.
        given: String,
    },
    /// The passphrase or key is another one, or the file was changed; the cipher cannot tell which.
    #[error("the {given} does not open the root key: it is the wrong one, or `{path}` was changed")]
    WrongSeal {
        /// The root key file.
        path: PathBuf,
        /// What was given to open it.
        given: SealerKind,
    },
    /// The file holds another root key than the one that is open, or an older state of it.
    #[error("`{path}` does not hold the root key that is open, or an older state of it")]
    OtherRoot {
        /// The root key file.
        path: PathBuf,
    },
    /// The file has newer versions that the one in memory does not lead to.
    #[error("the versions in `{path}` cannot be reached from the root key that is open: open the file anew")]
    Unlinked {
        /// The root key file.
        path: PathBuf,
    },
    /// The sealer failed.
    #[error(transparent)]
    Sealer(#[from] SealerError),
    /// No locked memory for the key.
    #[error(transparent)]
    Memory(#[from] PoolError),
}

/// A root key file could not be changed. It is as it was, except where [`ChangeError::Write`] says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The file does not open with the root key that is held.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What was to go into the file could not be made.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// The file could not be replaced. It is the old one or the new one, and whole; the change may be tried again.
    #[error("cannot replace `{path}`")]
    Write {
        /// The root key file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no seal of that id.
    #[error("`{path}` has no seal `{id}`")]
    NoSuchSeal {
        /// The root key file.
        path: PathBuf,
        /// The id asked for.
        id: String,
    },
    /// The file is sealed for that recovery key already.
    #[error("`{path}` has the seal `{id}` already")]
    SealExists {
        /// The root key file.
        path: PathBuf,
        /// The seal.
        id: String,
    },
    /// Without that seal only shares would open the file, or nothing.
    #[error("`{id}` is the last seal of `{path}` that opens it without shares: add another one first")]
    LastSeal {
        /// The root key file.
        path: PathBuf,
        /// The seal.
        id: String,
    },
    /// A seal was changed by somebody else, so that it would not open new versions.
    #[error("the seal `{id}` of `{path}` is damaged: remove it and add it again")]
    DamagedSeal {
        /// The root key file.
        path: PathBuf,
        /// The seal.
        id: String,
    },
    /// There is no such version.
    #[error("`{path}` has no version {version}")]
    NoSuchVersion {
        /// The root key file.
        path: PathBuf,
        /// The version asked for.
        version: u32,
    },
    /// The newest version wraps, and the first one makes fingerprints for ever.
    #[error("version {version} of the root key is needed: the first and the newest one stay")]
    VersionNeeded {
        /// The version.
        version: u32,
    },
    /// There are as many versions as there can be.
    #[error("the root key has as many versions as it can have")]
    NoMoreVersions,
}

impl From<SealerError> for ChangeError {
    fn from(error: SealerError) -> Self {
        Self::Create(error.into())
    }
}

impl From<PoolError> for ChangeError {
    fn from(error: PoolError) -> Self {
        Self::Create(error.into())
    }
}

impl From<RngError> for ChangeError {
    fn from(error: RngError) -> Self {
        Self::Create(error.into())
    }
}

/// Several kinds of sealers, to be read in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealerKinds(pub Vec<SealerKind>);

impl fmt::Display for SealerKinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, kind) in self.0.iter().enumerate() {
            let joint = match at {
                0 => "",
                _ if at + 1 == self.0.len() => " and ",
                _ => ", ",
            };
            write!(f, "{joint}a {kind}")?;
        }
        Ok(())
    }
}
