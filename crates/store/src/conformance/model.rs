//! A store in a few maps, for comparison, and changes that both it and a real store can make.

use std::collections::BTreeMap;

use claviger_model::{
    Alias, AliasName, Change, Grant, GrantId, Key, KeyId, KeyState, Refusal, Scope, Timestamp,
};

use super::make::draft;
use crate::{Draft, KeyChange, KeyCheck, Outboxed, Store, WriteError};

/// A change.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    Create(Box<Key>),
    /// Adds a word to the description.
    Describe(KeyId, String),
    Enable(KeyId),
    Disable(KeyId),
    /// Makes an alias for a key that is enabled.
    Name(Alias),
    /// Leads an alias to another key that is enabled.
    Lead(AliasName, KeyId, Timestamp),
    Unname(AliasName),
    /// Grants the use of a key that is enabled.
    Grant(Box<Grant>),
    Revoke(KeyId, GrantId),
}

/// What a change answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    Key(Box<Key>),
    Alias(Alias),
    Grant(Box<Grant>),
}

/// The keys, aliases and grants of one scope.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Model {
    pub(super) keys: BTreeMap<KeyId, Key>,
    pub(super) aliases: BTreeMap<AliasName, Alias>,
    pub(super) grants: BTreeMap<GrantId, Grant>,
}

impl Model {
    /// Makes the change; `None` where nothing changes.
    pub(super) fn apply(&mut self, deed: &Deed) -> Option<Answer> {
        match deed {
            Deed::Create(key) => {
                let old = self.keys.insert(key.id, (**key).clone());
                old.is_none().then_some(Answer::Done)
            }
            Deed::Describe(id, word) => self.update(*id, &mut |key| Ok(describe(key, word))),
            Deed::Enable(id) => self.update(*id, &mut Key::enable),
            Deed::Disable(id) => self.update(*id, &mut Key::disable),
            Deed::Name(alias) => {
                let fits = !self.aliases.contains_key(&alias.name) && self.is_enabled(alias.key);
                fits.then(|| {
                    self.aliases.insert(alias.name.clone(), alias.clone());
                    Answer::Done
                })
            }
            Deed::Lead(name, to, now) => {
                let enabled = self.is_enabled(*to);
                let alias = self.aliases.get_mut(name).filter(|_| enabled)?;
                let was = alias.clone();
                (alias.key, alias.updated) = (*to, *now);
                Some(Answer::Alias(was))
            }
            Deed::Unname(name) => self.aliases.remove(name).map(Answer::Alias),
            Deed::Grant(grant) => self.is_enabled(grant.key).then(|| {
                self.grants.insert(grant.id, (**grant).clone());
                Answer::Done
            }),
            Deed::Revoke(key, id) => {
                let found = self.grants.get(id).is_some_and(|grant| grant.key == *key);
                let was = if found { self.grants.remove(id) } else { None };
                was.map(|grant| Answer::Grant(Box::new(grant)))
            }
        }
    }

    fn update(
        &mut self,
        id: KeyId,
        change: &mut dyn FnMut(Key) -> Result<Change<Key>, Refusal>,
    ) -> Option<Answer> {
        let key = self.keys.get_mut(&id)?;
        let Ok(Change::Changed(new)) = change(key.clone()) else {
            return None;
        };
        *key = new.clone();
        Some(Answer::Key(Box::new(new)))
    }

    fn is_enabled(&self, id: KeyId) -> bool {
        self.keys
            .get(&id)
            .is_some_and(|key| key.state == KeyState::Enabled)
    }
}

/// Makes the change in a store; `None` where the store says that nothing changes.
pub(super) async fn perform(
    store: &dyn Store,
    scope: &Scope,
    deed: &Deed,
    text: &str,
) -> Option<Outboxed<Answer>> {
    let draft = draft(text);
    let update = async |id: KeyId, draft: Draft, change: KeyChange| {
        Ok(match store.update_key(scope, id, draft, change).await? {
            Change::Changed(key) => Some(wrap(key, |key| Answer::Key(Box::new(key)))),
            Change::AlreadySo(_) => None,
        })
    };
    let result = match deed.clone() {
        Deed::Create(key) => store
            .create_key(*key, None, u32::MAX, draft)
            .await
            .map(|done| Some(wrap(done, |()| Answer::Done))),
        Deed::Describe(id, word) => update(id, draft, Box::new(move |key| Ok(describe(key, &word)))).await,
        Deed::Enable(id) => update(id, draft, Box::new(Key::enable)).await,
        Deed::Disable(id) => update(id, draft, Box::new(Key::disable)).await,
        Deed::Name(alias) => store
            .create_alias(alias, u32::MAX, u32::MAX, draft, if_enabled())
            .await
            .map(|done| Some(wrap(done, |()| Answer::Done))),
        Deed::Lead(name, to, now) => store
            .move_alias(scope, &name, None, to, now, draft, if_enabled())
            .await
            .map(|was| Some(wrap(was, Answer::Alias))),
        Deed::Unname(name) => store
            .delete_alias(scope, &name, None, draft)
            .await
            .map(|was| Some(wrap(was, Answer::Alias))),
        Deed::Grant(grant) => store
            .create_grant(*grant, u32::MAX, draft, if_enabled())
            .await
            .map(|done| Some(wrap(done, |()| Answer::Done))),
        Deed::Revoke(key, id) => store
            .delete_grant(scope, key, id, draft)
            .await
            .map(|was| Some(wrap(was, |grant| Answer::Grant(Box::new(grant))))),
    };
    match result {
        Ok(answer) => answer,
        Err(WriteError::Domain(_)) => None,
        Err(WriteError::Store(error)) => unreachable!("the store failed: {error}"),
    }
}

fn describe(mut key: Key, word: &str) -> Change<Key> {
    key.description.push_str(word);
    Change::Changed(key)
}

fn if_enabled() -> KeyCheck {
    Box::new(|key| match key.state {
        KeyState::Enabled => Ok(()),
        other => Err(Refusal::NotUsable(other.kind()).into()),
    })
}

fn wrap<T>(outboxed: Outboxed<T>, answer: impl FnOnce(T) -> Answer) -> Outboxed<Answer> {
    Outboxed {
        number: outboxed.number,
        value: answer(outboxed.value),
    }
}
