//! Who is named in grants.
//!
//! SOURCE: Key Management Service API reference, "Creating a Grant" (read 2026-11-22): ids of users, or of domains, are 1 to 64
//! letters and digits. Whether somebody has the id is no condition; samples have ids that are no hex numbers.

use std::borrow::Cow;

use claviger_model::{DomainId, Error, IdentityHex, Party, UserId};
use claviger_service::Service;

use crate::error::{WireError, codes};
use crate::row::{Input, Shown};

/// The member that names who may use the key.
pub(super) const GRANTEE: &str = "grantee_principal";
/// The member that tells what kind of id that is.
pub(super) const KIND: &str = "grantee_principal_type";

/// Whether the grantee is a whole domain.
///
/// # Errors
/// KMS.0308.
fn is_domain(input: &Input<'_>) -> Result<bool, WireError> {
    match input.fields.text(KIND)?.as_deref() {
        None | Some("user") => Ok(false),
        Some("domain") => Ok(true),
        Some(_) => Err(codes::K0308.on(KIND)),
    }
}

/// The same request with the account of the domain that is to be the grantee. What is of a wrong form is told later.
///
/// # Errors
/// When that cannot be told at the moment.
pub(super) async fn looked_up<'a>(service: &Service, input: &Input<'a>) -> Result<Input<'a>, Error> {
    let id = input.fields.text(GRANTEE).ok().flatten();
    let domain: Option<DomainId> = id.and_then(|id| id.parse().ok());
    let named = match domain {
        Some(domain) if is_domain(input) == Ok(true) => service.account_of(domain).await?,
        _ => None,
    };
    Ok(Input { named, ..*input })
}

/// Who may use the key.
///
/// # Errors
/// KMS.0204, KMS.0308, KMS.2402.
pub(super) fn grantee(input: &Input<'_>) -> Result<Party, WireError> {
    let id = input
        .fields
        .required(GRANTEE)
        .map_err(|_| codes::K2402.on(GRANTEE))?;
    match (is_domain(input)?, input.named) {
        (true, Some(account)) => Ok(Party::Account(account)),
        (true, None) => unknown(&id, GRANTEE),
        (false, _) => user(&id, GRANTEE),
    }
}

/// A user, or the root of an account, by its id.
///
/// # Errors
/// KMS.2402.
pub(super) fn user(id: &str, member: &str) -> Result<Party, WireError> {
    let Ok(IdentityHex { account, number }) = id.parse() else {
        return unknown(id, member);
    };
    match (number, UserId::from_number(number)) {
        (0, _) => Ok(Party::Root(account)),
        (_, Some(user)) => Ok(Party::User(account, user)),
        (_, None) => unknown(id, member),
    }
}

fn unknown(id: &str, member: &str) -> Result<Party, WireError> {
    let fits = (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if fits {
        Ok(Party::Unknown(id.into()))
    } else {
        Err(codes::K2402.on(member))
    }
}

/// The id of a party.
pub(super) fn id<'a>(shown: &'a Shown<'_>, party: &'a Party) -> Cow<'a, str> {
    let identity = |account, number| IdentityHex { account, number }.to_string().into();
    match party {
        Party::Root(account) => identity(*account, 0),
        Party::User(account, user) => identity(*account, user.number()),
        Party::Account(account) => shown.domain_of(*account).into(),
        Party::Unknown(text) => text.as_ref().into(),
    }
}

/// What kind of id it is.
pub(super) fn kind(party: &Party) -> &'static str {
    match party {
        Party::Account(_) => "domain",
        Party::Root(_) | Party::User(..) | Party::Unknown(_) => "user",
    }
}
