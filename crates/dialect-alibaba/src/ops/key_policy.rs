//! SOURCE: KMS API reference, SetKeyPolicy, GetKeyPolicy; "Overview of key policies" (read 2026-11-22): a key has one
//! policy, called `default`, a JSON text of at most 32768 bytes. The vendor offers it for keys in instances only; here
//! every key has one.

use claviger_model::{AccountId, Change};
use claviger_service::ops::key as core;

use crate::answer::Answer;
use crate::error::WireError;
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct SetKeyPolicy;
pub(super) struct GetKeyPolicy;

impl WireOp for SetKeyPolicy {
    type Op = core::SetKeyPolicy;

    fn decode(input: &Input<'_>) -> Result<core::SetKeyPolicy, Fault> {
        let key = input.key_by_id("KeyId")?;
        check_name(input)?;
        let policy = input.required("Policy")?.to_owned();
        Ok(core::SetKeyPolicy { key, policy })
    }

    fn encode(_: &Input<'_>, _: Change<()>, _: &mut Answer) {}
}

impl WireOp for GetKeyPolicy {
    type Op = core::GetKeyPolicy;

    fn decode(input: &Input<'_>) -> Result<core::GetKeyPolicy, Fault> {
        check_name(input)?;
        Ok(core::GetKeyPolicy {
            key: input.key_by_id("KeyId")?,
        })
    }

    fn encode(_: &Input<'_>, output: core::KeyPolicy, answer: &mut Answer) {
        match output.policy {
            Some(policy) => answer.text("Policy", &policy),
            None => answer.text("Policy", &default_policy(output.scope.account)),
        }
    }
}

fn check_name(input: &Input<'_>) -> Result<(), WireError> {
    match input.optional("PolicyName") {
        None | Some("default") => Ok(()),
        Some(_) => Err(WireError::invalid("PolicyName")),
    }
}

/// What a key has whose owner set none, in the vendor's words: the account leaves the rest to the policies of its users.
fn default_policy(account: AccountId) -> String {
    let statement = format!(
        r#"{{"Action":["kms:*"],"Effect":"Allow","Principal":{{"RAM":["acs:ram::{account}:*"]}},"Resource":["*"],"Sid":"kms default key policy"}}"#
    );
    format!(r#"{{"Statement":[{statement}],"Version":"1"}}"#)
}
