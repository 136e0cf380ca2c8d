//! Sessions and tokens: taking a role, coming in with a password, and who one is.

mod assume_role;
mod caller_identity;
mod open;
mod places;
mod temporary;
mod token;

pub(super) use assume_role::takes_roles;
pub use assume_role::{AssumeRole, Assumed};
pub use caller_identity::GetCallerIdentity;
pub use open::{AccountName, Arrival, Evidence, LoginName, TokenWish};
pub use places::{GetCatalog, ListDomains, ListProjects, Project};
pub use temporary::{CreateTemporaryKey, TEMPORARY_LONGEST, TEMPORARY_SHORTEST, TemporaryKey};
pub use token::{GetToken, NewToken, ProjectName, RevokeToken, TokenScope, TokenView};

use claviger_model::{
    Action, Denial, DenyingPolicy, Error, Identity, IdentityResource, LoginOwner, Resource, Timestamp,
};

use crate::pipeline::Context;

/// Whose login an identity has, if it has one.
pub(super) fn login_owner(identity: &Identity) -> Option<LoginOwner> {
    match identity {
        Identity::Root => Some(LoginOwner::Root),
        Identity::User { id, .. } => Some(LoginOwner::User(*id)),
        Identity::Session { .. } | Identity::Service(_) | Identity::System => None,
    }
}

/// The caller as the owner of a login who is here in person: with a temporary access key, which may be narrowed by a policy,
/// nobody does what needs no permission.
///
/// # Errors
/// [`Error::Denied`].
pub(super) fn in_person(cx: &Context<'_>, action: Action) -> Result<LoginOwner, Error> {
    let caller = cx.call.caller();
    let owner = login_owner(&caller.identity).filter(|_| !cx.call.credential.is_session());
    owner.ok_or(Error::Denied(Denial {
        action,
        resource: Resource::Identity(caller.account, IdentityResource::Users),
        explicit: true,
        policy: DenyingPolicy::Identity,
    }))
}

/// The moment in whole seconds: tokens keep no more of it.
fn whole(moment: Timestamp) -> Timestamp {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment)
}
