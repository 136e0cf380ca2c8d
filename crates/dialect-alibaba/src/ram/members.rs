//! SOURCE: RAM API reference, AddUserToGroup, RemoveUserFromGroup, ListGroupsForUser, ListUsersForGroup (read 2026-11-22).

use claviger_service::Operation;
use claviger_service::ops::identity as core;

use super::encode_more;
use super::groups::group;
use super::users::user;
use crate::answer::{Answer, date};
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct AddUserToGroup;
pub(super) struct RemoveUserFromGroup;
pub(super) struct ListGroupsForUser;
pub(super) struct ListUsersForGroup;

impl WireOp for AddUserToGroup {
    type Op = core::AddUserToGroup;

    fn decode(input: &Input<'_>) -> Result<core::AddUserToGroup, Fault> {
        Ok(core::AddUserToGroup {
            account: input.scope.account,
            user: user(input)?,
            group: group(input)?,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for RemoveUserFromGroup {
    type Op = core::RemoveUserFromGroup;

    fn decode(input: &Input<'_>) -> Result<core::RemoveUserFromGroup, Fault> {
        Ok(core::RemoveUserFromGroup {
            account: input.scope.account,
            user: user(input)?,
            group: group(input)?,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for ListGroupsForUser {
    type Op = core::ListGroupsForUser;

    fn decode(input: &Input<'_>) -> Result<core::ListGroupsForUser, Fault> {
        Ok(core::ListGroupsForUser {
            account: input.scope.account,
            user: user(input)?,
        })
    }

    fn encode(_: &Input<'_>, groups: <Self::Op as Operation>::Output, answer: &mut Answer) {
        answer.list("Groups", "Group", groups, |answer, membership| {
            answer.text("GroupName", membership.other.name.as_str());
            answer.text("Comments", &membership.other.comments);
            answer.text("JoinDate", &date(membership.joined));
        });
    }
}

impl WireOp for ListUsersForGroup {
    type Op = core::ListUsersForGroup;

    fn decode(input: &Input<'_>) -> Result<core::ListUsersForGroup, Fault> {
        Ok(core::ListUsersForGroup {
            account: input.scope.account,
            group: group(input)?,
            page: input.name_page()?,
        })
    }

    fn encode(_: &Input<'_>, users: <Self::Op as Operation>::Output, answer: &mut Answer) {
        let last = users
            .items
            .last()
            .map(|membership| membership.other.name.as_str());
        encode_more(users.more, last, answer);
        answer.list("Users", "User", &users.items, |answer, membership| {
            answer.text("UserName", membership.other.name.as_str());
            answer.text("DisplayName", &membership.other.display_name);
            answer.text("JoinDate", &date(membership.joined));
        });
    }
}
