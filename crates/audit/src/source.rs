//! A segment to be read from front to back, plain or compressed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use crate::bgzf::Unpacker;
use crate::files;

const BUFFER: usize = 1024 * 1024;

/// The plain bytes of a segment.
pub(crate) enum Source {
    Plain(BufReader<File>),
    Packed(Box<Unpacker>),
}

/// The file of a segment: the plain one if it is there, for the compressed one may not be whole yet.
pub(crate) enum Opened {
    Plain(File),
    Packed(File),
}

/// Opens whichever file of the segment is there.
pub(crate) fn open(folder: &Path, segment: u32) -> io::Result<Opened> {
    let plain = files::path(folder, segment);
    let absent = |error: &io::Error| error.kind() == ErrorKind::NotFound;
    match File::open(&plain) {
        Err(error) if absent(&error) => {}
        opened => return opened.map(Opened::Plain),
    }
    match File::open(files::packed_path(folder, segment)) {
        // A segment that a follower asks for early may have been made between the two looks.
        Err(error) if absent(&error) => File::open(plain).map(Opened::Plain),
        opened => opened.map(Opened::Packed),
    }
}

impl Source {
    /// Opens a segment and says which file it is.
    pub(crate) fn open(folder: &Path, segment: u32) -> io::Result<(PathBuf, Self)> {
        Ok(match open(folder, segment)? {
            Opened::Plain(file) => (
                files::path(folder, segment),
                Self::Plain(BufReader::with_capacity(BUFFER, file)),
            ),
            Opened::Packed(file) => (
                files::packed_path(folder, segment),
                Self::Packed(Box::new(Unpacker::new(file))),
            ),
        })
    }

    /// Goes back to a byte of a plain segment, and reads what is there now.
    pub(crate) fn rewind_to(&mut self, offset: u64) -> io::Result<()> {
        match self {
            Self::Plain(reader) => reader.seek(SeekFrom::Start(offset)).map(drop),
            Self::Packed(_) => Err(ErrorKind::Unsupported.into()),
        }
    }

    pub(crate) fn is_packed(&self) -> bool {
        matches!(self, Self::Packed(_))
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(reader) => reader.read(buffer),
            Self::Packed(reader) => reader.read(buffer),
        }
    }
}

impl BufRead for Source {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self {
            Self::Plain(reader) => reader.fill_buf(),
            Self::Packed(reader) => reader.fill_buf(),
        }
    }

    fn consume(&mut self, amount: usize) {
        match self {
            Self::Plain(reader) => reader.consume(amount),
            Self::Packed(reader) => reader.consume(amount),
        }
    }
}
