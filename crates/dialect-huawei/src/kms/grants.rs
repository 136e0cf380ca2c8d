//! SOURCE: Key Management Service API reference, "Creating a Grant", "Revoking a Grant", "Retiring a Grant" (read 2026-11-22): 1 to 10
//! operations, not `create-grant` alone; a name of letters, digits and `:/_-`; a grant id of 64 hex digits.

use claviger_model::{Action, GrantId};
use claviger_service::ops::grant as core;
use claviger_service::{Call, Service};

use super::party;
use crate::error::{self, Fault, WireError, codes};
use crate::json::Answer;
use crate::row::{Input, Shown, WireOp, serve};

/// What can be granted.
const GRANTED: [(Action, &str); 9] = [
    (Action::GenerateDataKey, "create-datakey"),
    (
        Action::GenerateDataKeyWithoutPlaintext,
        "create-datakey-without-plaintext",
    ),
    (Action::EncryptDataKey, "encrypt-datakey"),
    (Action::DecryptDataKey, "decrypt-datakey"),
    (Action::DescribeKey, "describe-key"),
    (Action::CreateGrant, "create-grant"),
    (Action::RetireGrant, "retire-grant"),
    (Action::Encrypt, "encrypt-data"),
    (Action::Decrypt, "decrypt-data"),
];
/// Most operations of one grant, repeated ones too.
const MOST: usize = 10;
/// Longest name.
const NAME_LIMIT: usize = 255;

/// What a granted action is called; nothing for what cannot be granted.
pub(crate) fn operation_name(action: Action) -> Option<&'static str> {
    let found = GRANTED.iter().find(|(known, _)| *known == action);
    found.map(|(_, name)| *name)
}

pub(super) struct CreateGrant;
pub(super) struct RevokeGrant;
pub(super) struct RetireGrant;

/// Makes a grant, after the account of a domain that is to be the grantee is known.
pub(super) async fn create(
    service: &Service,
    call: &Call<'_>,
    input: &Input<'_>,
    answer: &mut Answer,
) -> Result<(), WireError> {
    let input = party::looked_up(service, input)
        .await
        .map_err(|error| error::wire(input.manner, Action::CreateGrant, &error))?;
    serve::<CreateGrant>(service, call, &input, answer).await
}

impl WireOp for CreateGrant {
    type Op = core::CreateGrant;

    const REQUIRED: &'static [&'static str] = &["key_id", party::GRANTEE, "operations"];

    fn decode(input: &Input<'_>) -> Result<core::CreateGrant, Fault> {
        let key = input.key("key_id")?;
        let grantee = party::grantee(input)?;
        let retiring = match input.fields.text("retiring_principal") {
            Ok(None) => None,
            Ok(Some(id)) => Some(party::user(&id, "retiring_principal")?),
            Err(_) => return Err(codes::K2402.on("retiring_principal").into()),
        };
        Ok(core::CreateGrant {
            key,
            name: name(input)?,
            grantee,
            retiring,
            actions: operations(input)?,
            quota: input.settings.grants,
        })
    }

    fn encode(_: &Shown<'_>, id: GrantId, answer: &mut Answer) {
        answer.plain("grant_id", &id.to_string());
    }
}

fn name(input: &Input<'_>) -> Result<String, WireError> {
    let name = input.fields.text("name")?.unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/_-".contains(&byte);
    if name.len() > NAME_LIMIT || !name.bytes().all(plain) {
        return Err(codes::K0308.on("name"));
    }
    Ok(name.into_owned())
}

fn operations(input: &Input<'_>) -> Result<Vec<Action>, WireError> {
    let wrong = || codes::K0308.on("operations");
    let names = input
        .fields
        .texts("operations", codes::K0308)?
        .unwrap_or_default();
    if !(1..=MOST).contains(&names.len()) {
        return Err(wrong());
    }
    let read = |name: &str| GRANTED.iter().find(|(_, known)| *known == name);
    let actions: Option<Vec<_>> = names
        .iter()
        .map(|name| read(name).map(|(action, _)| *action))
        .collect();
    let actions = actions.ok_or_else(wrong)?;
    if actions.iter().all(|action| *action == Action::CreateGrant) {
        return Err(codes::K2401.error());
    }
    Ok(actions)
}

/// Text that no grant can have as its id is as good as an unknown one.
fn grant(input: &Input<'_>) -> Result<GrantId, WireError> {
    let id = input
        .fields
        .required("grant_id")
        .map_err(|_| codes::K2501.error())?;
    id.to_ascii_lowercase().parse().map_err(|_| codes::K2501.error())
}

impl WireOp for RevokeGrant {
    type Op = core::RevokeGrant;

    const REQUIRED: &'static [&'static str] = &["key_id", "grant_id"];

    fn decode(input: &Input<'_>) -> Result<core::RevokeGrant, Fault> {
        Ok(core::RevokeGrant {
            key: input.key("key_id")?,
            grant: grant(input)?,
        })
    }

    fn encode(_: &Shown<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for RetireGrant {
    type Op = core::RetireGrant;

    const REQUIRED: &'static [&'static str] = &["key_id", "grant_id"];

    fn decode(input: &Input<'_>) -> Result<core::RetireGrant, Fault> {
        Ok(core::RetireGrant {
            key: input.key("key_id")?,
            grant: grant(input)?,
        })
    }

    fn encode(_: &Shown<'_>, (): (), _: &mut Answer) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_can_be_granted_has_a_name_and_nothing_else_has() {
        let names: Vec<_> = claviger_model::GRANTABLE
            .iter()
            .filter_map(|action| operation_name(*action))
            .collect();
        assert_eq!(names, GRANTED.map(|(_, name)| name));
        assert_eq!(operation_name(Action::AsymmetricSign), None);
    }
}
