//! A fixed rate, as many independent clients make it. Times count from when a request was due, so that a server
//! that stalls cannot hide the requests it kept waiting.

use super::{Bench, Sample};
use crate::error::Error;
use crate::kms::{CONNECTIONS, Kms, Work};
use crate::load::{Load, Script, Target};
use crate::process::Server;
use crate::report::{Row, Verdict};
use crate::requests::{BareRequests, Choice};
use crate::sign::Scheme;

/// Requests a second.
const RATE: u32 = 10_000;

/// What 99 of 100 requests may take, in milliseconds.
const TARGET: f64 = 5.0;

pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    let (server, keys) = bench.server_with_keys("open-loop", 1)?;
    let (target, bare) = (server.plain()?, bench.bare.plain()?);
    let kms = Kms::new(&server, &target)?;
    let (mut limits, mut samples) = (Vec::new(), Vec::new());
    for _ in 0..bench.options.rounds() {
        limits.push(sample(bench, &bench.bare, &bare, &mut BareRequests::new(&bare))?);
        let mut requests = kms.work(Scheme::Rpc, Work::Encrypt, &keys, Choice::First)?;
        samples.push(sample(bench, &server, &target, &mut requests)?);
    }
    let row = row("bare handler", &limits);
    bench.add(&limits, row);
    let p99 = Sample::millis(&samples, |sample| sample.p99);
    let row = Row {
        target: format!("p99 <= {TARGET} ms"),
        verdict: Some(Verdict::from(p99 <= TARGET)),
        ..self::row("Encrypt 64 B, HMAC-SHA1", &samples)
    };
    bench.add(&samples, row);
    Ok(())
}

fn sample(
    bench: &Bench<'_>,
    server: &Server,
    target: &Target,
    script: &mut dyn Script,
) -> Result<Sample, Error> {
    let mut load = Load::connect(target, CONNECTIONS)?;
    let length = bench.options.duration();
    load.open(script, RATE, length / 8)?;
    let before = server.cpu_seconds()?;
    let outcome = load.open(script, RATE, length)?;
    let sample = Sample::new(&outcome, server.cpu_seconds()? - before);
    // An open loop watches the clock all the time; what it burns says nothing.
    Ok(Sample {
        load_micros: 0.0,
        ..sample
    })
}

fn row(name: &str, samples: &[Sample]) -> Row {
    let millis = |field| Sample::millis(samples, field);
    let row = Sample::row(format!("{name}, {RATE}/s, {CONNECTIONS} connections"), samples);
    let measured = format!(
        "p50 {:.3}, p99 {:.3}, p99.9 {:.3} ms",
        millis(|sample| sample.p50),
        millis(|sample| sample.p99),
        millis(|sample| sample.p999)
    );
    Row {
        load_micros: None,
        measured,
        ..row
    }
}
