//! Compresses a closed segment, so that at any moment one whole file of it is there.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::bgzf::{self, Unpacker};
use crate::files;

/// The end of the name of a file that is not whole yet.
pub(crate) const TEMPORARY: &str = "tmp";

/// What a file is called until it is whole.
pub(crate) fn temporary(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(TEMPORARY);
    name.into()
}

/// Replaces a file by one with other content, or makes it: whoever looks finds the whole old one or the whole new one.
/// `mode` counts whatever the process's mask is.
pub(crate) fn replace(
    path: &Path,
    mode: u32,
    write: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
    check: impl FnOnce(&Path) -> io::Result<()>,
) -> io::Result<()> {
    let temporary = temporary(path);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(mode);
    let outcome = options.open(&temporary).and_then(|file| {
        let mut writer = BufWriter::with_capacity(256 * 1024, &file);
        write(&mut writer)?;
        writer.flush()?;
        drop(writer);
        file.set_permissions(Permissions::from_mode(mode))?;
        file.sync_all()?;
        files::forget_cached(&file)?;
        check(&temporary)?;
        fs::rename(&temporary, path)
    });
    if let Err(error) = outcome {
        // On a full disk its space is needed. If it stays, the next opening removes it.
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    files::sync_dir(path.parent().unwrap_or(Path::new(".")))
}

/// Compresses a segment that is closed: writes the compressed file, reads it back from the disk, compares every byte,
/// and only then removes the plain one.
pub(crate) fn pack(folder: &Path, segment: u32) -> io::Result<()> {
    let plain = files::path(folder, segment);
    let open = || File::open(&plain);
    replace(
        &files::packed_path(folder, segment),
        0o600,
        |to| bgzf::pack(&mut open()?, to),
        |packed| {
            compare(
                BufReader::with_capacity(bgzf::BLOCK, open()?),
                Unpacker::new(File::open(packed)?),
            )
        },
    )?;
    fs::remove_file(&plain)?;
    files::sync_dir(folder)
}

/// Both hold the same bytes.
fn compare(mut one: impl BufRead, mut other: impl BufRead) -> io::Result<()> {
    loop {
        let (a, b) = (one.fill_buf()?, other.fill_buf()?);
        let length = a.len().min(b.len());
        if length == 0 {
            return if a.len() == b.len() {
                Ok(())
            } else {
                Err(ErrorKind::InvalidData.into())
            };
        }
        if a.get(..length) != b.get(..length) {
            return Err(ErrorKind::InvalidData.into());
        }
        one.consume(length);
        other.consume(length);
    }
}
