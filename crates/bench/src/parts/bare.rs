//! The limit of this machine: the bare handler.

use std::path::Path;

use super::{Bench, Sample};
use crate::error::Error;
use crate::kms::CONNECTIONS;
use crate::process::Launch;
use crate::requests::BareRequests;

/// How the bare handler is started: as this very program.
pub(super) fn launch(folder: &Path) -> Result<Launch, Error> {
    let program = std::env::current_exe().map_err(Error::system("find this program"))?;
    Ok(Launch {
        program,
        verb: "bare",
        data: folder.join("bare"),
        stage_times: None,
        settings: None,
    })
}

/// Both doors, many connections and one.
pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    for (door, target) in [("plain", bench.bare.plain()?), ("TLS", bench.bare.secure()?)] {
        for (connections, words) in [(CONNECTIONS, "64 connections"), (1, "1 connection")] {
            let mut samples = Vec::new();
            for _ in 0..bench.options.rounds() {
                let mut requests = BareRequests::new(&target);
                samples.push(bench.sample(&bench.bare, &target, connections, &mut requests)?);
            }
            let mut row = Sample::row(format!("{door}: bare handler, {words}"), &samples);
            let quantile = |field| Sample::millis(&samples, field);
            row.measured = format!(
                "p50 {:.3} ms, p99 {:.3} ms",
                quantile(|sample| sample.p50),
                quantile(|sample| sample.p99)
            );
            bench.add(&samples, row);
        }
    }
    Ok(())
}
