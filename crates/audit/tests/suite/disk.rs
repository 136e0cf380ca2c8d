//! A disk that fails, waits, dies and loses what was not synced, on command. The files themselves are real ones
//! in a temporary folder, so that what is left can be verified and opened like any log.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use claviger_audit::{Files, SegmentFile};

use crate::support::segment;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    Create,
    Open,
    Remove,
    SyncDir,
    Read,
    Write,
    Truncate,
    Sync,
}

/// Handle on the disk; clones are the same disk.
#[derive(Clone)]
pub(crate) struct Disk {
    dir: PathBuf,
    state: Arc<Mutex<State>>,
    changed: Arc<Condvar>,
}

#[derive(Default)]
struct State {
    /// What fails, how, and how many times more.
    failing: HashMap<Op, (io::ErrorKind, u32)>,
    /// How often each operation was tried.
    tried: HashMap<Op, u64>,
    read_bytes: u64,
    /// The most that one write takes.
    portion: Option<usize>,
    /// Bytes that still fit.
    space: Option<usize>,
    gate_closed: bool,
    waiting_at_gate: bool,
    /// Operations until the machine dies.
    life: Option<u64>,
    dead: bool,
    /// What a segment may look like after a power cut: as it was when last synced, and at each change since.
    /// Nothing stands for a file that is not there.
    images: BTreeMap<u32, Vec<Option<Vec<u8>>>>,
    /// What was written to a segment since it was last synced: from byte to byte.
    loose: BTreeMap<u32, Vec<(usize, usize)>>,
}

impl Disk {
    pub(crate) fn new(dir: &Path) -> Self {
        let state = State::default();
        Self {
            dir: dir.to_owned(),
            state: Arc::new(Mutex::new(state)),
            changed: Arc::new(Condvar::new()),
        }
    }

    /// The same machine after the process has died: what was not synced is still in its cache, and can still be
    /// lost.
    pub(crate) fn after_the_process(&self) -> Self {
        let disk = Self::new(&self.dir);
        disk.state().images = self.state().images.clone();
        disk
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Lets the operation fail until healed.
    pub(crate) fn fail(&self, op: Op, kind: io::ErrorKind) {
        self.fail_times(op, kind, u32::MAX);
    }

    pub(crate) fn fail_times(&self, op: Op, kind: io::ErrorKind, times: u32) {
        self.state().failing.insert(op, (kind, times));
    }

    /// Lets nothing fail, and makes space.
    pub(crate) fn heal(&self) {
        let mut state = self.state();
        state.failing.clear();
        state.space = None;
    }

    pub(crate) fn take_portions(&self, bytes: usize) {
        self.state().portion = Some(bytes);
    }

    pub(crate) fn leave_space(&self, bytes: usize) {
        self.state().space = Some(bytes);
    }

    pub(crate) fn die_after(&self, operations: u64) {
        self.state().life = Some(operations);
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.state().dead
    }

    /// Holds syncs up until the gate is opened.
    pub(crate) fn close_gate(&self) {
        self.state().gate_closed = true;
    }

    pub(crate) fn open_gate(&self) {
        self.state().gate_closed = false;
        self.changed.notify_all();
    }

    /// Waits until a sync waits.
    pub(crate) fn await_sync(&self) {
        let state = self.state();
        drop(
            self.changed
                .wait_while(state, |state| !state.waiting_at_gate)
                .unwrap(),
        );
    }

    pub(crate) fn tried(&self, op: Op) -> u64 {
        self.state().tried.get(&op).copied().unwrap_or(0)
    }

    pub(crate) fn read_bytes(&self) -> u64 {
        self.state().read_bytes
    }

    /// Cuts the power: each segment becomes one of the things it may have become, as `choose(n)` below `n` says.
    pub(crate) fn cut_power(&self, mut choose: impl FnMut(usize) -> usize) {
        let mut state = self.state();
        state.dead = true;
        for (number, images) in &state.images {
            let path = segment(&self.dir, *number);
            let durable = images.first().unwrap().clone().unwrap_or_default();
            let Some(mut image) = images[choose(images.len())].clone() else {
                let _ = fs::remove_file(path);
                continue;
            };
            tear(&mut image, &durable, &mut choose);
            fs::write(path, image).unwrap();
        }
    }

    fn begin(&self, op: Op) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.state();
        *state.tried.entry(op).or_default() += 1;
        if let Some(life) = &mut state.life {
            match life.checked_sub(1) {
                Some(less) => *life = less,
                None => state.dead = true,
            }
        }
        if state.dead {
            return Err(io::ErrorKind::Other.into());
        }
        if let Some((kind, times)) = state.failing.get_mut(&op)
            && *times > 0
        {
            *times -= 1;
            return Err((*kind).into());
        }
        Ok(state)
    }

    fn note(state: &mut State, number: u32, path: &Path) {
        let image = fs::read(path).ok();
        state
            .images
            .entry(number)
            .or_insert_with(|| vec![None])
            .push(image);
    }
}

