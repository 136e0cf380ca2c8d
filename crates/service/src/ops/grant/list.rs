//! List the grants of a key.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Grant, Page, Paged};

use crate::call::{KeyRef, Need, Note};
use crate::ops::{describe_key, key, one_key};
use crate::pipeline::{Context, Operation, Permitted, from_store};

/// Lists the grants of a key, oldest first. Only policies of the owner's account allow that.
#[derive(Debug)]
pub struct ListGrants {
    /// The key.
    pub key: KeyRef,
    /// Which part of the list.
    pub page: Page,
}

impl Operation for ListGrants {
    const ACTION: Action = Action::ListGrants;
    type Output = Paged<Grant>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
        request.number("skip", self.page.skip);
        request.number("take", self.page.take.into());
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Paged<Grant>, Error> {
        let key = &key(&permit, 0)?.key;
        let store = &cx.service.store;
        let paged = store.grants_page(&key.scope, key.id, self.page).await;
        let paged = paged.map_err(from_store)?;
        note.response.key("key", key.id);
        note.response.number("grants", paged.items.len() as u64);
        Ok(paged)
    }
}
