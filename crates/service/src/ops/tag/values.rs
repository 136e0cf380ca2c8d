//! List tag keys with their values.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Scope};

use crate::call::{Need, Note, Target};
use crate::pipeline::{Context, Operation, Permitted, from_store};

/// Lists all tag keys in a scope by name, each with its values in their order, none twice.
#[derive(Debug)]
pub struct ListTagValues {
    /// Where.
    pub scope: Scope,
}

impl Operation for ListTagValues {
    const ACTION: Action = Action::ListTagValues;
    type Output = Vec<(String, Vec<String>)>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![Need {
            action: Self::ACTION,
            target: Target::Keys(self.scope.clone()),
        }])
    }

    fn describe(&self, _: &mut Fields) {}

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Self::Output, Error> {
        cx.service.catch_up(cx.call.time).await;
        let values = cx.service.store.tag_values(&self.scope).await;
        let values = values.map_err(from_store)?;
        note.response.number("tags", values.len() as u64);
        Ok(values)
    }
}
