//! Lead a name to another key.

use claviger_audit::record::Fields;
use claviger_model::{Action, Alias, AliasName, Error, Refusal, StateKind};

use crate::call::{KeyRef, Need, Note, Target};
use crate::ops::{describe_key, own_key};
use crate::pipeline::{Context, Operation, Permitted};

/// Moves an alias to another key. Gives the alias as it is then.
#[derive(Debug)]
pub struct UpdateAlias {
    /// The alias.
    pub name: AliasName,
    /// The key it is to lead to; the alias lives where that key lives.
    pub key: KeyRef,
}

impl Operation for UpdateAlias {
    const ACTION: Action = Action::UpdateAlias;
    type Output = Alias;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        if self.name.is_reserved() {
            return Err(Error::ReservedAlias);
        }
        let scope = &self.key.scope;
        let alias = Target::Alias(scope.clone(), self.name.clone());
        let present = Target::KeyOfAlias(scope.clone(), self.name.clone());
        let next = Target::Key(self.key.clone());
        Ok([alias, present, next]
            .map(|target| Need {
                action: Self::ACTION,
                target,
            })
            .into())
    }

    fn describe(&self, request: &mut Fields) {
        request.text("alias", self.name.as_str());
        describe_key(request, &self.key);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Alias, Error> {
        let (present, next) = (own_key(&permit, 1)?, own_key(&permit, 2)?);
        note.response.key("previous_key", present.id);
        note.response.key("key", next.id);
        let admit = Box::new(|key: &claviger_model::Key| match key.state.kind() {
            StateKind::PendingDeletion => Err(Refusal::NotUsable(StateKind::PendingDeletion).into()),
            _ => Ok(()),
        });
        let (store, draft, to, now) = (cx.store(), cx.draft(note), next.id, cx.call.time);
        let (scope, name, from) = (next.scope.clone(), self.name, Some(present.id));
        let place = (scope.clone(), name.clone());
        let change = async move { store.move_alias(&scope, &name, from, to, now, draft, admit).await };
        let was = cx
            .make(change, move |keys| keys.forget_alias(&place.0, &place.1))
            .await?;
        note.outboxed = true;
        Ok(Alias {
            key: to,
            updated: now,
            ..was.value
        })
    }
}
