//! Keys in files.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use claviger_crypto::{Rng, rng};
use claviger_secret::{LockedKey, LockedPool, PoolError, SecretBytes};

use crate::{SealerError, new_file};

/// Bytes of the key.
const KEY_LEN: usize = 32;
/// Most bytes a key file can have: two digits a byte, and a line end of two characters.
const MAX_LEN: usize = 2 * KEY_LEN + 2;

/// Reads the key at `path`.
pub(super) fn read(path: &Path) -> Result<LockedKey<KEY_LEN>, SealerError> {
    let failed = |source| SealerError::ReadKeyFile {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(SealerError::ExposedKeyFile {
            path: path.to_owned(),
            mode,
        });
    }
    // One byte more than fits, so that a longer file shows itself.
    let content =
        SecretBytes::filled_within(MAX_LEN + 1, |buffer| read_up_to(&file, buffer)).map_err(failed)?;
    LockedPool::new()?
        .fill(|key| parse(content.expose(), key))
        .map_err(|error| match error {
            ParseError::Content => SealerError::KeyFileContent {
                path: path.to_owned(),
            },
            ParseError::Memory(error) => SealerError::Memory(error),
        })
}

/// Draws a key and writes it, as digits and a line end, to a new file at `path`.
pub(super) fn create(path: &Path, rng: &dyn Rng) -> Result<LockedKey<KEY_LEN>, SealerError> {
    let key = LockedPool::new()?.fill(|key| rng.fill(key).map_err(SealerError::Random))?;
    let mut text = String::with_capacity(MAX_LEN);
    for byte in key.expose() {
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(digit.into(), 16));
        }
    }
    text.push('\n');
    let text = SecretBytes::from(text);
    new_file::create(path, rng::draw(rng)?, text.expose()).map_err(|source| SealerError::CreateKeyFile {
        path: path.to_owned(),
        source,
    })?;
    Ok(key)
}

/// Why bytes are no key.
enum ParseError {
    Content,
    Memory(PoolError),
}

impl From<PoolError> for ParseError {
    fn from(error: PoolError) -> Self {
        Self::Memory(error)
    }
}

/// Writes the key that `content` holds to `key`. The length tells the two forms apart.
fn parse(content: &[u8], key: &mut [u8; KEY_LEN]) -> Result<(), ParseError> {
    if content.len() == KEY_LEN {
        key.copy_from_slice(content);
        return Ok(());
    }
    let digits = content.strip_suffix(b"\n").unwrap_or(content);
    let digits = digits.strip_suffix(b"\r").unwrap_or(digits);
    if digits.len() != 2 * KEY_LEN {
        return Err(ParseError::Content);
    }
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        for digit in pair {
            let value = char::from(*digit)
                .to_digit(16)
                .and_then(|value| u8::try_from(value).ok());
            *byte = *byte << 4 | value.ok_or(ParseError::Content)?;
        }
    }
    Ok(())
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
