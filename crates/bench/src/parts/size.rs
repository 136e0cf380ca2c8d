//! The size of the release binary.

use std::fs;

use super::Bench;
use crate::error::Error;
use crate::report::{Row, Verdict, megabytes};

/// Millions of bytes.
const TARGET: f64 = 30.0;

pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    let path = &bench.options.server;
    let size = megabytes(fs::metadata(path).map_err(Error::file("find", path))?.len());
    bench.rows.push(Row {
        scenario: "release binary".to_owned(),
        measured: format!("{size:.1} MB"),
        target: format!("<= {TARGET} MB"),
        verdict: Some(Verdict::from(size <= TARGET)),
        ..Row::default()
    });
    Ok(())
}
