//! What the server and the HSM prove to each other.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use claviger_crypto::{Rng, hmac};
use claviger_key_file::{KEY_LEN, KeyFileError};
use claviger_secret::LockedKey;

/// What errors call its file.
const FILE: &str = "access key";

/// A key of 256 bits that whoever uses the HSM must know, and the HSM too. Clones are handles of the same key.
#[derive(Clone)]
pub struct AccessKey(Arc<LockedKey<KEY_LEN>>);

impl AccessKey {
    /// Draws a key and writes it to a new key file at `path`.
    ///
    /// # Errors
    /// Those of [`claviger_key_file::create`].
    pub fn create(path: &Path, rng: &dyn Rng) -> Result<Self, KeyFileError> {
        claviger_key_file::create(FILE, path, rng).map(|key| Self(Arc::new(key)))
    }

    /// Reads the key file at `path`.
    ///
    /// # Errors
    /// Those of [`claviger_key_file::read`].
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        claviger_key_file::read(FILE, path).map(|key| Self(Arc::new(key)))
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

#[cfg(test)]
mod tests {
    use claviger_crypto::SystemRng;

    use super::*;

    #[test]
    fn a_file_holds_the_key_and_errors_say_whose_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.key");
        let key = AccessKey::create(&path, &SystemRng).unwrap();
        assert!(
            AccessKey::read(&path)
                .unwrap()
                .is_code(&[b"part"], &key.code(&[b"part"]))
        );
        assert_eq!(format!("{key:?}"), "AccessKey");
        let (refused, path) = (AccessKey::create(&path, &SystemRng).unwrap_err(), path.display());
        assert_eq!(
            refused.to_string(),
            format!("cannot create the access key `{path}`")
        );
    }
}
