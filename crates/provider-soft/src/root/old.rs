//! Root key files of format 1: one seal, which seals with the key of its sealer itself. Read for ever, written no
//! more.

use claviger_crypto::gcm;
use claviger_secret::{LockedKey, LockedPool};
use serde::Deserialize;

use super::RootKey;
use super::json::{Argon2Json, check_time, decode};
use super::versions::VersionError;
use crate::sealer::{Seal, SealHead};

pub(super) const FORMAT: u32 = 1;
/// What the only seal is called. It keeps the name when the file is written in a later format.
pub(super) const SEAL_ID: &str = "1";

/// What an old file says, still sealed.
pub(super) struct OldFile {
    pub(super) seal: Seal,
    /// In ascending order, never empty.
    pub(super) versions: Vec<OldVersion>,
}

/// One version of the root key, sealed.
pub(super) struct OldVersion {
    pub(super) version: u32,
    pub(super) created: String,
    sealed: Vec<u8>,
}

impl OldFile {
    /// The seal as a later format describes it.
    pub(super) fn head(&self) -> SealHead {
        let created = self.versions.first().map(|version| version.created.clone());
        SealHead {
            id: SEAL_ID.to_owned(),
            created: created.unwrap_or_default(),
            seal: self.seal.clone(),
        }
    }

    /// Opens one version.
    pub(super) fn open(
        &self,
        key: &LockedKey<32>,
        version: &OldVersion,
        pool: &LockedPool<32>,
    ) -> Result<RootKey, VersionError> {
        let (nonce, body) = version.sealed.split_first_chunk().ok_or(VersionError::Sealed)?;
        let additional = additional(&self.seal, version.version, &version.created);
        let key = pool.fill(|out| {
            gcm::open_into(key.expose(), nonce, &additional, body, out).map_err(|_| VersionError::Sealed)
        })?;
        Ok(RootKey {
            version: version.version,
            created: version.created.clone(),
            key,
        })
    }
}

/// What a version is bound to: everything else that the file says of it. The byte of the sealer settles which parts
/// follow, all but the last have fixed lengths, so no two files share these bytes.
fn additional(seal: &Seal, version: u32, created: &str) -> Vec<u8> {
    let mut out = b"claviger root key".to_vec();
    out.extend_from_slice(&FORMAT.to_be_bytes());
    out.push(if matches!(seal, Seal::Passphrase(_)) { 2 } else { 1 });
    out.extend_from_slice(&version.to_be_bytes());
    if let Seal::Passphrase(stretch) = seal {
        for number in [stretch.memory_kib, stretch.passes, stretch.lanes] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        out.extend_from_slice(&stretch.salt);
    }
    out.extend_from_slice(created.as_bytes());
    out
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OldFileJson {
    #[serde(rename = "format")]
    _format: u32,
    sealer: String,
    argon2: Option<Argon2Json>,
    versions: Vec<OldVersionJson>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OldVersionJson {
    version: u32,
    created: String,
    sealed: String,
}

impl OldFileJson {
    /// The meaning of the file, or the name of the field that has none.
    pub(super) fn check(self) -> Result<OldFile, &'static str> {
        let seal = match (self.sealer.as_str(), self.argon2) {
            ("key-file", None) => Seal::KeyFile,
            ("passphrase", Some(argon2)) => Seal::Passphrase(argon2.check()?),
            ("key-file", Some(_)) | ("passphrase", None) => return Err("argon2"),
            _ => return Err("sealer"),
        };
        let versions = self
            .versions
            .into_iter()
            .map(OldVersionJson::check)
            .collect::<Result<Vec<_>, _>>()?;
        let ascending = versions.is_sorted_by(|left, right| left.version < right.version);
        if versions.is_empty() || !ascending {
            return Err("versions");
        }
        Ok(OldFile { seal, versions })
    }
}

impl OldVersionJson {
    fn check(self) -> Result<OldVersion, &'static str> {
        Ok(OldVersion {
            version: self.version,
            created: check_time(self.created)?,
            sealed: decode(&self.sealed).ok_or("sealed")?,
        })
    }
}
