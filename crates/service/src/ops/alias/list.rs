//! List aliases.

use claviger_audit::record::Fields;
use claviger_model::{Action, Alias, Error, KeyId, NamePage, Named, Page, Paged, Scope};

use crate::call::{KeyRef, Need, Note, Target};
use crate::ops::{describe_key, key, one_key};
use crate::pipeline::{Context, Operation, Permitted, from_store};

/// Lists the aliases of a scope by name.
#[derive(Debug)]
pub struct ListAliases {
    /// Where.
    pub scope: Scope,
    /// Which part of the list.
    pub page: Page,
}

/// Lists the aliases of one key by name.
#[derive(Debug)]
pub struct ListAliasesByKey {
    /// The key.
    pub key: KeyRef,
    /// Which part of the list.
    pub page: Page,
}

/// Lists the aliases of a scope or of one key by name, from a name on. Names that are kept for services are left out: they
/// belong to keys that services made, which nobody can name.
#[derive(Debug)]
pub struct ListAliasesAfter {
    /// Of what.
    pub of: AliasesOf,
    /// Which part of the list.
    pub page: NamePage,
}

/// Whose aliases are listed.
#[derive(Debug)]
pub enum AliasesOf {
    /// All of a scope.
    Scope(Scope),
    /// Those that lead to a key.
    Key(KeyRef),
}

/// A page of aliases with names that accounts gave.
async fn without_reserved(
    cx: &Context<'_>,
    scope: &Scope,
    of: Option<KeyId>,
    page: NamePage,
) -> Result<Named<Alias>, Error> {
    let wanted = usize::try_from(page.take).unwrap_or(usize::MAX);
    // One more than asked for tells whether there is more.
    let take = page.take.saturating_add(1);
    let mut after = page.after;
    let mut items = Vec::new();
    loop {
        let next = NamePage { after, take };
        let found = cx.service.store.aliases_after(scope, of, next).await;
        let found = found.map_err(from_store)?;
        after = found.items.last().map(|last| last.name.to_string());
        items.extend(found.items.into_iter().filter(|alias| !alias.name.is_reserved()));
        if items.len() > wanted || !found.more {
            break;
        }
    }
    let more = items.len() > wanted;
    items.truncate(wanted);
    Ok(Named { items, more })
}

fn describe_page(request: &mut Fields, page: Page) {
    request.number("skip", page.skip);
    request.number("take", page.take.into());
}

impl Operation for ListAliases {
    const ACTION: Action = Action::ListAliases;
    type Output = Paged<Alias>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![Need {
            action: Self::ACTION,
            target: Target::Aliases(self.scope.clone()),
        }])
    }

    fn describe(&self, request: &mut Fields) {
        describe_page(request, self.page);
    }

    async fn run(self, cx: &Context<'_>, _permit: Permitted, note: &mut Note) -> Result<Paged<Alias>, Error> {
        cx.service.catch_up(cx.call.time).await;
        let paged = cx
            .service
            .store
            .aliases(&self.scope, None, self.page)
            .await
            .map_err(from_store)?;
        note.response.number("aliases", paged.items.len() as u64);
        Ok(paged)
    }
}

impl Operation for ListAliasesByKey {
    const ACTION: Action = Action::ListAliasesByKey;
    type Output = Paged<Alias>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
        describe_page(request, self.page);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Paged<Alias>, Error> {
        let key = &key(&permit, 0)?.key;
        let paged = cx
            .service
            .store
            .aliases(&key.scope, Some(key.id), self.page)
            .await
            .map_err(from_store)?;
        note.response.key("key", key.id);
        note.response.number("aliases", paged.items.len() as u64);
        Ok(paged)
    }
}

impl Operation for ListAliasesAfter {
    const ACTION: Action = Action::ListAliases;
    type Output = Named<Alias>;

    fn action(&self) -> Action {
        match self.of {
            AliasesOf::Scope(_) => Action::ListAliases,
            AliasesOf::Key(_) => Action::ListAliasesByKey,
        }
    }

    fn needs(&self) -> Result<Vec<Need>, Error> {
        let target = match &self.of {
            AliasesOf::Scope(scope) => Target::Aliases(scope.clone()),
            AliasesOf::Key(key) => Target::Key(key.clone()),
        };
        Ok(vec![Need {
            action: self.action(),
            target,
        }])
    }

    fn describe(&self, request: &mut Fields) {
        if let AliasesOf::Key(key) = &self.of {
            describe_key(request, key);
        }
        if let Some(after) = &self.page.after {
            request.text("after", after);
        }
        request.number("take", self.page.take.into());
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Named<Alias>, Error> {
        let (scope, id) = match &self.of {
            AliasesOf::Scope(scope) => {
                cx.service.catch_up(cx.call.time).await;
                (scope, None)
            }
            AliasesOf::Key(_) => {
                let key = &key(&permit, 0)?.key;
                note.response.key("key", key.id);
                (&key.scope, Some(key.id))
            }
        };
        let named = without_reserved(cx, scope, id, self.page).await?;
        note.response.number("aliases", named.items.len() as u64);
        Ok(named)
    }
}
