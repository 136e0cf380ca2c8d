//! Show a key.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Key};

use crate::call::{KeyRef, Need, Note};
use crate::ops::{describe_key, key, one_key};
use crate::pipeline::{Context, Operation, Permitted};

/// Shows what a key is and how it is.
#[derive(Debug)]
pub struct DescribeKey(pub KeyRef);

impl Operation for DescribeKey {
    const ACTION: Action = Action::DescribeKey;
    type Output = Key;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.0))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.0);
    }

    async fn run(self, _cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Key, Error> {
        let key = key(&permit, 0)?.key.clone();
        note.response.key("key", key.id);
        Ok(key)
    }
}
