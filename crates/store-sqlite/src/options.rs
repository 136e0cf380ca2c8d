//! How the store uses the machine.

use std::time::Duration;

/// What can be tuned. The defaults suit one server process on its own disk; none of them changes what is promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Threads that read, each with its own connection. At least one is started.
    pub readers: usize,
    /// Changes that may share one commit at the most.
    pub batch: usize,
    /// Changes, and likewise reads, that may wait before further ones are turned away as overload.
    pub waiting: usize,
    /// Page cache of the writer, in KiB.
    pub writer_cache: u32,
    /// Page cache of each reader, in KiB.
    pub reader_cache: u32,
    /// Pages of 4 KiB in the write-ahead log after which a commit moves them to the main file.
    pub checkpoint: u32,
    /// How long to wait for another process that holds the file, such as a shell.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: 2,
            batch: 256,
            waiting: 16_384,
            writer_cache: 4096,
            reader_cache: 1024,
            checkpoint: 4000,
            patience: Duration::from_secs(5),
        }
    }
}