/// What is not durable may be there in part, may be zeros, and may be as it was before, sector by sector.
fn tear(image: &mut Vec<u8>, durable: &[u8], choose: &mut impl FnMut(usize) -> usize) {
    let from = durable.len().min(image.len());
    let loose = image.len() - from;
    match choose(4) {
        0 => image.truncate(from + choose(loose + 1)),
        1 => {
            let kept = from + choose(loose + 1);
            image[kept..].fill(0);
        }
        2 => {
            for (number, sector) in image.chunks_mut(512).enumerate() {
                if choose(2) == 0 {
                    for (at, byte) in sector.iter_mut().enumerate() {
                        *byte = durable.get(number * 512 + at).copied().unwrap_or_default();
                    }
                }
            }
        }
        _ => {}
    }
}

impl Files for Disk {
    fn segments(&self) -> io::Result<Vec<u32>> {
        let names = fs::read_dir(&self.dir)?.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        Ok(names
            .filter_map(|name| name.strip_suffix(".jsonl")?.parse().ok())
            .collect())
    }

    fn create(&self, number: u32) -> io::Result<Box<dyn SegmentFile>> {
        let mut state = self.begin(Op::Create)?;
        let path = self.path(number);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)?;
        Self::note(&mut state, number, &path);
        drop(state);
        Ok(Box::new(DiskFile {
            disk: self.clone(),
            number,
            path,
            file,
        }))
    }

    fn open(&self, number: u32) -> io::Result<Box<dyn SegmentFile>> {
        let mut state = self.begin(Op::Open)?;
        let path = self.path(number);
        let file = OpenOptions::new().read(true).write(true).open(&path)?;
        let image = fs::read(&path).ok();
        state.images.entry(number).or_insert_with(|| vec![image]);
        drop(state);
        Ok(Box::new(DiskFile {
            disk: self.clone(),
            number,
            path,
            file,
        }))
    }

    fn remove(&self, number: u32) -> io::Result<()> {
        let mut state = self.begin(Op::Remove)?;
        fs::remove_file(self.path(number))?;
        state.images.entry(number).or_default().push(None);
        Ok(())
    }

    fn sync_dir(&self) -> io::Result<()> {
        let mut state = self.begin(Op::SyncDir)?;
        let dir = self.dir.clone();
        for (number, images) in &mut state.images {
            let there = segment(&dir, *number).exists();
            images.retain(|image| image.is_some() == there);
            if images.is_empty() {
                images.push(None);
            }
        }
        Ok(())
    }

    fn path(&self, number: u32) -> PathBuf {
        segment(&self.dir, number)
    }
}

struct DiskFile {
    disk: Disk,
    number: u32,
    path: PathBuf,
    file: File,
}

impl SegmentFile for DiskFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.disk.begin(Op::Read)?;
        let read = self.file.read_at(buffer, offset)?;
        state.read_bytes += read as u64;
        Ok(read)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.disk.begin(Op::Write)?;
        // Bytes that the file has already take no space.
        let inside = usize::try_from(self.size()?.saturating_sub(offset)).unwrap();
        let room = state.space.map_or(bytes.len(), |space| space + inside);
        let portion = state.portion.unwrap_or(bytes.len()).min(room).min(bytes.len());
        if portion == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        if let Some(space) = &mut state.space {
            *space -= portion.saturating_sub(inside);
        }
        self.file.write_all_at(&bytes[..portion], offset)?;
        let start = usize::try_from(offset).unwrap();
        let written = state.loose.entry(self.number).or_default();
        written.push((start, start + portion));
        Disk::note(&mut state, self.number, &self.path);
        Ok(portion)
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        let mut state = self.disk.begin(Op::Truncate)?;
        let given_back = usize::try_from(self.size()?.saturating_sub(size)).unwrap();
        self.file.set_len(size)?;
        if let Some(space) = &mut state.space {
            *space += given_back;
        }
        Disk::note(&mut state, self.number, &self.path);
        Ok(())
    }

    /// A sync that fails loses what it should have written, and the next one knows nothing of it: as on Linux.
    fn sync(&mut self) -> io::Result<()> {
        let begun = self.disk.begin(Op::Sync);
        if let Err(error) = begun {
            if !self.disk.is_dead() {
                let mut state = self.disk.state();
                let durable = state.images[&self.number][0].clone().unwrap_or_default();
                let size = usize::try_from(self.size()?).unwrap();
                for (start, end) in state.loose.remove(&self.number).unwrap_or_default() {
                    for at in start..end.min(size) {
                        let was = durable.get(at).copied().unwrap_or_default();
                        self.file.write_all_at(&[was], at as u64)?;
                    }
                }
                Disk::note(&mut state, self.number, &self.path);
            }
            return Err(error);
        }
        let mut state = begun?;
        state.waiting_at_gate = state.gate_closed;
        self.disk.changed.notify_all();
        let mut state = self
            .disk
            .changed
            .wait_while(state, |state| state.gate_closed)
            .unwrap();
        state.waiting_at_gate = false;
        let now = fs::read(&self.path)?;
        state.loose.remove(&self.number);
        let images = state.images.entry(self.number).or_default();
        // The name of a new file is durable only once the folder is.
        images.retain(Option::is_none);
        images.push(Some(now));
        Ok(())
    }
}
