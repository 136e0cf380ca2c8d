//! SOURCE: RAM API reference, CreateGroup, GetGroup, UpdateGroup, DeleteGroup, ListGroups (read 2026-11-22). Groups have no
//! GroupId here: their name is what policies and other calls know them by.

use claviger_model::{Group, GroupName, Named};
use claviger_service::ops::identity as core;

use super::encode_more;
use crate::answer::{Answer, date};
use crate::error::WireError;
use crate::params::parameter::{COMMENTS, GROUP_NAME, NEW_COMMENTS, NEW_GROUP_NAME};
use crate::params::{Fault, NOTE_LIMIT};
use crate::row::{Input, WireOp};

/// Longest name of a group.
const NAME_LIMIT: usize = 64;

pub(super) struct CreateGroup;
pub(super) struct GetGroup;
pub(super) struct UpdateGroup;
pub(super) struct DeleteGroup;
pub(super) struct ListGroups;

/// The group that a request is about.
pub(super) fn group(input: &Input<'_>) -> Result<GroupName, WireError> {
    input.name(GROUP_NAME, NAME_LIMIT)
}

impl WireOp for CreateGroup {
    type Op = core::CreateGroup;

    fn decode(input: &Input<'_>) -> Result<core::CreateGroup, Fault> {
        Ok(core::CreateGroup {
            account: input.scope.account,
            name: group(input)?,
            comments: input.line(COMMENTS, NOTE_LIMIT)?,
        })
    }

    fn encode(_: &Input<'_>, group: Group, answer: &mut Answer) {
        answer.object("Group", |answer| encode(&group, answer));
    }
}

impl WireOp for GetGroup {
    type Op = core::GetGroup;

    fn decode(input: &Input<'_>) -> Result<core::GetGroup, Fault> {
        Ok(core::GetGroup {
            account: input.scope.account,
            name: group(input)?,
        })
    }

    fn encode(_: &Input<'_>, group: Group, answer: &mut Answer) {
        answer.object("Group", |answer| encode_with_update(&group, answer));
    }
}

impl WireOp for UpdateGroup {
    type Op = core::UpdateGroup;

    fn decode(input: &Input<'_>) -> Result<core::UpdateGroup, Fault> {
        Ok(core::UpdateGroup {
            account: input.scope.account,
            name: group(input)?,
            new_name: input.optional_name(NEW_GROUP_NAME, NAME_LIMIT)?,
            comments: input.changed_line(NEW_COMMENTS, NOTE_LIMIT)?,
        })
    }

    fn encode(_: &Input<'_>, group: Group, answer: &mut Answer) {
        answer.object("Group", |answer| encode_with_update(&group, answer));
    }
}

impl WireOp for DeleteGroup {
    type Op = core::DeleteGroup;

    fn decode(input: &Input<'_>) -> Result<core::DeleteGroup, Fault> {
        Ok(core::DeleteGroup {
            account: input.scope.account,
            name: group(input)?,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for ListGroups {
    type Op = core::ListGroups;

    fn decode(input: &Input<'_>) -> Result<core::ListGroups, Fault> {
        Ok(core::ListGroups {
            account: input.scope.account,
            page: input.name_page()?,
        })
    }

    fn encode(_: &Input<'_>, groups: Named<Group>, answer: &mut Answer) {
        let last = groups.items.last().map(|group| group.name.as_str());
        encode_more(groups.more, last, answer);
        answer.list("Groups", "Group", &groups.items, |answer, group| {
            encode_with_update(group, answer);
        });
    }
}

fn encode_with_update(group: &Group, answer: &mut Answer) {
    encode(group, answer);
    answer.text("UpdateDate", &date(group.updated));
}

fn encode(group: &Group, answer: &mut Answer) {
    answer.text("GroupName", group.name.as_str());
    answer.text("Comments", &group.comments);
    answer.text("CreateDate", &date(group.created));
}
