//! Traces: one row each for the query, for the one tracker that there is, and for what would change it.

mod identities;
mod question;
mod traces;
mod trackers;

use claviger_model::Action;

use crate::route::Api;
use crate::row::{Auth, Known, Row, Serve, at};

/// All of them.
pub(crate) static ROWS: &[Row] = &[
    query("v3/{project_id}/traces", |service, call, input, answer| {
        Box::pin(traces::list(service, call, input, answer))
    }),
    query(
        "v2.0/{project_id}/{tracker_name}/trace",
        |service, call, input, answer| Box::pin(traces::list_of_tracker(service, call, input, answer)),
    ),
    query(
        "v1.0/{project_id}/{tracker_name}/trace",
        |service, call, input, answer| Box::pin(traces::list_with_texts(service, call, input, answer)),
    ),
    at::<trackers::ListTrackers>(
        Api::Cts,
        Auth::Project,
        "GET",
        "v3/{project_id}/trackers",
        "list-trackers",
    ),
    fixed("POST", "v3/{project_id}/tracker", "create-tracker"),
    fixed("PUT", "v3/{project_id}/tracker", "update-tracker"),
    fixed("DELETE", "v3/{project_id}/trackers", "delete-tracker"),
];

const fn query(path: &'static str, serve: Known) -> Row {
    row("GET", path, "list-traces", Some(Action::LookupEvents), serve)
}

/// Where the log goes is set by who runs the server.
const fn fixed(method: &'static str, path: &'static str, name: &'static str) -> Row {
    row(method, path, name, None, |service, call, input, _| {
        Box::pin(trackers::refuse_change(service, call, input))
    })
}

const fn row(
    method: &'static str,
    path: &'static str,
    name: &'static str,
    action: Option<Action>,
    serve: Known,
) -> Row {
    Row {
        name,
        method,
        path,
        api: Api::Cts,
        auth: Auth::Project,
        status: 200,
        required: &[],
        action,
        serve: Serve::Known(serve),
    }
}
