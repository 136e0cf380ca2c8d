//! Files and folders that only their owner can look into.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::output::Failure;

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

/// Refuses to work for somebody else where files may be made: they would be of whoever runs this, and the server, to whom what
/// lies at the path belongs, could not open them.
pub(crate) fn must_be_ours(path: &Path) -> Result<(), Failure> {
    let data = fs::metadata(path).map_err(|error| Failure::file("read", path, &error))?;
    let (owner, user) = (data.uid(), rustix::process::geteuid().as_raw());
    if owner == user {
        return Ok(());
    }
    let path = path.display();
    Err(Failure::usage(format!(
        "`{path}` belongs to user {owner}, and this is user {user}: run it as that user, such as with `sudo -u '#{owner}'`"
    )))
}

/// Refuses a file that [`write_private`] could not write, before there is a secret to write.
pub(crate) fn must_be_writable(option: &str, path: &Path) -> Result<(), Failure> {
    let temporary = beside(path).and_then(|temporary| remove_left(&temporary).map(|()| temporary));
    temporary
        .and_then(|temporary| create_new(&temporary).and_then(|_| fs::remove_file(&temporary)))
        .map_err(|error| cannot_make(option, path, &error))
}

/// Refuses a file that holds something, or that [`write_new`] could not make, before there is a secret to write.
pub(crate) fn must_be_new(option: &str, path: &Path) -> Result<(), Failure> {
    // What is made and removed again is proof that no question about rights, links and file systems gives.
    let tried = open_new(path).and_then(New::undo);
    tried.map_err(|error| cannot_make(option, path, &error))
}

fn cannot_make(option: &str, path: &Path, error: &io::Error) -> Failure {
    let path = path.display();
    if error.kind() == io::ErrorKind::AlreadyExists {
        return Failure::usage(format!(
            "{option}: `{path}` is there already; nothing was changed"
        ));
    }
    let text = format!("{option}: cannot make `{path}`: {error}; nothing was changed");
    match error.kind() {
        // No name for the file would help.
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Failure::failed(text)
        }
        _ => Failure::usage(text),
    }
}

/// Writes a file that only its owner can read, and that takes the place of no other. An empty one that only its owner can
/// read is none: `mktemp` makes those.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = open_new(path).and_then(|mut new| {
        let written = new.file.write_all(bytes).and_then(|()| new.file.sync_all());
        written.inspect_err(|_| {
            // Half a secret is of use to nobody.
            let _ = new.undo();
        })
    });
    written
        .and_then(|()| sync_parent(path))
        .map_err(|error| Failure::file("write", path, &error))
}

/// A file for [`write_new`], empty as yet.
struct New<'p> {
    path: &'p Path,
    file: File,
    /// Whether it was there before, empty.
    found: bool,
}

impl New<'_> {
    /// Leaves everything as it was.
    fn undo(self) -> io::Result<()> {
        if self.found {
            self.file.set_len(0)
        } else {
            fs::remove_file(self.path)
        }
    }
}

fn open_new(path: &Path) -> io::Result<New<'_>> {
    let (file, found) = match create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => (open_empty(path, error)?, true),
        made => (made?, false),
    };
    Ok(New { path, file, found })
}

/// Opens the file at `path` if it is our own, holds nothing and is closed to all others; `taken` says that it is there.
fn open_empty(path: &Path, taken: io::Error) -> io::Result<File> {
    // A link, a folder or a pipe is not for us to open, and what changes after this look is seen by the next one.
    let is_ours = |data: &Metadata| {
        let is_exposed = data.mode() & 0o077 != 0;
        let is_own = data.uid() == rustix::process::geteuid().as_raw();
        data.is_file() && data.len() == 0 && is_own && !is_exposed
    };
    if !fs::symlink_metadata(path).is_ok_and(|data| is_ours(&data)) {
        return Err(taken);
    }
    let file = File::options().write(true).open(path)?;
    // Two commands with the same file: the lock, held until the file is written, lets one of them find it empty.
    if file.try_lock().is_ok() && is_ours(&file.metadata()?) {
        Ok(file)
    } else {
        Err(taken)
    }
}

fn write_then_rename(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = beside(path)?;
    remove_left(&temporary)?;
    let mut file = create_new(&temporary)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if let Err(error) = written.and_then(|()| fs::rename(&temporary, path)) {
        // Half a secret is of use to nobody.
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    sync_parent(path)
}

/// Where a file lies until it is whole.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(".new");
    Ok(path.with_file_name(name))
}

/// Neither a file of somebody else's rights nor a link is written through.
fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path)
}

fn sync_parent(path: &Path) -> io::Result<()> {
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

    #[test]
    fn a_new_file_takes_the_place_of_none_and_is_tried_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.json");
        must_be_new("--save", &path).unwrap();
        assert!(!path.exists(), "only tried");
        write_new(&path, b"secret").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"secret");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let name = path.display();
        let refusal = must_be_new("--save", &path).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            format!("--save: `{name}` is there already; nothing was changed")
        );
        assert!(write_new(&path, b"other").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"secret");
    }

    #[test]
    fn an_empty_file_that_only_we_can_read_is_as_good_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.json");
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(must_be_new("--save", &path).is_err(), "others can read it");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        must_be_new("--save", &path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"", "only tried");
        let other = File::open(&path).unwrap();
        other.lock().unwrap();
        assert!(
            must_be_new("--save", &path).is_err(),
            "another command is about to write it"
        );
        assert!(write_new(&path, b"other").is_err());
        drop(other);
        write_new(&path, b"secret").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"secret");
        assert!(write_new(&path, b"other").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"secret");
        assert!(must_be_new("--save", folder.path()).is_err(), "a folder");
    }

    #[test]
    fn a_link_that_leads_nowhere_is_no_new_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.json");
        symlink(folder.path().join("elsewhere"), &path).unwrap();
        assert!(must_be_new("--save", &path).is_err());
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        must_be_writable("--credentials", &path).unwrap();
        assert!(must_be_writable("--credentials", &folder.path().join("nowhere/c.json")).is_err());
    }
}
