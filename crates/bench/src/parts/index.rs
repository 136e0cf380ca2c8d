//! What the index of the audit log costs: data keys with it against without it, on two servers in the same rounds.

use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{Bench, Sample};
use crate::error::Error;
use crate::kms::{CONNECTIONS, Kms, Work};
use crate::load::{Load, Until};
use crate::process::{Launch, Server};
use crate::report::{Row, Verdict};
use crate::requests::Choice;
use crate::sign::Scheme;

/// Keys in the store, which are named in turn.
const KEYS: usize = 100;

/// Share of the rate that must be kept, and of the processor time.
const TARGET: f64 = 0.90;

/// A server that uses no more processor time than this in a pause, in seconds, has nothing left to do.
const QUIET: f64 = 0.011;
const PAUSE: Duration = Duration::from_millis(400);
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    let (with, with_keys) = server(bench, "indexed", true)?;
    let (without, without_keys) = server(bench, "not-indexed", false)?;
    let mut samples = [Vec::new(), Vec::new()];
    for _ in 0..2 * bench.options.rounds() {
        let pair = [(&with, &with_keys), (&without, &without_keys)];
        for ((server, keys), samples) in pair.into_iter().zip(&mut samples) {
            samples.push(sample(bench, server, keys)?);
        }
    }
    let [on, off] = samples;
    let (ratio, cpu) = (Sample::by_rate(&on, &off), Sample::by_cpu(&on, &off));
    bench.add(&off, Sample::row("GenerateDataKey without the index", &off));
    let row = Row {
        measured: format!("{ratio:.3} of that, by processor time {cpu:.3}, with what was indexed later"),
        target: format!(">= {TARGET:.2}, both"),
        verdict: Some(Verdict::from(ratio >= TARGET && cpu >= TARGET)),
        ..Sample::row("GenerateDataKey with the index", &on)
    };
    bench.add(&on, row);
    Ok(())
}

/// Both are served in the same way, and differ in the one setting.
fn server(bench: &Bench<'_>, name: &str, index: bool) -> Result<(Server, Vec<String>), Error> {
    let (server, keys) = bench.server_with_keys(name, KEYS)?;
    server.stop()?;
    let launch = Launch {
        settings: Some(format!("[audit]\nindex = {index}")),
        ..bench.launch(name)
    };
    Ok((launch.start(bench.cores)?, keys))
}

/// As any closed loop, but the processor time is taken once the server has come to rest: the index gives way to the
/// calls and does its work later.
fn sample(bench: &Bench<'_>, server: &Server, keys: &[String]) -> Result<Sample, Error> {
    let target = server.plain()?;
    let mut requests =
        Kms::new(server, &target)?.work(Scheme::Rpc, Work::GenerateDataKey, keys, Choice::InTurn)?;
    let mut load = Load::connect(&target, CONNECTIONS)?;
    let length = bench.options.duration();
    load.closed(&mut requests, Until::Time(length / 8))?;
    let before = rest(server)?;
    let outcome = load.closed(&mut requests, Until::Time(length))?;
    Ok(Sample::new(&outcome, rest(server)? - before))
}

/// Waits until the server does nothing; its processor time so far.
fn rest(server: &Server) -> Result<f64, Error> {
    let start = Instant::now();
    let mut before = server.cpu_seconds()?;
    while start.elapsed() < PATIENCE {
        sleep(PAUSE);
        let now = server.cpu_seconds()?;
        if now - before <= QUIET {
            return Ok(now);
        }
        before = now;
    }
    Err(Error::Unfit("the server does not come to rest".to_owned()))
}
