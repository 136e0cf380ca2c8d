//! One connection: an answer waits for its audit record, so for one durable write; little may come on top.

use super::{Bench, Sample};
use crate::disk;
use crate::error::Error;
use crate::kms::{Kms, Work};
use crate::report::{Row, Verdict};
use crate::requests::{BareRequests, Choice};
use crate::sign::Scheme;
use crate::stats::{median, millis};

/// What may come on top of the write, in milliseconds.
const ALLOWANCE: f64 = 0.3;

pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    let (server, keys) = bench.server_with_keys("latency", 1)?;
    let (target, bare) = (server.plain()?, bench.bare.plain()?);
    let kms = Kms::new(&server, &target)?;
    let (mut writes, mut limits, mut samples) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.options.rounds() {
        writes.push(millis(
            disk::measure(&bench.folder, bench.options.duration())?.p50,
        ));
        limits.push(bench.sample(&bench.bare, &bare, 1, &mut BareRequests::new(&bare))?);
        let mut requests = kms.work(Scheme::Rpc, Work::Encrypt, &keys, Choice::First)?;
        samples.push(bench.sample(&server, &target, 1, &mut requests)?);
    }
    let write = median(&writes);
    let p50 = |samples: &[Sample]| Sample::millis(samples, |sample| sample.p50);
    bench.rows.push(Row {
        scenario: "one durable append of 4 KiB".to_owned(),
        measured: format!("p50 {write:.3} ms"),
        ..Row::default()
    });
    let row = Sample::row("bare handler, 1 connection", &limits);
    bench.add(
        &limits,
        Row {
            measured: format!("p50 {:.3} ms", p50(&limits)),
            ..row
        },
    );
    let row = Sample::row("Encrypt 64 B, HMAC-SHA1, 1 connection", &samples);
    let row = Row {
        measured: format!("p50 {:.3} ms", p50(&samples)),
        target: format!("<= {:.3} ms (append + {ALLOWANCE} ms)", write + ALLOWANCE),
        verdict: Some(Verdict::from(p50(&samples) <= write + ALLOWANCE)),
        ..row
    };
    bench.add(&samples, row);
    Ok(())
}
