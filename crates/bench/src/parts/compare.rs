//! Two builds of the server in the same rounds: what a change of the hot path gained.

use super::{Bench, Sample, keys_in};
use crate::error::Error;
use crate::kms::{CONNECTIONS, Kms, Work};
use crate::process::Launch;
use crate::report::Row;
use crate::requests::Choice;
use crate::sign::Scheme;

/// Rounds: differences of a few per cent drown in fewer.
const ROUNDS: usize = 8;

const CASES: [(Scheme, Work); 2] = [(Scheme::Rpc, Work::Encrypt), (Scheme::Acs3, Work::Decrypt)];

pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    let Some(other) = bench.options.against.clone() else {
        return Err(Error::Unfit("`--against` names no other server".to_owned()));
    };
    let (server, keys) = bench.server_with_keys("compare", 1)?;
    let launch = Launch {
        program: other,
        ..bench.launch("compare-against")
    };
    let (other, other_keys) = keys_in(launch.start(bench.cores)?, 1)?;
    for (scheme, work) in CASES {
        let mut samples = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            let pair = [(&server, &keys), (&other, &other_keys)];
            for ((server, keys), samples) in pair.into_iter().zip(&mut samples) {
                let target = server.plain()?;
                let mut requests = Kms::new(server, &target)?.work(scheme, work, keys, Choice::First)?;
                samples.push(bench.sample(server, &target, CONNECTIONS, &mut requests)?);
            }
        }
        let [ours, theirs] = samples;
        let name = format!("{}, {}", work.name(), scheme.name());
        bench.add(&theirs, Sample::row(format!("{name}, the other server"), &theirs));
        let row = Row {
            measured: format!(
                "{:.3} of the other's processor time",
                Sample::by_cpu(&theirs, &ours)
            ),
            ..Sample::row(format!("{name}, this server"), &ours)
        };
        bench.add(&ours, row);
    }
    Ok(())
}
