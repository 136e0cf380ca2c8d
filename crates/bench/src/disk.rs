//! What one durable write costs on this disk.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::stats::{Latencies, number};

/// Size of one append: about one page, as a group of audit records is.
const APPEND: usize = 4096;

/// Costs of unbatched durable appends.
pub(crate) struct Appends {
    /// How many fit in a second, one after the other.
    pub(crate) rate: f64,
    /// The middle one.
    pub(crate) p50: Duration,
}

/// Appends 4 KiB and waits for the disk (`fdatasync`), again and again, for `duration`.
pub(crate) fn measure(folder: &Path, duration: Duration) -> Result<Appends, Error> {
    let path = folder.join("appends");
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(Error::file("create", &path))?;
    let page = [0x61_u8; APPEND];
    let mut latencies = Latencies::default();
    let mut count = 0;
    let start = Instant::now();
    while start.elapsed() < duration {
        let before = Instant::now();
        file.write_all(&page)
            .and_then(|()| file.sync_data())
            .map_err(Error::file("append to", &path))?;
        latencies.push(before.elapsed());
        count += 1;
    }
    let rate = number(count) / start.elapsed().as_secs_f64();
    fs::remove_file(&path).map_err(Error::file("remove", &path))?;
    Ok(Appends {
        rate,
        p50: latencies.quantile(0.5),
    })
}
