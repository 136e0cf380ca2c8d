//! Find calls of the past.

use claviger_audit::Seq;
use claviger_audit::index::{Filter, Found, Query};
use claviger_audit::record::Fields;
use claviger_model::{AccountId, Action, Error, Scope, Timestamp};

use super::{PATIENCE, from_index};
use crate::call::{Need, Note, Target};
use crate::pipeline::{Context, Operation, Permitted};

/// Finds calls of an account, those of just now too, one page of them. Without the index it is refused with
/// [`Error::Unavailable`].
#[derive(Debug)]
pub struct LookupEvents {
    /// Whose calls, and where it is asked. The region chooses nothing: calls in all regions are found, unless
    /// [`Filter::Region`] is among the filters.
    pub scope: Scope,
    /// What must be so, all of it.
    pub filters: Vec<Filter>,
    /// The first moment, inclusive.
    pub from: Timestamp,
    /// The last moment, inclusive.
    pub until: Timestamp,
    /// The order.
    pub newest_first: bool,
    /// Goes on behind this line of the log: [`Found::next`] of the page before.
    pub after: Option<Seq>,
    /// Most events of a page, at least 1.
    pub take: usize,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Events {
    /// Whose calls they are.
    pub account: AccountId,
    /// The calls.
    pub found: Found,
}

/// Lists where the trail of an account is delivered to by the vendor's means. There is no such place: who runs the
/// server decides where the log goes.
#[derive(Debug)]
pub struct DescribeTrails(
    /// Whose, and where it is asked.
    pub Scope,
);

impl Operation for LookupEvents {
    const ACTION: Action = Action::LookupEvents;
    type Output = Events;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(need(Self::ACTION, &self.scope))
    }

    /// The values that are looked for may be anything, and a record of them would be found by the next search.
    fn describe(&self, request: &mut Fields) {
        request.texts("filters", self.filters.iter().map(kind));
        request.text("from", &self.from.to_string());
        request.text("until", &self.until.to_string());
        request.number("most", self.take as u64);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Events, Error> {
        let account = self.scope.account;
        cx.service.let_index_follow(PATIENCE).await;
        let query = Query {
            account,
            filters: self.filters,
            from: self.from,
            until: self.until,
            newest_first: self.newest_first,
            after: self.after,
            take: self.take,
        };
        let found = cx.service.index.lookup(&query).await.map_err(from_index)?;
        note.response.number("events", found.events.len() as u64);
        Ok(Events { account, found })
    }
}

impl Operation for DescribeTrails {
    const ACTION: Action = Action::DescribeTrails;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(need(Self::ACTION, &self.0))
    }

    fn describe(&self, _: &mut Fields) {}

    async fn run(self, _: &Context<'_>, _: Permitted, note: &mut Note) -> Result<(), Error> {
        note.response.number("trails", 0);
        Ok(())
    }
}

fn need(action: Action, scope: &Scope) -> Vec<Need> {
    vec![Need {
        action,
        target: Target::Trail(scope.clone()),
    }]
}

/// The word for what a filter looks at.
fn kind(filter: &Filter) -> &'static str {
    match filter {
        Filter::Id(_) => "id",
        Filter::Api(_) => "api",
        Filter::Region(_) => "region",
        Filter::Operation(_) => "operation",
        Filter::AnyOperation(_) => "operations",
        Filter::Caller(_) => "caller",
        Filter::CallerId(_) => "caller_id",
        Filter::AccessKey(_) => "access_key",
        Filter::Kind(_) => "kind",
        Filter::Thing(_) => "thing",
        Filter::Writes(_) => "writes",
        Filter::Outcome(_) => "outcome",
    }
}
