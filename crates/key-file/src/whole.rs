//! Files that are whole and durable: new ones, and ones that take the place of another.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

/// Writes `content` to a new file at `path`, which only its owner may read. `unique` names the temporary file.
///
/// A file that exists stays as it is, even if several processes try at once: the content is written aside and then
/// linked to its name, which fails where the name is taken. A rename would replace.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if the file exists; otherwise what went wrong with the file or its folder.
pub fn create(path: &Path, unique: [u8; 8], content: &[u8]) -> io::Result<()> {
    let temporary = aside(path, unique)?;
    let written = write_aside(&temporary, content, None).and_then(|()| fs::hard_link(&temporary, path));
    // A leftover has the rights of the file itself and is never read; nothing depends on its removal.
    let _ = fs::remove_file(&temporary);
    written?;
    File::open(folder(path))?.sync_all()
}

/// Keeps other processes, and other threads, from changing files of the folder that `path` is in, until it is
/// dropped. Reading needs no lock: a file is replaced at once.
///
/// # Errors
/// If the folder cannot be opened or does not take locks.
pub fn lock(path: &Path) -> io::Result<File> {
    let folder = File::open(folder(&fs::canonicalize(path)?))?;
    folder.lock()?;
    Ok(folder)
}

/// The steps of [`replace`], for tests that stop before one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Clean,
    Write,
    Rename,
    Sync,
}

/// Puts `content` in the place of the file at `path`, with the owner of the old file. Whoever stops it in the
/// middle, or cuts the power, finds the old file or the new one, whole. The caller holds the [`lock`].
///
/// # Errors
/// What went wrong with the file or its folder. If only the last step failed, the new file is there already.
pub fn replace(path: &Path, unique: [u8; 8], content: &[u8]) -> io::Result<()> {
    replace_by_steps(path, unique, content, |_| Ok(()))
}

/// Like [`replace`]; `before` is called before each step and stops everything with its error, as a crash would.
fn replace_by_steps(
    path: &Path,
    unique: [u8; 8],
    content: &[u8],
    mut before: impl FnMut(Step) -> io::Result<()>,
) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    before(Step::Clean)?;
    // What a crash left behind is an older state, perhaps with a seal that was removed since.
    clean(&path)?;
    let old = fs::metadata(&path)?;
    let temporary = aside(&path, unique)?;
    before(Step::Write)?;
    write_aside(&temporary, content, Some((old.uid(), old.gid()))).inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })?;
    before(Step::Rename)?;
    fs::rename(&temporary, &path).inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })?;
    before(Step::Sync)?;
    File::open(folder(&path))?.sync_all()
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// What the names of temporary files for `path` begin with.
fn aside_prefix(path: &Path) -> io::Result<OsString> {
    let mut name = OsString::from(".");
    name.push(path.file_name().ok_or(io::ErrorKind::InvalidInput)?);
    name.push(".");
    Ok(name)
}

fn aside(path: &Path, unique: [u8; 8]) -> io::Result<PathBuf> {
    let mut name = aside_prefix(path)?;
    name.push(format!("{:016x}", u64::from_be_bytes(unique)));
    Ok(folder(path).join(name))
}

/// Removes the temporary files for `path`.
fn clean(path: &Path) -> io::Result<()> {
    let prefix = aside_prefix(path)?;
    for entry in fs::read_dir(folder(path))? {
        let entry = entry?;
        let name = entry.file_name();
        let unique = name
            .as_encoded_bytes()
            .strip_prefix(prefix.as_encoded_bytes())
            .filter(|rest| rest.len() == 16 && rest.iter().all(u8::is_ascii_hexdigit));
        if unique.is_some() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn write_aside(path: &Path, content: &[u8], owner: Option<(u32, u32)>) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    if let Some((user, group)) = owner {
        let made = file.metadata()?;
        // A command that root runs must not take the file away from the server's own user.
        if (made.uid(), made.gid()) != (user, group) {
            fchown(&file, Some(user), Some(group))?;
        }
    }
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [Step; 4] = [Step::Clean, Step::Write, Step::Rename, Step::Sync];

    /// Stops before a step; gives what the file holds then.
    fn crash_before(path: &Path, unique: u8, step: Step) -> Vec<u8> {
        let crash = |next| {
            if next == step {
                Err(io::Error::other("crash"))
            } else {
                Ok(())
            }
        };
        replace_by_steps(path, [unique; 8], b"new and longer", crash).unwrap_err();
        fs::read(path).unwrap()
    }

    #[test]
    fn a_crash_at_any_step_leaves_the_old_file_or_the_new_one() {
        for (at, step) in STEPS.into_iter().enumerate() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("root.json");
            create(&path, [0; 8], b"old").unwrap();
            let found = crash_before(&path, 1, step);
            let expected: &[u8] = if step == Step::Sync {
                b"new and longer"
            } else {
                b"old"
            };
            assert_eq!(found, expected, "{step:?}");
            let left = fs::read_dir(folder.path()).unwrap().count();
            assert_eq!(left, if step == Step::Rename { 2 } else { 1 }, "step {at}");

            // The next change works and leaves nothing of the broken one.
            replace(&path, [2; 8], b"newest").unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"newest");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }

    /// The process is gone in the middle of the writing itself.
    #[test]
    fn half_a_temporary_file_is_never_read_and_goes_with_the_next_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.json");
        create(&path, [0; 8], b"old").unwrap();
        fs::write(folder.path().join(".root.json.0101010101010101"), b"ne").unwrap();
        fs::write(folder.path().join(".root.json.backup"), b"not ours").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        replace(&path, [1; 8], b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn mode_and_owner_are_those_of_a_file_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.json");
        create(&path, [0; 8], b"old").unwrap();
        let before = fs::metadata(&path).unwrap();
        // Only root may give a file away; for others the test is about the mode alone.
        let _ = std::os::unix::fs::chown(&path, Some(before.uid() + 1), None);
        let owner = fs::metadata(&path).unwrap().uid();
        replace(&path, [1; 8], b"new").unwrap();
        let after = fs::metadata(&path).unwrap();
        assert_eq!((after.uid(), after.mode() & 0o7777), (owner, 0o600));
    }

    #[test]
    fn a_link_to_the_file_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("root.json"), folder.path().join("link"));
        create(&path, [0; 8], b"old").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        replace(&link, [1; 8], b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn a_file_that_is_not_there_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.json");
        let error = replace(&path, [1; 8], b"new").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_lock_keeps_others_out_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.json");
        create(&path, [0; 8], b"old").unwrap();
        let held = lock(&path).unwrap();
        let other = File::open(folder.path()).unwrap();
        assert!(other.try_lock().is_err());
        drop(held);
        other.try_lock().unwrap();
    }
}
