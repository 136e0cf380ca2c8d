//! Set tags.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Key, Quota};

use super::{TagRules, describe_several, in_one_scope, several};
use crate::call::{Asked, KeyRef, Need, Note};
use crate::ops::{change_keys, pairs};
use crate::pipeline::{Context, Operation, Permitted};

/// Sets tags of keys, over older values of the same tag keys. All keys get them or none.
///
/// Refused with [`Quota::Tags`] where one of the keys would bear too many.
#[derive(Debug)]
pub struct TagKeys {
    /// [`Action::TagResource`] or [`Action::TagResources`].
    pub action: Action,
    /// The keys, of one scope.
    pub keys: Vec<KeyRef>,
    /// Keys and values of the tags.
    pub tags: Vec<(String, String)>,
    /// Which keys may be labelled.
    pub rules: TagRules,
}

impl Operation for TagKeys {
    const ACTION: Action = Action::TagResource;
    type Output = ();

    fn action(&self) -> Action {
        self.action
    }

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(several(self.action, &self.keys))
    }

    fn asked(&self) -> Asked<'_> {
        Asked::tags(pairs(&self.tags))
    }

    fn describe(&self, request: &mut Fields) {
        describe_several(request, &self.keys);
        request.number("tags", self.tags.len() as u64);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<(), Error> {
        let Some((scope, ids)) = in_one_scope(&permit, self.rules)? else {
            return Ok(());
        };
        if let [id] = ids.as_slice() {
            note.response.key("key", *id);
        }
        let (added, rules) = (self.tags, self.rules);
        let wish = move |key: Key| {
            let mut tags = key.tags.clone();
            for (name, value) in &added {
                tags.set(name.clone(), value.clone())
                    .map_err(|_| Error::Quota(Quota::Tags))?;
            }
            rules.label(key, tags)
        };
        change_keys(cx, &scope, &ids, note, wish).await.map(drop)
    }
}
