//! Policies that an account writes in the language of this face.
//!
//! SOURCE: Identity and Access Management API reference, "Custom Policy Management", "Error Codes" IAM.1000 to IAM.1060 (read 2026-11-22).
//! A policy has its text in versions in the core; here there is only the one that counts, and the oldest makes room. `type` is not
//! kept: it shows what the policy is about. `description_cn` is not kept either.

use claviger_model::{Action, Language, PolicyRef, Tags};
use claviger_service::ops::identity::{CreatePolicy, CreatePolicyVersion, DeletePolicy, PolicyView};
use http::StatusCode;

use super::desk::{Desk, IdentityOp, Stop};
use super::roles::{self, Shape};
use crate::error::{WireError, iam};
use crate::fields::Fields;
use crate::json::Answer;

/// Longest display name, in characters.
const TITLE_LIMIT: usize = 128;
/// Longest description, in characters.
const NOTE_LIMIT: usize = 1000;

pub(super) struct List;
pub(super) struct Create;
pub(super) struct Show;
pub(super) struct Update;
pub(super) struct Delete;

fn wrong(code: &'static str, message: &'static str) -> WireError {
    iam::extension(StatusCode::BAD_REQUEST, code, message)
}

/// What a body says of a policy. What is `None` is not said.
struct Wish {
    title: Option<String>,
    description: Option<String>,
    document: Option<String>,
}

impl Wish {
    fn read(fields: &Fields<'_>) -> Result<Self, WireError> {
        if let Some(kind) = fields.text("type")?
            && !matches!(kind.as_ref(), "AX" | "XA")
        {
            return Err(wrong("IAM.1009", "the type of a custom policy must be AX or XA"));
        }
        let title = fields.text("display_name")?;
        if let Some(title) = &title {
            if title.chars().count() > TITLE_LIMIT {
                return Err(wrong("IAM.1002", "the display name is too long"));
            }
            if title.trim().is_empty() || title.chars().any(char::is_control) {
                return Err(wrong(
                    "IAM.1003",
                    "the display name has characters that it must not have",
                ));
            }
        }
        let description = fields.text("description")?;
        if let Some(text) = &description
            && (text.chars().count() > NOTE_LIMIT || text.chars().any(|c| c.is_control() && c != '\n'))
        {
            return Err(wrong("IAM.1018", "the description is not valid"));
        }
        let document = fields
            .json("policy")
            .map_err(|_| wrong("IAM.1020", "the policy must be a JSON object"))?;
        Ok(Self {
            title: title.map(Into::into),
            description: description.map(Into::into),
            document: document.map(Into::into),
        })
    }
}

impl IdentityOp for List {
    const ACTION: Action = Action::ListPolicies;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let shapes = roles::find(&desk, false).await?;
        roles::list(&desk, &shapes, answer);
        Ok(())
    }
}

impl IdentityOp for Create {
    const ACTION: Action = Action::CreatePolicy;
    const REQUIRED: &'static [&'static str] = &["role"];

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let fields = desk.body("role")?;
        let wish = Wish::read(&fields)?;
        if !fields.has("type") {
            return Err(wrong("IAM.1004", "the type must be a text").into());
        }
        let title = wish.title;
        let title = title.ok_or_else(|| wrong("IAM.1001", "the display name must be a text"))?;
        let document = wish.document;
        let document = document.ok_or_else(|| wrong("IAM.1020", "the policy must be a JSON object"))?;
        let create = CreatePolicy {
            account: desk.call.caller().account,
            name: None,
            language: Language::Iam,
            title,
            description: wish.description.unwrap_or_default(),
            document,
            tags: Tags::default(),
        };
        let policy = desk.execute(create).await?;
        let view = PolicyView {
            id: Some(policy.id),
            document: policy
                .default()
                .map(|version| version.document.clone())
                .unwrap_or_default(),
            policy: PolicyRef::Custom(policy.name),
            language: policy.language,
            title: policy.title,
            description: policy.description,
            default_version: policy.default_version,
            attachments: 0,
            created: policy.created,
            updated: policy.updated,
            default_created: policy.created,
            tags: policy.tags,
        };
        encode(&desk, &view, answer);
        Ok(())
    }
}

impl IdentityOp for Show {
    const ACTION: Action = Action::GetPolicy;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let (_, shape) = roles::one(&desk).await?;
        answer.object("role", |answer| shape.encode(&desk, answer));
        Ok(())
    }
}

impl IdentityOp for Update {
    const ACTION: Action = Action::CreatePolicyVersion;
    const REQUIRED: &'static [&'static str] = &["role"];

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let wish = Wish::read(&desk.body("role")?)?;
        let (mut view, _) = roles::one(&desk).await?;
        let PolicyRef::Custom(name) = &view.policy else {
            return Err(of_server());
        };
        let document = wish.document.unwrap_or_else(|| view.document.clone());
        let change = CreatePolicyVersion {
            account: desk.call.caller().account,
            name: name.clone(),
            language: Language::Iam,
            document: document.clone(),
            title: wish.title.clone(),
            description: wish.description.clone(),
            as_default: true,
            drop_oldest: true,
        };
        let version = desk.execute(change).await?;
        view.document = version.document;
        view.updated = version.created;
        view.title = wish.title.unwrap_or(view.title);
        view.description = wish.description.unwrap_or(view.description);
        encode(&desk, &view, answer);
        Ok(())
    }
}

impl IdentityOp for Delete {
    const ACTION: Action = Action::DeletePolicy;

    async fn serve(desk: Desk<'_>, _: &mut Answer) -> Result<(), Stop> {
        let id = desk.input.path("role_id");
        let PolicyRef::Custom(name) = desk.policy(id, Self::ACTION).await? else {
            return Err(of_server());
        };
        let delete = DeletePolicy {
            account: desk.call.caller().account,
            name,
            cascade: true,
        };
        desk.execute(delete).await
    }
}

/// Nobody changes what comes with the server.
fn of_server() -> Stop {
    let message = "policies of the system cannot be changed";
    Stop::Here(iam::extension(StatusCode::FORBIDDEN, "IAM.0002", message))
}

fn encode(desk: &Desk<'_>, view: &PolicyView, answer: &mut Answer) {
    if let Some(shape) = Shape::of_view(desk, view) {
        answer.object("role", |answer| shape.encode(desk, answer));
    }
}
