//! Roles and policies on groups: in one project, in all projects, or for the account itself.
//!
//! SOURCE: Identity and Access Management API reference, "Permission Management"; Keystone, "Assign role to group" (read 2026-11-22). What is
//! there already is given again without an error, as Keystone does it. Only policies of this face are shown, and only where
//! they were given.

use claviger_model::{Action, Error, Existing, Extent, GroupName, Holder, Language, Missing, PolicyRef};
use claviger_service::Ending;
use claviger_service::ops::identity::{Attach, Attached, Detach, ListAttached};

use super::desk::{Desk, IdentityOp, Stop};
use super::roles::Shape;
use crate::json::Answer;

pub(super) struct List;
pub(super) struct Assign;
pub(super) struct Check;
pub(super) struct Withdraw;

/// Where the path says that a role counts.
fn extent(desk: &Desk<'_>) -> Result<Extent, Stop> {
    let (project, domain) = (desk.input.path("project_id"), desk.input.path("domain_id"));
    if project.is_empty() {
        if domain != &*desk.input.home.domain {
            return Err(desk.no_such(Missing::Account));
        }
        let inherited = desk.input.row.path.ends_with("/inherited_to_projects");
        return Ok(if inherited {
            Extent::Regions
        } else {
            Extent::Global
        });
    }
    match desk.input.home.region(project) {
        Some(region) => Ok(Extent::Region(region.clone())),
        None => Err(desk.no_such(Missing::Project)),
    }
}

async fn group(desk: &Desk<'_>, action: Action) -> Result<GroupName, Stop> {
    desk.group(desk.input.path("group_id"), action).await
}

async fn policy(desk: &Desk<'_>, action: Action) -> Result<PolicyRef, Stop> {
    desk.policy(desk.input.path("role_id"), action).await
}

/// What is on the group of the path, there where the path says.
async fn attached(desk: &Desk<'_>, extent: &Extent) -> Result<Vec<Attached>, Stop> {
    let list = ListAttached {
        account: desk.call.caller().account,
        holder: Holder::Group(group(desk, Action::ListPoliciesForGroup).await?),
    };
    let mut found = desk.execute(list).await?;
    found.retain(|one| one.extent == *extent && one.language == Language::Iam);
    Ok(found)
}

impl IdentityOp for List {
    const ACTION: Action = Action::ListPoliciesForGroup;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let found = attached(&desk, &extent(&desk)?).await?;
        let shapes = found.iter().filter_map(|one| Shape::of_attached(&desk, one));
        answer.objects("roles", shapes, |answer, shape| shape.encode(&desk, answer));
        desk.links(answer);
        Ok(())
    }
}

impl IdentityOp for Assign {
    const ACTION: Action = Action::AttachPolicyToGroup;

    async fn serve(desk: Desk<'_>, _: &mut Answer) -> Result<(), Stop> {
        let attach = Attach {
            account: desk.call.caller().account,
            extent: extent(&desk)?,
            holder: Holder::Group(group(&desk, Self::ACTION).await?),
            policy: policy(&desk, Self::ACTION).await?,
        };
        let ending = |error: &Error| match error {
            Error::Exists(Existing::Attachment) => Ending::AlreadySo,
            _ => Ending::Refusal,
        };
        match desk.attempt(attach, ending).await {
            Ok(()) | Err(Error::Exists(Existing::Attachment)) => Ok(()),
            Err(error) => Err(desk.refused(Self::ACTION, &error)),
        }
    }
}

impl IdentityOp for Check {
    const ACTION: Action = Action::ListPoliciesForGroup;

    async fn serve(desk: Desk<'_>, _: &mut Answer) -> Result<(), Stop> {
        let extent = extent(&desk)?;
        let found = attached(&desk, &extent).await?;
        let policy = policy(&desk, Self::ACTION).await?;
        if found.iter().any(|one| one.policy == policy) {
            Ok(())
        } else {
            Err(desk.refused(Self::ACTION, &Error::NotFound(Missing::Attachment)))
        }
    }
}

impl IdentityOp for Withdraw {
    const ACTION: Action = Action::DetachPolicyFromGroup;

    async fn serve(desk: Desk<'_>, _: &mut Answer) -> Result<(), Stop> {
        let detach = Detach {
            account: desk.call.caller().account,
            extent: extent(&desk)?,
            holder: Holder::Group(group(&desk, Self::ACTION).await?),
            policy: policy(&desk, Self::ACTION).await?,
        };
        desk.execute(detach).await
    }
}
