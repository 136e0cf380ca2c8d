//! Keys in files of their own.
//!
//! Such a file opens something: a root key, or the socket of an HSM. Only its owner may have any right on it, and it is
//! whole or not there. [`read`] and [`create`] are all there is to do with it; the key itself stays in locked memory.
//! [`whole`] is how such files, and the others that must survive a cut of power, get to the disk.
//!
//! What a key is for, its owner knows; here it is a word for the errors.

pub mod whole;

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use claviger_crypto::{Rng, RngError, rng};
use claviger_secret::{LockedKey, LockedPool, PoolError, SecretBytes};

/// Bytes of a key.
pub const KEY_LEN: usize = 32;
/// Most bytes a file can have: two digits a byte, and a line end of two characters.
const MAX_LEN: usize = 2 * KEY_LEN + 2;

/// There is no key. No error holds anything of one. `what` is the word that the caller has for its file.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file could not be read.
    #[error("cannot read the {what} `{path}`")]
    Read {
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file could not be made; it may exist already.
    #[error("cannot create the {what} `{path}`")]
    Create {
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Group or others have rights on the file.
    #[error("the {what} `{path}` is open to others (mode {mode:04o}): set its mode to 0600")]
    Exposed {
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file does not hold a key.
    #[error("the {what} `{path}` must hold 64 hex digits or 32 raw bytes")]
    Content {
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// No locked memory for the key.
    #[error(transparent)]
    Memory(#[from] PoolError),
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RngError),
}

/// Reads the key at `path`: 64 hex digits, with or without a line end, or 32 raw bytes.
///
/// # Errors
/// If the file cannot be read, if group or others have any right on it, or if it holds anything else.
pub fn read(what: &'static str, path: &Path) -> Result<LockedKey<KEY_LEN>, KeyFileError> {
    let failed = |source| KeyFileError::Read {
        what,
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        let path = path.to_owned();
        return Err(KeyFileError::Exposed { what, path, mode });
    }
    // One byte more than fits, so that a longer file shows itself.
    let content =
        SecretBytes::filled_within(MAX_LEN + 1, |buffer| read_up_to(&file, buffer)).map_err(failed)?;
    LockedPool::new()?.fill(|key| {
        parse(content.expose(), key).ok_or_else(|| KeyFileError::Content {
            what,
            path: path.to_owned(),
        })
    })
}

/// Draws a key and writes it, as 64 hex digits and a line end, to a new file at `path` with the mode 0600. The file is
/// whole or not there, and one that exists stays as it is.
///
/// # Errors
/// If the file exists or cannot be written, or without randomness.
pub fn create(what: &'static str, path: &Path, rng: &dyn Rng) -> Result<LockedKey<KEY_LEN>, KeyFileError> {
    let key = LockedPool::new()?.fill(|key| rng.fill(key).map_err(KeyFileError::Random))?;
    let mut text = String::with_capacity(MAX_LEN);
    for byte in key.expose() {
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(digit.into(), 16));
        }
    }
    text.push('\n');
    let text = SecretBytes::from(text);
    whole::create(path, rng::draw(rng)?, text.expose()).map_err(|source| KeyFileError::Create {
        what,
        path: path.to_owned(),
        source,
    })?;
    Ok(key)
}

/// Writes the key that `content` holds to `key`. The length tells the two forms apart.
fn parse(content: &[u8], key: &mut [u8; KEY_LEN]) -> Option<()> {
    if content.len() == KEY_LEN {
        key.copy_from_slice(content);
        return Some(());
    }
    let digits = content.strip_suffix(b"\n").unwrap_or(content);
    let digits = digits.strip_suffix(b"\r").unwrap_or(digits);
    if digits.len() != 2 * KEY_LEN {
        return None;
    }
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        for digit in pair {
            let value = char::from(*digit).to_digit(16)?;
            *byte = *byte << 4 | u8::try_from(value).ok()?;
        }
    }
    Some(())
}

/// Fills `buffer` from `file` until either ends; returns the bytes read.
fn read_up_to(mut file: &File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while let Some(rest) = buffer.get_mut(read..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(count) => read += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}
