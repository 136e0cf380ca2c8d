//! Let somebody use a key.

use claviger_audit::record::Fields;
use claviger_model::{
    Action, Error, Field, Grant, GrantId, GrantedActions, Key, Party, Refusal, StateKind, Timestamp,
};

use super::{note_grant, party, words};
use crate::call::{KeyRef, Need, Note};
use crate::ops::{describe_key, key, one_key, own_key};
use crate::pipeline::{Context, Operation, Permitted};

/// Makes a grant on a key in use.
///
/// A caller that may grant only because somebody granted it that passes on no more than it was granted itself:
/// [`Field::GrantedActions`], as for actions that cannot be granted. Refused with [`claviger_model::Quota::Grants`] where
/// the key has as many as it may, with [`Refusal::OfService`] for keys of services.
#[derive(Debug)]
pub struct CreateGrant {
    /// The key.
    pub key: KeyRef,
    /// A name for people; may be empty.
    pub name: String,
    /// Who may use the key. Whether somebody is there is no condition.
    pub grantee: Party,
    /// Who may give the grant up, besides its maker.
    pub retiring: Option<Party>,
    /// What the grantee may do: some of [`claviger_model::GRANTABLE`], and not [`Action::CreateGrant`] alone.
    pub actions: Vec<Action>,
    /// The most grants of one key.
    pub quota: u32,
}

impl CreateGrant {
    fn granted(&self) -> Result<GrantedActions, Error> {
        GrantedActions::of(&self.actions).ok_or(Error::Invalid(Field::GrantedActions))
    }
}

/// A key of which something may be granted.
fn grantable(key: &Key, now: Timestamp) -> Result<(), Refusal> {
    match key.clone().settle(now).state.kind() {
        StateKind::Enabled => Ok(()),
        other => Err(Refusal::NotUsable(other)),
    }
}

/// Whether grants that the caller holds hold all of this.
fn holds(cx: &Context<'_>, grants: &[Grant], wanted: &GrantedActions) -> bool {
    let held = |action| grants.iter().any(|grant| grant.allows(cx.call.caller(), action));
    wanted.iter().all(held)
}

impl Operation for CreateGrant {
    const ACTION: Action = Action::CreateGrant;
    type Output = GrantId;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        self.granted()?;
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
        request.number("name_bytes", self.name.len() as u64);
        request.text("grantee", &words(&self.grantee));
        if let Some(retiring) = &self.retiring {
            request.text("retiring", &words(retiring));
        }
        request.texts("actions", self.actions.iter().map(|action| action.name()));
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<GrantId, Error> {
        let target = own_key(&permit, 0)?;
        let now = cx.call.time;
        grantable(target, now)?;
        let actions = self.granted()?;
        if permit.by_grant(0).is_some() && !holds(cx, &key(&permit, 0)?.grants, &actions) {
            return Err(Error::Invalid(Field::GrantedActions));
        }
        let grant = Grant {
            id: cx.service.draw(GrantId::draw)?,
            scope: target.scope.clone(),
            key: target.id,
            name: self.name,
            grantee: self.grantee,
            retiring: self.retiring,
            issuer: party(cx.call.caller()),
            actions,
            created: now,
        };
        note_grant(&mut note.response, &grant);
        let (id, of) = (grant.id, grant.key);
        let (store, draft, quota) = (cx.store(), cx.draft(note), self.quota);
        let admit = Box::new(move |key: &Key| Ok(grantable(key, now)?));
        let change = async move { store.create_grant(grant, quota, draft, admit).await };
        cx.make(change, move |keys| keys.forget_key(of)).await?;
        note.outboxed = true;
        Ok(id)
    }
}
