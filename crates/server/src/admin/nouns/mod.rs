//! What `claviger admin` administers, one file each: its commands, their calls, and how answers look.

pub(super) mod account;
pub(super) mod audit;
pub(super) mod explain;
pub(super) mod group;
pub(super) mod key;
pub(super) mod policy;
pub(super) mod role;
pub(super) mod service;
pub(super) mod usage;
pub(super) mod user;

use std::io::{Read as _, stdin};
use std::path::{Path, PathBuf};

use clap::Args;

use super::task::Part;
use crate::output::Failure;

/// Longest document that is read, in bytes. The server takes much shorter ones, and says so.
const DOCUMENT_LIMIT: u64 = 1 << 20;

/// The policies of somebody, below what was shown of them.
const HELD: Part = Part::Table {
    title: Some("policies"),
    list: ["Policies", "Policy"],
    columns: HELD_COLUMNS,
    none: "none",
};
const HELD_COLUMNS: &[(&str, &str)] = &[
    ("NAME", "PolicyName"),
    ("TYPE", "PolicyType"),
    ("ATTACHED", "AttachDate"),
    ("DESCRIPTION", "Description"),
];

/// The text of `--document` or `--trust`; `-` is standard input.
fn document(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        stdin().lock().take(DOCUMENT_LIMIT).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(DOCUMENT_LIMIT).read_to_string(&mut text))
    };
    match read {
        Ok(_) => Ok(text),
        Err(error) => {
            let path = path.display();
            Err(Failure::usage(format!(
                "cannot read the document `{path}`: {error}"
            )))
        }
    }
}

/// `NAME=VALUE` of an option that may be given several times.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it must be of the form NAME=VALUE".to_owned()),
    }
}

/// Where a new secret goes.
#[derive(Debug, Args)]
pub(in crate::admin) struct Save {
    /// Write the access key with its secret to a new file (mode 0600) instead of printing it. Programs and
    /// `--credentials` read such files.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
}

/// Labels of something new.
#[derive(Debug, Args)]
pub(in crate::admin) struct Tagged {
    /// A label; may be given several times.
    #[arg(long = "tag", value_name = "NAME=VALUE", value_parser = pair)]
    tags: Vec<(String, String)>,
}
