//! Cost against the number of keys, from a hundred to a million.

use super::{Bench, Sample, keys};
use crate::error::Error;
use crate::kms::{Kms, SYMMETRIC};
use crate::report::Row;
use crate::stats::millis;

const STEPS: [usize; 5] = [100, 1_000, 10_000, 100_000, 1_000_000];

/// Steps of a quick run.
const QUICK: usize = 2;

pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    let launch = bench.launch("scale");
    let mut server = launch.start(bench.cores)?;
    let mut ids = Vec::new();
    let steps = if bench.options.quick { QUICK } else { STEPS.len() };
    for count in STEPS.into_iter().take(steps) {
        let target = server.plain()?;
        let kms = Kms::new(&server, &target)?;
        ids.extend(kms.create_keys(count - ids.len(), SYMMETRIC)?.0);
        server.stop()?;
        server = launch.start(bench.cores)?;
        let target = server.plain()?;
        keys::warm(&server, &target, &ids)?;
        let sample = keys::sample(bench, &server, &target, &ids)?;
        let row = Sample::row(
            format!("Encrypt, a random one of {count} keys"),
            std::slice::from_ref(&sample),
        );
        let measured = format!(
            "{:.1} MiB, start {:.1} ms",
            server.resident_mib()?,
            millis(server.start_time)
        );
        bench.add(&[sample], Row { measured, ..row });
    }
    Ok(())
}
