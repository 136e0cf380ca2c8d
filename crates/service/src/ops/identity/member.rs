//! Users in groups.

use claviger_audit::record::Fields;
use claviger_model::{AccountId, Action, Error, Group, GroupName, NamePage, Named, User, UserName};
use claviger_store::Joined;

use super::{describe_page, find_group, find_user, make, need, of_group, of_user};
use crate::call::{Need, Note};
use crate::pipeline::{Context, Operation, Permitted, from_store};

/// Puts a user into a group.
///
/// Refused with [`claviger_model::Existing::Member`] and [`claviger_model::Quota::Memberships`].
#[derive(Debug)]
pub struct AddUserToGroup {
    /// The account.
    pub account: AccountId,
    /// Whom.
    pub user: UserName,
    /// Into which.
    pub group: GroupName,
}

/// Takes a user out of a group: [`claviger_model::Missing::Member`] where it is not in there.
#[derive(Debug)]
pub struct RemoveUserFromGroup {
    /// The account.
    pub account: AccountId,
    /// Whom.
    pub user: UserName,
    /// Out of which.
    pub group: GroupName,
}

/// Lists the groups of a user by name.
#[derive(Debug)]
pub struct ListGroupsForUser {
    /// The account.
    pub account: AccountId,
    /// Whose.
    pub user: UserName,
}

/// Lists the users of a group by name.
#[derive(Debug)]
pub struct ListUsersForGroup {
    /// The account.
    pub account: AccountId,
    /// Whose.
    pub group: GroupName,
    /// Which part of the list.
    pub page: NamePage,
}

fn both(action: Action, account: AccountId, user: &UserName, group: &GroupName) -> Vec<Need> {
    vec![
        need(action, account, of_user(user)),
        need(action, account, of_group(group)),
    ]
}

fn describe_both(request: &mut Fields, user: &UserName, group: &GroupName) {
    request.text("user", user.as_str());
    request.text("group", group.as_str());
}

impl Operation for AddUserToGroup {
    const ACTION: Action = Action::AddUserToGroup;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(both(Self::ACTION, self.account, &self.user, &self.group))
    }

    fn describe(&self, request: &mut Fields) {
        describe_both(request, &self.user, &self.group);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<(), Error> {
        let Self { account, user, group } = self;
        let (now, quota) = (cx.call.time, cx.service.quotas.memberships);
        make(cx, account, note, |store, draft| async move {
            store.join_group(account, &user, &group, now, quota, draft).await
        })
        .await
    }
}

impl Operation for RemoveUserFromGroup {
    const ACTION: Action = Action::RemoveUserFromGroup;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(both(Self::ACTION, self.account, &self.user, &self.group))
    }

    fn describe(&self, request: &mut Fields) {
        describe_both(request, &self.user, &self.group);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<(), Error> {
        let Self { account, user, group } = self;
        make(cx, account, note, |store, draft| async move {
            store.leave_group(account, &user, &group, draft).await
        })
        .await
    }
}

impl Operation for ListGroupsForUser {
    const ACTION: Action = Action::ListGroupsForUser;
    type Output = Vec<Joined<Group>>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, of_user(&self.user))])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("user", self.user.as_str());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Self::Output, Error> {
        find_user(cx, self.account, &self.user).await?;
        let groups = cx.service.store.groups_of_user(self.account, &self.user).await;
        let groups = groups.map_err(from_store)?;
        note.response.number("groups", groups.len() as u64);
        Ok(groups)
    }
}

impl Operation for ListUsersForGroup {
    const ACTION: Action = Action::ListUsersForGroup;
    type Output = Named<Joined<User>>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, of_group(&self.group))])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("group", self.group.as_str());
        describe_page(request, &self.page);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Self::Output, Error> {
        find_group(cx, self.account, &self.group).await?;
        let store = &cx.service.store;
        let users = store.users_of_group(self.account, &self.group, self.page).await;
        let users = users.map_err(from_store)?;
        note.response.number("users", users.items.len() as u64);
        Ok(users)
    }
}
