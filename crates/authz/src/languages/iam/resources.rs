//! Names of resources, and patterns over them.

use std::fmt;

use claviger_model::{AccountId, CertificateId, DomainId, IdentityResource, KeyId, Region, Resource, Scope};

use super::RESOURCE_LENGTH;
use crate::languages::elements::pattern;
use crate::languages::{Fault, Place, PolicyError};
use crate::pattern::{Case, Pattern};

/// Types of resources, as names write them.
const TYPES: &[&str] = &[
    "KeyId",
    "alias",
    "certificate",
    "service",
    "user",
    "group",
    "agency",
    "policy",
    "trace",
    "deployment",
];

/// A resource as policies name it: `<service>:<region>:<domain>:<type>:<path>`.
///
/// SOURCE: IAM user guide, "Policy Syntax", for the form; KMS API, "Actions Supported by Identity Policy-based
/// Authorization", for `KeyId` and `alias` (read 2026-11-22). The other types are our choice. Identities are in no region.
/// A collection is named by `*`, so a pattern for all members means it, too, and one for a single member does not.
#[derive(Debug, Clone, Copy)]
pub struct ResourceName<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// Its account in the words of this face; where that is not known the account's number stands for it.
    pub domain: Option<DomainId>,
}

impl ResourceName<'_> {
    /// Writes the name.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn write(self, out: &mut impl fmt::Write) -> fmt::Result {
        if let Resource::Identity(_, IdentityResource::SystemPolicy(name)) = self.resource {
            return write!(out, "iam::system:policy:{name}");
        }
        out.write_str(match self.resource {
            Resource::Identity(..) => "iam:",
            Resource::Trail(_) => "cts:",
            Resource::Deployment(_) => "claviger:",
            _ => "kms:",
        })?;
        if let Some(region) = self.resource.region() {
            out.write_str(region.as_str())?;
        }
        match self.domain {
            Some(domain) => write!(out, ":{domain}:")?,
            None => write!(out, ":{}:", self.resource.account())?,
        }
        let mut two = |kind: &str, path: &str| {
            out.write_str(kind)?;
            out.write_str(path)
        };
        match self.resource {
            Resource::Key(_, id) => two("KeyId:", ascii(&id.to_ascii())),
            Resource::UnknownKey(_, text) => two("KeyId:", text),
            Resource::Alias(_, name) => two("alias:", name.as_str()),
            Resource::Keys(_) => two("KeyId:", "*"),
            Resource::Aliases(_) => two("alias:", "*"),
            Resource::Certificate(_, id) => two("certificate:", ascii(&id.to_ascii())),
            Resource::UnknownCertificate(_, text) => two("certificate:", text),
            Resource::Certificates(_) => two("certificate:", "*"),
            Resource::Service(_) => two("service:", "*"),
            Resource::Trail(_) => two("trace:", "*"),
            Resource::Deployment(_) => two("deployment:", "*"),
            Resource::Identity(_, what) => {
                let (kind, name) = identity(what);
                two(kind, name)
            }
        }
    }
}

impl fmt::Display for ResourceName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

fn identity(what: &IdentityResource) -> (&'static str, &str) {
    match what {
        IdentityResource::Users => ("user:", "*"),
        IdentityResource::User(name) => ("user:", name),
        IdentityResource::Groups => ("group:", "*"),
        IdentityResource::Group(name) => ("group:", name),
        IdentityResource::Roles => ("agency:", "*"),
        IdentityResource::Role(name) => ("agency:", name),
        IdentityResource::Policies => ("policy:", "*"),
        IdentityResource::Policy(name) | IdentityResource::SystemPolicy(name) => ("policy:", name),
    }
}

/// INVARIANT: ids are written in ASCII.
fn ascii(text: &[u8; 36]) -> &str {
    std::str::from_utf8(text).unwrap_or_default()
}

/// The account that the name of a resource tells in the words of this face; none where it tells none, or its number.
pub fn domain_in(text: &str) -> Option<DomainId> {
    split(text).and_then(|[_, _, domain, ..]| domain.parse().ok())
}

