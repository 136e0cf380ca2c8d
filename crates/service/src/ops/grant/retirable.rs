//! List what the caller may give up.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Grant, Page, Paged, Party, Scope};

use crate::call::{Need, Note};
use crate::pipeline::{Context, Operation, Permitted, from_store};

/// Lists the grants that name the caller, or its whole account, as who may give them up, oldest first: of all keys in a
/// region, of whatever account they are. Everybody may ask that of itself.
#[derive(Debug)]
pub struct ListRetirableGrants {
    /// Where the caller is at home, and the region.
    pub scope: Scope,
    /// Which part of the list.
    pub page: Page,
}

impl Operation for ListRetirableGrants {
    const ACTION: Action = Action::ListRetirableGrants;
    type Output = Paged<Grant>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        // Whoever was named is told of it: that may be somebody without any policy, and nothing of others is shown.
        Ok(Vec::new())
    }

    fn describe(&self, request: &mut Fields) {
        request.number("skip", self.page.skip);
        request.number("take", self.page.take.into());
    }

    async fn run(self, cx: &Context<'_>, _permit: Permitted, note: &mut Note) -> Result<Paged<Grant>, Error> {
        // Grants go with their key, whether or not that has been done.
        cx.service.catch_up(cx.call.time).await;
        let caller = cx.call.caller();
        let everybody = Party::Account(caller.account);
        let named = Party::of(caller).into_iter();
        let by: Vec<_> = named.chain(everybody.is(caller).then_some(everybody)).collect();
        let store = &cx.service.store;
        let paged = store.retirable_grants(&self.scope.region, &by, self.page).await;
        let paged = paged.map_err(from_store)?;
        note.response.number("grants", paged.items.len() as u64);
        Ok(paged)
    }
}
