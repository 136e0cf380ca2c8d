//! The hot path with many connections, in the same rounds as the bare handler.

use super::{Bench, Sample};
use crate::error::Error;
use crate::kms::{CONNECTIONS, Kms, Work};
use crate::load::Target;
use crate::process::Server;
use crate::report::{Row, Verdict};
use crate::requests::{BareRequests, Choice};
use crate::sign::Scheme;

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
    let (mut limits, mut samples) = (CASES.map(|_| Vec::new()), CASES.map(|_| Vec::new()));
    for _ in 0..bench.options.rounds() {
        for (((scheme, work), limits), samples) in CASES.iter().zip(&mut limits).zip(&mut samples) {
            limits.push(bench.sample(&bench.bare, bare, CONNECTIONS, &mut BareRequests::new(bare))?);
            let mut requests = kms.work(*scheme, *work, keys, Choice::First)?;
            samples.push(bench.sample(server, target, CONNECTIONS, &mut requests)?);
        }
    }
    let all = limits.concat();
    bench.add(&all, Sample::row(format!("{door}: bare handler"), &all));
    for (((scheme, work), limits), samples) in CASES.iter().zip(limits).zip(samples) {
        let name = format!("{door}: {}, {}", work.name(), scheme.name());
        let row = Sample::share(name, &samples, ("bare", &limits), Some(TARGET));
        let better = Sample::by_rate(&samples, &limits) >= GOAL;
        let row = Row {
            target: format!("{}, goal {GOAL:.2}", row.target),
            verdict: if better {
                Some(Verdict::Better)
            } else {
                row.verdict
            },
            ..row
        };
        bench.add(&samples, row);
    }
    Ok(())
}
