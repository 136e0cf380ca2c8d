//! How far an export has come, in a file.

use std::io;
use std::path::{Path, PathBuf};

use claviger_audit::{Line, Seq};
use claviger_crypto::digest::sha256;
use serde::{Deserialize, Serialize};

use crate::output::Failure;
use crate::private::write_private;

/// Where an export stands: behind a line, told by its number and by what was in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stand {
    /// The number of the line.
    pub(super) seq: u64,
    /// SHA-256 of its record, lower-case hexadecimal digits.
    pub(super) record: String,
}

impl Stand {
    /// Behind a line.
    pub(super) fn behind(line: &Line) -> Self {
        let digest = sha256(&line.record);
        let digest = digest.iter().map(|byte| format!("{byte:02x}"));
        Self {
            seq: line.seq.0,
            record: digest.collect(),
        }
    }
}

/// The file.
#[derive(Debug)]
pub(super) struct Cursor {
    path: PathBuf,
    stand: Option<Stand>,
}

impl Cursor {
    /// What the file says; nothing where it is not there yet.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let stand = match std::fs::read(path) {
            Ok(text) => Some(serde_json::from_slice(&text).map_err(|error| {
                let path = path.display();
                Failure::usage(format!("`{path}` is no cursor of an export: {error}"))
            })?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Failure::file("read the cursor", path, &error)),
        };
        Ok(Self {
            path: path.to_owned(),
            stand,
        })
    }

    /// The line that it stands behind, which an export reads once more to see that it is still the same; the first line
    /// where nothing was exported yet.
    pub(super) fn line(&self) -> Seq {
        Seq(self.stand.as_ref().map_or(1, |stand| stand.seq))
    }

    /// Whether the first line that was read is the one that was exported last, and not to be exported again.
    ///
    /// # Errors
    /// When the log is another one, or was changed, or ends before that line.
    pub(super) fn knows(&self, first: Option<&Line>) -> Result<bool, Failure> {
        let Some(stand) = &self.stand else {
            return Ok(false);
        };
        if first.map(Stand::behind).as_ref() == Some(stand) {
            return Ok(true);
        }
        let (path, seq) = (self.path.display(), stand.seq);
        Err(Failure::failed(format!(
            "line {seq} of the log, which `{path}` stands behind, is not the one that was exported: this is another log, \
             or it was changed, cut off or removed by retention"
        )))
    }

    /// Goes on behind a line. The file has the new place, or the old one, whatever happens.
    pub(super) fn store(&mut self, stand: &Stand) -> Result<(), Failure> {
        let text = serde_json::to_string(stand)
            .map_err(|error| Failure::file("write the cursor", &self.path, &error))?;
        write_private(&self.path, format!("{text}\n").as_bytes())?;
        self.stand = Some(stand.clone());
        Ok(())
    }
}
