//! The data folder.
//!
//! ```text
//! root.json            root key, sealed
//! claviger.db          database (with -wal and -shm beside it)
//! audit/               audit log, one file a segment, its signed checkpoints and their public key
//! index/audit.db       index of the audit log; made anew from it at any time
//! ship/                how far the sinks of the audit log are
//! hsm/master-key.json  master key of the managed HSM, sealed
//! hsm/access.key       what the server and the managed HSM prove to each other
//! hsm/run/hsm.sock     where they meet, while the HSM runs
//! hsm/seal.key         what seals the master key, where nothing else was chosen
//! tls/ca.pem           private CA: its certificate
//! tls/ca.key           private CA: its key
//! seal.key             `dev` only: what seals the root key
//! credentials.json     `dev` only, unless another file is named
//! claviger.toml        settings, made by `init`
//! ```
//! Everything is readable by its owner only.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::output::Failure;

/// The public half of the key that signs checkpoints, in the folder of the log.
pub(crate) const PUBLIC_KEY: &str = "checkpoint.pub";

/// Where things lie.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// A folder that may or may not be there.
    pub(crate) fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Makes the folder if it is not there.
    pub(crate) fn make(&self) -> Result<(), Failure> {
        make_private(&self.0)?;
        make_private(&self.0.join("tls"))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn root_key(&self) -> PathBuf {
        self.0.join("root.json")
    }

    /// Whether the root key is there. A database without it means that the file was lost: a new root key would open
    /// nothing, and stand where the old one has to be put back.
    pub(crate) fn has_root_key(&self) -> Result<bool, Failure> {
        let root_key = self.root_key();
        if root_key.exists() {
            return Ok(true);
        }
        if self.database().exists() {
            let (root_key, database) = (root_key.display(), self.database());
            let database = database.display();
            return Err(Failure::failed(format!(
                "`{root_key}` is missing, and without it nothing in `{database}` opens; put it back from a backup"
            )));
        }
        Ok(false)
    }

    /// Whether a process works on the folder: the log lets one write at a time.
    pub(crate) fn is_in_use(&self) -> bool {
        let lock = File::open(self.audit().join("lock"));
        lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
    }

    /// Keeps servers and other commands from the folder, until what is given is dropped; nothing where one works on it.
    pub(crate) fn take(&self) -> Result<Option<File>, Failure> {
        let path = self.audit().join("lock");
        let mut options = OpenOptions::new();
        let lock = options
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path);
        let lock = lock.map_err(|error| Failure::file("open", &path, &error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(lock)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(Failure::file("lock", &path, &error)),
        }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.0.join("claviger.db")
    }

    pub(crate) fn audit(&self) -> PathBuf {
        self.0.join("audit")
    }

    /// The index of the log. It has a folder of its own, which is made with it.
    pub(crate) fn index(&self) -> PathBuf {
        self.0.join("index").join("audit.db")
    }

    /// How far the sinks of the log are.
    pub(crate) fn ship(&self) -> PathBuf {
        self.0.join("ship")
    }

    pub(crate) fn ca_certificate(&self) -> PathBuf {
        self.0.join("tls").join("ca.pem")
    }

    pub(crate) fn ca_key(&self) -> PathBuf {
        self.0.join("tls").join("ca.key")
    }

    /// The folder of the managed HSM.
    pub(crate) fn hsm(&self) -> PathBuf {
        self.0.join("hsm")
    }

    pub(crate) fn hsm_master_key(&self) -> PathBuf {
        self.hsm().join("master-key.json")
    }

    /// What seals that where nothing else was chosen.
    pub(crate) fn hsm_seal(&self) -> PathBuf {
        self.hsm().join("seal.key")
    }

    pub(crate) fn hsm_access_key(&self) -> PathBuf {
        self.hsm().join("access.key")
    }

    /// In a folder of its own: the HSM keeps that locked as long as it runs, and changes of the master key lock theirs.
    pub(crate) fn hsm_socket(&self) -> PathBuf {
        self.hsm().join("run").join("hsm.sock")
    }

    pub(crate) fn dev_seal(&self) -> PathBuf {
        self.0.join("seal.key")
    }

    pub(crate) fn dev_credentials(&self) -> PathBuf {
        self.0.join("credentials.json")
    }

    pub(crate) fn settings(&self) -> PathBuf {
        self.0.join("claviger.toml")
    }
}

/// Makes a folder that only its owner can look into, if it is not there.
pub(crate) fn make_private(path: &Path) -> Result<(), Failure> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| Failure::file("make", path, &error))
}

/// Writes a file that only its owner can read, whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_then_rename(path, bytes).map_err(|error| Failure::file("write", path, &error))
}

fn write_then_rename(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(".new");
    let temporary = path.with_file_name(name);
    remove_left(&temporary)?;
    // Neither a file of somebody else's rights nor a link is written through.
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&temporary)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if let Err(error) = written.and_then(|()| fs::rename(&temporary, path)) {
        // Half a secret is of use to nobody.
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

/// Removes what an attempt that was cut off has left.
fn remove_left(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_private_file_is_private_whatever_lay_in_its_way() {
        let folder = tempfile::tempdir().unwrap();
        let (path, temporary) = (folder.path().join("c.json"), folder.path().join("c.json.new"));
        fs::write(&temporary, "left").unwrap();
        fs::set_permissions(&temporary, fs::Permissions::from_mode(0o666)).unwrap();
        write_private(&path, b"secret").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"secret");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!temporary.exists());
    }

    #[test]
    fn no_link_is_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let (path, elsewhere) = (folder.path().join("c.json"), folder.path().join("elsewhere"));
        fs::write(&elsewhere, "theirs").unwrap();
        symlink(&elsewhere, folder.path().join("c.json.new")).unwrap();
        symlink(&elsewhere, &path).unwrap();
        write_private(&path, b"secret").unwrap();
        assert_eq!(fs::read(&elsewhere).unwrap(), b"theirs");
        assert!(fs::symlink_metadata(&path).unwrap().is_file());
    }

    #[test]
    fn a_failure_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        assert!(write_private(&path, b"secret").is_err());
        assert!(!folder.path().join("taken.new").exists());
    }
}
