//! SOURCE: Identity and Access Management API reference, "Adding a User to a User Group" and its like; Keystone, "Groups" (read 2026-11-22). Who
//! is in a group already is put there again without an error, as Keystone does it.

use claviger_model::{Action, Error, Existing, GroupName, Missing, UserName};
use claviger_service::Ending;
use claviger_service::ops::identity::{
    AddUserToGroup, ListGroupsForUser, ListUsersForGroup, RemoveUserFromGroup,
};

use super::desk::{Desk, IdentityOp, Stop};
use super::users::{self, WHOLE};
use super::{groups, user_shape};
use crate::json::Answer;

pub(super) struct ListGroups;
pub(super) struct ListUsers;
pub(super) struct Add;
pub(super) struct Check;
pub(super) struct Remove;

/// The user and the group of the path.
async fn both(desk: &Desk<'_>, action: Action) -> Result<(UserName, GroupName), Stop> {
    let group = desk.group(desk.input.path("group_id"), action).await?;
    let user = desk.user(desk.input.path("user_id"), action).await?;
    Ok((user, group))
}

impl IdentityOp for ListGroups {
    const ACTION: Action = Action::ListGroupsForUser;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let account = desk.call.caller().account;
        let user = desk.user(desk.input.path("user_id"), Self::ACTION).await?;
        let found = desk.execute(ListGroupsForUser { account, user }).await?;
        groups::list(&desk, found.into_iter().map(|joined| joined.other), answer);
        Ok(())
    }
}

impl IdentityOp for ListUsers {
    const ACTION: Action = Action::ListUsersForGroup;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let list = ListUsersForGroup {
            account: desk.call.caller().account,
            group: desk.group(desk.input.path("group_id"), Self::ACTION).await?,
            page: WHOLE,
        };
        let mut shown = Vec::new();
        for joined in desk.execute(list).await?.items {
            let enabled = user_shape::login(&desk, &joined.other).await?.enabled;
            shown.push((joined.other, enabled));
        }
        users::list(&desk, &shown, answer);
        Ok(())
    }
}

impl IdentityOp for Add {
    const ACTION: Action = Action::AddUserToGroup;

    async fn serve(desk: Desk<'_>, _: &mut Answer) -> Result<(), Stop> {
        let account = desk.call.caller().account;
        let (user, group) = both(&desk, Self::ACTION).await?;
        let ending = |error: &Error| match error {
            Error::Exists(Existing::Member) => Ending::AlreadySo,
            _ => Ending::Refusal,
        };
        let add = AddUserToGroup { account, user, group };
        match desk.attempt(add, ending).await {
            Ok(()) | Err(Error::Exists(Existing::Member)) => Ok(()),
            Err(error) => Err(desk.refused(Self::ACTION, &error)),
        }
    }
}

impl IdentityOp for Check {
    const ACTION: Action = Action::ListGroupsForUser;

    async fn serve(desk: Desk<'_>, _: &mut Answer) -> Result<(), Stop> {
        let account = desk.call.caller().account;
        let (user, group) = both(&desk, Self::ACTION).await?;
        let groups = desk.execute(ListGroupsForUser { account, user }).await?;
        if groups.iter().any(|joined| joined.other.name == group) {
            Ok(())
        } else {
            Err(desk.refused(Self::ACTION, &Error::NotFound(Missing::Member)))
        }
    }
}

impl IdentityOp for Remove {
    const ACTION: Action = Action::RemoveUserFromGroup;

    async fn serve(desk: Desk<'_>, _: &mut Answer) -> Result<(), Stop> {
        let account = desk.call.caller().account;
        let (user, group) = both(&desk, Self::ACTION).await?;
        desk.execute(RemoveUserFromGroup { account, user, group }).await
    }
}
