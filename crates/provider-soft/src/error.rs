//! How root keys and their sealers fail. No error holds anything secret.

use std::io;
use std::path::PathBuf;

use claviger_crypto::{RngError, SealError};
use claviger_secret::PoolError;

use crate::SealerKind;

/// A sealer could not be had or used.
#[derive(Debug, thiserror::Error)]
pub enum SealerError {
    /// The key file could not be read.
    #[error("cannot read the key file `{path}`")]
    ReadKeyFile {
        /// The key file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The key file could not be made; it may exist already.
    #[error("cannot create the key file `{path}`")]
    CreateKeyFile {
        /// The key file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Group or others have rights on the key file.
    #[error("the key file `{path}` is open to others (mode {mode:04o}): set its mode to 0600")]
    ExposedKeyFile {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key file does not hold a key.
    #[error("the key file `{path}` must hold 64 hex digits or 32 raw bytes")]
    KeyFileContent {
        /// The key file.
        path: PathBuf,
    },
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
    /// No locked memory for the key.
    #[error(transparent)]
    Memory(#[from] PoolError),
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RngError),
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
    /// The sealer failed.
    #[error(transparent)]
    Sealer(#[from] SealerError),
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
    /// The file was sealed by another kind of sealer.
    #[error("`{path}` is sealed by a {sealed_by}, not by a {given}")]
    OtherSealer {
        /// The root key file.
        path: PathBuf,
        /// What sealed it.
        sealed_by: SealerKind,
        /// What was given to open it.
        given: SealerKind,
    },
    /// The passphrase or key is another one, or the file was changed; the cipher cannot tell which.
    #[error("the {given} does not open the root key: it is the wrong one, or `{path}` was changed")]
    WrongSeal {
        /// The root key file.
        path: PathBuf,
        /// What was given to open it.
        given: SealerKind,
    },
    /// The sealer failed.
    #[error(transparent)]
    Sealer(#[from] SealerError),
    /// No locked memory for the key.
    #[error(transparent)]
    Memory(#[from] PoolError),
}
