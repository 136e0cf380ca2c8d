//! Making keys, and what others notice of it: an RSA key takes from a tenth of a second to seconds of a core, and nobody
//! else may have to wait for its end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{Bench, Sample};
use crate::error::Error;
use crate::kms::{CONNECTIONS, Kms, SYMMETRIC, Work};
use crate::load::{Load, Outcome, Target, Until};
use crate::process::Server;
use crate::report::{Row, Verdict};
use crate::requests::Choice;
use crate::sign::Scheme;
use crate::stats::{median, number};

/// Kinds of keys whose making is measured.
const SPECS: [(&str, &[(&str, &str)]); 2] = [
    ("CreateKey AES_256", &[("KeySpec", "Aliyun_AES_256")]),
    (
        "CreateKey RSA_2048",
        &[("KeySpec", "RSA_2048"), ("KeyUsage", "SIGN/VERIFY")],
    ),
];

/// The slowest kind.
const SLOW: &[(&str, &str)] = &[("KeySpec", "RSA_4096"), ("KeyUsage", "SIGN/VERIFY")];

/// Connections that make such keys without pause.
const MAKERS: usize = 2;

/// Connections of the others meanwhile.
const OTHERS: usize = 8;

/// How many times longer the middle call of the others may take than without that.
///
/// The server has one core here. Two threads that make keys leave the calls a third of it if the kernel shares it out
/// evenly, so three times is what fairness costs. A call also waits for a core whenever it goes from one thread to the next;
/// where each time a maker's turn of some milliseconds has to end first, it takes longer than that, and a server whose
/// calls wait for the end of a key takes hundreds of times as long. The ratio of the p99 is printed without a target: it
/// depends on the disk and on the length of the kernel's turns.
const TARGET: f64 = 3.0;

pub(super) fn run(bench: &mut Bench<'_>, server: &Server, target: &Target) -> Result<(), Error> {
    let kms = Kms::new(server, target)?;
    others(bench, server, target, &kms)?;
    for (name, parameters) in SPECS {
        let mut samples = Vec::new();
        for _ in 0..bench.options.rounds() {
            samples.push(bench.sample(server, target, CONNECTIONS, &mut kms.creation(parameters)?)?);
        }
        bench.add(&samples, Sample::row(name, &samples));
    }
    Ok(())
}

/// Encrypt with and without keys being made, in turn.
fn others(bench: &mut Bench<'_>, server: &Server, target: &Target, kms: &Kms<'_>) -> Result<(), Error> {
    let (keys, _) = kms.create_keys(1, SYMMETRIC)?;
    let (mut alone, mut beside, mut made) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.options.rounds() {
        let encrypt = || {
            let mut requests = kms.work(Scheme::Rpc, Work::Encrypt, &keys, Choice::First)?;
            bench.sample(server, target, OTHERS, &mut requests)
        };
        alone.push(encrypt()?);
        let (sample, makers) = beside_makers(target, kms, encrypt)?;
        made.push(number(makers.answers) / makers.elapsed.as_secs_f64().max(f64::MIN_POSITIVE));
        beside.push(Sample {
            first_error: sample.first_error.or(makers.first_error),
            ..sample
        });
    }
    let name = format!("Encrypt 64 B, {OTHERS} connections");
    let [p50, p99] = quantiles(&alone);
    let row = Row {
        measured: format!("p50 {p50:.3}, p99 {p99:.3} ms"),
        ..Sample::row(name.clone(), &alone)
    };
    bench.add(&alone, row);
    let name = format!(
        "{name}, {MAKERS} others make RSA_4096 keys ({:.2}/s)",
        median(&made)
    );
    bench.add(&beside, comparison(name, &alone, &beside));
    Ok(())
}

/// Does `work` while keys are being made.
fn beside_makers<T>(
    target: &Target,
    kms: &Kms<'_>,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<(T, Outcome), Error> {
    let enough = AtomicBool::new(false);
    thread::scope(|scope| {
        // The thread is bound to the generator's core as this one is; it sleeps nearly all the time.
        let makers = scope.spawn(|| {
            let mut requests = kms.creation(SLOW)?;
            Load::connect(target, MAKERS)?.closed(&mut requests, Until::Set(&enough))
        });
        let outcome = work();
        enough.store(true, Ordering::Relaxed);
        let makers = makers.join();
        let makers = makers.map_err(|_| Error::Unfit("the thread that makes keys broke".to_owned()))?;
        Ok((outcome?, makers?))
    })
}

fn quantiles(samples: &[Sample]) -> [f64; 2] {
    [
        Sample::millis(samples, |sample| sample.p50),
        Sample::millis(samples, |sample| sample.p99),
    ]
}

fn comparison(name: String, alone: &[Sample], beside: &[Sample]) -> Row {
    let ([p50_alone, p99_alone], [p50, p99]) = (quantiles(alone), quantiles(beside));
    let ratio = p50 / p50_alone;
    Row {
        measured: format!(
            "p50 {p50:.3} ms, {ratio:.1} times; p99 {p99:.3} ms, {:.1} times",
            p99 / p99_alone
        ),
        target: format!("p50 <= {TARGET} times (two makers leave a third of the core)"),
        verdict: Some(Verdict::from(ratio <= TARGET)),
        // The server's time is that of the keys too.
        server_micros: None,
        ..Sample::row(name, beside)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn samples(p50: u64, p99: u64) -> [Sample; 1] {
        [Sample {
            p50: Duration::from_millis(p50),
            p99: Duration::from_millis(p99),
            ..Sample::default()
        }]
    }

    #[test]
    fn the_verdict_is_about_the_middle_call() {
        let row = comparison("x".into(), &samples(2, 4), &samples(6, 40));
        assert_eq!(row.measured, "p50 6.000 ms, 3.0 times; p99 40.000 ms, 10.0 times");
        assert_eq!(row.verdict, Some(Verdict::Good));
        let row = comparison("x".into(), &samples(2, 40), &samples(7, 40));
        assert_eq!(row.verdict, Some(Verdict::Missed));
    }
}
