//! SOURCE: Identity and Access Management API reference, "User Group Management"; Keystone, "Groups" (read 2026-11-22). `create_time` is a
//! number of milliseconds. A group goes with its memberships and its policies.

use claviger_model::{Action, Group, GroupName};
use claviger_service::ops::identity::{CreateGroup, GetGroup, ListGroups, UpdateGroup};

use super::desk::{Desk, IdentityOp, Stop, own_link};
use super::sweep;
use super::users::WHOLE;
use crate::error::{WireError, codes};
use crate::fields::Fields;
use crate::json::Answer;

/// Longest free text, in characters.
const NOTE_LIMIT: usize = 255;

pub(super) struct List;
pub(super) struct Create;
pub(super) struct Show;
pub(super) struct Update;
pub(super) struct Delete;

fn name(fields: &Fields<'_>) -> Result<Option<GroupName>, WireError> {
    let Some(name) = fields.text("name")? else {
        return Ok(None);
    };
    name.parse().map(Some).map_err(|_| codes::K0308.on("name"))
}

/// Free text; empty where it is there and empty.
fn description(fields: &Fields<'_>) -> Result<Option<String>, WireError> {
    let emptied = |(name, text): (&str, Option<_>)| name == "description" && text.as_deref() == Some("");
    match fields.text("description")? {
        Some(text) if text.chars().count() > NOTE_LIMIT || text.chars().any(char::is_control) => {
            Err(codes::K0308.on("description"))
        }
        Some(text) => Ok(Some(text.into_owned())),
        None => Ok(fields.entries().any(emptied).then(String::new)),
    }
}

impl IdentityOp for List {
    const ACTION: Action = Action::ListGroups;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let account = desk.call.caller().account;
        let groups = desk.execute(ListGroups { account, page: WHOLE }).await?;
        let (name, own) = (desk.asked("name"), desk.asks_for_own());
        let fits = |group: &Group| own && name.is_none_or(|name| name == group.name.as_str());
        list(&desk, groups.items.into_iter().filter(fits), answer);
        Ok(())
    }
}

impl IdentityOp for Create {
    const ACTION: Action = Action::CreateGroup;
    const REQUIRED: &'static [&'static str] = &["group"];

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let fields = desk.body("group")?;
        desk.check_domain(&fields)?;
        let create = CreateGroup {
            account: desk.call.caller().account,
            name: name(&fields)?.ok_or_else(|| codes::K0204.on("name"))?,
            comments: description(&fields)?.unwrap_or_default(),
        };
        let group = desk.execute(create).await?;
        answer.object("group", |answer| encode(&desk, &group, answer));
        Ok(())
    }
}

impl IdentityOp for Show {
    const ACTION: Action = Action::GetGroup;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let account = desk.call.caller().account;
        let name = desk.group(desk.input.path("group_id"), Self::ACTION).await?;
        let group = desk.execute(GetGroup { account, name }).await?;
        answer.object("group", |answer| encode(&desk, &group, answer));
        Ok(())
    }
}

impl IdentityOp for Update {
    const ACTION: Action = Action::UpdateGroup;
    const REQUIRED: &'static [&'static str] = &["group"];

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let fields = desk.body("group")?;
        desk.check_domain(&fields)?;
        let (new_name, comments) = (name(&fields)?, description(&fields)?);
        let update = UpdateGroup {
            account: desk.call.caller().account,
            name: desk.group(desk.input.path("group_id"), Self::ACTION).await?,
            new_name,
            comments,
        };
        let group = desk.execute(update).await?;
        answer.object("group", |answer| encode(&desk, &group, answer));
        Ok(())
    }
}

impl IdentityOp for Delete {
    const ACTION: Action = Action::DeleteGroup;

    async fn serve(desk: Desk<'_>, _: &mut Answer) -> Result<(), Stop> {
        let name = desk.group(desk.input.path("group_id"), Self::ACTION).await?;
        sweep::group(&desk, &name).await
    }
}

pub(super) fn list(desk: &Desk<'_>, groups: impl Iterator<Item = Group>, answer: &mut Answer) {
    answer.objects("groups", groups, |answer, group| encode(desk, &group, answer));
    desk.links(answer);
}

fn encode(desk: &Desk<'_>, group: &Group, answer: &mut Answer) {
    let id = desk.hex(group.id.number());
    answer.text("id", &id);
    answer.text("name", group.name.as_str());
    answer.text("domain_id", &desk.input.home.domain);
    answer.text("description", &group.comments);
    let millis = group.created.as_millisecond();
    answer.number("create_time", u64::try_from(millis).unwrap_or(0));
    own_link(answer, &desk.link(&format!("v3/groups/{id}")));
}
