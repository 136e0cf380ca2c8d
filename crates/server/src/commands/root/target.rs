//! The key file that a command is about.

use std::path::PathBuf;

use claviger_provider_soft::{RootKeys, Sealer};

use super::options::Place;
use crate::config::{self, Seal};
use crate::folder::{Folder, is_there};
use crate::hsm;
use crate::output::{Failure, absolute};
use crate::seal::{Whose, chain, sealer};

/// A key file, and what opens it.
pub(super) struct Target {
    pub(super) path: PathBuf,
    pub(super) seal: Seal,
    pub(super) whose: Whose,
    pub(super) folder: Folder,
    /// What opens the root key, also where this is the HSM's master key.
    pub(super) root_seal: Seal,
}

impl Place {
    /// The key file that is there.
    pub(super) fn target(&self) -> Result<Target, Failure> {
        let (settings, folder) = match (&self.config, &self.data) {
            (Some(path), None) => {
                let settings = if self.hsm {
                    config::read_for_hsm(path)
                } else {
                    config::read(path)
                }?;
                let folder = Folder::at(&absolute(&settings.server.data));
                (settings, folder)
            }
            (None, Some(path)) => {
                let folder = Folder::at(&absolute(path));
                (config::of_folder(&folder)?, folder)
            }
            _ => {
                return Err(Failure::usage(
                    "say where the key is, in one way: --config FILE or --data DIR",
                ));
            }
        };
        let root_seal = settings.seal.clone();
        let target = if self.hsm {
            let place = hsm::Place::of(&settings, &folder);
            Target {
                path: place.master_key,
                seal: place.seal,
                whose: Whose::Hsm,
                folder,
                root_seal,
            }
        } else {
            Target {
                path: folder.root_key(),
                seal: settings.seal,
                whose: Whose::Server,
                folder,
                root_seal,
            }
        };
        target.must_be_there()
    }
}

impl Target {
    fn must_be_there(self) -> Result<Self, Failure> {
        if is_there(&self.path)? {
            return Ok(self);
        }
        let path = self.path.display();
        let more = match self.whose {
            Whose::Server => "`claviger init` makes it",
            Whose::Hsm => {
                "the first start of the HSM makes it, and with hsm.kind = \"connect\" it is in a folder of its own"
            }
        };
        Err(Failure::usage(format!("`{path}` is not there; {more}")))
    }

    /// The key, opened by the seal that the settings name.
    pub(super) fn open(&self) -> Result<RootKeys, Failure> {
        self.open_by(&self.sealer()?)
    }

    /// The root key, also where this is the HSM's master key.
    pub(super) fn open_root(&self) -> Result<RootKeys, Failure> {
        let sealer = sealer(&self.root_seal, Whose::Server)?;
        RootKeys::open(&self.folder.root_key(), &sealer).map_err(|error| Failure::failed(chain(&error)))
    }

    /// What the settings name.
    pub(super) fn sealer(&self) -> Result<Sealer, Failure> {
        sealer(&self.seal, self.whose)
    }

    /// The key, opened by that.
    pub(super) fn open_by(&self, sealer: &Sealer) -> Result<RootKeys, Failure> {
        RootKeys::open(&self.path, sealer).map_err(|error| Failure::failed(chain(&error)))
    }

    /// How the settings call the section that names its seal.
    pub(super) fn section(&self) -> &'static str {
        match self.whose {
            Whose::Server => "seal",
            Whose::Hsm => "hsm.seal",
        }
    }
}
