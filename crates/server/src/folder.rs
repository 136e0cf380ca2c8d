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

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use claviger_audit::{Seq, read};

use crate::output::{Failure, absolute};
use crate::private::make_private;

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

    /// Makes it where a file of credentials is to lie in it, or in a folder that is made on the way to it. Nothing of the server
    /// may lie where the file does.
    pub(crate) fn make_for(&self, credentials: &Path) -> Result<(), Failure> {
        let file = absolute(credentials);
        let files = [self.root_key(), self.database(), self.settings(), self.dev_seal()];
        let folders = ["audit", "index", "ship", "tls", "hsm"].map(|name| self.0.join(name));
        if files.contains(&file) || folders.iter().any(|folder| file.starts_with(folder)) {
            let file = credentials.display();
            return Err(Failure::usage(format!(
                "--credentials: `{file}` is where the server keeps something else; nothing was changed"
            )));
        }
        match file.parent() {
            Some(parent) if self.0.starts_with(parent) && !is_there(parent)? => self.make(),
            _ => Ok(()),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn root_key(&self) -> PathBuf {
        self.0.join("root.json")
    }

    /// Whether a server was made here. Where one of root key and database is there without the other, that was lost: a new
    /// one would fit to nothing, and stand where the old one has to be put back.
    pub(crate) fn holds_server(&self) -> Result<bool, Failure> {
        let (root_key, database) = (self.root_key(), self.database());
        let lost = match (is_there(&root_key)?, is_there(&database)?) {
            (true, true) => return Ok(true),
            (false, false) => return Ok(false),
            (true, false) => format!(
                "`{}` is missing, and with it all accounts and keys of this server",
                database.display()
            ),
            (false, true) => format!(
                "`{}` is missing, and without it nothing in `{}` opens",
                root_key.display(),
                database.display()
            ),
        };
        Err(Failure::failed(format!("{lost}; put it back from a backup")))
    }

    /// Refuses a folder in which there is no server.
    pub(crate) fn must_hold_server(&self) -> Result<(), Failure> {
        if self.holds_server()? {
            return Ok(());
        }
        let path = self.0.display();
        Err(Failure::usage(format!(
            "`{path}` holds no server; make one with `claviger init`"
        )))
    }

    /// Whether a first start of `dev` was cut off here: there is a root key, no database yet, and nothing in the log.
    pub(crate) fn was_cut_off(&self) -> Result<bool, Failure> {
        if !is_there(&self.root_key())? || is_there(&self.database())? {
            return Ok(false);
        }
        let mut lines = read(&self.audit(), Seq(1));
        Ok(!lines.any(|line| line.is_ok_and(|line| !line.header)))
    }

    /// Whether a process works on the folder: the log lets one write at a time.
    pub(crate) fn is_in_use(&self) -> Result<bool, Failure> {
        let path = self.audit().join("lock");
        match File::open(&path) {
            Ok(lock) => Ok(matches!(lock.try_lock(), Err(TryLockError::WouldBlock))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Failure::file("open", &path, &error)),
        }
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

/// Whether something is there. That it may not be looked at is not an answer.
pub(crate) fn is_there(path: &Path) -> Result<bool, Failure> {
    path.try_exists()
        .map_err(|error| Failure::file("look at", path, &error))
}
