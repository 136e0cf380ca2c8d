//! The root key file as JSON. `docs/stored-formats.md` describes it.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use claviger_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::OpenError;
use crate::sealer::{Seal, Stretch};

/// The format that this program reads and writes.
pub(super) const FORMAT: u32 = 1;

const KEY_FILE: &str = "key-file";
const PASSPHRASE: &str = "passphrase";

/// What a root key file says, still sealed.
pub(super) struct RootFile {
    pub(super) seal: Seal,
    /// In ascending order; never empty when read from a file.
    pub(super) versions: Vec<SealedVersion>,
}

/// One version of the root key, sealed.
pub(super) struct SealedVersion {
    pub(super) version: u32,
    /// The text as it stands in the file, because the seal is bound to it.
    pub(super) created: String,
    pub(super) sealed: Vec<u8>,
}

impl RootFile {
    /// Reads and checks the file. What the seal protects is checked when it is opened.
    pub(super) fn read(path: &Path) -> Result<Self, OpenError> {
        let path = || path.to_owned();
        let text = fs::read(path()).map_err(|source| OpenError::Read { path: path(), source })?;
        let not_ours = |source| OpenError::NotRootKeys { path: path(), source };
        // The format goes first: a later one may have parts that are unknown here.
        let FormatJson { format } = serde_json::from_slice(&text).map_err(not_ours)?;
        if format != FORMAT {
            return Err(OpenError::Format { path: path(), format });
        }
        let json: FileJson = serde_json::from_slice(&text).map_err(not_ours)?;
        json.check()
            .map_err(|field| OpenError::Damaged { path: path(), field })
    }

    /// The bytes of the file.
    pub(super) fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let (sealer, argon2) = match &self.seal {
            Seal::KeyFile => (KEY_FILE, None),
            Seal::Passphrase(stretch) => (PASSPHRASE, Some(Argon2Json::of(stretch))),
        };
        let versions = self.versions.iter().map(VersionJson::of).collect();
        let json = FileJson {
            format: FORMAT,
            sealer: sealer.to_owned(),
            argon2,
            versions,
        };
        let mut text = serde_json::to_vec_pretty(&json)?;
        text.push(b'\n');
        Ok(text)
    }
}

#[derive(Deserialize)]
struct FormatJson {
    format: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileJson {
    format: u32,
    sealer: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    argon2: Option<Argon2Json>,
    versions: Vec<VersionJson>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Argon2Json {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionJson {
    version: u32,
    created: String,
    sealed: String,
}

impl FileJson {
    /// The meaning of the file, or the name of the field that has none.
    fn check(self) -> Result<RootFile, &'static str> {
        let seal = match (self.sealer.as_str(), self.argon2) {
            (KEY_FILE, None) => Seal::KeyFile,
            (PASSPHRASE, Some(argon2)) => Seal::Passphrase(argon2.check()?),
            (KEY_FILE, Some(_)) | (PASSPHRASE, None) => return Err("argon2"),
            _ => return Err("sealer"),
        };
        let versions = self
            .versions
            .into_iter()
            .map(VersionJson::check)
            .collect::<Result<Vec<_>, _>>()?;
        let ascending = versions.is_sorted_by(|left, right| left.version < right.version);
        if versions.is_empty() || !ascending {
            return Err("versions");
        }
        Ok(RootFile { seal, versions })
    }
}

impl Argon2Json {
    fn of(stretch: &Stretch) -> Self {
        Self {
            memory_kib: stretch.memory_kib,
            passes: stretch.passes,
            lanes: stretch.lanes,
            salt: STANDARD.encode(stretch.salt),
        }
    }

    fn check(self) -> Result<Stretch, &'static str> {
        let salt = STANDARD
            .decode(self.salt)
            .ok()
            .and_then(|salt| salt.try_into().ok())
            .ok_or("salt")?;
        let stretch = Stretch {
            memory_kib: self.memory_kib,
            passes: self.passes,
            lanes: self.lanes,
            salt,
        };
        stretch.params().ok_or("argon2")?;
        Ok(stretch)
    }
}

impl VersionJson {
    fn of(version: &SealedVersion) -> Self {
        Self {
            version: version.version,
            created: version.created.clone(),
            sealed: STANDARD.encode(&version.sealed),
        }
    }

    fn check(self) -> Result<SealedVersion, &'static str> {
        self.created.parse::<Timestamp>().map_err(|_| "created")?;
        let sealed = STANDARD.decode(self.sealed).map_err(|_| "sealed")?;
        Ok(SealedVersion {
            version: self.version,
            created: self.created,
            sealed,
        })
    }
}
