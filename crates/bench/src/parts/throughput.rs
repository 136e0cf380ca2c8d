//! The hot path with many connections, in the same rounds as the bare handler.

use super::{Bench, Sample};
use crate::error::Error;
use crate::kms::{CONNECTIONS, Kms, Work};
use crate::load::Target;
use crate::process::Server;
use crate::report::{Row, Verdict};
use crate::requests::{BareRequests, Choice};
use crate::sign::Scheme;
use crate::stats::median;

/// Keys in the store. All requests name one of them.
const KEYS: usize = 100;

/// Share of the bare handler's rate that must be reached.
const TARGET: f64 = 0.40;

/// Share that is worth reaching.
const GOAL: f64 = 0.60;

const CASES: [(Scheme, Work); 6] = [
    (Scheme::Rpc, Work::Encrypt),
    (Scheme::Rpc, Work::Decrypt),
    (Scheme::Rpc, Work::GenerateDataKey),
    (Scheme::Acs3, Work::Encrypt),
    (Scheme::Acs3, Work::Decrypt),
    (Scheme::Acs3, Work::GenerateDataKey),
];

pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    let (server, keys) = bench.server_with_keys("throughput", KEYS)?;
    let doors = [
        ("plain", bench.bare.plain()?, server.plain()?),
        ("TLS", bench.bare.secure()?, server.secure()?),
    ];
    for (door, bare, target) in &doors {
        measure(bench, &server, &keys, door, bare, target)?;
    }
    Ok(())
}

/// One door: rounds of bare, case, bare, case, …, so that drift hits both alike.
fn measure(
    bench: &mut Bench<'_>,
    server: &Server,
    keys: &[String],
    door: &str,
    bare: &Target,
    target: &Target,
) -> Result<(), Error> {
    let kms = Kms::new(server, target)?;
    let mut limits = Vec::new();
    let mut samples = CASES.map(|_| Vec::new());
    for _ in 0..bench.options.rounds() {
        for ((scheme, work), samples) in CASES.iter().zip(&mut samples) {
            limits.push(bench.sample(&bench.bare, bare, CONNECTIONS, &mut BareRequests::new(bare))?);
            let mut requests = kms.work(*scheme, *work, keys, Choice::First)?;
            samples.push(bench.sample(server, target, CONNECTIONS, &mut requests)?);
        }
    }
    let limit = median(&limits.iter().map(|sample| sample.rate).collect::<Vec<_>>());
    let row = Sample::row(format!("{door}: bare handler"), &limits);
    bench.add(&limits, row);
    for ((scheme, work), samples) in CASES.iter().zip(samples) {
        let row = Sample::row(format!("{door}: {}, {}", work.name(), scheme.name()), &samples);
        let ratio = row.rate.unwrap_or_default() / limit;
        // Where others use the machine too, this second ratio stays what it is; it leaves out waiting for the disk.
        let cpu = Sample::cpu(&limits) / Sample::cpu(&samples);
        let row = Row {
            measured: format!("{ratio:.2} of bare, by processor time {cpu:.2}"),
            target: format!(">= {TARGET:.2}, goal {GOAL:.2}"),
            verdict: Some(if ratio >= GOAL {
                Verdict::Better
            } else {
                Verdict::from(ratio >= TARGET)
            }),
            ..row
        };
        bench.add(&samples, row);
    }
    Ok(())
}
