//! Take a name away.

use claviger_audit::record::Fields;
use claviger_model::{Action, AliasName, Error, Scope};

use crate::call::{Need, Note, Target};
use crate::ops::key;
use crate::pipeline::{Context, Operation, Permitted, from_write};

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
        note.response.key("key", key(&permit, 1)?.key.id);
        let deleted = cx
            .service
            .store
            .delete_alias(&self.scope, &self.name, cx.draft(note))
            .await;
        cx.service.keys.forget_alias(&self.scope, &self.name);
        cx.committed(note, deleted.map_err(from_write)?);
        Ok(())
    }
}
