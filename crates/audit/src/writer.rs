//! Writes batches and keeps the file true to the chain when the disk does not.

use std::collections::BTreeSet;
use std::io;

use uuid::Uuid;

use crate::chain::{Head, Linker, Seq, Tip};
use crate::error::AppendError;
use crate::files::{Files, write_all};
use crate::header::Header;
use crate::line;
use crate::log::Clock;
use crate::queue::Entry;
use crate::recover::{Current, Opened, create_segment};
use crate::scan::scan;

/// The most bytes that are written and not yet durable at any moment. A part of the format: recovery need not
/// look for the traces of an interrupted batch further back than this.
pub const MAX_BATCH: usize = 1024 * 1024;

/// How much a segment holds; see [`Options`](crate::Options).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    pub(crate) segment_bytes: u64,
    pub(crate) reserve_bytes: u64,
    pub(crate) busy_after: u32,
}

static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];

/// What became of one record.
pub(crate) type Verdict = Result<Seq, AppendError>;

/// What a failure left behind that has to go before anything else is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Debris {
    None,
    /// Bytes behind the durable end of the segment, or durable bytes the page cache can no longer be asked about.
    Tail,
    /// A segment after the current one that was never completed.
    Segment,
}

pub(crate) struct Writer {
    files: Box<dyn Files>,
    clock: Clock,
    room: Room,
    log: Uuid,
    current: Current,
    /// The chain after the last durable line.
    head: Head,
    debris: Debris,
    /// Outbox numbers that were refused and have not come again.
    missing: BTreeSet<u64>,
    linker: Linker,
    buffer: Vec<u8>,
    /// Batches since the last pause.
    streak: u32,
}

impl Writer {
    pub(crate) fn new(files: Box<dyn Files>, clock: Clock, room: Room, opened: Opened) -> Self {
        Self {
            files,
            clock,
            room,
            log: opened.log,
            current: opened.current,
            head: opened.recovery.head,
            debris: Debris::None,
            missing: BTreeSet::new(),
            linker: Linker::default(),
            buffer: Vec::new(),
            streak: 0,
        }
    }

    /// Where the log ends durably.
    pub(crate) fn tip(&self) -> Tip {
        Tip {
            head: self.head,
            segment: self.current.number,
        }
    }

    /// Writes a batch, with one sync, and gives a verdict on each entry. An error means that none of them is in.
    pub(crate) fn commit(
        &mut self,
        entries: &[Entry],
        records: &[u8],
        verdicts: &mut Vec<Verdict>,
    ) -> io::Result<()> {
        verdicts.clear();
        let mut uncertain = false;
        let outcome = self.prepare().and_then(|()| {
            let head = self.encode(entries, records, verdicts);
            let outcome = self.write(head);
            uncertain = self.debris != Debris::None;
            outcome
        });
        if let Err(error) = &outcome {
            let kind = error.kind();
            let refusal = if uncertain {
                AppendError::Uncertain { kind }
            } else {
                AppendError::Unavailable { kind }
            };
            verdicts.clear();
            verdicts.resize(entries.len(), Err(refusal));
            let numbers = entries.iter().filter_map(|entry| entry.outbox);
            self.missing
                .extend(numbers.filter(|number| *number > self.head.outbox));
        }
        outcome
    }

    /// A pause: the file ends with its last line again, for those who look at it with other tools.
    pub(crate) fn rest(&mut self) {
        self.streak = 0;
        let _ = self.trim();
    }

    /// Last chance to leave a clean folder. If it cannot be taken, the next opening cleans up.
    pub(crate) fn finish(mut self) {
        let _ = self.clear_debris();
        let _ = self.trim();
    }

    /// Takes the reserve away.
    fn trim(&mut self) -> io::Result<()> {
        let current = &mut self.current;
        if current.reserved > current.size && self.debris == Debris::None {
            current.file.truncate(current.size)?;
            current.reserved = current.size;
        }
        Ok(())
    }

    /// Makes room behind the lines of a busy segment, if the disk has it.
    fn reserve(&mut self) {
        self.streak = self.streak.saturating_add(1);
        let end = self.current.size + self.buffer.len() as u64;
        let Room {
            reserve_bytes,
            busy_after,
            ..
        } = self.room;
        if self.streak <= busy_after || end <= self.current.reserved || reserve_bytes == 0 {
            return;
        }
        let current = &mut self.current;
        let (before, goal) = (current.reserved, end + reserve_bytes);
        let mut at = before;
        current.reserved = goal;
        while at < goal {
            let room = usize::try_from(goal - at).unwrap_or(ZEROS.len());
            let zeros = ZEROS.get(..room).unwrap_or(&ZEROS);
            if write_all(&mut *current.file, at, zeros).is_err() {
                // The last bytes of a full disk are for records.
                self.streak = 0;
                if current.file.truncate(before).is_ok() {
                    current.reserved = before;
                }
                return;
            }
            at += zeros.len() as u64;
        }
    }

