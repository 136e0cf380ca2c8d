//! `claviger admin usage`.

use clap::Args;
use serde_json::Value;

use crate::admin::task::{Call, Part, Task};

/// How a key is used.
#[derive(Debug, Args)]
pub(in crate::admin) struct Usage {
    /// The key: its id, or `alias/…`.
    key: String,
}

impl Usage {
    pub(in crate::admin) fn task(&self) -> Task {
        let call = Call::admin("GetKeyUsage").with("KeyId", &self.key);
        Task::new(
            [call],
            [KEY, Part::When(never), LAST, VERSIONS, DAYS, Part::When(risk)],
        )
    }
}

const KEY: Part = Part::Object(
    "",
    &[
        ("key", "KeyId"),
        ("state", "KeyState"),
        ("to be deleted", "DeletionDate"),
    ],
);

const LAST: Part = Part::Object(
    "LastUsed",
    &[
        ("last used", "Time"),
        ("for", "Action"),
        ("by", "Caller"),
        ("access key", "AccessKeyId"),
    ],
);

const VERSIONS: Part = Part::Table {
    title: Some("versions"),
    list: ["Versions", "Version"],
    columns: &[
        ("VERSION", "KeyVersionId"),
        ("FIRST USED", "FirstUsed"),
        ("LAST USED", "LastUsed"),
        ("USES", "Count"),
    ],
    none: "none was used",
};

const DAYS: Part = Part::Table {
    title: Some("calls by day (UTC)"),
    list: ["Days", "Day"],
    columns: &[
        ("DAY", "Date"),
        ("OPERATION", "Action"),
        ("OUTCOME", "Outcome"),
        ("CALLS", "Count"),
    ],
    none: "none",
};

/// Said of a key that nobody used.
fn never(answer: &Value) -> Option<String> {
    answer
        .get("LastUsed")
        .is_none()
        .then(|| "never used, as far back as the index reaches".to_owned())
}

/// Said of a key that waits for its deletion, while somebody may still need it.
fn risk(answer: &Value) -> Option<String> {
    let due = answer
        .get("DeletionDate")?
        .as_str()
        .filter(|due| !due.is_empty())?;
    let recent = answer.get("RecentlyUsed")?.as_bool()?;
    recent.then(|| {
        format!(
            "WARNING: the key was used within the last 30 days and is to be deleted at {due}; nothing encrypted under it \
             can be read after that"
        )
    })
}
