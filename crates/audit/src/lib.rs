//! The audit log: append-only segments on local disk, one JSON object a line, hash-chained, group committed.
//!
//! What it is for: [`AuditLog::append`] gives back a sequence number once the record is on the disk, or an error
//! when it is not. One `fdatasync` serves every caller that waits. While the disk refuses, every append fails, and
//! the log goes on by itself once the disk is well again. [`verify`] proves that a log is whole; [`read`] hands
//! out its lines.
//!
//! [`record`] is what a record says and how it is spelled; it takes no bytes, so no secret can get in. The log itself
//! never looks into a record: to it a record is one line of JSON. No vendor, no operation and no store has a name here.
//!
//! [`Keeping`] does what a log needs as time goes by, beside the writer: signed checkpoints, compression of closed
//! segments, retention. Its statements lie in a file of their own; the chain never waits for them. [`LineReader`] reads
//! single lines by their place, for an index.
//!
//! The format is described byte by byte in `docs/audit-log.md`. A new kind of line that the log itself writes is a record
//! with a reserved `kind`: see [`RecordFault::Reserved`].
//!
//! **Invariant:** no caller is told that its record is durable before `fdatasync` of the file and, for a new
//! segment, `fsync` of the folder have succeeded. A record refused with [`AppendError::Unavailable`] is not in the
//! log and never comes back.

mod bgzf;
mod chain;
mod checkpoint;
mod error;
mod files;
mod header;
pub mod index;
mod keeping;
mod line;
mod log;
mod pack;
mod queue;
mod read;
mod reader;
pub mod record;
mod recover;
mod scan;
mod signer;
mod source;
mod statements;
mod verify;
pub mod view;
mod walk;
mod writer;

pub use chain::{Hash, Head, Seq, Tip};
pub use checkpoint::Checkpoint;
pub use error::{AppendError, BadLine, Fault, KeepError, OpenError, RecordFault, VerifyError};
pub use files::{Files, Folder, SegmentFile};
pub use keeping::{Keeping, KeepingOptions, Round};
pub use line::MAX_RECORD;
pub use log::{Append, AuditLog, Clock, Options};
pub use queue::Health;
pub use read::{Line, Lines, read};
pub use reader::{LineError, LineReader, LineRef};
pub use recover::Recovery;
pub use signer::{Ed25519Signer, Fingerprint, PublicKey, SignError, Signer};
pub use verify::{KeySource, Report, Since, VerifyOptions, verify, verify_with};
pub use writer::MAX_BATCH;
