//! `claviger admin audit`.

use serde_json::Value;

use crate::admin::task::{Call, Part, Task};

/// How the log and its followers are doing.
pub(in crate::admin) fn task() -> Task {
    let parts = [LOG, Part::When(ailing), INDEX, SINKS];
    Task::new([Call::admin("GetAuditStatus")], parts)
}

const LOG: Part = Part::Object(
    "Log",
    &[("log", "LogId"), ("lines", "Lines"), ("takes records", "Healthy")],
);

const INDEX: Part = Part::Object(
    "Index",
    &[
        ("index at line", "Done"),
        ("lines behind", "Behind"),
        ("milliseconds behind", "LagMilliseconds"),
        ("trouble", "Trouble"),
    ],
);

const SINKS: Part = Part::Table {
    title: Some("sinks"),
    list: ["Followers", "Follower"],
    columns: &[
        ("NAME", "Name"),
        ("AT LINE", "Done"),
        ("LINES BEHIND", "Behind"),
        ("TROUBLE", "Trouble"),
    ],
    none: "none",
};

fn ailing(answer: &Value) -> Option<String> {
    let healthy = answer.pointer("/Log/Healthy").and_then(Value::as_bool);
    (healthy == Some(false)).then(|| {
        "WARNING: the log takes no records, so no call is served; the server's own log says why".to_owned()
    })
}
