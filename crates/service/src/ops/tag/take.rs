//! Take tags away.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Key, Missing, Tags};

use super::{TagRules, describe_several, in_one_scope, several};
use crate::call::{Asked, KeyRef, Need, Note};
use crate::ops::change_keys;
use crate::pipeline::{Context, Operation, Permitted};

/// Takes tags of keys away. All keys lose them or none.
///
/// Refused with [`Missing::Tag`] for a tag that a key must bear and does not.
#[derive(Debug)]
pub struct UntagKeys {
    /// [`Action::UntagResource`] or [`Action::UntagResources`].
    pub action: Action,
    /// The keys, of one scope.
    pub keys: Vec<KeyRef>,
    /// Keys of the tags; `None` is all.
    pub names: Option<Vec<String>>,
    /// Whether each key must bear each of these tags; otherwise those that it does not bear are passed over.
    pub must_bear: bool,
    /// Which keys may be labelled.
    pub rules: TagRules,
}

impl Operation for UntagKeys {
    const ACTION: Action = Action::UntagResource;
    type Output = ();

    fn action(&self) -> Action {
        self.action
    }

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(several(self.action, &self.keys))
    }

    fn asked(&self) -> Asked<'_> {
        Asked::tag_keys(self.names.iter().flatten())
    }

    fn describe(&self, request: &mut Fields) {
        describe_several(request, &self.keys);
        match &self.names {
            Some(names) => request.number("tags", names.len() as u64),
            None => request.flag("all", true),
        }
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<(), Error> {
        let Some((scope, ids)) = in_one_scope(&permit, self.rules)? else {
            return Ok(());
        };
        if let [id] = ids.as_slice() {
            note.response.key("key", *id);
        }
        let (names, must_bear, rules) = (self.names, self.must_bear, self.rules);
        let wish = move |key: Key| {
            let tags = match &names {
                None => Tags::default(),
                Some(names) => {
                    let mut tags = key.tags.clone();
                    for name in names {
                        if must_bear && tags.get(name).is_none() {
                            return Err(Error::NotFound(Missing::Tag));
                        }
                        tags.remove(name);
                    }
                    tags
                }
            };
            rules.label(key, tags)
        };
        change_keys(cx, &scope, &ids, note, wish).await.map(drop)
    }
}
