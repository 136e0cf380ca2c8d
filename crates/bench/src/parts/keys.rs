//! Many keys must cost no more per request than few.

use super::{Bench, Sample};
use crate::error::Error;
use crate::kms::{CONNECTIONS, Kms, Work};
use crate::load::{Load, Target, Until};
use crate::process::Server;
use crate::report::{Row, Verdict};
use crate::requests::Choice;
use crate::sign::Scheme;

const FEW: usize = 100;
const MANY: usize = 100_000;

/// Many in a quick run.
const QUICK: usize = 10_000;

/// Share of the rate with few keys.
const TARGET: f64 = 0.90;

pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    let many_count = if bench.options.quick { QUICK } else { MANY };
    let (few, few_keys) = bench.server_with_keys("few-keys", FEW)?;
    let (many, many_keys) = bench.server_with_keys("many-keys", many_count)?;
    let (few_target, many_target) = (few.plain()?, many.plain()?);
    warm(&few, &few_target, &few_keys)?;
    warm(&many, &many_target, &many_keys)?;
    let (mut few_samples, mut many_samples) = (Vec::new(), Vec::new());
    for _ in 0..bench.options.rounds() {
        few_samples.push(sample(bench, &few, &few_target, &few_keys)?);
        many_samples.push(sample(bench, &many, &many_target, &many_keys)?);
    }
    let few_row = Sample::row(format!("Encrypt, a random one of {FEW} keys"), &few_samples);
    let row = Sample::row(
        format!("Encrypt, a random one of {many_count} keys"),
        &many_samples,
    );
    let ratio = Sample::by_rate(&many_samples, &few_samples);
    bench.add(&few_samples, few_row);
    let row = Row {
        measured: format!("{ratio:.2} of few"),
        target: format!(">= {TARGET:.2}"),
        verdict: Some(Verdict::from(ratio >= TARGET)),
        ..row
    };
    bench.add(&many_samples, row);
    Ok(())
}

/// Uses every key once, so that no round pays for a first use.
pub(super) fn warm(server: &Server, target: &Target, keys: &[String]) -> Result<(), Error> {
    let mut requests = Kms::new(server, target)?.work(Scheme::Rpc, Work::Encrypt, keys, Choice::InTurn)?;
    Load::connect(target, CONNECTIONS)?.closed(&mut requests, Until::Count(keys.len()))?;
    Ok(())
}

/// Encrypts under random keys.
pub(super) fn sample(
    bench: &Bench<'_>,
    server: &Server,
    target: &Target,
    keys: &[String],
) -> Result<Sample, Error> {
    let mut requests = Kms::new(server, target)?.work(Scheme::Rpc, Work::Encrypt, keys, Choice::AtRandom)?;
    bench.sample(server, target, CONNECTIONS, &mut requests)
}
