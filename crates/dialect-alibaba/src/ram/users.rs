//! SOURCE: RAM API reference, CreateUser, GetUser, UpdateUser, DeleteUser, ListUsers (read 2026-11-22). Nobody logs on to a
//! console here, so LastLoginDate is empty.

use claviger_model::{Named, User, UserName};
use claviger_service::ops::identity as core;

use super::encode_more;
use crate::answer::{Answer, date};
use crate::error::WireError;
use crate::params::parameter::{
    COMMENTS, DISPLAY_NAME, EMAIL, MOBILE_PHONE, NEW_COMMENTS, NEW_DISPLAY_NAME, NEW_EMAIL, NEW_MOBILE_PHONE,
    NEW_USER_NAME, Parameter, USER_NAME,
};
use crate::params::{Fault, NOTE_LIMIT};
use crate::row::{Input, WireOp};

/// Longest name of a user.
const NAME_LIMIT: usize = 64;

pub(super) struct CreateUser;
pub(super) struct GetUser;
pub(super) struct UpdateUser;
pub(super) struct DeleteUser;
pub(super) struct ListUsers;

/// The user that a request is about.
pub(super) fn user(input: &Input<'_>) -> Result<UserName, WireError> {
    input.name(USER_NAME, NAME_LIMIT)
}

/// The same where none means the caller.
pub(crate) fn user_or_caller(input: &Input<'_>) -> Result<Option<UserName>, WireError> {
    input.optional_name(USER_NAME, NAME_LIMIT)
}

impl WireOp for CreateUser {
    type Op = core::CreateUser;

    fn decode(input: &Input<'_>) -> Result<core::CreateUser, Fault> {
        let text = |parameter: Parameter| input.line(parameter, NOTE_LIMIT);
        Ok(core::CreateUser {
            account: input.scope.account,
            name: user(input)?,
            display_name: text(DISPLAY_NAME)?,
            mobile_phone: input.phone(MOBILE_PHONE)?.unwrap_or_default(),
            email: input.email(EMAIL)?.unwrap_or_default(),
            comments: text(COMMENTS)?,
        })
    }

    fn encode(_: &Input<'_>, user: User, answer: &mut Answer) {
        answer.object("User", |answer| encode(&user, answer));
    }
}

impl WireOp for GetUser {
    type Op = core::GetUser;

    fn decode(input: &Input<'_>) -> Result<core::GetUser, Fault> {
        Ok(core::GetUser {
            account: input.scope.account,
            name: user(input)?,
        })
    }

    fn encode(_: &Input<'_>, user: User, answer: &mut Answer) {
        answer.object("User", |answer| {
            encode(&user, answer);
            answer.text("UpdateDate", &date(user.updated));
            answer.text("LastLoginDate", "");
        });
    }
}

impl WireOp for UpdateUser {
    type Op = core::UpdateUser;

    fn decode(input: &Input<'_>) -> Result<core::UpdateUser, Fault> {
        Ok(core::UpdateUser {
            account: input.scope.account,
            name: user(input)?,
            new_name: input.optional_name(NEW_USER_NAME, NAME_LIMIT)?,
            display_name: input.changed_line(NEW_DISPLAY_NAME, NOTE_LIMIT)?,
            mobile_phone: input.phone(NEW_MOBILE_PHONE)?,
            email: input.email(NEW_EMAIL)?,
            comments: input.changed_line(NEW_COMMENTS, NOTE_LIMIT)?,
        })
    }

    fn encode(_: &Input<'_>, user: User, answer: &mut Answer) {
        answer.object("User", |answer| encode_with_update(&user, answer));
    }
}

impl WireOp for DeleteUser {
    type Op = core::DeleteUser;

    fn decode(input: &Input<'_>) -> Result<core::DeleteUser, Fault> {
        Ok(core::DeleteUser {
            account: input.scope.account,
            name: user(input)?,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for ListUsers {
    type Op = core::ListUsers;

    fn decode(input: &Input<'_>) -> Result<core::ListUsers, Fault> {
        Ok(core::ListUsers {
            account: input.scope.account,
            page: input.name_page()?,
        })
    }

    fn encode(_: &Input<'_>, users: Named<User>, answer: &mut Answer) {
        let last = users.items.last().map(|user| user.name.as_str());
        encode_more(users.more, last, answer);
        answer.list("Users", "User", &users.items, |answer, user| {
            encode_with_update(user, answer);
        });
    }
}

fn encode_with_update(user: &User, answer: &mut Answer) {
    encode(user, answer);
    answer.text("UpdateDate", &date(user.updated));
}

fn encode(user: &User, answer: &mut Answer) {
    answer.text("UserId", &user.id.to_string());
    answer.text("UserName", user.name.as_str());
    answer.text("DisplayName", &user.display_name);
    answer.text("MobilePhone", &user.mobile_phone);
    answer.text("Email", &user.email);
    answer.text("Comments", &user.comments);
    answer.text("CreateDate", &date(user.created));
}
