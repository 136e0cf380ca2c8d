//! The hot path of the other face, in the same rounds as the bare handler.

use super::{Bench, Sample};
use crate::error::Error;
use crate::huawei::{Kms, Work};
use crate::kms::CONNECTIONS;
use crate::load::Target;
use crate::process::Server;
use crate::report::{Row, Verdict};
use crate::requests::BareRequests;
use crate::stats::median;

/// Share of the bare handler's rate that must be reached.
const TARGET: f64 = 0.40;

const CASES: [Work; 2] = [Work::EncryptData, Work::CreateDatakey];

pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    let server = bench.launch("rest").start(bench.cores)?;
    let doors = [
        ("plain", bench.bare.plain()?, server.plain()?),
        ("TLS", bench.bare.secure()?, server.secure()?),
    ];
    for (door, bare, target) in &doors {
        measure(bench, &server, door, bare, target)?;
    }
    Ok(())
}

fn measure(
    bench: &mut Bench<'_>,
    server: &Server,
    door: &str,
    bare: &Target,
    target: &Target,
) -> Result<(), Error> {
    let kms = Kms::new(server, target)?;
    let key = kms.create_key(&format!("bench-{door}"))?;
    let mut limits = Vec::new();
    let mut samples = CASES.map(|_| Vec::new());
    for _ in 0..bench.options.rounds() {
        for (work, samples) in CASES.iter().zip(&mut samples) {
            limits.push(bench.sample(&bench.bare, bare, CONNECTIONS, &mut BareRequests::new(bare))?);
            samples.push(bench.sample(server, target, CONNECTIONS, &mut kms.work(*work, &key))?);
        }
    }
    let limit = median(&limits.iter().map(|sample| sample.rate).collect::<Vec<_>>());
    let row = Sample::row(format!("{door}: bare handler"), &limits);
    bench.add(&limits, row);
    for (work, samples) in CASES.iter().zip(samples) {
        let row = Sample::row(format!("{door}: {}, SDK-HMAC-SHA256", work.name()), &samples);
        let ratio = row.rate.unwrap_or_default() / limit;
        let cpu = Sample::cpu(&limits) / Sample::cpu(&samples);
        let row = Row {
            measured: format!("{ratio:.2} of bare, by processor time {cpu:.2}"),
            target: format!(">= {TARGET:.2}"),
            verdict: Some(Verdict::from(ratio >= TARGET)),
            ..row
        };
        bench.add(&samples, row);
    }
    Ok(())
}
