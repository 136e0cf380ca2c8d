//! The disk under the audit log, which can be made to fail.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use claviger_audit::{Files, Folder, SegmentFile};

/// The disk under the audit log of a [`World`](crate::World). Clones are the same disk.
///
/// While it fails, nothing can be written, cut or made durable on it; reading goes on.
#[derive(Debug, Clone, Default)]
pub struct Disk(Arc<State>);

#[derive(Debug, Default)]
struct State {
    full: AtomicBool,
    /// Syncs of segments that succeeded.
    syncs: AtomicU64,
}

impl Disk {
    /// From now on there is no space left.
    pub fn fail(&self) {
        self.0.full.store(true, Ordering::SeqCst);
    }

    /// From now on there is space again.
    pub fn heal(&self) {
        self.0.full.store(false, Ordering::SeqCst);
    }

    /// How often something became durable in the log.
    pub fn syncs(&self) -> u64 {
        self.0.syncs.load(Ordering::SeqCst)
    }

    pub(crate) fn over(&self, folder: Folder) -> Box<dyn Files> {
        Box::new(Failing {
            disk: self.clone(),
            folder,
        })
    }

    fn check(&self) -> io::Result<()> {
        if self.0.full.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

struct Failing {
    disk: Disk,
    folder: Folder,
}

struct FailingSegment {
    disk: Disk,
    segment: Box<dyn SegmentFile>,
}

impl Failing {
    fn wrap(&self, segment: Box<dyn SegmentFile>) -> Box<dyn SegmentFile> {
        Box::new(FailingSegment {
            disk: self.disk.clone(),
            segment,
        })
    }
}

impl Files for Failing {
    fn segments(&self) -> io::Result<Vec<u32>> {
        self.folder.segments()
    }

    fn create(&self, segment: u32) -> io::Result<Box<dyn SegmentFile>> {
        self.disk.check()?;
        Ok(self.wrap(self.folder.create(segment)?))
    }

    fn open(&self, segment: u32) -> io::Result<Box<dyn SegmentFile>> {
        Ok(self.wrap(self.folder.open(segment)?))
    }

    fn remove(&self, segment: u32) -> io::Result<()> {
        self.disk.check()?;
        self.folder.remove(segment)
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.disk.check()?;
        self.folder.sync_dir()
    }

    fn path(&self, segment: u32) -> PathBuf {
        self.folder.path(segment)
    }
}

impl SegmentFile for FailingSegment {
    fn size(&self) -> io::Result<u64> {
        self.segment.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.segment.read_at(offset, buffer)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<usize> {
        self.disk.check()?;
        self.segment.write_at(offset, bytes)
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.disk.check()?;
        self.segment.truncate(size)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.disk.check()?;
        self.segment.sync()?;
        self.disk.0.syncs.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}
