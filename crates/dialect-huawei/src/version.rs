//! The documents about versions, which anyone may read.
//!
//! SOURCE: Key Management Service API reference, "Querying the API Version" (read 2026-11-22); for `/v3`, Keystone's "Show v3 API
//! details", which clients with passwords ask for first.

use crate::json::Answer;
use crate::route::Api;
use crate::row::{Auth, Open, Opening, Row, Serve};

pub(crate) static ROWS: &[Row] = &[
    document("", "show-versions", |opening, answer| {
        answer.objects("versions", [keys, identities], |answer, version| {
            version(opening, answer);
        });
        Box::pin(async { Ok(()) })
    }),
    document("v1.0", "show-version", |opening, answer| {
        answer.object("version", |answer| keys(opening, answer));
        Box::pin(async { Ok(()) })
    }),
    document("v3", "show-identity-version", |opening, answer| {
        answer.object("version", |answer| identities(opening, answer));
        Box::pin(async { Ok(()) })
    }),
];

const fn document(path: &'static str, name: &'static str, write: Open) -> Row {
    Row {
        name,
        method: "GET",
        path,
        api: Api::Kms,
        auth: Auth::Open,
        status: 200,
        required: &[],
        action: None,
        serve: Serve::Open(write),
    }
}

fn keys(opening: &Opening<'_>, answer: &mut Answer) {
    answer.text("id", "v1.0");
    answer.objects("links", [()], |answer, ()| {
        answer.text("href", &link(opening, "v1.0"));
        answer.text("rel", "self");
    });
    answer.text("version", "");
    answer.text("status", "CURRENT");
    answer.text("updated", "2016-10-29T02:00:00Z");
    answer.text("min_version", "");
}

fn identities(opening: &Opening<'_>, answer: &mut Answer) {
    answer.text("id", "v3.6");
    answer.text("status", "stable");
    answer.text("updated", "2016-04-04T00:00:00Z");
    answer.objects("links", [()], |answer, ()| {
        answer.text("rel", "self");
        answer.text("href", &link(opening, "v3"));
    });
    answer.objects("media-types", [()], |answer, ()| {
        answer.text("base", "application/json");
        answer.text("type", "application/vnd.openstack.identity-v3+json");
    });
}

fn link(opening: &Opening<'_>, version: &str) -> String {
    let source = &opening.arrival.source;
    let scheme = if source.secure { "https" } else { "http" };
    format!("{scheme}://{}/{version}/", source.host)
}
