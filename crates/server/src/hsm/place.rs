//! Where the things of the managed HSM lie, and how they come there.

use std::path::{Path, PathBuf};

use claviger_crypto::SystemRng;
use claviger_model::{Clock as _, SystemClock};
use claviger_provider_managed::AccessKey;
use claviger_provider_soft::{RootKeys, Sealer};

use crate::config::{SOCKET_PATH, Seal, Settings};
use crate::folder::{Folder, is_there};
use crate::output::{Failure, absolute};
use crate::private::make_private;
use crate::seal::{Whose, chain, new_sealer, sealer};

/// The files of a managed HSM.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Where it listens.
    pub(crate) socket: PathBuf,
    /// What it and its client prove to each other.
    pub(crate) access_key: PathBuf,
    /// Its master key, sealed.
    pub(crate) master_key: PathBuf,
    /// What seals that.
    pub(crate) seal: Seal,
}

impl Place {
    /// As the settings say, and by default in the data folder.
    pub(crate) fn of(settings: &Settings, folder: &Folder) -> Self {
        let hsm = &settings.hsm;
        let seal = match &hsm.seal {
            Some(seal) => seal.clone(),
            // Nobody sits in front of the HSM.
            None if settings.seal.is_typed() => Seal::key_file(folder.hsm_seal()),
            None => settings.seal.clone(),
        };
        Self {
            socket: hsm
                .socket
                .as_deref()
                .map_or_else(|| folder.hsm_socket(), absolute),
            access_key: hsm.access_key.clone().unwrap_or_else(|| folder.hsm_access_key()),
            master_key: folder.hsm_master_key(),
            seal,
        }
    }

    /// Makes what is missing: the folder, the master key with its seal and one of recovery shares, the access key. Gives
    /// whether there was no master key.
    ///
    /// A master key that is missing while the access key is there was lost. A new one would open nothing, and stand where the
    /// old one has to be put back.
    pub(crate) fn make(&self, recovery: Option<&Sealer>) -> Result<bool, Failure> {
        make_private(parent(&self.master_key))?;
        make_private(parent(&self.socket))?;
        let new = !is_there(&self.master_key)?;
        if new {
            self.must_be_new()?;
            let sealer = new_sealer(&self.seal, Whose::Hsm)?;
            let sealers: Vec<_> = std::iter::once(&sealer).chain(recovery).collect();
            RootKeys::create_with(&self.master_key, &sealers, &SystemRng, SystemClock.now())
                .map_err(|error| Failure::failed(chain(&error)))?;
        }
        if !is_there(&self.access_key)? {
            make_private(parent(&self.access_key))?;
            AccessKey::create(&self.access_key, &SystemRng)
                .map_err(|error| Failure::failed(chain(&error)))?;
        }
        Ok(new)
    }

    /// Opens the master key.
    pub(crate) fn open(&self) -> Result<RootKeys, Failure> {
        if !is_there(&self.master_key)? {
            self.must_be_new()?;
            let path = self.master_key.display();
            return Err(Failure::usage(format!(
                "`{path}` is not there; `claviger hsm --make` makes it, and so does the first start of the server"
            )));
        }
        let sealer = self.sealer()?;
        RootKeys::open(&self.master_key, &sealer).map_err(|error| Failure::failed(chain(&error)))
    }

    /// What opens the master key.
    pub(crate) fn sealer(&self) -> Result<Sealer, Failure> {
        sealer(&self.seal, Whose::Hsm)
    }

    /// Refuses a path that no socket can have, and a folder that the HSM would keep others out of.
    pub(crate) fn check_socket(&self) -> Result<(), Failure> {
        if parent(&self.socket) == parent(&self.master_key) {
            let folder = parent(&self.socket).display();
            return Err(Failure::usage(format!(
                "hsm.socket: the HSM keeps the folder of its socket locked, and `{folder}` is that of the master key: name another one"
            )));
        }
        let length = self.socket.as_os_str().len();
        if length <= SOCKET_PATH {
            return Ok(());
        }
        let path = self.socket.display();
        Err(Failure::usage(format!(
            "`{path}` has {length} bytes, and a socket can have {SOCKET_PATH} at most: name a shorter one as hsm.socket"
        )))
    }

    /// Refuses to begin anew where there was a master key.
    pub(crate) fn must_be_new(&self) -> Result<(), Failure> {
        if !is_there(&self.access_key)? {
            return Ok(());
        }
        let (master, access) = (self.master_key.display(), self.access_key.display());
        Err(Failure::failed(format!(
            "`{master}` is missing, and without it no key of level HSM opens; put it back from a backup. If there are no such \
             keys, remove `{access}`, too, and both are made anew"
        )))
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}
