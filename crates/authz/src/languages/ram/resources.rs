//! Names of resources.

use std::fmt;

use claviger_model::{AccountId, CertificateId, IdentityResource, KeyId, Region, Resource, Scope};

/// A resource as policies name it: `acs:<service>:<region>:<account>:<relative-id>`.
///
/// SOURCE: KMS, "Use RAM to control access to KMS resources"; RAM and STS, "RAM authorization"; ActionTrail, "RAM
/// authentication" (read 2026-11-22): collections of keys are named without a slash, those of identities by `*`, and so
/// is the audit trail; identities are in no region. The deployment is a resource of our own.
#[derive(Debug, Clone, Copy)]
pub struct ResourceName<'a>(pub &'a Resource);

impl ResourceName<'_> {
    /// Writes the name.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn write(self, out: &mut impl fmt::Write) -> fmt::Result {
        let account = self.0.account();
        if let Some(region) = self.0.region() {
            let service = match self.0 {
                Resource::Trail(_) => "acs:actiontrail:",
                _ => "acs:kms:",
            };
            out.write_str(service)?;
            out.write_str(region.as_str())?;
            write!(out, ":{account}:")?;
        }
        let mut two = |kind: &str, name: &str| {
            out.write_str(kind)?;
            out.write_str(name)
        };
        match self.0 {
            Resource::Key(_, id) => two("key/", ascii(&id.to_ascii())),
            Resource::UnknownKey(_, text) => two("key/", text),
            Resource::Alias(_, name) => two("alias/", name.as_str()),
            Resource::Keys(_) => two("key", ""),
            Resource::Aliases(_) => two("alias", ""),
            Resource::Certificate(_, id) => two("certificate/", ascii(&id.to_ascii())),
            Resource::UnknownCertificate(_, text) => two("certificate/", text),
            Resource::Certificates(_) => two("certificate", ""),
            Resource::Service(_) | Resource::Trail(_) => two("*", ""),
            Resource::Identity(_, IdentityResource::SystemPolicy(name)) => {
                two("acs:ram::system:policy/", name)
            }
            Resource::Identity(_, what) => {
                let (kind, name) = relative(what);
                write!(out, "acs:ram::{account}:{kind}/{name}")
            }
            Resource::Deployment(_) => write!(out, "acs:claviger::{account}:deployment"),
        }
    }
}

impl fmt::Display for ResourceName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

fn relative(what: &IdentityResource) -> (&'static str, &str) {
    match what {
        IdentityResource::Users => ("user", "*"),
        IdentityResource::User(name) => ("user", name),
        IdentityResource::Groups => ("group", "*"),
        IdentityResource::Group(name) => ("group", name),
        IdentityResource::Roles => ("role", "*"),
        IdentityResource::Role(name) => ("role", name),
        IdentityResource::Policies => ("policy", "*"),
        IdentityResource::Policy(name) | IdentityResource::SystemPolicy(name) => ("policy", name),
    }
}

/// INVARIANT: ids are written in ASCII.
fn ascii(text: &[u8; 36]) -> &str {
    std::str::from_utf8(text).unwrap_or_default()
}

/// The resource of a name, as [`ResourceName`] writes it; the region of identities may also be `*`. `account` is whose
/// name it is where the name does not tell: policies that come with the server are in every account.
pub fn read_resource(text: &str, account: AccountId) -> Option<Resource> {
    let mut parts = text.splitn(5, ':');
    let (first, service, region) = (parts.next()?, parts.next()?, parts.next()?);
    let (owner, relative) = (parts.next()?, parts.next()?);
    if first != "acs" {
        return None;
    }
    match (service, region, owner) {
        ("ram", "" | "*", "system") => {
            let name = relative.strip_prefix("policy/")?;
            let policy = IdentityResource::SystemPolicy(name.into());
            Some(Resource::Identity(account, policy))
        }
        ("ram", "" | "*", owner) => Some(Resource::Identity(owner.parse().ok()?, read_identity(relative)?)),
        ("claviger", "", owner) if relative == "deployment" => {
            Some(Resource::Deployment(owner.parse().ok()?))
        }
        ("kms", region, owner) => read_of_service(read_scope(region, owner)?, relative),
        ("actiontrail", region, owner) if relative == "*" => {
            Some(Resource::Trail(read_scope(region, owner)?))
        }
        _ => None,
    }
}

fn read_scope(region: &str, owner: &str) -> Option<Scope> {
    let region: Region = region.parse().ok()?;
    let account = owner.parse().ok()?;
    Some(Scope { account, region })
}

fn read_identity(relative: &str) -> Option<IdentityResource> {
    let (kind, name) = relative.split_once('/')?;
    if name.is_empty() {
        return None;
    }
    Some(match (kind, name) {
        ("user", "*") => IdentityResource::Users,
        ("user", name) => IdentityResource::User(name.into()),
        ("group", "*") => IdentityResource::Groups,
        ("group", name) => IdentityResource::Group(name.into()),
        ("role", "*") => IdentityResource::Roles,
        ("role", name) => IdentityResource::Role(name.into()),
        ("policy", "*") => IdentityResource::Policies,
        ("policy", name) => IdentityResource::Policy(name.into()),
        _ => return None,
    })
}

fn read_of_service(scope: Scope, relative: &str) -> Option<Resource> {
    let Some((kind, name)) = relative.split_once('/') else {
        return Some(match relative {
            "key" => Resource::Keys(scope),
            "alias" => Resource::Aliases(scope),
            "certificate" => Resource::Certificates(scope),
            "*" => Resource::Service(scope),
            _ => return None,
        });
    };
    match kind {
        "key" => Some(match name.parse::<KeyId>() {
            Ok(id) => Resource::Key(scope, id),
            Err(_) => Resource::UnknownKey(scope, name.into()),
        }),
        "alias" => Some(Resource::Alias(scope, name.parse().ok()?)),
        "certificate" => Some(match name.parse::<CertificateId>() {
            Ok(id) => Resource::Certificate(scope, id),
            Err(_) => Resource::UnknownCertificate(scope, name.into()),
        }),
        _ => None,
    }
}
