//! SOURCE: Key Management Service API reference, "Querying Grants on a CMK", "Querying Grants That Can Be Retired" (read
//! 2026-11-22). Oldest first is ours.

use claviger_model::{AccountId, Grant, Paged, Party};
use claviger_service::ops::grant as core;

use super::{grants, page, party};
use crate::error::Fault;
use crate::json::Answer;
use crate::row::{Input, Shown, WireOp};

pub(super) struct ListGrants;
pub(super) struct ListRetirableGrants;

impl WireOp for ListGrants {
    type Op = core::ListGrants;

    const REQUIRED: &'static [&'static str] = &["key_id"];

    fn decode(input: &Input<'_>) -> Result<core::ListGrants, Fault> {
        Ok(core::ListGrants {
            key: input.key("key_id")?,
            page: page::marked(input.fields, page::LARGEST)?,
        })
    }

    fn others(grants: &Paged<Grant>) -> Vec<AccountId> {
        accounts(grants)
    }

    fn encode(shown: &Shown<'_>, grants: Paged<Grant>, answer: &mut Answer) {
        encode(shown, &grants, answer);
    }
}

impl WireOp for ListRetirableGrants {
    type Op = core::ListRetirableGrants;

    fn decode(input: &Input<'_>) -> Result<core::ListRetirableGrants, Fault> {
        Ok(core::ListRetirableGrants {
            scope: input.scope.clone(),
            page: page::marked(input.fields, page::LARGEST)?,
        })
    }

    fn others(grants: &Paged<Grant>) -> Vec<AccountId> {
        accounts(grants)
    }

    fn encode(shown: &Shown<'_>, grants: Paged<Grant>, answer: &mut Answer) {
        encode(shown, &grants, answer);
    }
}

/// The accounts that stand in grants as a whole, each once.
fn accounts(grants: &Paged<Grant>) -> Vec<AccountId> {
    let parties = grants
        .items
        .iter()
        .flat_map(|grant| [Some(&grant.grantee), grant.retiring.as_ref(), Some(&grant.issuer)]);
    let mut accounts: Vec<_> = parties
        .flatten()
        .filter_map(|party| match party {
            Party::Account(account) => Some(*account),
            Party::Root(_) | Party::User(..) | Party::Unknown(_) => None,
        })
        .collect();
    accounts.sort_unstable();
    accounts.dedup();
    accounts
}

fn encode(shown: &Shown<'_>, grants: &Paged<Grant>, answer: &mut Answer) {
    answer.objects("grants", &grants.items, |answer, grant| {
        answer.id("key_id", grant.key.to_ascii());
        answer.plain("grant_id", &grant.id.to_string());
        answer.text(party::GRANTEE, &party::id(shown, &grant.grantee));
        answer.plain(party::KIND, party::kind(&grant.grantee));
        answer.texts(
            "operations",
            grant.actions.iter().filter_map(grants::operation_name),
        );
        answer.text("issuing_principal", &party::id(shown, &grant.issuer));
        answer.millis("creation_date", Some(grant.created));
        answer.text("name", &grant.name);
        let retiring = grant.retiring.as_ref().map(|retiring| party::id(shown, retiring));
        answer.text("retiring_principal", &retiring.unwrap_or_default());
    });
    page::rest(answer, shown.input.fields, grants.items.len(), grants.total);
}
