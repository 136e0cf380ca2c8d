//! Memory and start time: the server must be cheap to have around.

use super::{Bench, Sample};
use crate::error::Error;
use crate::kms::{CONNECTIONS, Kms, SYMMETRIC, Work};
use crate::load::{Load, Until};
use crate::process::Server;
use crate::report::{Row, Verdict};
use crate::requests::Choice;
use crate::sign::Scheme;
use crate::stats::{median, millis};

/// Keys in the store of a busy deployment.
const KEYS: usize = 10_000;

/// Memory of a server that nobody has asked anything, in MiB.
const IDLE_MIB: f64 = 30.0;

/// Memory once each of the keys was used, in MiB.
const USED_MIB: f64 = 60.0;

/// From the start of the process to its first answer, in milliseconds.
const START_MILLIS: f64 = 100.0;

/// Starts of which the middle one counts.
const STARTS: usize = 5;

pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    let launch = bench.launch("footprint");
    let server = launch.start(bench.cores)?;
    let idle = server.resident_mib()?;
    memory(bench, "idle", idle, IDLE_MIB);

    let sample = use_each(&server)?;
    let used = server.resident_mib()?;
    memory(bench, &format!("{KEYS} keys, each used once"), used, USED_MIB);
    server.stop()?;

    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let server = launch.start(bench.cores)?;
        starts.push(millis(server.start_time));
        server.stop()?;
    }
    let start = median(&starts);
    let row = Row {
        scenario: format!("start to first answer, {KEYS} keys"),
        measured: format!("{start:.1} ms"),
        target: format!("<= {START_MILLIS} ms"),
        verdict: Some(Verdict::from(start <= START_MILLIS)),
        ..Row::default()
    };
    bench.add(&[sample], row);
    Ok(())
}

/// Makes the keys and encrypts once under each.
fn use_each(server: &Server) -> Result<Sample, Error> {
    let target = server.plain()?;
    let kms = Kms::new(server, &target)?;
    let (keys, _) = kms.create_keys(KEYS, SYMMETRIC)?;
    let mut requests = kms.work(Scheme::Rpc, Work::Encrypt, &keys, Choice::InTurn)?;
    let outcome = Load::connect(&target, CONNECTIONS)?.closed(&mut requests, Until::Count(KEYS))?;
    Ok(Sample {
        first_error: outcome.first_error,
        ..Sample::default()
    })
}

fn memory(bench: &mut Bench<'_>, when: &str, mib: f64, target: f64) {
    bench.rows.push(Row {
        scenario: format!("memory, {when}"),
        measured: format!("{mib:.1} MiB"),
        target: format!("<= {target} MiB"),
        verdict: Some(Verdict::from(mib <= target)),
        ..Row::default()
    });
}
