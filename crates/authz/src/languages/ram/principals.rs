//! Whom the policies of keys and roles are about.

use claviger_model::AccountId;

use super::Kind;
use crate::languages::elements::pattern;
use crate::languages::json::Node;
use crate::languages::{Place, PolicyError};
use crate::pattern::Case;
use crate::policy::PrincipalPattern;

pub(super) fn read(node: &Node<'_>, kind: Kind) -> Result<Box<[PrincipalPattern]>, PolicyError> {
    let members = node.object()?.some()?;
    members.only(match kind {
        Kind::Identity => &[],
        Kind::Key => &["RAM"],
        Kind::Trust => &["RAM", "Service", "Federated"],
    })?;
    let mut all = Vec::new();
    for (name, node) in members.all() {
        let some = match name {
            "RAM" => node.texts(identity)?,
            "Service" => node.texts(service)?,
            _ => node.texts(federated)?,
        };
        all.extend(some);
    }
    Ok(all.into())
}

/// `acs:ram::<account>:` and the account itself (`root`, or `*` as the vendor's own policies have it), a user or a role.
/// Everybody everywhere cannot be named.
fn identity(place: &Place, text: &str) -> Result<PrincipalPattern, PolicyError> {
    let wrong = || {
        let expected = "a principal such as `acs:ram::<account>:root`, `…:user/<name>` or `…:role/<name>`";
        place.value(text, expected)
    };
    let (account, who) = split(text).ok_or_else(wrong)?;
    let named = |kind: &str| who.strip_prefix(kind).is_some_and(|name| !name.is_empty());
    if matches!(who, "root" | "*") {
        Ok(PrincipalPattern::Account(account.into()))
    } else if named("user/") || named("role/") {
        let name = format!("acs:ram::{account}:{who}");
        Ok(PrincipalPattern::Identity(pattern(place, &name, Case::Matters)?))
    } else {
        Err(wrong())
    }
}

/// Account and relative name. Identities have no region; the pages write none or `*`.
fn split(text: &str) -> Option<(&str, &str)> {
    let rest = text
        .strip_prefix("acs:ram::")
        .or_else(|| text.strip_prefix("acs:ram:*:"))?;
    let (account, who) = rest.split_once(':')?;
    account.parse::<AccountId>().is_ok().then_some((account, who))
}

/// The host name of a service.
fn service(place: &Place, text: &str) -> Result<PrincipalPattern, PolicyError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    if text.is_empty() || !text.bytes().all(fits) {
        return Err(place.value(text, "the host name of a service"));
    }
    Ok(PrincipalPattern::Service(text.into()))
}

fn federated(place: &Place, text: &str) -> Result<PrincipalPattern, PolicyError> {
    let named = |kind: &str, who: &str| who.strip_prefix(kind).is_some_and(|name| !name.is_empty());
    match split(text) {
        Some((account, who)) if named("saml-provider/", who) || named("oidc-provider/", who) => Ok(
            PrincipalPattern::Federated(format!("acs:ram::{account}:{who}").into()),
        ),
        _ => {
            let expected = "a provider such as `acs:ram::<account>:saml-provider/<name>`";
            Err(place.value(text, expected))
        }
    }
}
