//! Lines of the log, also those that are still to come.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use claviger_audit::{Line, LineReader, Lines, Seq, VerifyError, read};
use rustix::io::Errno;

use crate::output::Failure;
use crate::seal::chain;

/// Looks at a line that does not hold together before it is called damaged: the server may be writing it.
const PATIENCE: u32 = 25;
/// The pause between two of them, where the caller does not make one.
const PAUSE: Duration = Duration::from_millis(20);

/// Reads line after line. At the end it can be asked again, and gives what has come since.
pub(super) struct Source {
    log: PathBuf,
    /// The line that comes next.
    next: Seq,
    /// Lines that were there when they were asked for.
    lines: Option<Lines>,
    reader: LineReader,
    buffer: Vec<u8>,
    /// The last line that was read: its segment, and where it ends in there.
    end: Option<(u32, u64)>,
    /// How often there was something that was no line.
    doubts: u32,
}

impl Source {
    /// Begins at a line.
    pub(super) fn new(log: &Path, from: Seq) -> Self {
        Self {
            log: log.to_owned(),
            next: from,
            lines: Some(read(log, from)),
            reader: LineReader::open(log),
            buffer: Vec::new(),
            end: None,
            doubts: 0,
        }
    }

    /// Begins with what comes.
    pub(super) fn at_end(log: &Path) -> Result<Self, Failure> {
        let fault = |error| Failure::file("read", log, &error);
        let mut last = None;
        for entry in std::fs::read_dir(log).map_err(fault)? {
            last = last.max(segment(&entry.map_err(fault)?.file_name().to_string_lossy()));
        }
        let mut source = Self::new(log, Seq(1));
        if let Some(last) = last {
            let first = source.reader.line(last, 0, &mut source.buffer);
            source.next = first.map_err(|error| Failure::failed(chain(&error)))?.seq;
            source.lines = Some(read(log, source.next));
        }
        while source.next()?.is_some() {}
        Ok(source)
    }

    /// The next line; nothing while there is none.
    pub(super) fn next(&mut self) -> Result<Option<Line>, Failure> {
        if self.lines.is_none() {
            if let Some(line) = self.grown()? {
                return Ok(Some(self.passed(line)));
            }
            if !self.goes_on() {
                return Ok(None);
            }
            self.lines = Some(read(&self.log, self.next));
        }
        loop {
            match self.lines.as_mut().and_then(Iterator::next) {
                Some(Ok(line)) => return Ok(Some(self.passed(line))),
                Some(Err(VerifyError::Bad(_))) if self.doubts < PATIENCE => {
                    self.doubts += 1;
                    std::thread::sleep(PAUSE);
                    self.lines = Some(read(&self.log, self.next));
                }
                Some(Err(error)) => {
                    let error = chain(&error);
                    return Err(Failure::failed(format!("the log is not whole: {error}")));
                }
                None => {
                    self.lines = None;
                    return Ok(None);
                }
            }
        }
    }

    /// The last line that was read.
    pub(super) fn place(&self) -> Seq {
        Seq(self.next.0.saturating_sub(1))
    }

    /// Waits until what was read is on the disk. The server may have written it and not synced it yet, and after a power
    /// failure other records would stand in its place.
    pub(super) fn settle(&self) -> Result<(), Failure> {
        let Some(file) = self
            .end
            .and_then(|(segment, _)| File::open(self.plain(segment)).ok())
        else {
            // What is compressed was synced before.
            return Ok(());
        };
        match rustix::fs::fdatasync(&file) {
            Ok(()) | Err(Errno::INVAL | Errno::ROFS) => Ok(()),
            Err(error) => Err(Failure::file("sync", &self.log, &error)),
        }
    }

    fn passed(&mut self, line: Line) -> Line {
        self.next = Seq(line.seq.0 + 1);
        self.end = Some((line.segment, line.offset + line.length));
        self.doubts = 0;
        line
    }

