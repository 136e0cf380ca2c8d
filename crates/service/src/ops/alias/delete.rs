//! Take a name away.

use claviger_audit::record::Fields;
use claviger_model::{Action, AliasName, Error, Scope};

use crate::call::{Need, Note, Target};
use crate::ops::own_key;
use crate::pipeline::{Context, Operation, Permitted};

/// Deletes an alias. The key it led to is not touched.
#[derive(Debug)]
pub struct DeleteAlias {
    /// Where the alias lives.
    pub scope: Scope,
    /// The alias.
    pub name: AliasName,
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
        Ok([alias, key]
            .map(|target| Need {
                action: Self::ACTION,
                target,
            })
            .into())
    }

    fn describe(&self, request: &mut Fields) {
        request.text("alias", self.name.as_str());
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<(), Error> {
        note.response.key("key", own_key(&permit, 1)?.id);
        let (store, draft) = (cx.store(), cx.draft(note));
        let Self { scope, name } = self;
        let place = (scope.clone(), name.clone());
        let change = async move { store.delete_alias(&scope, &name, draft).await };
        cx.make(change, move |keys| keys.forget_alias(&place.0, &place.1))
            .await?;
        note.outboxed = true;
        Ok(())
    }
}
