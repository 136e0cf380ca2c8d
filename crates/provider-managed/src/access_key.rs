//! What the server and the HSM prove to each other.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use claviger_crypto::{Rng, RngError, hmac, rng};
use claviger_secret::{LockedKey, LockedPool, PoolError, SecretBytes};

/// Bytes of the key.
const KEY_LEN: usize = 32;
/// Most bytes a key file can have: two digits a byte, and a line end of two characters.
const MAX_LEN: usize = 2 * KEY_LEN + 2;

/// A key of 256 bits that whoever uses the HSM must know, and the HSM too. Clones are handles of the same key.
#[derive(Clone)]
pub struct AccessKey(Arc<LockedKey<KEY_LEN>>);

impl AccessKey {
    /// Draws a key and writes it, as 64 hex digits and a line end, to a new file at `path` with the mode 0600. The file
    /// is whole or not there, and one that exists stays as it is.
    ///
    /// # Errors
    /// [`AccessKeyError::Create`] if there is such a file or it cannot be written.
    pub fn create(path: &Path, rng: &dyn Rng) -> Result<Self, AccessKeyError> {
        let key = LockedPool::new()?.fill(|key| rng.fill(key).map_err(AccessKeyError::Random))?;
        let mut text = String::with_capacity(MAX_LEN);
        for byte in key.expose() {
            for digit in [byte >> 4, byte & 15] {
                text.extend(char::from_digit(digit.into(), 16));
            }
        }
        text.push('\n');
        let text = SecretBytes::from(text);
        write_new(path, rng::draw(rng)?, text.expose()).map_err(|source| AccessKeyError::Create {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self(Arc::new(key)))
    }

    /// Reads the key at `path`.
    ///
    /// # Errors
    /// If the file cannot be read, is open to others than its owner, or holds anything else than 64 hex digits.
    pub fn read(path: &Path) -> Result<Self, AccessKeyError> {
        let failed = |source| AccessKeyError::Read {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(failed)?;
        let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(AccessKeyError::Exposed {
                path: path.to_owned(),
                mode,
            });
        }
        // One byte more than fits, so that a longer file shows itself.
        let content =
            SecretBytes::filled_within(MAX_LEN + 1, |buffer| read_up_to(&file, buffer)).map_err(failed)?;
        let key = LockedPool::new()?.fill(|key| {
            parse(content.expose(), key).ok_or_else(|| AccessKeyError::Content {
                path: path.to_owned(),
            })
        })?;
        Ok(Self(Arc::new(key)))
    }

    /// The HMAC-SHA-256 code of these parts. All but one of them must have a fixed length.
    pub(crate) fn code(&self, parts: &[&[u8]]) -> [u8; hmac::SHA256_LEN] {
        hmac::sha256(self.0.expose(), parts)
    }

    /// Whether `code` is that of these parts, in a time that does not depend on where they differ.
    pub(crate) fn is_code(&self, parts: &[&[u8]], code: &[u8]) -> bool {
        hmac::verify_sha256(self.0.expose(), parts, code)
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessKey")
    }
}

/// There is no access key. No error holds anything of it.
#[derive(Debug, thiserror::Error)]
pub enum AccessKeyError {
    /// The file could not be read.
    #[error("cannot read the access key `{path}`")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file could not be made; it may exist already.
    #[error("cannot create the access key `{path}`")]
    Create {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Group or others have rights on the file.
    #[error("the access key `{path}` is open to others (mode {mode:04o}): set its mode to 0600")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file does not hold a key.
    #[error("the access key `{path}` must hold 64 hex digits")]
    Content {
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

/// Writes the key that `content` holds to `key`.
fn parse(content: &[u8], key: &mut [u8; KEY_LEN]) -> Option<()> {
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

/// Writes aside, then links to the name, which fails where the name is taken. A rename would replace.
fn write_new(path: &Path, unique: [u8; 8], content: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut aside = OsString::from(".");
    aside.push(name);
    aside.push(format!(".{:016x}", u64::from_be_bytes(unique)));
    let aside = folder.join(aside);
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&aside)
        .and_then(|mut file| {
            file.write_all(content)?;
            file.sync_all()
        })
        .and_then(|()| fs::hard_link(&aside, path));
    // A leftover has the rights of the file itself and is never read; nothing depends on its removal.
    let _ = fs::remove_file(&aside);
    written?;
    File::open(folder)?.sync_all()
}
