//! The socket.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::process::geteuid;

/// Bits that let group and others change what is in a folder.
const WRITABLE: u32 = 0o022;

/// A socket that clients can connect to. Its file stays when it is dropped: the next one takes its place.
#[derive(Debug)]
pub struct Listener {
    pub(crate) socket: UnixListener,
    pub(crate) path: PathBuf,
    /// Locked as long as this process lives, so that no second one takes the place of the socket.
    pub(crate) folder: File,
}

impl Listener {
    /// Makes the socket at `path` for clients of the user `peer`. If that is the user of this process, only that user
    /// may connect; otherwise the group of this process may, too, and [`crate::serve`] sends all but `peer` away.
    ///
    /// A socket that is left of a process that ended is replaced.
    ///
    /// # Errors
    /// If the folder is not this user's own, somebody serves there, something else has the name, or it cannot be made.
    pub fn bind(path: &Path, peer: u32) -> Result<Self, BindError> {
        let failed = |source| BindError::Bind {
            path: path.to_owned(),
            source,
        };
        let folder = lock_folder(path)?;
        check_place(path)?;
        // Made aside and then renamed: at its name there is never one with other rights.
        let aside = aside(path).ok_or_else(|| failed(io::ErrorKind::InvalidInput.into()))?;
        let _ = fs::remove_file(&aside);
        let socket = UnixListener::bind(&aside).map_err(failed)?;
        let mode = if peer == geteuid().as_raw() { 0o600 } else { 0o660 };
        fs::set_permissions(&aside, fs::Permissions::from_mode(mode))
            .and_then(|()| socket.set_nonblocking(true))
            .and_then(|()| fs::rename(&aside, path))
            .map_err(failed)?;
        Ok(Self {
            socket,
            path: path.to_owned(),
            folder,
        })
    }
}

/// There is no socket.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The folder cannot be looked at.
    #[error("cannot use the folder `{path}`")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others may put files into the folder.
    #[error("the folder `{path}` must belong to user {uid}, and only that user may write to it")]
    Shared {
        /// The folder.
        path: PathBuf,
        /// The user of this process.
        uid: u32,
    },
    /// Another process serves there.
    #[error("another process serves at `{path}`")]
    InUse {
        /// The socket.
        path: PathBuf,
    },
    /// The name belongs to something else.
    #[error("`{path}` is no socket, and is left alone")]
    Occupied {
        /// The file.
        path: PathBuf,
    },
    /// The socket could not be made.
    #[error("cannot make the socket `{path}`")]
    Bind {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Looks whether the folder is our own, and keeps others of our kind out of it.
fn lock_folder(path: &Path) -> Result<File, BindError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let failed = |source| BindError::Folder {
        path: folder.to_owned(),
        source,
    };
    let open = File::open(folder).map_err(failed)?;
    let about = open.metadata().map_err(failed)?;
    let uid = geteuid().as_raw();
    if about.uid() != uid || about.mode() & WRITABLE != 0 {
        return Err(BindError::Shared {
            path: folder.to_owned(),
            uid,
        });
    }
    match flock(&open, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(open),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(BindError::InUse {
            path: path.to_owned(),
        }),
        Err(error) => Err(failed(error.into())),
    }
}

/// What is at the name may be replaced.
fn check_place(path: &Path) -> Result<(), BindError> {
    let path = path.to_owned();
    match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(BindError::Bind { path, source }),
        Ok(about) if !about.file_type().is_socket() => Err(BindError::Occupied { path }),
        Ok(_) => match UnixStream::connect(&path) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(()),
            Ok(_) => Err(BindError::InUse { path }),
            Err(source) => Err(BindError::Bind { path, source }),
        },
    }
}

/// A name beside the socket, no longer than its own: names of sockets have a limit.
fn aside(path: &Path) -> Option<PathBuf> {
    let len = path.file_name()?.len();
    let name = if len == 1 { "~" } else { ".~" };
    Some(path.with_file_name(name))
}
