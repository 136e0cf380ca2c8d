//! SOURCE: STS API reference, AssumeRole (read 2026-11-22): a role is named by its ARN, the session by 2 to 64 letters,
//! digits and `.@-_`; an external id has 2 to 1224 characters. SourceIdentity is refused:
//! nothing here keeps it, and whoever sends one counts on that.

use claviger_model::{AccountId, SignedDuration};
use claviger_service::ops::session as core;

use crate::answer::{Answer, date};
use crate::error::WireError;
use crate::params::Fault;
use crate::params::parameter::{DURATION, EXTERNAL_ID, ROLE_ARN, SESSION_NAME, SOURCE_IDENTITY};
use crate::ram::role_arn;
use crate::row::{Input, WireOp};

/// Longest name of a role that is looked for.
const ROLE_LIMIT: usize = 64;

pub(super) struct AssumeRole;

impl WireOp for AssumeRole {
    type Op = core::AssumeRole;

    fn decode(input: &Input<'_>) -> Result<core::AssumeRole, Fault> {
        let (role_account, role) = role(input)?;
        if input.optional(SOURCE_IDENTITY.name).is_some() {
            return Err(SOURCE_IDENTITY.invalid().into());
        }
        let seconds = input.number(DURATION)?;
        Ok(core::AssumeRole {
            role_account,
            role,
            session: input
                .required(SESSION_NAME.name)?
                .parse()
                .map_err(|_| malformed(SESSION_NAME.invalid(), "RoleSessionName"))?,
            duration: seconds.map(|seconds| SignedDuration::from_secs(seconds.into())),
            policy: input.optional("Policy").map(str::to_owned),
            external_id: external_id(input)?,
        })
    }

    fn encode(_: &Input<'_>, assumed: core::Assumed, answer: &mut Answer) {
        let (role, session) = (&assumed.role, &assumed.session);
        answer.object("AssumedRoleUser", |answer| {
            answer.text("Arn", &format!("{}/{session}", role_arn(role)));
            answer.text("AssumedRoleId", &format!("{}:{session}", role.id));
        });
        answer.object("Credentials", |answer| {
            answer.text("AccessKeyId", assumed.access_key.as_str());
            answer.secret("AccessKeySecret", &assumed.secret);
            answer.plain("SecurityToken", &assumed.token);
            answer.text("Expiration", &date(assumed.expires));
        });
    }
}

/// Account and name of the role. The name may be one that no role has: who may not take it must not learn that.
fn role(input: &Input<'_>) -> Result<(AccountId, Box<str>), WireError> {
    let text = input.required(ROLE_ARN.name)?;
    let parts = text.strip_prefix("acs:ram::").and_then(|rest| {
        let (account, tail) = rest.split_once(':')?;
        let name = tail.strip_prefix("role/")?;
        let fits = !name.is_empty() && name.chars().count() <= ROLE_LIMIT && !name.contains([':', '/']);
        Some((account.parse().ok()?, fits.then(|| name.into())?))
    });
    parts.ok_or_else(|| malformed(ROLE_ARN.invalid(), "RoleArn"))
}

fn external_id(input: &Input<'_>) -> Result<Option<String>, WireError> {
    match input.optional(EXTERNAL_ID.name) {
        None => Ok(None),
        Some(text) => {
            let fits = |c: char| c.is_ascii_alphanumeric() || "_=,.@:/-+".contains(c);
            if (2..=1224).contains(&text.len()) && text.chars().all(fits) {
                Ok(Some(text.to_owned()))
            } else {
                Err(malformed(EXTERNAL_ID.invalid(), "ExternalId"))
            }
        }
    }
}

/// The published text for these.
fn malformed(error: WireError, name: &str) -> WireError {
    WireError {
        message: format!("The parameter {name} is wrongly formed.").into(),
        ..error
    }
}
