//! What the body of a request for a token says.
//!
//! SOURCE: Identity and Access Management API reference, "Obtaining a User Token Through Password Authentication"; Keystone, "Password
//! authentication with scoped authorization" (read 2026-11-22). Where both a project and a domain are named, the project
//! counts. `hw_ak_sk` is how some clients show an access key and its secret.

use claviger_service::ops::session::{AccountName, Evidence, LoginName, ProjectName, TokenScope, TokenWish};

use crate::error::WireError;
use crate::error::codes;
use crate::fields::Fields;

/// Reads it.
pub(super) fn read(body: &Fields<'_>) -> Result<TokenWish, WireError> {
    let auth = object(body, "auth")?;
    Ok(TokenWish {
        by: evidence(&object(&auth, "identity")?)?,
        scope: scope(&auth)?,
    })
}

fn object<'a>(fields: &Fields<'a>, name: &str) -> Result<Fields<'a>, WireError> {
    let found = fields.object(name, codes::K0308)?;
    found.ok_or_else(|| codes::K0204.on(name))
}

fn evidence(identity: &Fields<'_>) -> Result<Evidence, WireError> {
    let methods = identity.texts("methods", codes::K0308)?;
    let methods = methods.ok_or_else(|| codes::K0204.on("methods"))?;
    match methods.as_slice() {
        [method] => match method.as_ref() {
            "password" => password(&object(&object(identity, "password")?, "user")?),
            "hw_ak_sk" => secret(&object(identity, "hw_ak_sk")?),
            "token" => Ok(Evidence::Token(object(identity, "token")?.required_secret("id")?)),
            _ => Err(codes::K0308.on("methods")),
        },
        // Nobody here has a second factor.
        _ => Err(codes::K0308.on("methods")),
    }
}

fn password(user: &Fields<'_>) -> Result<Evidence, WireError> {
    let who = if let Some(id) = user.text("id")? {
        LoginName::Id(id.into())
    } else {
        let name = user.required("name")?;
        let account = account(user)?.ok_or_else(|| codes::K0204.on("domain"))?;
        LoginName::Name {
            name: name.into(),
            account,
        }
    };
    Ok(Evidence::Password {
        who,
        password: user.required_secret("password")?,
    })
}

fn secret(keys: &Fields<'_>) -> Result<Evidence, WireError> {
    let access_key = object(keys, "access")?.required("key")?.into();
    Ok(Evidence::Secret {
        access_key,
        secret: object(keys, "secret")?.required_secret("key")?,
    })
}

/// The account that an object names as its domain, if it does.
fn account(fields: &Fields<'_>) -> Result<Option<AccountName>, WireError> {
    match fields.object("domain", codes::K0308)? {
        None => Ok(None),
        Some(domain) => account_of(&domain).map(Some),
    }
}

fn account_of(domain: &Fields<'_>) -> Result<AccountName, WireError> {
    match domain.text("id")? {
        Some(id) => Ok(AccountName::Domain(id.into())),
        None => Ok(AccountName::Name(domain.required("name")?.into())),
    }
}

fn scope(auth: &Fields<'_>) -> Result<Option<TokenScope>, WireError> {
    // `"scope": "unscoped"` is as none.
    if matches!(auth.text("scope"), Ok(Some(_))) {
        return Ok(None);
    }
    let Some(scope) = auth.object("scope", codes::K0308)? else {
        return Ok(None);
    };
    if let Some(project) = scope.object("project", codes::K0308)? {
        let name = match project.text("id")? {
            Some(id) => ProjectName::Id(id.into()),
            None => ProjectName::Name(project.required("name")?.into()),
        };
        let account = account(&project)?;
        return Ok(Some(TokenScope::Project {
            project: name,
            account,
        }));
    }
    Ok(Some(TokenScope::Account(account(&scope)?)))
}
