//! Take tags away.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Key, Tags};

use super::{describe_several, in_one_scope, several};
use crate::call::{Asked, KeyRef, Need, Note};
use crate::ops::change_keys;
use crate::pipeline::{Context, Operation, Permitted};

/// Takes tags of keys away. Tags that a key does not bear are passed over. All keys lose them or none.
#[derive(Debug)]
pub struct UntagKeys {
    /// [`Action::UntagResource`] or [`Action::UntagResources`].
    pub action: Action,
    /// The keys, of one scope.
    pub keys: Vec<KeyRef>,
    /// Keys of the tags; `None` is all.
    pub names: Option<Vec<String>>,
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
        let Some((scope, ids)) = in_one_scope(&permit)? else {
            return Ok(());
        };
        if let [id] = ids.as_slice() {
            note.response.key("key", *id);
        }
        let names = self.names;
        let wish = move |key: Key| {
            let tags = match &names {
                None => Tags::default(),
                Some(names) => {
                    let mut tags = key.tags.clone();
                    for name in names {
                        tags.remove(name);
                    }
                    tags
                }
            };
            Ok(key.tag(tags)?)
        };
        change_keys(cx, &scope, &ids, note, wish).await.map(drop)
    }
}
