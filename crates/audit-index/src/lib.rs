//! The query index over the audit log, in one SQLite file.
//!
//! What it is for: [`SqliteIndex`] answers which calls of an account pass some filters in some time, and how a key was
//! used. It is fed from the log by a thread of its own and knows nothing that does not stand there, so it is never in
//! anybody's way: when its file is damaged, of another format or of another log, it is made anew, and when its disk
//! fails, it says so and waits. [`rebuild()`] makes it while no server runs, [`check()`] compares it with the log.
//!
//! How it is made: the log is cut into blocks of 4096 lines. Per block and term (such as "operation is `Encrypt`",
//! in one account) stands which lines of the block have it, in at most 512 bytes. A question walks over the blocks that
//! have all of its terms, in the order that is wanted, and reads the records it finds at their places in the log. Where
//! any of several terms will do, their lines are put together; where there are few lines to rule out and many terms to look
//! up for that, the records are read instead.
//! Every record is judged again by what it says itself before it is handed out. A request id is no term: it tells the
//! moment at which it was drawn, and a moment is found without.
//!
//! What it must never know: the shape of an answer of any vendor, and what a call may or may not do. The index is asked
//! for one account at a time, and terms are kept per account.
//!
//! **Invariant:** a line is either wholly in the index, with the position of the index behind it, or not at all: both
//! are one transaction.

mod block;
mod check;
mod cursor;
mod dictionary;
mod error;
mod feeder;
mod index;
mod mark;
mod numbers;
mod places;
mod plan;
mod posting;
mod prune;
mod query;
mod readers;
mod rebuild;
mod schema;
mod segments;
mod skim;
mod tail;
mod terms;
mod union;
mod usage;
mod writer;

pub use check::{Checked, check};
pub use error::FeedError;
pub use index::SqliteIndex;
pub use rebuild::rebuild;
