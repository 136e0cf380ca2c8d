//! Single lines by their place, for an index over the log.

use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::bgzf::{BLOCK, Table};
use crate::chain::Seq;
use crate::error::{BadLine, Fault};
use crate::files;
use crate::line::{Envelope, MAX_LINE};
use crate::source::{self, Opened};

/// Files that are kept open, and tables of their blocks: about 8 KiB each.
const SEGMENTS: usize = 32;
/// Blocks that are kept at hand, of 64 KiB each.
const BLOCKS: usize = 8;
/// Bytes of a plain segment that are read first: most lines are shorter.
const FIRST: usize = 2048;

/// A line in a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRef<'a> {
    /// Its number.
    pub seq: Seq,
    /// The outbox mark after it.
    pub outbox: u64,
    /// The record, byte for byte as it was appended.
    pub record: &'a [u8],
    /// Bytes of the line, its newline included.
    pub length: u64,
}

/// Why a line did not come.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// The segment is not there (any more): retention has removed it.
    #[error("segment {segment} of the audit log is not there")]
    Gone {
        /// The number of the segment.
        segment: u32,
    },
    /// The file cannot be read.
    #[error("`{}` cannot be read", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// No line begins there, or a compressed block does not hold. `line` is 0: nobody has counted.
    #[error(transparent)]
    Bad(#[from] BadLine),
}

/// Reads lines at places that are known, from plain and from compressed segments. Keeps a few files, tables of
/// blocks and blocks at hand.
pub struct LineReader {
    folder: PathBuf,
    /// The latest used one last.
    segments: Vec<Segment>,
    /// The latest used one last.
    blocks: Vec<Block>,
}

struct Segment {
    number: u32,
    file: File,
    /// Of a compressed one.
    table: Option<Table>,
}

struct Block {
    segment: u32,
    number: u64,
    plain: Vec<u8>,
}

impl LineReader {
    /// A reader of the log in the folder `dir`. Nothing is opened yet.
    pub fn open(dir: &Path) -> Self {
        Self {
            folder: dir.to_owned(),
            segments: Vec::new(),
            blocks: Vec::new(),
        }
    }

    /// The line that begins at byte `offset` of segment `segment`, counted in the plain segment; see
    /// [`Line::offset`](crate::Line::offset). The buffer takes its bytes. Shape is checked, the chain is not.
    pub fn line<'b>(
        &mut self,
        segment: u32,
        offset: u64,
        buffer: &'b mut Vec<u8>,
    ) -> Result<LineRef<'b>, LineError> {
        let found = match self.fill(segment, offset, buffer) {
            Ok(()) if Envelope::parse(buffer).is_some() => Ok(()),
            // The file at hand may be one that the writer has replaced since.
            Ok(()) | Err(LineError::Bad(_)) if self.forget(segment) => self.fill(segment, offset, buffer),
            other => other,
        };
        found?;
        match Envelope::parse(buffer) {
            Some(line) => Ok(LineRef {
                seq: line.seq,
                outbox: line.outbox,
                record: line.record,
                length: buffer.len() as u64,
            }),
            None => Err(self.bad(segment, offset, Fault::Shape)),
        }
    }

    /// Reads on to the end of the line.
    fn fill(&mut self, segment: u32, offset: u64, buffer: &mut Vec<u8>) -> Result<(), LineError> {
        buffer.clear();
        loop {
            let before = buffer.len();
            let at = offset.saturating_add(before as u64);
            self.more(segment, at, buffer)
                .map_err(|source| self.failed(segment, offset, source))?;
            let new = buffer.get(before..).unwrap_or_default();
            if let Some(end) = new.iter().position(|byte| *byte == b'\n') {
                buffer.truncate(before + end + 1);
                return Ok(());
            }
            if new.is_empty() {
                return Err(self.bad(segment, offset, Fault::Torn));
            }
            if buffer.len() > MAX_LINE {
                return Err(self.bad(segment, offset, Fault::TooLong));
            }
        }
    }

    /// Appends some bytes from `offset` on; none at the end.
    fn more(&mut self, segment: u32, offset: u64, buffer: &mut Vec<u8>) -> io::Result<()> {
        let place = self.segments.iter().position(|open| open.number == segment);
        let open = match place {
            Some(place) => self.segments.remove(place),
            None => Segment::open(&self.folder, segment)?,
        };
        let result = if open.table.is_some() {
            self.packed(&open, offset, buffer)
        } else {
            plain(&open.file, offset, buffer)
        };
        if self.segments.len() >= SEGMENTS {
            self.segments.remove(0);
        }
        self.segments.push(open);
        result
    }

    fn packed(&mut self, open: &Segment, offset: u64, buffer: &mut Vec<u8>) -> io::Result<()> {
        let (number, within) = (offset / BLOCK as u64, offset % BLOCK as u64);
        let place = self
            .blocks
            .iter()
            .position(|block| (block.segment, block.number) == (open.number, number));
        let block = match (place, &open.table) {
            (Some(place), _) => self.blocks.remove(place),
            (None, Some(table)) => {
                let mut plain = Vec::new();
                table.block(&open.file, number, &mut plain)?;
                Block {
                    segment: open.number,
                    number,
                    plain,
                }
            }
            (None, None) => return Ok(()),
        };
        let start = usize::try_from(within).unwrap_or(BLOCK);
        buffer.extend_from_slice(block.plain.get(start..).unwrap_or_default());
        if self.blocks.len() >= BLOCKS {
            self.blocks.remove(0);
        }
        self.blocks.push(block);
        Ok(())
    }

    /// Lets go of a segment; whether there was anything to let go of.
    fn forget(&mut self, segment: u32) -> bool {
        let before = self.segments.len();
        self.segments.retain(|open| open.number != segment);
        self.blocks.retain(|block| block.segment != segment);
        self.segments.len() < before
    }

    fn failed(&self, segment: u32, offset: u64, source: io::Error) -> LineError {
        match source.kind() {
            io::ErrorKind::NotFound => LineError::Gone { segment },
            io::ErrorKind::InvalidData => self.bad(segment, offset, Fault::Packed),
            _ => LineError::Io {
                path: files::present(&self.folder, segment),
                source,
            },
        }
    }

    fn bad(&self, segment: u32, offset: u64, fault: Fault) -> LineError {
        BadLine {
            file: files::present(&self.folder, segment),
            line: 0,
            offset,
            fault,
        }
        .into()
    }
}

impl Segment {
    fn open(folder: &Path, number: u32) -> io::Result<Self> {
        let (file, table) = match source::open(folder, number)? {
            Opened::Plain(file) => (file, None),
            Opened::Packed(file) => {
                let table = Table::read(&file)?;
                (file, Some(table))
            }
        };
        Ok(Self { number, file, table })
    }
}

fn plain(file: &File, offset: u64, buffer: &mut Vec<u8>) -> io::Result<()> {
    if i64::try_from(offset).is_err() {
        // No file goes on so far, and the system would call it an invalid argument.
        return Ok(());
    }
    let before = buffer.len();
    buffer.resize(before + FIRST.max(before), 0);
    let room = buffer.get_mut(before..).unwrap_or_default();
    let read = loop {
        match file.read_at(room, offset) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => break other,
        }
    };
    buffer.truncate(before + *read.as_ref().unwrap_or(&0));
    read.map(drop)
}

impl fmt::Debug for LineReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineReader")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}
