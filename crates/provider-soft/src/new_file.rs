//! New files that are either whole and durable or not there.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Writes `content` to a new file at `path`, which only its owner may read. `unique` names the temporary file.
///
/// A file that exists stays as it is, even if several processes try at once: the content is written aside and then
/// linked to its name, which fails where the name is taken. A rename would replace.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if the file exists; otherwise what went wrong with the file or its folder.
pub(crate) fn create(path: &Path, unique: [u8; 8], content: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut temporary = OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{:016x}", u64::from_be_bytes(unique)));
    let temporary = folder.join(temporary);

    let written = write_aside(&temporary, content).and_then(|()| fs::hard_link(&temporary, path));
    // A leftover has the rights of the file itself and is never read; nothing depends on its removal.
    let _ = fs::remove_file(&temporary);
    written?;
    File::open(folder)?.sync_all()
}

fn write_aside(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(content)?;
    file.sync_all()
}
