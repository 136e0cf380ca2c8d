//! The folder of a run.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// The folder of one run, removed with everything in it at the end, however that comes.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Makes it.
    pub(crate) fn create(parent: &Path) -> Result<Self, Error> {
        let path = of_this_run(parent);
        fs::create_dir_all(&path).map_err(Error::file("create", &path))?;
        // Children get this path too, and a message should show it whole.
        Ok(Self(path.canonicalize().map_err(Error::file("find", &path))?))
    }

    /// Its whole path.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

/// Where the folder of this process is, or will be.
pub(crate) fn of_this_run(parent: &Path) -> PathBuf {
    parent.join(format!("run-{}", std::process::id()))
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("cannot remove `{}`: {error}", self.0.display());
        }
    }
}
