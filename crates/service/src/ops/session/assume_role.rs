//! Take a role for a while.

use std::fmt;

use claviger_audit::record::Fields;
use claviger_authz::languages::ram::{Kind, SESSION_LIMIT};
use claviger_model::{
    AccessKeyId, AccountId, Action, Denial, DenyingPolicy, Error, Field, Identity, IdentityResource,
    Language, Resource, Role, SESSION_DEFAULT, SESSION_SHORTEST, SessionName, SignedDuration, Timestamp,
};
use claviger_secret::SecretBytes;

use super::whole;
use crate::call::{Asked, Need, Note, Target};
use crate::ops::identity::check;
use crate::pipeline::{Context, Loaded, Operation, Permitted};
use crate::session::{Session, SessionOf};

/// Takes a role: gives an access key with a token that has the role's rights until it expires. Both the caller's policies
/// and the trust policy of the role have to allow it.
///
/// Refused with [`Field::Policy`] where the policy is too long, with [`Error::Document`] where it is none, with
/// [`Field::SessionDuration`], and with [`Error::Denied`] for the root of any account.
///
/// SOURCE: STS, AssumeRole (read 2026-11-22): "You cannot use an Alibaba Cloud account to call this operation". A session
/// may take a further role; no page has a shorter bound for its life then, so the role's own counts.
pub struct AssumeRole {
    /// The account of the role.
    pub role_account: AccountId,
    /// The name of the role, or what was given as one.
    pub role: Box<str>,
    /// What the session is to be called.
    pub session: SessionName,
    /// Its life, in whole seconds; none is [`SESSION_DEFAULT`].
    pub duration: Option<SignedDuration>,
    /// What it is narrowed to: a document for an identity.
    pub policy: Option<String>,
    /// A word between the two sides that the trust policy may ask for as `sts:ExternalId`.
    pub external_id: Option<String>,
}

impl fmt::Debug for AssumeRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssumeRole")
            .field("role_account", &self.role_account)
            .field("role", &self.role)
            .field("session", &self.session)
            .field("duration", &self.duration)
            .finish_non_exhaustive()
    }
}

/// What somebody got who took a role.
pub struct Assumed {
    /// The public half of the access key.
    pub access_key: AccessKeyId,
    /// Its secret half.
    pub secret: SecretBytes,
    /// The token without which the access key opens nothing.
    pub token: String,
    /// From this moment on all of it opens nothing.
    pub expires: Timestamp,
    /// The role.
    pub role: Role,
    /// What the session is called.
    pub session: SessionName,
}

impl fmt::Debug for Assumed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assumed")
            .field("access_key", &self.access_key)
            .field("expires", &self.expires)
            .field("role", &self.role.name)
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

/// Whether somebody like that can take roles at all, whatever policies say.
pub(in crate::ops) fn takes_roles(identity: &Identity) -> bool {
    match identity {
        Identity::User { .. } | Identity::Session { .. } | Identity::Service(_) => true,
        Identity::Root | Identity::System => false,
    }
}

impl AssumeRole {
    /// The life of the session, as the role allows it.
    fn life(&self, role: &Role) -> Result<SignedDuration, Error> {
        let life = self.duration.unwrap_or(SESSION_DEFAULT);
        if (SESSION_SHORTEST..=role.max_session).contains(&life) {
            Ok(life)
        } else {
            Err(Error::Invalid(Field::SessionDuration))
        }
    }
}

impl Operation for AssumeRole {
    const ACTION: Action = Action::AssumeRole;
    type Output = Assumed;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        if let Some(policy) = &self.policy {
            if policy.len() > SESSION_LIMIT {
                return Err(Error::Invalid(Field::Policy));
            }
            check(policy, Kind::Identity, SESSION_LIMIT)?;
        }
        Ok(vec![Need {
            action: Self::ACTION,
            target: Target::Role(self.role_account, self.role.clone()),
        }])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("role_account", &self.role_account.to_string());
        request.text("role", &self.role);
        request.text("session", self.session.as_str());
        if let Some(life) = self.duration {
            let seconds = u64::try_from(life.as_secs()).unwrap_or(0);
            request.number("duration_seconds", seconds);
        }
        if let Some(policy) = &self.policy {
            request.text("document", policy);
            request.number("document_bytes", policy.len() as u64);
        }
        request.flag("external_id", self.external_id.is_some());
    }

    fn asked(&self) -> Asked<'_> {
        Asked {
            external_id: self.external_id.as_deref(),
            ..Asked::default()
        }
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Assumed, Error> {
        if !takes_roles(&cx.call.caller().identity) {
            return Err(Error::Denied(Denial {
                action: Self::ACTION,
                resource: Resource::Identity(self.role_account, IdentityResource::Role(self.role)),
                explicit: true,
                policy: DenyingPolicy::Identity,
            }));
        }
        let Some(Loaded::Role(role, _)) = permit.targets().first() else {
            return Err(Error::Internal);
        };
        let life = self.life(role)?;
        let began = whole(cx.call.time);
        let (access_key, secret) = cx.service.draw(crate::access_key::draw_temporary)?;
        let session = Session {
            access_key,
            secret,
            account: role.account,
            of: SessionOf::Role {
                id: role.id,
                role_name: role.name.clone(),
                name: self.session.clone(),
            },
            policy: self.policy.map(|policy| (Language::Ram, policy)),
            began,
            expires: whole(began.saturating_add(life).map_err(|_| Error::Internal)?),
        };
        let token = session.seal(cx.service.keeper.as_ref())?;
        note.response.text("role_id", &role.id.to_string());
        note.response.text("access_key", session.access_key.as_str());
        note.response
            .number("duration_seconds", u64::try_from(life.as_secs()).unwrap_or(0));
        Ok(Assumed {
            access_key: session.access_key,
            secret: session.secret,
            token,
            expires: session.expires,
            role: (**role).clone(),
            session: self.session,
        })
    }
}
