//! Take a name away.

use claviger_audit::record::Fields;
use claviger_model::{Action, AliasName, Error, Missing, Scope};

use crate::call::{KeyRef, Need, Note, Target};
use crate::ops::{describe_key, key, own_key};
use crate::pipeline::{Context, Operation, Permitted};

/// Deletes an alias. The key it led to is not touched.
#[derive(Debug)]
pub struct DeleteAlias {
    /// Where the alias lives.
    pub scope: Scope,
    /// The alias.
    pub name: AliasName,
    /// The key that it has to lead to, where the caller names one; the alias of another key is not found.
    pub of: Option<KeyRef>,
}

impl Operation for DeleteAlias {
    const ACTION: Action = Action::DeleteAlias;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        if self.name.is_reserved() {
            return Err(Error::ReservedAlias);
        }
        let alias = Target::Alias(self.scope.clone(), self.name.clone());
        let key = Target::KeyOfAlias(self.scope.clone(), self.name.clone());
        let named = self.of.clone().map(Target::Key);
        let targets = [alias, key].into_iter().chain(named);
        Ok(targets
            .map(|target| Need {
                action: Self::ACTION,
                target,
            })
            .collect())
    }

    fn describe(&self, request: &mut Fields) {
        request.text("alias", self.name.as_str());
        if let Some(of) = &self.of {
            describe_key(request, of);
        }
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<(), Error> {
        let leads_to = own_key(&permit, 1)?.id;
        if self.of.is_some() && key(&permit, 2)?.key.id != leads_to {
            return Err(Error::NotFound(Missing::Alias));
        }
        note.response.key("key", leads_to);
        let (store, draft) = (cx.store(), cx.draft(note));
        let Self { scope, name, .. } = self;
        let place = (scope.clone(), name.clone());
        let change = async move { store.delete_alias(&scope, &name, Some(leads_to), draft).await };
        cx.make(change, move |keys| keys.forget_alias(&place.0, &place.1))
            .await?;
        note.outboxed = true;
        Ok(())
    }
}
