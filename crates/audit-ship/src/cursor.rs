//! The durable cursor of a sink: the last line that it has taken.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use claviger_audit::Seq;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Longest cursor file that is read, in bytes.
const LIMIT: u64 = 4096;

/// What the file says.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    log: Uuid,
    seq: u64,
}

/// The file of a cursor.
#[derive(Debug, Clone)]
pub(crate) struct Cursor {
    folder: PathBuf,
    name: String,
    log: Uuid,
}

/// What a cursor file was found to say.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// There is none.
    Nothing,
    /// The last line that was taken.
    At(Seq),
    /// It is that of another log.
    Other,
    /// It cannot be read as a cursor.
    Damaged,
}

impl Cursor {
    /// The cursor `<folder>/<name>.json` over the log with this id. The folder is made where it is missing.
    pub(crate) fn new(folder: &Path, name: &str, log: Uuid) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            name: name.to_owned(),
            log,
        })
    }

    fn file(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.name))
    }

    /// Reads it. Only a file that the disk refuses is an error.
    pub(crate) fn load(&self) -> io::Result<Found> {
        let file = match File::open(self.file()) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut io::Read::take(file, LIMIT), &mut bytes)?;
        Ok(match serde_json::from_slice::<Stored>(&bytes) {
            Ok(stored) if stored.log == self.log => Found::At(Seq(stored.seq)),
            Ok(_) => Found::Other,
            Err(_) => Found::Damaged,
        })
    }

    /// Writes it: after this, and at no moment before, the file says `seq`, whatever happens to the machine.
    pub(crate) fn save(&self, seq: Seq) -> io::Result<()> {
        let stored = Stored {
            log: self.log,
            seq: seq.0,
        };
        let mut text = serde_json::to_vec(&stored)?;
        text.push(b'\n');
        // No sink can have this name.
        let new = self.folder.join(format!(".{}.new", self.name));
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&new)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&new, self.file())?;
        File::open(&self.folder)?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_by_its_own_log_only() {
        let folder = tempfile::tempdir().unwrap();
        let ship = folder.path().join("a/ship");
        let mine = Cursor::new(&ship, "siem", Uuid::from_u128(1)).unwrap();
        assert_eq!(mine.load().unwrap(), Found::Nothing);
        mine.save(Seq(7)).unwrap();
        mine.save(Seq(u64::MAX)).unwrap();
        assert_eq!(mine.load().unwrap(), Found::At(Seq(u64::MAX)));
        let other = Cursor::new(&ship, "siem", Uuid::from_u128(2)).unwrap();
        assert_eq!(other.load().unwrap(), Found::Other);
        let text = fs::read_to_string(ship.join("siem.json")).unwrap();
        assert_eq!(
            text,
            "{\"log\":\"00000000-0000-0000-0000-000000000001\",\"seq\":18446744073709551615}\n"
        );
        assert_eq!(fs::read_dir(&ship).unwrap().count(), 1, "no temporary file stays");
    }

    #[test]
    fn a_damaged_file_is_told_from_none() {
        let folder = tempfile::tempdir().unwrap();
        let cursor = Cursor::new(folder.path(), "siem", Uuid::from_u128(1)).unwrap();
        for text in ["", "{\"log\":\"0000", "[]", "{\"seq\":-1}"] {
            fs::write(folder.path().join("siem.json"), text).unwrap();
            assert_eq!(cursor.load().unwrap(), Found::Damaged, "{text}");
        }
    }
}
