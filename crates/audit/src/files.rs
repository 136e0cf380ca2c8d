//! The few file operations that the writer needs, behind traits, so that tests can make each of them fail.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::error::{BadLine, Fault, OpenError};

/// The folder of a log, locked for one writer. Segments go by number; their names are the folder's business.
pub trait Files: Send {
    /// Numbers of the segments that are there, in any order.
    fn segments(&self) -> io::Result<Vec<u32>>;
    /// Makes an empty segment. Fails with `AlreadyExists` if there is one.
    fn create(&self, segment: u32) -> io::Result<Box<dyn SegmentFile>>;
    /// Opens a segment that is there. What is then read must come from the disk, where the system lets one ask.
    fn open(&self, segment: u32) -> io::Result<Box<dyn SegmentFile>>;
    /// Removes a segment.
    fn remove(&self, segment: u32) -> io::Result<()>;
    /// Makes what was created and removed durable.
    fn sync_dir(&self) -> io::Result<()>;
    /// Where a segment is, for messages.
    fn path(&self, segment: u32) -> PathBuf;
}

/// An open segment. Reads and writes are positional: a write that failed half-way leaves no cursor in the air.
pub trait SegmentFile: Send {
    /// Size in bytes.
    fn size(&self) -> io::Result<u64>;
    /// Reads at `offset`; fewer bytes than asked for, and 0 at the end, as in `pread`.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;
    /// Writes at `offset`; may write fewer bytes than given, as in `pwrite`.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<usize>;
    /// Cuts the file to `size` bytes.
    fn truncate(&mut self, size: u64) -> io::Result<()>;
    /// Makes content and size durable.
    fn sync(&mut self) -> io::Result<()>;
}

/// A folder on a local disk.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Holds the advisory lock for as long as it is open.
    _lock: File,
}

impl Folder {
    /// Opens the folder, makes it (mode 0700) if it is not there, and locks it for one writer until drop. A folder
    /// whose newest segment is compressed has lost the one that was written to, and is refused.
    pub fn lock(path: &Path) -> Result<Self, OpenError> {
        let io = |source| OpenError::Io {
            path: path.to_owned(),
            source,
        };
        make(path).map_err(io)?;
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path.join("lock"))
            .map_err(io)?;
        match patiently(&lock) {
            Ok(()) => {
                check_newest(path, found(path).map_err(io)?.last())?;
                Ok(Self {
                    path: path.to_owned(),
                    _lock: lock,
                })
            }
            Err(TryLockError::WouldBlock) => Err(OpenError::Locked {
                folder: path.to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(io(source)),
        }
    }
}

/// How often a lock that is taken is tried again, and how long after.
const LOOKS: u32 = 25;
const PAUSE: Duration = Duration::from_millis(10);

/// Takes a lock. A program that is just being started holds what its parent had open until it runs, so a lock may be taken
/// for a moment after its holder let it go.
fn patiently(lock: &File) -> Result<(), TryLockError> {
    for _ in 0..LOOKS {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
            done => return done,
        }
    }
    lock.try_lock()
}

/// Only closed segments are compressed, so a plain one has to come after them.
fn check_newest(folder: &Path, newest: Option<&Found>) -> Result<(), OpenError> {
    match newest {
        Some(Found {
            segment,
            plain: false,
        }) => Err(OpenError::Damaged(BadLine {
            file: path(folder, segment.saturating_add(1)),
            line: 1,
            offset: 0,
            fault: Fault::Missing,
        })),
        _ => Ok(()),
    }
}

