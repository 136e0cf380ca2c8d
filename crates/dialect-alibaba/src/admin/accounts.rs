//! Accounts of the deployment.

use claviger_model::{Account, AccountId};
use claviger_service::Operation;
use claviger_service::ops::deployment as core;

use crate::answer::{Answer, date};
use crate::error::WireError;
use crate::params::parameter::{ACCOUNT_ID, ACCOUNT_NAME};
use crate::params::{Fault, NOTE_LIMIT};
use crate::ram::encode_new_key;
use crate::row::{Input, WireOp};

pub(super) struct CreateAccount;
pub(super) struct GetAccount;
pub(super) struct UpdateAccount;
pub(super) struct DeleteAccount;
pub(super) struct ListAccounts;

fn id(input: &Input<'_>) -> Result<AccountId, WireError> {
    let text = input.required(ACCOUNT_ID.name)?;
    text.parse().map_err(|_| ACCOUNT_ID.format())
}

fn name(input: &Input<'_>) -> Result<String, WireError> {
    input.required(ACCOUNT_NAME.name)?;
    input.line(ACCOUNT_NAME, NOTE_LIMIT)
}

impl WireOp for CreateAccount {
    type Op = core::CreateAccount;

    fn decode(input: &Input<'_>) -> Result<core::CreateAccount, Fault> {
        Ok(core::CreateAccount { name: name(input)? })
    }

    fn encode(_: &Input<'_>, (made, key): <Self::Op as Operation>::Output, answer: &mut Answer) {
        encode_whole(&made, answer);
        encode_new_key(&key, answer);
    }
}

impl WireOp for GetAccount {
    type Op = core::GetAccount;

    fn decode(input: &Input<'_>) -> Result<core::GetAccount, Fault> {
        Ok(core::GetAccount { id: id(input)? })
    }

    fn encode(_: &Input<'_>, found: core::Domicile, answer: &mut Answer) {
        encode_whole(&found, answer);
    }
}

impl WireOp for UpdateAccount {
    type Op = core::UpdateAccount;

    fn decode(input: &Input<'_>) -> Result<core::UpdateAccount, Fault> {
        Ok(core::UpdateAccount {
            id: id(input)?,
            name: name(input)?,
        })
    }

    fn encode(_: &Input<'_>, account: Account, answer: &mut Answer) {
        encode(&account, answer);
    }
}

impl WireOp for DeleteAccount {
    type Op = core::DeleteAccount;

    fn decode(input: &Input<'_>) -> Result<core::DeleteAccount, Fault> {
        Ok(core::DeleteAccount { id: id(input)? })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for ListAccounts {
    type Op = core::ListAccounts;

    fn decode(_: &Input<'_>) -> Result<core::ListAccounts, Fault> {
        Ok(core::ListAccounts)
    }

    fn encode(_: &Input<'_>, accounts: Vec<Account>, answer: &mut Answer) {
        answer.list("Accounts", "Account", &accounts, |answer, account| {
            encode_members(account, answer);
        });
    }
}

/// With the projects, which programs name that are written for another vendor.
fn encode_whole(found: &core::Domicile, answer: &mut Answer) {
    encode(&found.account, answer);
    answer.list(
        "Projects",
        "Project",
        &found.projects,
        |answer, (region, project)| {
            answer.text("RegionId", region.as_str());
            answer.text("ProjectId", &project.to_string());
        },
    );
}

fn encode(account: &Account, answer: &mut Answer) {
    answer.object("Account", |answer| encode_members(account, answer));
}

fn encode_members(account: &Account, answer: &mut Answer) {
    answer.text("AccountId", &account.id.to_string());
    answer.text("AccountName", &account.name);
    answer.text("DomainId", &account.domain.to_string());
    answer.text("CreateDate", &date(account.created));
}
