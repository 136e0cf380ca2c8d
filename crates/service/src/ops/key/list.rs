//! List keys.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, KeyFilter, KeyId, Page, Paged, Scope};

use crate::call::{Need, Note, Target};
use crate::pipeline::{Context, Operation, Permitted, from_store};

/// Lists the keys of a scope, oldest first.
#[derive(Debug)]
pub struct ListKeys {
    /// Where.
    pub scope: Scope,
    /// Which.
    pub filter: KeyFilter,
    /// Which part of the list.
    pub page: Page,
}

impl Operation for ListKeys {
    const ACTION: Action = Action::ListKeys;
    type Output = Paged<KeyId>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![Need {
            action: Self::ACTION,
            target: Target::Keys(self.scope.clone()),
        }])
    }

    fn describe(&self, request: &mut Fields) {
        request.number("skip", self.page.skip);
        request.number("take", self.page.take.into());
        request.number("filters", self.filter.all_of.len() as u64);
    }

    async fn run(self, cx: &Context<'_>, _permit: Permitted, note: &mut Note) -> Result<Paged<KeyId>, Error> {
        cx.service.catch_up(cx.call.time).await;
        let paged = cx
            .service
            .store
            .keys(&self.scope, &self.filter, self.page)
            .await
            .map_err(from_store)?;
        note.response.number("keys", paged.items.len() as u64);
        Ok(paged)
    }
}