    /// The line behind the last one, in the same segment.
    fn grown(&mut self) -> Result<Option<Line>, Failure> {
        let Some((segment, offset)) = self.end else {
            return Ok(None);
        };
        let mut begin = [0];
        let there = File::open(self.plain(segment)).and_then(|file| file.read_at(&mut begin, offset));
        // Behind the last line is nothing, or room for others: zeros.
        if !matches!(there, Ok(1..)) || begin == [0] {
            return Ok(None);
        }
        match self.reader.line(segment, offset, &mut self.buffer) {
            Ok(line) => Ok(Some(Line {
                seq: line.seq,
                outbox: line.outbox,
                segment,
                offset,
                length: line.length,
                header: false,
                record: line.record.to_vec(),
            })),
            Err(_) if self.doubts < PATIENCE => {
                self.doubts += 1;
                Ok(None)
            }
            Err(error) => Err(Failure::failed(format!(
                "the log is not whole: {}",
                chain(&error)
            ))),
        }
    }

    /// Whether there is a segment behind the one that was read.
    fn goes_on(&self) -> bool {
        self.end.is_none_or(|(segment, _)| {
            let plain = self.plain(segment.saturating_add(1));
            plain.exists() || plain.with_extension("jsonl.gz").exists()
        })
    }

    fn plain(&self, segment: u32) -> PathBuf {
        self.log.join(format!("{segment:08}.jsonl"))
    }
}

/// The number of a segment by the name of its file.
fn segment(name: &str) -> Option<u32> {
    let number = name.strip_suffix(".gz").unwrap_or(name).strip_suffix(".jsonl")?;
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use claviger_audit::{AuditLog, Clock, Options};

    use super::*;

    fn open(folder: &Path) -> AuditLog {
        let clock = Clock::new(|| "2026-11-22T08:00:00Z".parse().unwrap());
        let mut options = Options::new(uuid::Uuid::from_u128(7), clock);
        options.segment_bytes = 1000;
        AuditLog::open(folder, options).unwrap().0
    }

    fn append(log: &AuditLog, numbers: std::ops::Range<u32>) {
        for number in numbers {
            let record = format!("{{\"kind\":\"test\",\"number\":{number}}}");
            log.append_blocking(record.as_bytes(), None).unwrap();
        }
    }

    fn rest(source: &mut Source) -> Vec<String> {
        let mut found = Vec::new();
        while let Some(line) = source.next().unwrap() {
            let record = String::from_utf8(line.record).unwrap();
            let number = record.split("\"number\":").nth(1).map(str::to_owned);
            found.extend(number.filter(|_| !line.header));
        }
        source.settle().unwrap();
        found
    }

    fn numbers(numbers: std::ops::Range<u32>) -> Vec<String> {
        numbers.map(|number| format!("{number}}}")).collect()
    }

    #[test]
    fn what_comes_later_is_read_over_many_segments_and_once() {
        let folder = tempfile::tempdir().unwrap();
        let log = open(folder.path());
        append(&log, 0..3);
        let mut all = Source::new(folder.path(), Seq(1));
        let mut new = Source::at_end(folder.path()).unwrap();
        assert_eq!(rest(&mut all), numbers(0..3));
        assert!(rest(&mut new).is_empty());
        for round in 1..20 {
            let came = round * 3..round * 3 + 3;
            append(&log, came.clone());
            assert_eq!(rest(&mut all), numbers(came.clone()));
            assert_eq!(rest(&mut new), numbers(came));
        }
        assert!(
            folder.path().join("00000003.jsonl").exists(),
            "it went over segments"
        );
        assert_eq!(all.place(), log.head().seq);
    }

    #[test]
    fn half_a_line_is_waited_for_and_damage_is_not_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let log = open(folder.path());
        append(&log, 0..2);
        log.close();
        let mut source = Source::at_end(folder.path()).unwrap();
        let file = folder.path().join("00000001.jsonl");
        let whole = std::fs::read(&file).unwrap();
        std::fs::write(&file, [&whole[..], b"{\"seq\":4,\"outb"].concat()).unwrap();
        assert!(rest(&mut source).is_empty());
        std::fs::write(&file, [&whole[..], b"no line of a log\n"].concat()).unwrap();
        let failure = (0..100).find_map(|_| source.next().err()).unwrap();
        assert!(failure.to_string().contains("not whole"), "{failure}");
    }
}
