//! The query of traces. The index answers it, the records of the log are its traces, and what is not in the records, such as
//! the present display names of keys, is looked up.
//!
//! SOURCE: Cloud Trace Service API reference, "Querying a Trace List" (v3) and "Querying Traces" (v1.0 and v2.0) (read
//! 2026-11-22). In v1.0 the `user` of a trace is a text with JSON in it.

use claviger_audit::index::Filter;
use claviger_audit::view::{Entry, Event};
use claviger_model::{Account, Action, Error, KeyId};
use claviger_service::ops::audit as core;
use claviger_service::{Call, Called, Service};
use serde_json::Value;

use super::identities;
use super::question::Asked;
use crate::error::{self, Fault, WireError};
use crate::json::Answer;
use crate::row::Input;
use crate::trace::{Domain, Facts, Question, identity_of, key_of, trace_with};

const ACTION: Action = Action::LookupEvents;

/// In version 3.
pub(super) async fn list(
    service: &Service,
    call: &Call<'_>,
    input: &Input<'_>,
    answer: &mut Answer,
) -> Result<(), WireError> {
    serve(service, call, input, Asked::typed(input), |traces| {
        answer_with(answer, traces);
    })
    .await
}

/// In version 2.0.
pub(super) async fn list_of_tracker(
    service: &Service,
    call: &Call<'_>,
    input: &Input<'_>,
    answer: &mut Answer,
) -> Result<(), WireError> {
    serve(service, call, input, Asked::of_tracker(input), |traces| {
        answer_with(answer, traces);
    })
    .await
}

/// In version 1.0.
pub(super) async fn list_with_texts(
    service: &Service,
    call: &Call<'_>,
    input: &Input<'_>,
    answer: &mut Answer,
) -> Result<(), WireError> {
    serve(service, call, input, Asked::of_tracker(input), |mut traces| {
        for trace in &mut traces.list {
            if let Some(user) = trace.get_mut("user") {
                *user = user.to_string().into();
            }
        }
        answer_with(answer, traces);
    })
    .await
}

/// A page of the answer.
struct Traces {
    list: Vec<Value>,
    marker: Option<String>,
}

fn answer_with(answer: &mut Answer, traces: Traces) {
    answer.object("meta_data", |answer| {
        answer.number("count", u64::try_from(traces.list.len()).unwrap_or(u64::MAX));
        match &traces.marker {
            Some(marker) => answer.plain("marker", marker),
            None => answer.null("marker"),
        }
    });
    answer.values("traces", traces.list);
}

async fn serve(
    service: &Service,
    call: &Call<'_>,
    input: &Input<'_>,
    asked: Result<Asked<'_>, WireError>,
    show: impl FnOnce(Traces),
) -> Result<(), WireError> {
    let prepared = match asked {
        Ok(asked) => prepare(service, input, asked).await.map_err(Fault::from),
        Err(wire) => Err(wire.into()),
    };
    let (asked, account, operation) = match prepared {
        Ok(prepared) => prepared,
        Err(fault) => {
            let wire = match fault {
                Fault::Wire(wire) => error::dressed(input.row.api, wire),
                Fault::Core(error) => error::wire(input.manner, ACTION, &error),
            };
            return Err(input.refuse(service, call, ACTION.name(), wire).await);
        }
    };
    let events = service.execute(call, operation).await.into_inner();
    let events = events.map_err(|error| error::wire(input.manner, ACTION, &error))?;
    let list = traces(service, input, &asked, &account, &events).await;
    let marker = events.found.next.map(|next| asked.marker(next));
    show(Traces { list, marker });
    Ok(())
}

/// The question as the core takes it.
async fn prepare<'a>(
    service: &Service,
    input: &Input<'_>,
    asked: Asked<'a>,
) -> Result<(Asked<'a>, Account, core::LookupEvents), Error> {
    let account = service.account(input.scope.account).await?;
    let titled = match asked.question.resource_name.and_then(called) {
        Some(name) => service.key_called(input.scope, &name).await?,
        None => None,
    };
    let thing = match asked.question.resource_id {
        Some(id) => identities::name(service, account.id, id).await?,
        None => None,
    };
    let filters = if asked.nowhere {
        vec![Filter::AnyOperation(Vec::new())]
    } else {
        let titled = titled.map(|id| id.to_string());
        let region = input.scope.region.as_str();
        let home = domain(input, &account);
        let question = Question {
            resource_id: thing.as_deref().or(asked.question.resource_id),
            ..asked.question
        };
        question.filters(account.id, Some(home), region, titled.as_deref())
    };
    let operation = core::LookupEvents {
        scope: input.scope.clone(),
        filters,
        from: asked.from,
        until: asked.until,
        newest_first: true,
        after: asked.after,
        take: asked.take,
    };
    Ok((asked, account, operation))
}

fn domain<'a>(input: &'a Input<'_>, account: &'a Account) -> Domain<'a> {
    Domain {
        id: &input.home.domain,
        name: &account.name,
    }
}

/// What a key would be called of which this is the display name.
fn called(name: &str) -> Option<Called> {
    match name.strip_suffix("/default") {
        Some(service) => service.parse().ok().map(Called::OfService),
        None => name.parse().ok().map(Called::Title),
    }
}

fn shown(called: &Called) -> String {
    match called {
        Called::Title(title) => title.to_string(),
        Called::OfService(service) => format!("{service}/default"),
    }
}

async fn traces(
    service: &Service,
    input: &Input<'_>,
    asked: &Asked<'_>,
    account: &Account,
    events: &core::Events,
) -> Vec<Value> {
    let events = events.found.events.iter().filter_map(|(seq, record)| {
        let Ok(Entry::Call(event)) = Entry::parse(record) else {
            tracing::error!(%seq, "the audit index gives something that is no call");
            return None;
        };
        Some((id_of_key(&event), event))
    });
    let events: Vec<_> = events.collect();
    let keys: Vec<KeyId> = events.iter().filter_map(|(key, _)| *key).collect();
    let names = names(service, input, keys).await;
    let things: Vec<_> = events
        .iter()
        .filter_map(|(_, event)| identity_of(event))
        .collect();
    let ids = identities::ids(service, account.id, things).await;
    let of = |key: &Option<KeyId>| {
        let name = names.iter().find(|(id, _)| Some(*id) == *key);
        name.map(|(_, name)| name.as_str())
    };
    let home = account.id.to_string();
    let traces = events.iter().map(|(key, event)| {
        let thing = identity_of(event);
        let id = ids.iter().find(|(known, _)| Some(known) == thing.as_ref());
        let facts = Facts {
            // A call about a key of this account may be one of another's.
            domain: (event.account == home).then(|| domain(input, account)),
            title: of(key),
            identity: id.map(|(_, id)| id.as_str()),
        };
        trace_with(event, &facts)
    });
    traces.filter(|trace| asked.question.fits(trace)).collect()
}

fn id_of_key(event: &Event<'_>) -> Option<KeyId> {
    key_of(event)?.parse().ok()
}

/// The display names of keys of the project. Traces without them are better than none.
async fn names(service: &Service, input: &Input<'_>, mut keys: Vec<KeyId>) -> Vec<(KeyId, String)> {
    keys.sort_unstable();
    keys.dedup();
    let found = service
        .titles(input.scope, &keys, input.time)
        .await
        .unwrap_or_else(|error| {
            tracing::warn!(%error, "traces are shown without the names of their keys");
            Vec::new()
        });
    found.iter().map(|(id, called)| (*id, shown(called))).collect()
}