/// The resource of a name, as [`ResourceName`] writes it. Services and types have no cases. `account` is whose name it is
/// where the name does not tell its number: a domain does not say which account it is, see [`domain_in`].
pub fn read_resource(text: &str, account: AccountId) -> Option<Resource> {
    let [service, region, owner, kind, path] = split(text)?;
    let service = service.to_ascii_lowercase();
    let kind = *TYPES.iter().find(|known| known.eq_ignore_ascii_case(kind))?;
    if (&*service, region, owner, kind) == ("iam", "", "system", "policy") && !path.is_empty() {
        let policy = IdentityResource::SystemPolicy(path.into());
        return Some(Resource::Identity(account, policy));
    }
    let account = if owner.is_empty() || owner.parse::<DomainId>().is_ok() {
        account
    } else {
        owner.parse().ok()?
    };
    match (&*service, region, kind, path) {
        (_, _, _, "") => None,
        ("iam", "", _, _) => Some(Resource::Identity(account, read_identity(kind, path)?)),
        ("claviger", "", "deployment", "*") => Some(Resource::Deployment(account)),
        ("cts", _, "trace", "*") => Some(Resource::Trail(read_scope(region, account)?)),
        ("kms", ..) => read_of_service(read_scope(region, account)?, kind, path),
        _ => None,
    }
}

fn read_scope(region: &str, account: AccountId) -> Option<Scope> {
    let region: Region = region.parse().ok()?;
    Some(Scope { account, region })
}

fn read_identity(kind: &str, path: &str) -> Option<IdentityResource> {
    Some(match (kind, path) {
        ("user", "*") => IdentityResource::Users,
        ("user", name) => IdentityResource::User(name.into()),
        ("group", "*") => IdentityResource::Groups,
        ("group", name) => IdentityResource::Group(name.into()),
        ("agency", "*") => IdentityResource::Roles,
        ("agency", name) => IdentityResource::Role(name.into()),
        ("policy", "*") => IdentityResource::Policies,
        ("policy", name) => IdentityResource::Policy(name.into()),
        _ => return None,
    })
}

fn read_of_service(scope: Scope, kind: &str, path: &str) -> Option<Resource> {
    Some(match (kind, path) {
        ("KeyId", "*") => Resource::Keys(scope),
        ("alias", "*") => Resource::Aliases(scope),
        ("certificate", "*") => Resource::Certificates(scope),
        ("service", "*") => Resource::Service(scope),
        ("KeyId", text) => match text.parse::<KeyId>() {
            Ok(id) => Resource::Key(scope, id),
            Err(_) => Resource::UnknownKey(scope, text.into()),
        },
        ("alias", name) => Resource::Alias(scope, name.parse().ok()?),
        ("certificate", text) => match text.parse::<CertificateId>() {
            Ok(id) => Resource::Certificate(scope, id),
            Err(_) => Resource::UnknownCertificate(scope, text.into()),
        },
        _ => return None,
    })
}

/// Five parts with `*` in any of them, or `*` alone. A part left empty is as good as `*`. The vendor's samples write the
/// service in either case, and the type as its own console does; neither is let fail for its case. The language has no
/// other wildcard and no escape, so `?` is refused.
pub(super) fn read(place: &Place, text: &str) -> Result<Pattern, PolicyError> {
    if text.chars().count() > RESOURCE_LENGTH {
        return Err(place.fault(Fault::TooManyCharacters(RESOURCE_LENGTH)));
    }
    if text == "*" {
        return Ok(Pattern::anything());
    }
    let expected = "a resource such as `kms:*:*:KeyId:*` or `*`";
    let five = split(text).ok_or_else(|| place.value(text, expected))?;
    let [service, region, domain, kind, path] = five.map(|part| if part.is_empty() { "*" } else { part });
    let service = service.to_ascii_lowercase();
    let alike = |known: &&&str| known.eq_ignore_ascii_case(kind);
    let kind = TYPES.iter().find(alike).unwrap_or(&kind);
    let name = format!("{service}:{region}:{domain}:{kind}:{path}");
    pattern(place, &name, Case::Matters)
}

fn split(text: &str) -> Option<[&str; 5]> {
    let mut parts = text.splitn(5, ':');
    let five = [
        parts.next()?,
        parts.next()?,
        parts.next()?,
        parts.next()?,
        parts.next()?,
    ];
    let [service, ..] = five;
    let strange = |c: char| c == '?' || c.is_control() || c.is_whitespace();
    (!service.is_empty() && !text.contains(strange)).then_some(five)
}
