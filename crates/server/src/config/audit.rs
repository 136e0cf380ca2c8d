//! What is kept of the audit log, and where it goes.

use claviger_audit::KeepingOptions;
use claviger_audit_ship::SinkConfig;
use claviger_model::SignedDuration;

use super::section::section;
use super::settings::{Section, Wrong};

section! {
    /// The audit log.
    Audit in "audit" {
        /// Size at which a segment of the log is closed, in MiB. A new day closes it too.
        segment_mebibytes: u64 = 64, "`64`";
        /// Minutes after which records that came are vouched for by a signed checkpoint, 1 to 1440. A closed segment and a stop
        /// make one too.
        checkpoint_minutes: u32 = 5, "`5`";
        /// Whether closed segments are compressed, to about an eighth. They stay readable for all commands, and with `zcat`.
        compress: bool = true, "`true`";
        /// Whole days for which records are kept, by closed segments; 0 is for ever.
        retain_days: u32 = 0, "`0`";
        /// Size of all segments on the disk, in MiB, beyond which the oldest are removed; 0 is no bound.
        retain_mebibytes: u64 = 0, "`0`";
        /// Whether an index is kept. Without it, LookupEvents and the usage of keys are answered as unavailable.
        index: bool = true, "`true`";
        /// Where records are sent to as well: each a `[[audit.sink]]`, as below.
        sink: Vec<SinkConfig> = Vec::new(), "none";
    }
}

/// Most of what may be kept of the audit log, in MiB: an exbibyte.
const MOST_MEBIBYTES: u64 = 1 << 40;

impl Audit {
    /// Checks what the types cannot say.
    pub(super) fn check(&self) -> Result<(), Wrong> {
        if !(1..=4096).contains(&self.segment_mebibytes) {
            return Err((
                "audit".into(),
                "segment_mebibytes",
                "must be 1 to 4096".to_owned(),
            ));
        }
        if !(1..=1440).contains(&self.checkpoint_minutes) {
            return Err((
                "audit".into(),
                "checkpoint_minutes",
                "must be 1 to 1440".to_owned(),
            ));
        }
        if self.retain_mebibytes > MOST_MEBIBYTES {
            let reason = format!("must be 0 to {MOST_MEBIBYTES}");
            return Err(("audit".into(), "retain_mebibytes", reason));
        }
        for place in 0..self.sink.len() {
            let sinks = self.sink.get(..=place).unwrap_or_default();
            claviger_audit_ship::check(sinks, crate::shapes::NAMES)
                .map_err(|wrong| (Section::Of("audit.sink", place), wrong.field, wrong.reason))?;
        }
        Ok(())
    }

    /// What is done with the log as time goes by.
    pub(crate) fn keeping(&self) -> KeepingOptions {
        KeepingOptions {
            checkpoint_every: SignedDuration::from_mins(self.checkpoint_minutes.into()),
            compress: self.compress,
            retain_days: self.retain_days,
            retain_bytes: self.retain_mebibytes << 20,
        }
    }
}

/// The sinks, whose settings are known where records are shipped.
pub(super) fn sinks(out: &mut String) {
    use std::fmt::Write as _;

    let shapes = crate::shapes::NAMES.join("\"` and `\"");
    let _ = writeln!(
        out,
        "\n## [[audit.sink]]\n\nA place that the records of the audit log are sent to. There may be several. Further shapes are \
         `\"{shapes}\"`, which have calls alone.\n\n| setting | default | meaning |\n|---|---|---|",
    );
    for (name, default, meaning) in claviger_audit_ship::SETTINGS {
        let _ = writeln!(out, "| `{name}` | {default} | {} |", meaning.trim());
    }
}
