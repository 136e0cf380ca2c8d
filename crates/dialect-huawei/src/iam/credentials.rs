//! Access keys that last.
//!
//! SOURCE: Identity and Access Management API reference, "Access Key Management" (read 2026-11-22): the secret is shown once, in the answer to its making.
//! Descriptions are not kept and are empty.

use claviger_model::{AccessKeyId, AccessKeyStatus, Action, IdentityResource, KeyOwner, Missing};
use claviger_service::ops::identity::{
    AccessKeyView, CreateAccessKey, DeleteAccessKey, GetAccessKey, KeyHolder, ListAccessKeys, UpdateAccessKey,
};

use super::desk::{Desk, IdentityOp, Stop, micros};
use crate::error::codes;
use crate::json::Answer;

/// Longest text that is looked for as an access key, in characters.
const ID_LIMIT: usize = 128;

pub(super) struct List;
pub(super) struct Create;
pub(super) struct Show;
pub(super) struct Update;
pub(super) struct Delete;

/// Whose access keys a user id stands for; none is the caller.
async fn holder(desk: &Desk<'_>, id: Option<&str>, action: Action) -> Result<KeyHolder, Stop> {
    match id {
        Some(id) if !desk.is_own(id) => Ok(KeyHolder::User(desk.user(id, action).await?)),
        Some(_) | None => Ok(KeyHolder::Caller),
    }
}

/// The access key of the path, and whose it is.
async fn key(desk: &Desk<'_>, action: Action) -> Result<(AccessKeyId, KeyHolder), Stop> {
    let text = desk.input.path("access_key");
    if let Ok(id) = text.parse::<AccessKeyId>() {
        let found = desk.service.key_holder(desk.call.caller(), &id).await;
        if let Some(holder) = found.map_err(|error| desk.failed(action, &error))? {
            return Ok((id, holder));
        }
    }
    let text: String = text.chars().take(ID_LIMIT).collect();
    let thing = IdentityResource::User(text.into());
    Err(desk.stranger(action, thing, Missing::AccessKey).await)
}

fn status_word(status: AccessKeyStatus) -> &'static str {
    match status {
        AccessKeyStatus::Active => "active",
        AccessKeyStatus::Inactive => "inactive",
    }
}

fn encode(desk: &Desk<'_>, view: &AccessKeyView, answer: &mut Answer) {
    let user = match &view.owner {
        KeyOwner::Root => desk.hex(0),
        KeyOwner::User(id) => desk.hex(id.number()),
        KeyOwner::Service(name) => name.to_string(),
    };
    answer.text("access", view.id.as_str());
    answer.text("user_id", &user);
    answer.text("status", status_word(view.status));
    answer.text("description", "");
    answer.text("create_time", &micros(view.created));
}

fn encode_whole(desk: &Desk<'_>, view: &AccessKeyView, answer: &mut Answer) {
    answer.object("credential", |answer| {
        encode(desk, view, answer);
        let used = view.last_used.map(micros);
        answer.text("last_use_time", used.as_deref().unwrap_or_default());
    });
}

impl IdentityOp for List {
    const ACTION: Action = Action::ListAccessKeys;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let account = desk.call.caller().account;
        let holder = holder(&desk, desk.asked("user_id"), Self::ACTION).await?;
        let keys = desk.execute(ListAccessKeys { account, holder }).await?;
        answer.objects("credentials", &keys, |answer, view| encode(&desk, view, answer));
        Ok(())
    }
}

impl IdentityOp for Create {
    const ACTION: Action = Action::CreateAccessKey;
    const REQUIRED: &'static [&'static str] = &["credential"];

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let account = desk.call.caller().account;
        let fields = desk.body("credential")?;
        let id = fields.required("user_id")?;
        let holder = holder(&desk, Some(&id), Self::ACTION).await?;
        let made = desk.execute(CreateAccessKey { account, holder }).await?;
        answer.object("credential", |answer| {
            answer.text("access", made.id.as_str());
            answer.secret("secret", &made.secret);
            answer.text("user_id", &id);
            answer.text("status", status_word(made.status));
            answer.text("description", "");
            answer.text("create_time", &micros(made.created));
        });
        Ok(())
    }
}

impl IdentityOp for Show {
    const ACTION: Action = Action::GetAccessKey;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let account = desk.call.caller().account;
        let (id, holder) = key(&desk, Self::ACTION).await?;
        let view = desk.execute(GetAccessKey { account, holder, id }).await?;
        encode_whole(&desk, &view, answer);
        Ok(())
    }
}

impl IdentityOp for Update {
    const ACTION: Action = Action::UpdateAccessKey;
    const REQUIRED: &'static [&'static str] = &["credential"];

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let account = desk.call.caller().account;
        let fields = desk.body("credential")?;
        let status = match fields.text("status")?.as_deref() {
            Some("active") => Some(AccessKeyStatus::Active),
            Some("inactive") => Some(AccessKeyStatus::Inactive),
            Some(_) => return Err(codes::K0308.on("status").into()),
            None => None,
        };
        let (id, holder) = key(&desk, Self::ACTION).await?;
        let get = GetAccessKey {
            account,
            holder: holder.clone(),
            id: id.clone(),
        };
        let mut view = desk.execute(get).await?;
        if let Some(status) = status {
            let update = UpdateAccessKey {
                account,
                holder,
                id,
                status,
            };
            desk.execute(update).await?;
            view.status = status;
        }
        answer.object("credential", |answer| encode(&desk, &view, answer));
        Ok(())
    }
}

impl IdentityOp for Delete {
    const ACTION: Action = Action::DeleteAccessKey;

    async fn serve(desk: Desk<'_>, _: &mut Answer) -> Result<(), Stop> {
        let account = desk.call.caller().account;
        let (id, holder) = key(&desk, Self::ACTION).await?;
        desk.execute(DeleteAccessKey { account, holder, id }).await
    }
}
