//! List keys.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Key, KeyFilter, KeyId, Order, Page, Paged, Scope};

use crate::call::{Need, Note, Target};
use crate::pipeline::{Context, Operation, Permitted, from_store};

/// Lists the keys of a scope.
#[derive(Debug)]
pub struct ListKeys {
    /// Where.
    pub scope: Scope,
    /// Which.
    pub filter: KeyFilter,
    /// In which order.
    pub order: Order,
    /// Which part of the list.
    pub page: Page,
}

/// Lists the keys of a scope with all that is known of each.
#[derive(Debug)]
pub struct ListWholeKeys {
    /// [`Action::ListKeys`] or [`Action::FindKeys`].
    pub action: Action,
    /// Which, in which order, and which part of the list.
    pub list: ListKeys,
}

impl ListKeys {
    fn target(&self) -> Target {
        Target::Keys(self.scope.clone())
    }

    fn note(&self, request: &mut Fields) {
        request.number("skip", self.page.skip);
        request.number("take", self.page.take.into());
        request.number("filters", self.filter.all_of.len() as u64);
    }
}

impl Operation for ListKeys {
    const ACTION: Action = Action::ListKeys;
    type Output = Paged<KeyId>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![Need {
            action: Self::ACTION,
            target: self.target(),
        }])
    }

    fn describe(&self, request: &mut Fields) {
        self.note(request);
    }

    async fn run(self, cx: &Context<'_>, _permit: Permitted, note: &mut Note) -> Result<Paged<KeyId>, Error> {
        cx.service.catch_up(cx.call.time).await;
        let paged = cx
            .service
            .store
            .keys(&self.scope, &self.filter, self.order, self.page)
            .await
            .map_err(from_store)?;
        note.response.number("keys", paged.items.len() as u64);
        Ok(paged)
    }
}

impl Operation for ListWholeKeys {
    const ACTION: Action = Action::ListKeys;
    type Output = Paged<Key>;

    fn action(&self) -> Action {
        self.action
    }

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![Need {
            action: self.action,
            target: self.list.target(),
        }])
    }

    fn describe(&self, request: &mut Fields) {
        self.list.note(request);
    }

    async fn run(self, cx: &Context<'_>, _permit: Permitted, note: &mut Note) -> Result<Paged<Key>, Error> {
        let (now, list) = (cx.call.time, self.list);
        cx.service.catch_up(now).await;
        let paged = cx
            .service
            .store
            .whole_keys(&list.scope, &list.filter, list.order, list.page)
            .await
            .map_err(from_store)?;
        note.response.number("keys", paged.items.len() as u64);
        Ok(Paged {
            items: paged.items.into_iter().map(|key| key.settle(now)).collect(),
            total: paged.total,
        })
    }
}