    fn prepare(&mut self) -> io::Result<()> {
        self.clear_debris()?;
        let today = self.clock.today();
        if self.current.size >= self.room.segment_bytes || today > self.current.day {
            self.roll(today)?;
        }
        Ok(())
    }

    fn roll(&mut self, today: jiff::civil::Date) -> io::Result<()> {
        let segment = self
            .current
            .number
            .checked_add(1)
            .ok_or(io::ErrorKind::FileTooLarge)?;
        // A clock that was set back must not make days run backwards in the log.
        let day = today.max(self.current.day);
        // Nothing may stand between the last line of a segment and the first of the next, also after a power cut.
        let Current {
            file, size, reserved, ..
        } = &mut self.current;
        if *reserved > *size {
            file.truncate(*size)?;
            file.sync()?;
            *reserved = *size;
        }
        let header = Header {
            log: self.log,
            segment,
            previous: self.head.hash,
            day,
        };
        self.debris = Debris::Segment;
        match create_segment(&*self.files, header, &self.head) {
            Ok((current, head)) => {
                self.debris = Debris::None;
                self.current = current;
                self.head = head;
                Ok(())
            }
            Err(error) => {
                let _ = self.clear_debris();
                Err(error)
            }
        }
    }

    /// Fills the buffer with the lines of a batch and returns the head after them.
    fn encode(&mut self, entries: &[Entry], records: &[u8], verdicts: &mut Vec<Verdict>) -> Head {
        self.buffer.clear();
        let mut head = self.head;
        for entry in entries {
            verdicts.push(self.mark(head.outbox, entry.outbox).map(|mark| {
                let record = entry.record(records);
                head = line::push(&mut self.buffer, &mut self.linker, &head, mark, record);
                head.seq
            }));
        }
        head
    }

    /// The mark after a record with this outbox number.
    fn mark(&self, mark: u64, outbox: Option<u64>) -> Result<u64, AppendError> {
        let Some(number) = outbox else { return Ok(mark) };
        if number <= mark {
            return Err(AppendError::OutboxOrder { number, mark });
        }
        match self.missing.range(mark + 1..number).next() {
            Some(missing) => Err(AppendError::OutboxGap {
                number,
                missing: *missing,
            }),
            None => Ok(number),
        }
    }

    /// Brings the buffer to the disk, or the file back to where it was.
    fn write(&mut self, head: Head) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        self.reserve();
        let Current {
            file, size, reserved, ..
        } = &mut self.current;
        let error = match write_all(&mut **file, *size, &self.buffer) {
            Ok(()) => match file.sync() {
                Ok(()) => {
                    *size += self.buffer.len() as u64;
                    *reserved = (*reserved).max(*size);
                    self.head = head;
                    self.missing = self.missing.split_off(&head.outbox.saturating_add(1));
                    return Ok(());
                }
                Err(error) => error,
            },
            Err(error) => match file.truncate(*size).and_then(|()| file.sync()) {
                Ok(()) => {
                    *reserved = *size;
                    return Err(error);
                }
                Err(_) => error,
            },
        };
        // After a failed sync nobody knows which pages are on the disk, and the cache calls all of them clean.
        self.debris = Debris::Tail;
        let _ = self.clear_debris();
        Err(error)
    }

    fn clear_debris(&mut self) -> io::Result<()> {
        match self.debris {
            Debris::None => {}
            Debris::Tail => self.clear_tail()?,
            Debris::Segment => self.clear_segment()?,
        }
        self.debris = Debris::None;
        Ok(())
    }

    /// Cuts the segment back to its durable end, after asking the disk itself whether that is still whole.
    fn clear_tail(&mut self) -> io::Result<()> {
        let mut file = self.files.open(self.current.number)?;
        let found = scan(&*file, self.current.size)?;
        let whole = found.is_some_and(|found| found.head == self.head && found.end == self.current.size);
        if !whole {
            return Err(io::ErrorKind::InvalidData.into());
        }
        file.truncate(self.current.size)?;
        file.sync()?;
        self.current.reserved = self.current.size;
        self.current.file = file;
        Ok(())
    }

    /// Removes a segment that was not completed. Only this writer makes segments, so it can be nobody else's.
    fn clear_segment(&self) -> io::Result<()> {
        match self.files.remove(self.current.number.saturating_add(1)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => self.files.sync_dir(),
        }
    }
}
