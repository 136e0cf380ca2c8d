//! Users of an account.

use claviger_audit::record::Fields;
use claviger_model::{
    AccountId, Action, Error, Identity, IdentityResource, Missing, NamePage, Named, Timestamp, User, UserId,
    UserName,
};

use super::{describe_page, find_user, length, make, need, new_length, of_user};
use crate::call::{Need, Note};
use crate::pipeline::{Context, Operation, Permitted, from_store};

/// Makes a user. It may do nothing until it gets policies, and has no access key.
///
/// Refused with [`claviger_model::Existing::User`] and [`claviger_model::Quota::Users`].
#[derive(Debug)]
pub struct CreateUser {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: UserName,
    /// A name for people.
    pub display_name: String,
    /// Telephone number.
    pub mobile_phone: String,
    /// Address.
    pub email: String,
    /// Free text.
    pub comments: String,
}

/// Shows a user.
#[derive(Debug)]
pub struct GetUser {
    /// The account.
    pub account: AccountId,
    /// Which.
    pub name: UserName,
}

/// Changes a user. What is `None` stays. Memberships, policies and access keys stay with it under its new name.
#[derive(Debug)]
pub struct UpdateUser {
    /// The account.
    pub account: AccountId,
    /// Which.
    pub name: UserName,
    /// Its name from now on.
    pub new_name: Option<UserName>,
    /// A name for people.
    pub display_name: Option<String>,
    /// Telephone number.
    pub mobile_phone: Option<String>,
    /// Address.
    pub email: Option<String>,
    /// Free text.
    pub comments: Option<String>,
}

/// Shows the caller as the user that it is. Needs no permission.
#[derive(Debug)]
pub struct GetOwnUser {
    /// What the caller is called, for the record.
    pub name: UserName,
}

/// Deletes a user, whose access keys, memberships and policies must be gone: [`claviger_model::InUse`].
#[derive(Debug)]
pub struct DeleteUser {
    /// The account.
    pub account: AccountId,
    /// Which.
    pub name: UserName,
}

/// Lists the users of an account by name.
#[derive(Debug)]
pub struct ListUsers {
    /// The account.
    pub account: AccountId,
    /// Which part of the list.
    pub page: NamePage,
}

impl Operation for CreateUser {
    const ACTION: Action = Action::CreateUser;
    type Output = User;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, IdentityResource::Users)])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("user", self.name.as_str());
        length(request, "display_name_bytes", &self.display_name);
        length(request, "mobile_phone_bytes", &self.mobile_phone);
        length(request, "email_bytes", &self.email);
        length(request, "comments_bytes", &self.comments);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<User, Error> {
        let user = User {
            account: self.account,
            id: cx.service.draw(UserId::draw)?,
            name: self.name,
            display_name: self.display_name,
            mobile_phone: self.mobile_phone,
            email: self.email,
            comments: self.comments,
            created: cx.call.time,
            updated: cx.call.time,
        };
        note.response.text("user_id", &user.id.to_string());
        let (made, quota) = (user.clone(), cx.service.quotas.users);
        make(cx, user.account, note, |store, draft| async move {
            store.create_user(made, quota, draft).await
        })
        .await?;
        Ok(user)
    }
}

impl Operation for GetUser {
    const ACTION: Action = Action::GetUser;
    type Output = User;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, of_user(&self.name))])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("user", self.name.as_str());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, _: &mut Note) -> Result<User, Error> {
        find_user(cx, self.account, &self.name).await
    }
}

impl Operation for GetOwnUser {
    const ACTION: Action = Action::GetUser;
    type Output = User;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(Vec::new())
    }

    fn describe(&self, request: &mut Fields) {
        request.text("user", self.name.as_str());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, _: &mut Note) -> Result<User, Error> {
        let caller = cx.call.caller();
        let Identity::User { id, .. } = &caller.identity else {
            return Err(Error::NotFound(Missing::User));
        };
        let found = cx.service.store.user_by_id(caller.account, *id).await;
        found.map_err(from_store)?.ok_or(Error::NotFound(Missing::User))
    }
}

impl UpdateUser {
    fn apply(&self, mut user: User, now: Timestamp) -> User {
        let set = |place: &mut String, new: &Option<String>| {
            if let Some(new) = new {
                place.clone_from(new);
            }
        };
        set(&mut user.display_name, &self.display_name);
        set(&mut user.mobile_phone, &self.mobile_phone);
        set(&mut user.email, &self.email);
        set(&mut user.comments, &self.comments);
        if let Some(name) = &self.new_name {
            user.name = name.clone();
        }
        user.updated = now;
        user
    }
}

impl Operation for UpdateUser {
    const ACTION: Action = Action::UpdateUser;
    type Output = User;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        let names = [Some(&self.name), self.new_name.as_ref()];
        let needs = names.into_iter().flatten();
        Ok(needs
            .map(|name| need(Self::ACTION, self.account, of_user(name)))
            .collect())
    }

    fn describe(&self, request: &mut Fields) {
        request.text("user", self.name.as_str());
        if let Some(name) = &self.new_name {
            request.text("new_name", name.as_str());
        }
        new_length(request, "display_name_bytes", self.display_name.as_ref());
        new_length(request, "mobile_phone_bytes", self.mobile_phone.as_ref());
        new_length(request, "email_bytes", self.email.as_ref());
        new_length(request, "comments_bytes", self.comments.as_ref());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<User, Error> {
        let now = cx.call.time;
        make(cx, self.account, note, |store, draft| async move {
            let (account, name) = (self.account, self.name.clone());
            let change = Box::new(move |user| Ok(self.apply(user, now)));
            store.update_user(account, &name, draft, change).await
        })
        .await
    }
}

impl Operation for DeleteUser {
    const ACTION: Action = Action::DeleteUser;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, of_user(&self.name))])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("user", self.name.as_str());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<(), Error> {
        make(cx, self.account, note, |store, draft| async move {
            store.delete_user(self.account, &self.name, draft).await
        })
        .await
        .map(drop)
    }
}

impl Operation for ListUsers {
    const ACTION: Action = Action::ListUsers;
    type Output = Named<User>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, IdentityResource::Users)])
    }

    fn describe(&self, request: &mut Fields) {
        describe_page(request, &self.page);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Named<User>, Error> {
        let users = cx.service.store.users(self.account, self.page).await;
        let users = users.map_err(from_store)?;
        note.response.number("users", users.items.len() as u64);
        Ok(users)
    }
}
