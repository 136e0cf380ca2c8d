//! List tags over keys.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, KeyId, Scope};
use claviger_store::TagRow;

use super::{TagRules, describe_several, in_one_scope, several};
use crate::call::{KeyRef, Need, Note, Target};
use crate::pipeline::{Context, Operation, Permitted, from_store};

/// Lists tags of the keys of a scope, by key and tag key.
#[derive(Debug)]
pub struct ListTagRows {
    /// Where.
    pub scope: Scope,
    /// Only of these keys; of all if there are none.
    pub keys: Vec<KeyRef>,
    /// Only of keys that bear all of these, a value of `None` being any.
    pub tags: Vec<(String, Option<String>)>,
    /// Only rows behind this key and tag key.
    pub after: Option<(KeyId, String)>,
    /// How many rows at the most.
    pub limit: u32,
}

/// A part of a list over tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagRows {
    /// The rows.
    pub rows: Vec<TagRow>,
    /// Whether others follow.
    pub more: bool,
}

impl Operation for ListTagRows {
    const ACTION: Action = Action::ListTagResources;
    type Output = TagRows;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        if self.keys.is_empty() {
            return Ok(vec![Need {
                action: Self::ACTION,
                target: Target::Keys(self.scope.clone()),
            }]);
        }
        Ok(several(Self::ACTION, &self.keys))
    }

    fn describe(&self, request: &mut Fields) {
        describe_several(request, &self.keys);
        request.number("tags", self.tags.len() as u64);
        request.number("take", self.limit.into());
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<TagRows, Error> {
        let (scope, ids) = if self.keys.is_empty() {
            cx.service.catch_up(cx.call.time).await;
            (self.scope, Vec::new())
        } else {
            in_one_scope(&permit, TagRules::ALL)?.ok_or(Error::Internal)?
        };
        // One row more tells whether others follow.
        let limit = self.limit.saturating_add(1);
        let rows = cx
            .service
            .store
            .tag_rows(&scope, &ids, &self.tags, self.after.as_ref(), limit)
            .await;
        let mut rows = rows.map_err(from_store)?;
        let wanted = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > wanted;
        rows.truncate(wanted);
        note.response.number("rows", rows.len() as u64);
        Ok(TagRows { rows, more })
    }
}
