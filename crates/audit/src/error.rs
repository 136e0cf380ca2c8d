//! What can go wrong, for those who append, open and verify.

use std::io;
use std::path::PathBuf;

use uuid::Uuid;

use crate::chain::Seq;
use crate::signer::{Fingerprint, SignError};

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
    /// Statements are there, but no public key to check them with: none was given, and the folder has none.
    #[error("`{}` is no Ed25519 public key, and no other was given", path.display())]
    NoKey {
        /// Where a key was expected.
        path: PathBuf,
    },
    /// What was asked for is not in the folder: retention has removed it, or it never was there.
    #[error("line {seq} is not in the folder, which begins at line {first}")]
    Removed {
        /// The line that was asked for.
        seq: Seq,
        /// The first line that is there.
        first: Seq,
    },
    /// The log has no such line yet, or no longer: lines cut off the end look the same.
    #[error("line {seq} is not in the log, which has lines {first} to {last}")]
    Beyond {
        /// The line that was asked for.
        seq: Seq,
        /// The first line that is there.
        first: Seq,
        /// The last one.
        last: Seq,
    },
    /// The segment that was asked for is not in the folder.
    #[error("segment {segment} is not in the folder")]
    NoSegment {
        /// Its number.
        segment: u32,
    },
    /// A checkpoint that was given does not bear the signature of the key.
    #[error("the checkpoint that was given is not signed by the key {key}")]
    Forged {
        /// The key that it was checked with.
        key: Fingerprint,
    },
    /// The log holds no checkpoint, though a key to check one with was given.
    #[error("`{}` holds no checkpoint", folder.display())]
    NoCheckpoint {
        /// The folder of the log.
        folder: PathBuf,
    },
    /// The first line that is not what was written.
    #[error(transparent)]
    Bad(#[from] BadLine),
}

/// Why the keeping of a log did not do what was due, or was not taken up. What is not done is done later; nothing is
/// removed that cannot be vouched for.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// A file cannot be read or written.
    #[error("`{}` cannot be used", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The key did not sign.
    #[error("a checkpoint cannot be signed")]
    Sign(#[from] SignError),
    /// The statements that are there, or `checkpoint.pub`, are of another key.
    #[error("`{}` is of the key {found}, and this is {expected}", path.display())]
    OtherKey {
        /// The file.
        path: PathBuf,
        /// The key of the deployment.
        expected: Fingerprint,
        /// The key in the file.
        found: Fingerprint,
    },
    /// The statements that are there are about another log.
    #[error("`{}` is about the log {found}", path.display())]
    OtherLog {
        /// The file.
        path: PathBuf,
        /// The log that it is about.
        found: Uuid,
    },
    /// A signed checkpoint is not on the chain of the log that was opened: lines were cut off its end, or it was
    /// replaced.
    #[error(
        "a signed checkpoint vouches for line {checkpoint}, and the log, which ends at {head}, does not hold it"
    )]
    Beyond {
        /// The line that the checkpoint vouches for.
        checkpoint: Seq,
        /// The last line of the log.
        head: Seq,
    },
    /// A statement or a segment is not what was written.
    #[error(transparent)]
    Damaged(#[from] VerifyError),
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
    /// The file is not there, though a later segment is, or no signed statement says that it was removed.
    #[error("the segment is missing")]
    Missing,
    /// A compressed block is not what was written.
    #[error("the compressed block does not hold")]
    Packed,
    /// Not of the one shape that signed statements have.
    #[error("not a signed statement about an audit log")]
    Statement,
    /// The statement stands in the wrong place: it is repeated, moved, or older than the one before.
    #[error("the statement is out of order")]
    Order,
    /// The statement names another key than the one it is checked with.
    #[error("the statement is of the key {found}")]
    Key {
        /// The key that it names.
        found: Fingerprint,
    },
    /// The signature is not of the key.
    #[error("the signature does not fit")]
    Signature,
    /// The line is not the one that a signed statement vouches for: the log was written anew.
    #[error("not the line that statement {statement} of the checkpoints vouches for")]
    Vouched {
        /// Line of the statement in `checkpoints.jsonl`, from 1; 0 for one that was given.
        statement: u64,
    },
    /// The log ends before a line that a signed statement vouches for: lines were cut off.
    #[error("the log ends here, and a signed checkpoint vouches for line {checkpoint}")]
    CutOff {
        /// The line that it vouches for.
        checkpoint: Seq,
    },
}
