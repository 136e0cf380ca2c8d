//! Give a key a second name.

use claviger_audit::record::Fields;
use claviger_model::{Action, Alias, AliasName, Error, Refusal, StateKind};

use crate::call::{KeyRef, Need, Note, Target};
use crate::ops::{describe_key, own_key};
use crate::pipeline::{Context, Operation, Permitted};

/// Makes an alias.
///
/// Refused with [`claviger_model::Quota::Aliases`] where the account has as many as it may.
#[derive(Debug)]
pub struct CreateAlias {
    /// Its name.
    pub name: AliasName,
    /// Whether `alias/` stands in front of the name as it was given.
    pub prefixed: bool,
    /// The key it leads to; it lives where that key lives.
    pub key: KeyRef,
    /// The most aliases of one key.
    pub per_key: u32,
}

impl Operation for CreateAlias {
    const ACTION: Action = Action::CreateAlias;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        if self.name.is_reserved() {
            return Err(Error::ReservedAlias);
        }
        let alias = Target::Alias(self.key.scope.clone(), self.name.clone());
        Ok(vec![
            Need {
                action: Self::ACTION,
                target: alias,
            },
            Need {
                action: Self::ACTION,
                target: Target::Key(self.key.clone()),
            },
        ])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("alias", self.name.as_str());
        describe_key(request, &self.key);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<(), Error> {
        let target = own_key(&permit, 1)?;
        // Aliases of keys past their deletion are free again.
        cx.service.catch_up(cx.call.time).await;
        note.response.key("key", target.id);
        let alias = Alias {
            scope: target.scope.clone(),
            name: self.name,
            prefixed: self.prefixed,
            key: target.id,
            created: cx.call.time,
            updated: cx.call.time,
        };
        let (scope, name) = (alias.scope.clone(), alias.name.clone());
        let admit = Box::new(|key: &claviger_model::Key| match key.state.kind() {
            StateKind::PendingDeletion => Err(Refusal::Transition(StateKind::PendingDeletion).into()),
            _ => Ok(()),
        });
        let (store, draft, quota) = (cx.store(), cx.draft(note), cx.service.quotas.aliases);
        let per_key = self.per_key;
        let change = async move { store.create_alias(alias, quota, per_key, draft, admit).await };
        cx.make(change, move |keys| keys.forget_alias(&scope, &name))
            .await?;
        note.outboxed = true;
        Ok(())
    }
}
