//! Show the tags of one key.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, KeyId, Tags};

use crate::call::{KeyRef, Need, Note};
use crate::ops::{describe_key, key, one_key};
use crate::pipeline::{Context, Operation, Permitted};

/// Shows the tags of one key.
#[derive(Debug)]
pub struct ListKeyTags {
    /// The key.
    pub key: KeyRef,
}

/// The tags of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTags {
    /// The key.
    pub key: KeyId,
    /// All of its tags.
    pub tags: Tags,
}

impl Operation for ListKeyTags {
    const ACTION: Action = Action::ListResourceTags;
    type Output = KeyTags;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
    }

    async fn run(self, _cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<KeyTags, Error> {
        let key = &key(&permit, 0)?.key;
        note.response.key("key", key.id);
        note.response.number("tags", key.tags.len() as u64);
        Ok(KeyTags {
            key: key.id,
            tags: key.tags.clone(),
        })
    }
}
