//! Writes the file of statements.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::failed;
use crate::checkpoint::{Checkpoint, MAX_STATEMENT};
use crate::error::{BadLine, Fault, KeepError, VerifyError};
use crate::pack::replace;
use crate::signer::PublicKey;
use crate::statements::{self, Statements};

/// The end of the file of statements.
#[derive(Debug)]
pub(super) struct Ledger {
    folder: PathBuf,
    path: PathBuf,
    /// Bytes that are durable. What stands behind them came of a write that failed.
    size: u64,
    /// The file ends where the durable bytes do.
    clean: bool,
    last: Option<Checkpoint>,
    /// The segments up to this one were removed.
    removed: u32,
}

impl Ledger {
    /// Looks at the first and the last statement, and cuts off what an interrupted write left behind the last newline.
    pub(super) fn open(folder: &Path, key: &PublicKey) -> Result<Self, KeepError> {
        let path = statements::path(folder);
        let (size, last) = match File::open(&path) {
            Ok(file) => end(&file).map_err(|source| failed(&path, source))?,
            Err(error) if error.kind() == ErrorKind::NotFound => (0, None),
            Err(source) => return Err(failed(&path, source)),
        };
        let last = last.map(|line| check(&path, size, &line, key)).transpose()?;
        // Segments are deleted on the word of the first statement, so it is checked like the last.
        let first = statements::first(folder).map_err(|source| failed(&path, source))?;
        let first = first
            .map(|line| check(&path, line.len() as u64, &line, key))
            .transpose()?;
        let mut ledger = Self {
            folder: folder.to_owned(),
            size,
            clean: false,
            last,
            removed: first
                .filter(|first| first.sealed)
                .map_or(0, |sealed| sealed.segment),
            path,
        };
        if size > 0 {
            ledger.clean().map_err(|source| failed(&ledger.path, source))?;
        }
        Ok(ledger)
    }

    pub(super) fn last(&self) -> Option<Checkpoint> {
        self.last
    }

    pub(super) fn removed(&self) -> u32 {
        self.removed
    }

    /// Writes one more statement, durably.
    pub(super) fn append(&mut self, statement: Checkpoint) -> Result<(), KeepError> {
        self.write(&statement.to_line())
            .map_err(|source| failed(&self.path, source))?;
        self.last = Some(statement);
        Ok(())
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        let file = self.clean()?;
        self.clean = false;
        file.write_all_at(line, self.size)?;
        file.sync_data()?;
        self.clean = true;
        self.size += line.len() as u64;
        Ok(())
    }

    /// Opens the file, or makes it, and takes back what a failed write left.
    fn clean(&mut self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(&self.path)?;
        if !self.clean {
            file.set_len(self.size)?;
            file.sync_all()?;
            crate::files::sync_dir(&self.folder)?;
            self.clean = true;
        }
        Ok(file)
    }

    /// Puts a sealed head in front of the statements that go on after it; those up to it go.
    pub(super) fn seal(&mut self, sealed: Checkpoint, all: &Statements) -> Result<(), KeepError> {
        let later: Vec<_> = all
            .all
            .iter()
            .filter(|old| old.head.seq > sealed.head.seq)
            .collect();
        let mut lines = sealed.to_line();
        for statement in &later {
            lines.extend_from_slice(&statement.to_line());
        }
        self.clean = false;
        replace(&self.path, 0o600, |to| to.write_all(&lines), |_| Ok(()))
            .map_err(|source| failed(&self.path, source))?;
        self.size = lines.len() as u64;
        self.clean = true;
        self.last = Some(later.last().map_or(sealed, |last| **last));
        self.removed = sealed.segment;
        Ok(())
    }
}

/// Where the last newline is, and the line that it ends. The file may be long, so no more than its end is read.
fn end(file: &File) -> io::Result<(u64, Option<Vec<u8>>)> {
    let size = file.metadata()?.len();
    let from = size.saturating_sub(2 * MAX_STATEMENT as u64);
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut At { file, at: from }, &mut bytes)?;
    let newline = |byte: &u8| *byte == b'\n';
    let Some(last) = bytes.iter().rposition(newline) else {
        return if from == 0 {
            Ok((0, None))
        } else {
            Ok((size, Some(bytes)))
        };
    };
    bytes.truncate(last + 1);
    let start = bytes
        .get(..last)
        .and_then(|before| before.iter().rposition(newline));
    let line = bytes.split_off(start.map_or(0, |start| start + 1));
    Ok((from + last as u64 + 1, Some(line)))
}

/// Reads from a place on.
struct At<'a> {
    file: &'a File,
    at: u64,
}

impl io::Read for At<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// The statement that ends at byte `end`, if it is one of this key.
fn check(path: &Path, end: u64, line: &[u8], key: &PublicKey) -> Result<Checkpoint, KeepError> {
    let bad = |fault| {
        KeepError::Damaged(VerifyError::Bad(BadLine {
            file: path.to_owned(),
            // Nobody has counted them; the verifier does.
            line: 0,
            offset: end.saturating_sub(line.len() as u64),
            fault,
        }))
    };
    let last = Checkpoint::parse(line).map_err(bad)?;
    if last.key != key.fingerprint() {
        return Err(KeepError::OtherKey {
            path: path.to_owned(),
            expected: key.fingerprint(),
            found: last.key,
        });
    }
    if last.is_signed_by(key) {
        Ok(last)
    } else {
        Err(bad(Fault::Signature))
    }
}
