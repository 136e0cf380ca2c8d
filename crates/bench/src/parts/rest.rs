//! The hot path of the other face, in the same rounds as the bare handler.

use super::{Bench, Sample};
use crate::error::Error;
use crate::huawei::{Kms, Work};
use crate::kms::CONNECTIONS;
use crate::load::Target;
use crate::process::Server;
use crate::requests::BareRequests;

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
    let (mut limits, mut samples) = (CASES.map(|_| Vec::new()), CASES.map(|_| Vec::new()));
    for _ in 0..bench.options.rounds() {
        for ((work, limits), samples) in CASES.iter().zip(&mut limits).zip(&mut samples) {
            limits.push(bench.sample(&bench.bare, bare, CONNECTIONS, &mut BareRequests::new(bare))?);
            samples.push(bench.sample(server, target, CONNECTIONS, &mut kms.work(*work, &key))?);
        }
    }
    let all = limits.concat();
    bench.add(&all, Sample::row(format!("{door}: bare handler"), &all));
    for ((work, limits), samples) in CASES.iter().zip(limits).zip(samples) {
        let name = format!("{door}: {}, SDK-HMAC-SHA256", work.name());
        bench.add(
            &samples,
            Sample::share(name, &samples, ("bare", &limits), Some(TARGET)),
        );
    }
    Ok(())
}
