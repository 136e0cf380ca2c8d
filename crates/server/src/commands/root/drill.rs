//! The proof that shares open a copy of a key.

use std::path::Path;
use std::process::ExitCode;

use claviger_provider_soft::{OpenError, RootKeys};
use serde_json::json;

use super::options::Shares;
use super::show::{of_seal, print};
use crate::output::{Failure, say};
use crate::seal::chain;

/// Opens the copy with the shares alone and tells what that proved.
pub(super) fn run(from: &Path, shares: &Shares, json: bool) -> Result<ExitCode, Failure> {
    // What cannot be read needs no shares.
    RootKeys::seals(from).map_err(|error| Failure::failed(chain(&error)))?;
    let path = from.display();
    match RootKeys::drill(from, &shares.sealer()?) {
        Ok(report) if json => {
            print(&json!({
                "file": from,
                "opens": true,
                "seal": of_seal(&report.seal),
                "versions": report.versions,
                "damage": report.damage,
            }));
            Ok(ExitCode::SUCCESS)
        }
        Ok(report) => {
            say(&format!(
                "The shares of the set {} open `{path}` alone: {}.\n\
                 No other seal was used, and nothing was written.",
                report.seal.id,
                opened(&report.versions),
            ));
            for part in &report.damage {
                say(&format!("DAMAGED  {part}: it would not open this copy"));
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(
            error @ (OpenError::OtherSealer { .. }
            | OpenError::OtherShares { .. }
            | OpenError::WrongSeal { .. }),
        ) => {
            let reason = chain(&error);
            if json {
                print(&json!({ "file": from, "opens": false, "reason": reason }));
            } else {
                say(&format!("The shares do NOT open `{path}`: {reason}"));
            }
            Ok(ExitCode::from(1))
        }
        Err(error) => Err(Failure::failed(chain(&error))),
    }
}

/// Which versions opened, in words.
fn opened(versions: &[u32]) -> String {
    match versions {
        [only] => format!("version {only} of the key, which is all that it has"),
        several => {
            let numbers: Vec<_> = several.iter().map(u32::to_string).collect();
            format!(
                "versions {} of the key, which are all that it has",
                numbers.join(", ")
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_in_right_english() {
        assert_eq!(opened(&[3]), "version 3 of the key, which is all that it has");
        let two = "versions 1, 2 of the key, which are all that it has";
        assert_eq!(opened(&[1, 2]), two);
    }
}