/// Makes the folder and sees to it that a power cut does not take it away again with a log in it.
fn make(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => match path.parent() {
            Some(parent) if parent != Path::new("") => File::open(parent)?.sync_all(),
            _ => File::open(".")?.sync_all(),
        },
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

impl Files for Folder {
    fn segments(&self) -> io::Result<Vec<u32>> {
        segments(&self.path)
    }

    fn create(&self, segment: u32) -> io::Result<Box<dyn SegmentFile>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(0o600);
        Ok(Box::new(Local(options.open(self.path(segment))?)))
    }

    fn open(&self, segment: u32) -> io::Result<Box<dyn SegmentFile>> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(self.path(segment))?;
        forget_cached(&file)?;
        Ok(Box::new(Local(file)))
    }

    fn remove(&self, segment: u32) -> io::Result<()> {
        fs::remove_file(self.path(segment))
    }

    fn sync_dir(&self) -> io::Result<()> {
        sync_dir(&self.path)
    }

    fn path(&self, segment: u32) -> PathBuf {
        path(&self.path, segment)
    }
}

/// A file on a local disk.
struct Local(File);

impl SegmentFile for Local {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(buffer, offset)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_at(bytes, offset)
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.0.set_len(size)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }
}

/// Drops clean cached pages: after a failed sync the cache may claim what the disk does not hold.
#[cfg(target_os = "linux")]
pub(crate) fn forget_cached(file: &File) -> io::Result<()> {
    Ok(rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed)?)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn forget_cached(_: &File) -> io::Result<()> {
    Ok(())
}

/// Path of a segment in the folder of a log.
pub(crate) fn path(folder: &Path, segment: u32) -> PathBuf {
    folder.join(format!("{segment:08}.jsonl"))
}

/// Path of a segment that was compressed.
pub(crate) fn packed_path(folder: &Path, segment: u32) -> PathBuf {
    folder.join(format!("{segment:08}.jsonl.gz"))
}

/// The file of a segment that is there, for messages; the plain one if neither is.
pub(crate) fn present(folder: &Path, segment: u32) -> PathBuf {
    let (plain, packed) = (path(folder, segment), packed_path(folder, segment));
    if !plain.exists() && packed.exists() {
        packed
    } else {
        plain
    }
}

/// A segment in a folder. It may be there twice for a moment, while it is being compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) segment: u32,
    /// Whether the plain file is there: if so, it counts.
    pub(crate) plain: bool,
}

/// The segments in a folder, ascending. Files with other names are none of the log's business.
pub(crate) fn found(folder: &Path) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let Some(name) = name.to_str() else { continue };
        let (stem, plain) = match name.strip_suffix(".gz") {
            Some(stem) => (stem, false),
            None => (name, true),
        };
        let number = stem.strip_suffix(".jsonl").and_then(|stem| stem.parse().ok());
        if let Some(segment) = number
            && path(folder, segment) == folder.join(stem)
        {
            found.push(Found { segment, plain });
        }
    }
    found.sort_unstable_by_key(|found| (found.segment, !found.plain));
    found.dedup_by_key(|found| found.segment);
    Ok(found)
}

/// Numbers of the plain segments in a folder, ascending.
fn segments(folder: &Path) -> io::Result<Vec<u32>> {
    let plain = found(folder)?.into_iter().filter(|found| found.plain);
    Ok(plain.map(|found| found.segment).collect())
}

/// Makes what was created, renamed and removed in a folder durable.
pub(crate) fn sync_dir(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Writes all of `bytes` at `offset`, however small the portions are that the file takes.
pub(crate) fn write_all(file: &mut dyn SegmentFile, mut offset: u64, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write_at(offset, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                bytes = bytes.get(written..).unwrap_or_default();
                offset = offset.saturating_add(written as u64);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads the bytes from `start` to `end`. A file that ends before `end` is an error.
pub(crate) fn read_range(file: &dyn SegmentFile, start: u64, end: u64) -> io::Result<Vec<u8>> {
    let length = usize::try_from(end.saturating_sub(start)).map_err(|_| io::ErrorKind::FileTooLarge)?;
    let mut bytes = vec![0; length];
    let mut done = 0;
    while let Some(rest) = bytes.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match file.read_at(start.saturating_add(done as u64), rest) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(bytes)
}
