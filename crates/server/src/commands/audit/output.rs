//! Where exported records go.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::output::Failure;

/// A file, or standard output.
#[derive(Debug)]
pub(super) enum Output {
    /// Standard output.
    Standard,
    /// A file that was named.
    File(File, PathBuf),
}

/// What became of what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// It was taken.
    Taken,
    /// Nobody reads any more.
    Closed,
}

impl Output {
    /// Standard output, or a file: a new one unless lines are added behind what is there.
    pub(super) fn open(path: Option<&Path>, behind: bool) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Ok(Self::Standard);
        };
        let mut options = OpenOptions::new();
        options.mode(0o600);
        if behind {
            options.append(true).create(true);
        } else {
            options.write(true).create_new(true);
        }
        match options.open(path) {
            Ok(file) => Ok(Self::File(file, path.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let path = path.display();
                Err(Failure::usage(format!(
                    "--output: `{path}` is there already; nothing was changed"
                )))
            }
            Err(error) => Err(Failure::file("make", path, &error)),
        }
    }

    /// Whether there is a terminal to read on, while the records go elsewhere.
    pub(super) fn is_watched(&self) -> bool {
        io::stderr().is_terminal() && !(matches!(self, Self::Standard) && io::stdout().is_terminal())
    }

    /// Writes it all.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<Written, Failure> {
        match self {
            Self::Standard => {
                let mut out = io::stdout().lock();
                taken(
                    out.write_all(bytes).and_then(|()| out.flush()),
                    Path::new("standard output"),
                )
            }
            Self::File(file, path) => taken(file.write_all(bytes), path),
        }
    }

    /// Brings a file to the disk. A pipe or terminal has what was written to it.
    pub(super) fn sync(&self) -> Result<(), Failure> {
        match self {
            Self::Standard => match rustix::fs::fdatasync(io::stdout()) {
                // SOURCE: fdatasync(2): what a pipe, a terminal or a socket answers.
                Ok(()) | Err(Errno::INVAL | Errno::ROFS | Errno::OPNOTSUPP) => Ok(()),
                Err(error) => Err(Failure::file("sync", Path::new("standard output"), &error)),
            },
            Self::File(file, path) => file
                .sync_all()
                .map_err(|error| Failure::file("sync", path, &error)),
        }
    }
}

fn taken(done: io::Result<()>, path: &Path) -> Result<Written, Failure> {
    match done {
        Ok(()) => Ok(Written::Taken),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Written::Closed),
        Err(error) => Err(Failure::file("write to", path, &error)),
    }
}
