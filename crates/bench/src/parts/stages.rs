//! What each stage of the hot path costs, by the clock of a server that times them.

use std::fs;

use serde_json::Value;

use super::{Bench, Sample, keys_in};
use crate::error::Error;
use crate::kms::{CONNECTIONS, Kms, Work};
use crate::process::{Launch, Server};
use crate::report::aligned;
use crate::requests::Choice;
use crate::sign::Scheme;
use crate::stats::number;

const SCHEMES: [Scheme; 2] = [Scheme::Rpc, Scheme::Acs3];

const WORKS: [Work; 3] = [Work::Encrypt, Work::Decrypt, Work::GenerateDataKey];

/// The stages as the server names them, in the order of a call.
const STAGES: [&str; 6] = ["parse", "signature", "authorize", "crypto", "audit", "encode"];

/// The stage that a call goes through exactly once.
const ONCE: &str = "signature";

/// The stage that waits for the disk.
const WAITING: &str = "audit";

const HEAD: [&str; 10] = [
    "microseconds a request",
    "parse",
    "signature",
    "authorize",
    "crypto",
    "audit",
    "encode",
    "HTTP, kernel, rest",
    "server",
    "audit wait",
];

const NOTE: &str = "\
A stage is timed by the clock: about 50 ns of each are the clock itself, and interruptions count. `audit` makes the
record and queues it; `audit wait` is all the time until it is durable. `server` is the processor time of a server
that does not time its stages; the rest is what the stages leave of it, the audit log's own thread included. With ACS3,
what is signed is hashed in `parse`.
";

/// Times of one operation in microseconds a request.
#[derive(Clone, Debug, PartialEq)]
struct Stages {
    /// Work in each of [`STAGES`].
    busy: [f64; STAGES.len()],
    /// Until the audit record was durable.
    wait: f64,
}

pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    let mut lines = vec![HEAD.map(str::to_owned)];
    let (server, keys) = bench.server_with_keys("stages-plain", 1)?;
    for scheme in SCHEMES {
        for work in WORKS {
            lines.push(measure(bench, &server, &keys, scheme, work)?);
        }
    }
    let table = aligned(&lines, 1..=HEAD.len());
    bench.tables.push(format!("{table}{NOTE}"));
    Ok(())
}

/// One operation: rounds of a server that does not time its stages and one that does.
fn measure(
    bench: &mut Bench<'_>,
    server: &Server,
    keys: &[String],
    scheme: Scheme,
    work: Work,
) -> Result<[String; HEAD.len()], Error> {
    let name = format!("{}, {}", work.name(), scheme.name());
    let file = bench.folder.join("stage-times.json");
    let launch = Launch {
        stage_times: Some(file.clone()),
        ..bench.launch("stages")
    };
    let (timed, timed_keys) = keys_in(launch.start(bench.cores)?, 1)?;
    let (mut plain, mut wrong) = (Vec::new(), None);
    for _ in 0..bench.options.rounds() {
        plain.push(sample(bench, server, keys, scheme, work)?);
        wrong = wrong.or(sample(bench, &timed, &timed_keys, scheme, work)?.first_error);
    }
    timed.stop()?;
    let text = fs::read_to_string(&file).map_err(Error::file("read", &file))?;
    // The next operation shall not find the times of this one.
    fs::remove_file(&file).map_err(Error::file("remove", &file))?;
    let micros = Sample::row("", &plain).server_micros.unwrap_or_default();
    let line = line(&name, &Stages::read(&text)?, micros);
    let wrong = wrong.or_else(|| plain.into_iter().find_map(|sample| sample.first_error));
    bench.errors.extend(wrong.map(|error| format!("{name}: {error}")));
    Ok(line)
}

fn sample(
    bench: &Bench<'_>,
    server: &Server,
    keys: &[String],
    scheme: Scheme,
    work: Work,
) -> Result<Sample, Error> {
    let target = server.plain()?;
    let mut requests = Kms::new(server, &target)?.work(scheme, work, keys, Choice::First)?;
    bench.sample(server, &target, CONNECTIONS, &mut requests)
}

impl Stages {
    /// Reads what the server wrote. The few calls that prepare a measurement are in it and do not show.
    fn read(text: &str) -> Result<Self, Error> {
        let unfit = |what: &str| Error::Protocol(format!("wrote no times of {what}: {text}"));
        let sums: Value = serde_json::from_str(text).map_err(|_| unfit("its stages"))?;
        let field = |stage: &str, field: &str| {
            let value = sums.get(stage).and_then(|sum| sum.get(field));
            value.and_then(Value::as_u64).ok_or_else(|| unfit(stage))
        };
        let requests = number(field(ONCE, "count")?.max(1));
        let micros = |nanos: u64| number(nanos) / 1e3 / requests;
        let mut busy = [0.0; STAGES.len()];
        for (busy, stage) in busy.iter_mut().zip(STAGES) {
            *busy = micros(field(stage, "busy_nanos")?);
        }
        let wait = micros(field(WAITING, "elapsed_nanos")?);
        Ok(Self { busy, wait })
    }
}

/// A line of the table. `server` is processor time in microseconds a request.
fn line(name: &str, stages: &Stages, server: f64) -> [String; HEAD.len()] {
    let cell = |micros: f64| format!("{micros:.2}");
    let [parse, signature, authorize, crypto, audit, encode] = stages.busy.map(cell);
    let rest = server - stages.busy.iter().sum::<f64>();
    let [rest, server, wait] = [rest, server, stages.wait].map(cell);
    let name = name.to_owned();
    [
        name, parse, signature, authorize, crypto, audit, encode, rest, server, wait,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUMS: &str = r#"{
        "audit": {"busy_nanos": 6000, "count": 2, "elapsed_nanos": 2000000},
        "authorize": {"busy_nanos": 1000, "count": 2, "elapsed_nanos": 1000},
        "crypto": {"busy_nanos": 4000, "count": 2, "elapsed_nanos": 4000},
        "encode": {"busy_nanos": 2000, "count": 4, "elapsed_nanos": 2000},
        "parse": {"busy_nanos": 5000, "count": 4, "elapsed_nanos": 5000},
        "signature": {"busy_nanos": 3000, "count": 2, "elapsed_nanos": 3000}
    }"#;

    #[test]
    fn times_are_of_one_request_however_often_it_goes_through_a_stage() {
        let stages = Stages::read(SUMS).unwrap();
        let expected = Stages {
            busy: [2.5, 1.5, 0.5, 2.0, 3.0, 1.0],
            wait: 1000.0,
        };
        assert_eq!(stages, expected);
    }

    #[test]
    fn the_rest_is_what_the_stages_leave_of_the_processor_time() {
        let line = line("Encrypt", &Stages::read(SUMS).unwrap(), 30.0);
        let expected = [
            "Encrypt", "2.50", "1.50", "0.50", "2.00", "3.00", "1.00", "19.50", "30.00", "1000.00",
        ];
        assert_eq!(line, expected);
    }

    #[test]
    fn a_server_that_leaves_out_a_stage_is_named() {
        let error = Stages::read(&SUMS.replace("crypto", "other")).unwrap_err();
        assert!(error.to_string().contains("crypto"), "{error}");
        assert!(Stages::read("").is_err());
    }
}
