//! Making keys is a durable change of state. Batched, it must beat one durable write after the other.

use super::{Bench, Sample};
use crate::disk;
use crate::error::Error;
use crate::kms::{CONNECTIONS, Kms, SYMMETRIC};
use crate::report::{Row, Verdict};
use crate::stats::median;

/// Keys made in the time of one unbatched durable append.
const TARGET: f64 = 1.2;

pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    let server = bench.launch("create").start(bench.cores)?;
    let target = server.plain()?;
    let kms = Kms::new(&server, &target)?;
    let (mut appends, mut samples) = (Vec::new(), Vec::new());
    for _ in 0..bench.options.rounds() {
        appends.push(disk::measure(&bench.folder, bench.options.duration())?.rate);
        samples.push(bench.sample(&server, &target, CONNECTIONS, &mut kms.creation(SYMMETRIC)?)?);
    }
    let appends = median(&appends);
    bench.rows.push(Row {
        scenario: "durable appends of 4 KiB, one after the other".to_owned(),
        rate: Some(appends),
        ..Row::default()
    });
    let row = Sample::row(format!("CreateKey, {CONNECTIONS} connections"), &samples);
    let ratio = row.rate.unwrap_or_default() / appends;
    let row = Row {
        measured: format!("{ratio:.2} of appends"),
        target: format!(">= {TARGET:.2}"),
        verdict: Some(Verdict::from(ratio >= TARGET)),
        ..row
    };
    bench.add(&samples, row);
    Ok(())
}
