//! What can go wrong, for those who append, open and verify.

use std::io;
use std::path::PathBuf;

use crate::chain::Seq;

/// Why a record is not in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The record itself is not acceptable; it was never queued.
    #[error("the record is refused")]
    Record(#[from] RecordFault),
    /// Too many bytes wait for the disk already; the record was never queued.
    #[error("too many audit records are waiting for the disk")]
    Overloaded,
    /// The disk refused. The record is not in the log and never will be, unless it is appended again.
    #[error("the audit log cannot be written")]
    Unavailable {
        /// What the operating system said, for the operator.
        kind: io::ErrorKind,
    },
    /// The disk refused, and then refused to take the half-written bytes back. The log heals before it takes
    /// another record, and then this one is gone; but if the process or the machine dies before that, the
    /// record may be found in the log afterwards.
    #[error("the audit log cannot be written, and whether the record stays in it is not known yet")]
    Uncertain {
        /// What the operating system said, for the operator.
        kind: io::ErrorKind,
    },
    /// The log was closed before the record was written.
    #[error("the audit log is closed")]
    Closed,
    /// The outbox number is not above the mark, so the log has gone past it already.
    #[error("outbox number {number} is not above the mark {mark}")]
    OutboxOrder {
        /// The number that came with the record.
        number: u64,
        /// The mark it would have to exceed.
        mark: u64,
    },
    /// A record with a lower outbox number was refused by the disk before and has to come again first: if the
    /// mark passed it, it would be lost silently.
    #[error("outbox number {number} has to wait for {missing}, which the disk refused")]
    OutboxGap {
        /// The number that came with the record.
        number: u64,
        /// The number that has to be appended first.
        missing: u64,
    },
}

/// Why a record may not be a part of the log. The check is cheap and keeps the format intact; that the record is
/// JSON is the word of the one who wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordFault {
    /// Longer than [`MAX_RECORD`](crate::MAX_RECORD).
    #[error("the record is too long")]
    TooLong,
    /// Does not begin with `{` and end with `}`.
    #[error("the record is not a JSON object")]
    NotAnObject,
    /// Holds a byte below 0x20: a newline would end the line, and JSON has no use for the others.
    #[error("the record holds a control byte")]
    ControlByte,
    /// Begins like a record that only the log itself writes: `{"kind":"segment"`, `{"kind":"checkpoint"` or
    /// `{"kind":"sealed"`.
    #[error("the record begins like one of the log's own")]
    Reserved,
}

/// Why a log was not opened. Nothing was changed in its files, unless `Io` says that a change failed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or another log in this one, writes to the folder.
    #[error("the audit log in `{}` is in use by another writer", folder.display())]
    Locked {
        /// The folder of the log.
        folder: PathBuf,
    },
    /// The folder or a file in it cannot be read, made or repaired.
    #[error("`{}` cannot be used", path.display())]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The end of the log is damaged in a way that no interrupted write leaves behind.
    #[error("the audit log is damaged")]
    Damaged(#[from] BadLine),
}

/// Why a log could not be verified or read.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The folder holds no segment.
    #[error("`{}` holds no audit log", folder.display())]
    Empty {
        /// The folder that was searched.
        folder: PathBuf,
    },
    /// The folder or a file in it cannot be read.
    #[error("`{}` cannot be read", path.display())]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The first line that is not what was written.
    #[error(transparent)]
    Bad(#[from] BadLine),
}

/// A line that cannot be part of the log, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` line {line} (byte {offset}): {fault}", file.display())]
pub struct BadLine {
    /// The segment file.
    pub file: PathBuf,
    /// Number of the line in the file, from 1.
    pub line: u64,
    /// Where the line begins in the file, in bytes from 0.
    pub offset: u64,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Not of the one shape that lines have.
    #[error("not a line of an audit log")]
    Shape,
    /// The file ends inside the line, or before its first line, though another segment follows.
    #[error("the line has no end")]
    Torn,
    /// Longer than any line can be.
    #[error("the line is too long")]
    TooLong,
    /// A line is missing, repeated or moved.
    #[error("line number {expected} is due, and this is {found}")]
    Sequence {
        /// The number that has to follow.
        expected: Seq,
        /// The number in the line.
        found: Seq,
    },
    /// The outbox mark goes back.
    #[error("the outbox mark goes back from {before} to {found}")]
    Mark {
        /// The mark of the line before.
        before: u64,
        /// The mark in the line.
        found: u64,
    },
    /// The hash does not fit the line and the hash before it.
    #[error("the hash does not fit")]
    Hash,
    /// The first line of a segment is not a segment header.
    #[error("not a segment header")]
    Header,
    /// The segment is in a format that this version does not know.
    #[error("segment format {found} is unknown")]
    Format {
        /// The format in the header.
        found: u64,
    },
    /// The segment belongs to another log.
    #[error("the segment belongs to another log")]
    Log,
    /// The header names another number than the file does.
    #[error("the header is that of segment {found}")]
    Segment {
        /// The number in the header.
        found: u32,
    },
    /// The header names another hash than the last line before it has.
    #[error("the header does not continue the segment before")]
    Previous,
    /// A segment header stands inside a segment.
    #[error("a segment header inside a segment")]
    Misplaced,
    /// The file is not there, though a later segment is.
    #[error("the segment is missing")]
    Missing,
}
