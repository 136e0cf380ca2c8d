//! SOURCE: KMS API reference, DeleteAlias (read 2026-11-21): succeeds in every state of the key.

use claviger_service::ops::alias as core;

use crate::answer::Answer;
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct DeleteAlias;

impl WireOp for DeleteAlias {
    type Op = core::DeleteAlias;

    fn decode(input: &Input<'_>) -> Result<core::DeleteAlias, Fault> {
        Ok(core::DeleteAlias {
            scope: input.scope.clone(),
            name: input.alias("AliasName")?,
            of: None,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}
