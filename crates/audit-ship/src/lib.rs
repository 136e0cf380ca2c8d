//! Ships the records of the audit log to where auditors keep them: syslog servers and webhooks.
//!
//! **What is promised.** Each sink has a cursor, a file `ship/<name>.json`, that names the last line the sink has taken.
//! It moves only after the sink took the line, so every record arrives at least once, and in the order of the log on each
//! connection. After a failure or a restart some records arrive again: tell them apart by log id and sequence number.
//! Nothing is lost while a sink is away: its records stay in the log, and the retention of the log waits for the cursor
//! ([`Follower::progress`](claviger_audit::index::Follower::progress)). A sink that is gone for good has to be taken out
//! of the settings, or the log grows.
//!
//! **What it costs the calls.** Nothing: sinks read the log's files, behind the disk, each in a task of its own. Only
//! durable lines are shipped ([`AuditLog::head`](claviger_audit::AuditLog::head)).
//!
//! **What is shipped.** Every record: calls, callers that were turned away, the server's own marks. The headers of
//! segments are not. In the shape `claviger` a record is `{"seq":S,"record":R}`, with `R` byte for byte as in the log;
//! other shapes come in as functions ([`Shapes`]) and may leave records out.
//!
//! **Syslog** (RFC 5424) has no acknowledgement. A batch counts as taken once it was written and the connection stayed
//! open for a while ([`Timing::grace`]) in which the system would have dropped a connection whose peer did not confirm
//! the bytes. What the syslog server has received and loses by itself is not seen here. At a stop this side closes first
//! and waits for the peer to close too. Framing is octet counting (RFC 6587 section 3.4.1), over TLS as in RFC 5425.
//!
//! **Webhooks** get a `POST` of JSON lines; a status from 200 to 299 takes the batch.
//!
//! A sink in trouble is asked again after 1 s, 2 s, 4 s … 60 s, each time up to half of it earlier. The server's own log
//! warns once when a sink begins to fail and says when it takes records again.
//!
//! To add a kind of sink: a [`Kind`], its settings and their check in `config`, a file that implements `Sink`.

mod address;
mod backoff;
mod batch;
mod config;
mod cursor;
mod fault;
mod shape;
mod shipper;
mod sink;
mod state;
mod syslog;
mod task;
mod tls;
mod webhook;

pub use config::{Kind, SETTINGS, SinkConfig, Start, Url, Wrong, check};
pub use shape::{CLAVIGER, Render, Shapes};
pub use shipper::{Setup, Shipper, StartError, Timing, try_files};
