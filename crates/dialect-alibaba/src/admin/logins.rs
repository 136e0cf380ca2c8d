//! Passwords of users and of roots, and whether they may come in at all. Passwords are shown at the other face only; the
//! vendor's own calls about them are for its web pages.

use claviger_model::{AccessKeyStatus, Login};
use claviger_secret::SecretBytes;
use claviger_service::ops::identity::{self as core, LoginHolder};

use crate::answer::{Answer, date};
use crate::error::WireError;
use crate::params::Fault;
use crate::params::parameter::{ORIGINAL_PASSWORD, PASSWORD, Parameter};
use crate::ram::user_or_caller;
use crate::row::{Input, WireOp};

/// Longest password that is looked at, in bytes. The core bounds the characters.
const PASSWORD_LIMIT: usize = 512;

pub(super) struct GetLogin;
pub(super) struct SetPassword;
pub(super) struct UpdateLogin;

fn holder(input: &Input<'_>) -> Result<LoginHolder, WireError> {
    let user = user_or_caller(input)?;
    Ok(user.map_or(LoginHolder::Caller, LoginHolder::User))
}

fn password(input: &Input<'_>, parameter: Parameter) -> Result<Option<SecretBytes>, WireError> {
    match input.optional(parameter.name) {
        Some(text) if text.len() > PASSWORD_LIMIT => Err(parameter.length()),
        text => Ok(text.map(|text| SecretBytes::copied(text.as_bytes()))),
    }
}

impl WireOp for GetLogin {
    type Op = core::GetLogin;

    fn decode(input: &Input<'_>) -> Result<core::GetLogin, Fault> {
        Ok(core::GetLogin {
            account: input.scope.account,
            holder: holder(input)?,
        })
    }

    fn encode(_: &Input<'_>, login: Login, answer: &mut Answer) {
        encode(&login, answer);
    }
}

impl WireOp for SetPassword {
    type Op = core::SetPassword;

    fn decode(input: &Input<'_>) -> Result<core::SetPassword, Fault> {
        input.required(PASSWORD.name)?;
        Ok(core::SetPassword {
            account: input.scope.account,
            holder: holder(input)?,
            password: password(input, PASSWORD)?.unwrap_or_else(|| SecretBytes::copied(&[])),
            original: password(input, ORIGINAL_PASSWORD)?,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for UpdateLogin {
    type Op = core::SwitchLogin;

    fn decode(input: &Input<'_>) -> Result<core::SwitchLogin, Fault> {
        Ok(core::SwitchLogin {
            account: input.scope.account,
            holder: holder(input)?,
            enabled: input.status()? == AccessKeyStatus::Active,
        })
    }

    fn encode(_: &Input<'_>, login: Login, answer: &mut Answer) {
        encode(&login, answer);
    }
}

fn encode(login: &Login, answer: &mut Answer) {
    answer.object("Login", |answer| {
        answer.text("Status", if login.enabled { "Active" } else { "Inactive" });
        answer.boolean("HasPassword", login.has_password);
        let changed = login.changed.filter(|_| login.has_password);
        answer.text("PasswordDate", &changed.map_or_else(String::new, date));
    });
}
