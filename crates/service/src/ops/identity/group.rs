//! Groups of users.

use claviger_audit::record::Fields;
use claviger_model::{
    AccountId, Action, Error, Group, GroupId, GroupName, IdentityResource, NamePage, Named, Timestamp,
};

use super::{describe_page, find_group, length, make, need, new_length, of_group};
use crate::call::{Need, Note};
use crate::pipeline::{Context, Operation, Permitted, from_store};

/// Makes a group without users.
///
/// Refused with [`claviger_model::Existing::Group`] and [`claviger_model::Quota::Groups`].
#[derive(Debug)]
pub struct CreateGroup {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: GroupName,
    /// Free text.
    pub comments: String,
}

/// Shows a group.
#[derive(Debug)]
pub struct GetGroup {
    /// The account.
    pub account: AccountId,
    /// Which.
    pub name: GroupName,
}

/// Changes a group. What is `None` stays. Users and policies stay with it under its new name.
#[derive(Debug)]
pub struct UpdateGroup {
    /// The account.
    pub account: AccountId,
    /// Which.
    pub name: GroupName,
    /// Its name from now on.
    pub new_name: Option<GroupName>,
    /// Free text.
    pub comments: Option<String>,
}

/// Deletes a group, whose users and policies must be gone: [`claviger_model::InUse`].
#[derive(Debug)]
pub struct DeleteGroup {
    /// The account.
    pub account: AccountId,
    /// Which.
    pub name: GroupName,
}

/// Lists the groups of an account by name.
#[derive(Debug)]
pub struct ListGroups {
    /// The account.
    pub account: AccountId,
    /// Which part of the list.
    pub page: NamePage,
}

impl Operation for CreateGroup {
    const ACTION: Action = Action::CreateGroup;
    type Output = Group;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, IdentityResource::Groups)])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("group", self.name.as_str());
        length(request, "comments_bytes", &self.comments);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Group, Error> {
        let group = Group {
            account: self.account,
            id: cx.service.draw(GroupId::draw)?,
            name: self.name,
            comments: self.comments,
            created: cx.call.time,
            updated: cx.call.time,
        };
        let (made, quota) = (group.clone(), cx.service.quotas.groups);
        make(cx, group.account, note, |store, draft| async move {
            store.create_group(made, quota, draft).await
        })
        .await?;
        Ok(group)
    }
}

impl Operation for GetGroup {
    const ACTION: Action = Action::GetGroup;
    type Output = Group;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, of_group(&self.name))])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("group", self.name.as_str());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, _: &mut Note) -> Result<Group, Error> {
        find_group(cx, self.account, &self.name).await
    }
}

impl UpdateGroup {
    fn apply(&self, mut group: Group, now: Timestamp) -> Group {
        if let Some(name) = &self.new_name {
            group.name = name.clone();
        }
        if let Some(comments) = &self.comments {
            group.comments.clone_from(comments);
        }
        group.updated = now;
        group
    }
}

impl Operation for UpdateGroup {
    const ACTION: Action = Action::UpdateGroup;
    type Output = Group;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        let names = [Some(&self.name), self.new_name.as_ref()];
        let needs = names.into_iter().flatten();
        Ok(needs
            .map(|name| need(Self::ACTION, self.account, of_group(name)))
            .collect())
    }

    fn describe(&self, request: &mut Fields) {
        request.text("group", self.name.as_str());
        if let Some(name) = &self.new_name {
            request.text("new_name", name.as_str());
        }
        new_length(request, "comments_bytes", self.comments.as_ref());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Group, Error> {
        let now = cx.call.time;
        make(cx, self.account, note, |store, draft| async move {
            let (account, name) = (self.account, self.name.clone());
            let change = Box::new(move |group| Ok(self.apply(group, now)));
            store.update_group(account, &name, draft, change).await
        })
        .await
    }
}

impl Operation for DeleteGroup {
    const ACTION: Action = Action::DeleteGroup;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, of_group(&self.name))])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("group", self.name.as_str());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<(), Error> {
        make(cx, self.account, note, |store, draft| async move {
            store.delete_group(self.account, &self.name, draft).await
        })
        .await
    }
}

impl Operation for ListGroups {
    const ACTION: Action = Action::ListGroups;
    type Output = Named<Group>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, IdentityResource::Groups)])
    }

    fn describe(&self, request: &mut Fields) {
        describe_page(request, &self.page);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Named<Group>, Error> {
        let groups = cx.service.store.groups(self.account, self.page).await;
        let groups = groups.map_err(from_store)?;
        note.response.number("groups", groups.items.len() as u64);
        Ok(groups)
    }
}
