//! What goes with a user or a group when it is deleted. The core keeps what others hold on to; here the vendor's service takes
//! that away by itself. Each step is an operation of the core, which has to be permitted and is recorded.

use claviger_model::{Action, Error, GroupName, Holder, InUse, UserName};
use claviger_service::Ending;
use claviger_service::ops::identity::{
    DeleteAccessKey, DeleteGroup, DeleteUser, Detach, KeyHolder, ListAccessKeys, ListAttached,
    ListGroupsForUser, ListUsersForGroup, RemoveUserFromGroup,
};

use super::desk::{Desk, Stop};
use super::users::WHOLE;

/// Kinds of things that can hold a user or a group.
const ROUNDS: usize = 3;

/// What holds a user or a group is taken away, and then it is asked for again.
fn ending(error: &Error) -> Ending {
    match error {
        Error::InUse(
            InUse::UserKeys
            | InUse::UserGroups
            | InUse::UserPolicies
            | InUse::GroupUsers
            | InUse::GroupPolicies,
        ) => Ending::GoesOn,
        _ => Ending::Refusal,
    }
}

/// Deletes a user with its access keys, memberships and policies.
pub(super) async fn user(desk: &Desk<'_>, name: &UserName) -> Result<(), Stop> {
    let account = desk.call.caller().account;
    let deletion = || DeleteUser {
        account,
        name: name.clone(),
    };
    for _ in 0..ROUNDS {
        let Err(held) = desk.attempt(deletion(), ending).await else {
            return Ok(());
        };
        match held {
            Error::InUse(InUse::UserKeys) => drop_keys(desk, name).await?,
            Error::InUse(InUse::UserGroups) => leave_groups(desk, name).await?,
            Error::InUse(InUse::UserPolicies) => detach(desk, &Holder::User(name.clone())).await?,
            refused => return Err(desk.refused(Action::DeleteUser, &refused)),
        }
    }
    desk.execute(deletion()).await
}

/// Deletes a group with its memberships and policies.
pub(super) async fn group(desk: &Desk<'_>, name: &GroupName) -> Result<(), Stop> {
    let account = desk.call.caller().account;
    let deletion = || DeleteGroup {
        account,
        name: name.clone(),
    };
    for _ in 0..ROUNDS {
        let Err(held) = desk.attempt(deletion(), ending).await else {
            return Ok(());
        };
        match held {
            Error::InUse(InUse::GroupUsers) => empty(desk, name).await?,
            Error::InUse(InUse::GroupPolicies) => detach(desk, &Holder::Group(name.clone())).await?,
            refused => return Err(desk.refused(Action::DeleteGroup, &refused)),
        }
    }
    desk.execute(deletion()).await
}

async fn drop_keys(desk: &Desk<'_>, name: &UserName) -> Result<(), Stop> {
    let account = desk.call.caller().account;
    let holder = KeyHolder::User(name.clone());
    let keys = ListAccessKeys {
        account,
        holder: holder.clone(),
    };
    for key in desk.execute(keys).await? {
        let holder = holder.clone();
        let id = key.id;
        desk.execute(DeleteAccessKey { account, holder, id }).await?;
    }
    Ok(())
}

async fn leave_groups(desk: &Desk<'_>, name: &UserName) -> Result<(), Stop> {
    let account = desk.call.caller().account;
    let user = name.clone();
    for group in desk.execute(ListGroupsForUser { account, user }).await? {
        let (user, group) = (name.clone(), group.other.name);
        desk.execute(RemoveUserFromGroup { account, user, group }).await?;
    }
    Ok(())
}

async fn empty(desk: &Desk<'_>, name: &GroupName) -> Result<(), Stop> {
    let account = desk.call.caller().account;
    let users = ListUsersForGroup {
        account,
        group: name.clone(),
        page: WHOLE,
    };
    for user in desk.execute(users).await?.items {
        let (user, group) = (user.other.name, name.clone());
        desk.execute(RemoveUserFromGroup { account, user, group }).await?;
    }
    Ok(())
}

async fn detach(desk: &Desk<'_>, holder: &Holder) -> Result<(), Stop> {
    let account = desk.call.caller().account;
    let attached = ListAttached {
        account,
        holder: holder.clone(),
    };
    for one in desk.execute(attached).await? {
        let detach = Detach {
            account,
            policy: one.policy,
            holder: holder.clone(),
            extent: one.extent,
        };
        desk.execute(detach).await?;
    }
    Ok(())
}
