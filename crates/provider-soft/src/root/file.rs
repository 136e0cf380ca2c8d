//! The root key file as JSON. `docs/stored-formats.md` describes it.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::json::{Argon2Json, array, check_time, decode, encode};
use super::old::{self, OldFile, OldFileJson};
use super::seal_entry::SealEntry;
use crate::OpenError;
use crate::sealer::{DEVICE_KINDS, Quorum, Seal, SealHead};

/// The format that this program writes.
pub(super) const FORMAT: u32 = 2;

/// Longest name of a seal.
const MOST_ID: usize = 16;

/// A file of a format that this program reads.
pub(super) enum Stored {
    Old(OldFile),
    Current(RootFile),
}

/// What a root key file says, still sealed.
pub(super) struct RootFile {
    /// In ascending order, never empty.
    pub(super) versions: Vec<VersionEntry>,
    /// Never empty, each with another id and with one sealed text a version.
    pub(super) seals: Vec<SealEntry>,
}

/// What the file says of one version, whatever the seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VersionEntry {
    pub(super) version: u32,
    pub(super) created: String,
    /// The version, wrapped by the one before it. The newest version may have one.
    pub(super) link: Option<Vec<u8>>,
}

impl Stored {
    /// Reads and checks the file. What the seals protect is checked when one is opened.
    pub(super) fn read(path: &Path) -> Result<Self, OpenError> {
        let path = || path.to_owned();
        let text = fs::read(path()).map_err(|source| OpenError::Read { path: path(), source })?;
        let not_ours = |source| OpenError::NotRootKeys { path: path(), source };
        let damaged = |field| OpenError::Damaged { path: path(), field };
        // The format goes first: a later one may have parts that are unknown here.
        let FormatJson { format } = serde_json::from_slice(&text).map_err(not_ours)?;
        match format {
            old::FORMAT => {
                let json: OldFileJson = serde_json::from_slice(&text).map_err(not_ours)?;
                json.check().map(Self::Old).map_err(damaged)
            }
            FORMAT => {
                let json: FileJson = serde_json::from_slice(&text).map_err(not_ours)?;
                json.check().map(Self::Current).map_err(damaged)
            }
            format => Err(OpenError::Format { path: path(), format }),
        }
    }
}

impl RootFile {
    /// The bytes of the file.
    pub(super) fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let json = FileJson {
            format: FORMAT,
            versions: self.versions.iter().map(VersionJson::of).collect(),
            seals: self.seals.iter().map(SealJson::of).collect(),
        };
        let mut text = serde_json::to_vec_pretty(&json)?;
        text.push(b'\n');
        Ok(text)
    }

    /// Number of the newest version.
    pub(super) fn newest(&self) -> u32 {
        self.versions.last().map_or(0, |entry| entry.version)
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
    versions: Vec<VersionJson>,
    seals: Vec<SealJson>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionJson {
    version: u32,
    created: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealJson {
    id: String,
    kind: String,
    created: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    argon2: Option<Argon2Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery: Option<QuorumJson>,
    sealing_key: String,
    renewal: String,
    sealed: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuorumJson {
    public_key: String,
    threshold: u8,
    shares: u8,
}

impl FileJson {
    /// The meaning of the file, or the name of the field that has none.
    fn check(self) -> Result<RootFile, &'static str> {
        let versions = self
            .versions
            .into_iter()
            .map(VersionJson::check)
            .collect::<Result<Vec<_>, _>>()?;
        let ascending = versions.is_sorted_by(|left, right| left.version < right.version);
        let Some((_, older)) = versions.split_last().filter(|_| ascending) else {
            return Err("versions");
        };
        if older.iter().any(|entry| entry.link.is_some()) {
            return Err("link");
        }
        let seals = self
            .seals
            .into_iter()
            .map(SealJson::check)
            .collect::<Result<Vec<_>, _>>()?;
        if seals.is_empty() {
            return Err("seals");
        }
        if seals.iter().any(|seal| seal.sealed.len() != versions.len()) {
            return Err("sealed");
        }
        let same_id = |at: usize, id: &str| seals.iter().take(at).any(|other| other.head.id == id);
        if seals
            .iter()
            .enumerate()
            .any(|(at, seal)| same_id(at, &seal.head.id))
        {
            return Err("id");
        }
        Ok(RootFile { versions, seals })
    }
}

impl VersionJson {
    fn of(entry: &VersionEntry) -> Self {
        Self {
            version: entry.version,
            created: entry.created.clone(),
            link: entry.link.as_deref().map(encode),
        }
    }

    fn check(self) -> Result<VersionEntry, &'static str> {
        let link = self.link.map(|link| decode(&link).ok_or("link"));
        Ok(VersionEntry {
            version: self.version,
            created: check_time(self.created)?,
            link: link.transpose()?,
        })
    }
}

impl SealJson {
    fn of(entry: &SealEntry) -> Self {
        let (argon2, recovery) = match &entry.head.seal {
            Seal::KeyFile | Seal::Device(_) => (None, None),
            Seal::Passphrase(stretch) => (Some(Argon2Json::of(stretch)), None),
            Seal::Recovery(quorum) => (None, Some(QuorumJson::of(quorum))),
        };
        Self {
            id: entry.head.id.clone(),
            kind: entry.head.seal.kind().word().to_owned(),
            created: entry.head.created.clone(),
            argon2,
            recovery,
            sealing_key: encode(&entry.wrapped),
            renewal: encode(&entry.renewal),
            sealed: entry.sealed.iter().map(|sealed| encode(sealed)).collect(),
        }
    }

    fn check(self) -> Result<SealEntry, &'static str> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if self.id.is_empty() || self.id.len() > MOST_ID || !self.id.bytes().all(fits) {
            return Err("id");
        }
        let seal = match (self.kind.as_str(), self.argon2, self.recovery) {
            ("key-file", None, None) => Seal::KeyFile,
            ("passphrase", Some(argon2), None) => Seal::Passphrase(argon2.check()?),
            ("recovery", None, Some(recovery)) => Seal::Recovery(recovery.check()?),
            ("passphrase", None, _) | (_, Some(_), _) => return Err("argon2"),
            ("recovery", _, None) | (_, _, Some(_)) => return Err("recovery"),
            (kind, None, None) => {
                let known = DEVICE_KINDS.into_iter().find(|known| *known == kind);
                Seal::Device(known.ok_or("kind")?)
            }
        };
        let sealed = self.sealed.iter().map(|sealed| decode(sealed).ok_or("sealed"));
        Ok(SealEntry {
            head: SealHead {
                id: self.id,
                created: check_time(self.created)?,
                seal,
            },
            wrapped: decode(&self.sealing_key).ok_or("sealing_key")?,
            renewal: decode(&self.renewal).ok_or("renewal")?,
            sealed: sealed.collect::<Result<_, _>>()?,
        })
    }
}

impl QuorumJson {
    fn of(quorum: &Quorum) -> Self {
        Self {
            public_key: encode(&quorum.public_key),
            threshold: quorum.threshold,
            shares: quorum.shares,
        }
    }

    fn check(self) -> Result<Quorum, &'static str> {
        if self.threshold < 2 || self.threshold > self.shares {
            return Err("recovery");
        }
        Ok(Quorum {
            public_key: array(&self.public_key).ok_or("public_key")?,
            threshold: self.threshold,
            shares: self.shares,
        })
    }
}
