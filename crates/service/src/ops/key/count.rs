//! How many keys there are, and how many there may be.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Scope};

use crate::call::{Need, Note, Target};
use crate::pipeline::{Context, Operation, Permitted, from_store};

/// Counts the keys of a scope that its account made, those that wait for their deletion too.
#[derive(Debug)]
pub struct CountKeys {
    /// Where.
    pub scope: Scope,
}

/// Tells what is bounded in a scope, and how much of it there is.
#[derive(Debug)]
pub struct GetQuotas {
    /// Where.
    pub scope: Scope,
}

/// What is bounded in a scope. Dialects may have stricter bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeQuotas {
    /// Keys that its account made, as [`CountKeys`] counts them.
    pub keys: u64,
    /// As many of them there may be, as far as the deployment goes.
    pub most_keys: u32,
    /// Grants of the key that has the most. How many there may be, the dialects say.
    pub grants: u64,
}

fn need(action: Action, scope: &Scope) -> Vec<Need> {
    vec![Need {
        action,
        target: Target::Keys(scope.clone()),
    }]
}

/// Keys past their deletion do not count.
async fn count(cx: &Context<'_>, scope: &Scope) -> Result<u64, Error> {
    cx.service.catch_up(cx.call.time).await;
    cx.service.store.key_count(scope).await.map_err(from_store)
}

impl Operation for CountKeys {
    const ACTION: Action = Action::CountKeys;
    type Output = u64;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(need(Self::ACTION, &self.scope))
    }

    fn describe(&self, _: &mut Fields) {}

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<u64, Error> {
        let keys = count(cx, &self.scope).await?;
        note.response.number("keys", keys);
        Ok(keys)
    }
}

impl Operation for GetQuotas {
    const ACTION: Action = Action::GetQuotas;
    type Output = ScopeQuotas;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(need(Self::ACTION, &self.scope))
    }

    fn describe(&self, _: &mut Fields) {}

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<ScopeQuotas, Error> {
        let keys = count(cx, &self.scope).await?;
        let grants = cx.service.store.most_grants(&self.scope).await;
        let grants = grants.map_err(from_store)?;
        note.response.number("keys", keys);
        note.response.number("grants", grants);
        Ok(ScopeQuotas {
            keys,
            most_keys: cx.service.quotas.keys,
            grants,
        })
    }
}
