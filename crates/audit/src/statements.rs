//! The file of signed statements: `checkpoints.jsonl`. At most one sealed head, first; then checkpoints, ascending.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::checkpoint::{Checkpoint, MAX_STATEMENT};
use crate::error::{BadLine, Fault, VerifyError};
use crate::signer::PublicKey;

/// Where the statements of a log are.
pub(crate) fn path(folder: &Path) -> PathBuf {
    folder.join("checkpoints.jsonl")
}

/// Where the public key of a log is.
pub(crate) fn key_path(folder: &Path) -> PathBuf {
    folder.join("checkpoint.pub")
}

/// All statements about a log, as they stand in the file.
#[derive(Debug, Default)]
pub(crate) struct Statements {
    /// Those up to the first line that is none.
    pub(crate) all: Vec<Checkpoint>,
    /// What is wrong with the next line.
    broken: Option<Fault>,
    /// Bytes of whole lines, up to that.
    bytes: u64,
    /// Bytes at the end that no newline ends.
    pub(crate) tail_bytes: u64,
}

impl Statements {
    /// Reads all; none if there is no file. Nothing of it may be believed before [`check`](Self::check).
    pub(crate) fn load(folder: &Path) -> Result<Self, VerifyError> {
        let path = path(folder);
        let failed = |source| VerifyError::Io {
            path: path.clone(),
            source,
        };
        let mut reader = match File::open(&path) {
            Ok(file) => BufReader::new(file),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(failed(error)),
        };
        let mut found = Self::default();
        while let Some(line) = read_line(&mut reader).map_err(failed)? {
            if !line.ends_with(b"\n") && line.len() <= MAX_STATEMENT {
                found.tail_bytes = line.len() as u64;
                break;
            }
            match Checkpoint::parse(&line) {
                Ok(statement) => found.all.push(statement),
                Err(fault) => {
                    found.broken = Some(fault);
                    break;
                }
            }
            found.bytes += line.len() as u64;
        }
        Ok(found)
    }

    /// Whether nothing is said.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty() && self.broken.is_none()
    }

    /// What says that the segments before the first one were removed.
    pub(crate) fn sealed(&self) -> Option<&Checkpoint> {
        self.all.first().filter(|first| first.sealed)
    }

    /// Checks shape, signature and order of each, and names the first bad one.
    pub(crate) fn check(&self, folder: &Path, key: &PublicKey) -> Result<(), VerifyError> {
        let bad = |at: usize, offset, fault| BadLine {
            file: path(folder),
            line: at as u64 + 1,
            offset,
            fault,
        };
        let mut offset = 0;
        let mut before = None;
        for (at, statement) in self.all.iter().enumerate() {
            check(before, statement, key).map_err(|fault| bad(at, offset, fault))?;
            offset += statement.to_line().len() as u64;
            before = Some(statement);
        }
        match self.broken {
            Some(fault) => Err(bad(self.all.len(), self.bytes, fault).into()),
            None => Ok(()),
        }
    }
}

/// Whether a statement is signed and may stand after the one before.
fn check(before: Option<&Checkpoint>, statement: &Checkpoint, key: &PublicKey) -> Result<(), Fault> {
    if statement.key != key.fingerprint() {
        return Err(Fault::Key { found: statement.key });
    }
    if !statement.is_signed_by(key) {
        return Err(Fault::Signature);
    }
    let Some(before) = before else { return Ok(()) };
    if statement.log != before.log {
        return Err(Fault::Log);
    }
    let later = statement.head.seq > before.head.seq && statement.segment >= before.segment;
    if later && !statement.sealed {
        Ok(())
    } else {
        Err(Fault::Order)
    }
}

/// The next line, as far as a statement can go; nothing at the end.
fn read_line(reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::with_capacity(MAX_STATEMENT);
    let mut portion = Read::take(reader, MAX_STATEMENT as u64 + 1);
    portion.read_until(b'\n', &mut line)?;
    Ok((!line.is_empty()).then_some(line))
}

/// The first statement, if a newline ends it. Nothing of it is checked.
pub(crate) fn first(folder: &Path) -> io::Result<Option<Vec<u8>>> {
    let line = match File::open(path(folder)) {
        Ok(file) => read_line(&mut BufReader::new(file))?,
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    Ok(line.filter(|line| line.ends_with(b"\n")))
}

/// The last segment that retention has removed, by the unchecked word of the first statement; 0 if there is none. What is
/// still there of such segments is what an interrupted removal has left, and no part of the log.
pub(crate) fn removed(folder: &Path) -> u32 {
    let first = first(folder)
        .ok()
        .flatten()
        .and_then(|line| Checkpoint::parse(&line).ok());
    first
        .filter(|first| first.sealed)
        .map_or(0, |sealed| sealed.segment)
}

/// The public key beside a log; nothing if there is no such file.
pub(crate) fn read_key(folder: &Path) -> Result<Option<PublicKey>, VerifyError> {
    let path = key_path(folder);
    match fs::read_to_string(&path) {
        Ok(pem) => PublicKey::from_pem(&pem)
            .map(Some)
            .ok_or(VerifyError::NoKey { path }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == ErrorKind::InvalidData => Err(VerifyError::NoKey { path }),
        Err(source) => Err(VerifyError::Io { path, source }),
    }
}
