//! SOURCE: KMS API reference, ListAliases and ListAliasesByKeyId (read 2026-11-21).

use claviger_model::{Alias, Paged, Resource};
use claviger_service::ops::alias as core;

use super::list_keys::encode_page;
use crate::answer::Answer;
use crate::error::alias_name;
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct ListAliases;
pub(super) struct ListAliasesByKeyId;

impl WireOp for ListAliases {
    type Op = core::ListAliases;

    fn decode(input: &Input<'_>) -> Result<core::ListAliases, Fault> {
        Ok(core::ListAliases {
            scope: input.scope.clone(),
            page: input.page()?.into(),
        })
    }

    fn encode(input: &Input<'_>, output: Paged<Alias>, answer: &mut Answer) {
        encode(input, output, answer);
    }
}

impl WireOp for ListAliasesByKeyId {
    type Op = core::ListAliasesByKey;

    fn decode(input: &Input<'_>) -> Result<core::ListAliasesByKey, Fault> {
        Ok(core::ListAliasesByKey {
            key: input.key_by_id("KeyId")?,
            page: input.page()?.into(),
        })
    }

    fn encode(input: &Input<'_>, output: Paged<Alias>, answer: &mut Answer) {
        encode(input, output, answer);
    }
}

fn encode(input: &Input<'_>, output: Paged<Alias>, answer: &mut Answer) {
    encode_page(input, output.total, answer);
    answer.list("Aliases", "Alias", output.items, |answer, alias| {
        answer.id("KeyId", alias.key.to_ascii());
        answer.text("AliasName", &alias_name(&alias.name));
        answer.resource("AliasArn", &Resource::Alias(alias.scope, alias.name));
    });
}
