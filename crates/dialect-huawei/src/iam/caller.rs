//! SOURCE: Security Token Service API reference, "Querying the Caller's Identity", `GET /v5/caller-identity` (read 2026-11-22). Newer
//! SDKs ask it for the account where the list of domains fails.

use claviger_model::{Action, Identity};
use claviger_service::ops::session::GetCallerIdentity;

use super::desk::{Desk, IdentityOp, Stop};
use crate::json::Answer;

pub(super) struct Show;

impl IdentityOp for Show {
    const ACTION: Action = Action::GetCallerIdentity;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let account = desk.call.caller().account;
        let caller = desk.execute(GetCallerIdentity { account }).await?;
        let domain = &desk.input.home.domain;
        let (id, urn) = match &caller.identity {
            Identity::Root => (desk.hex(0), format!("iam::{domain}:root")),
            Identity::User { id, name } => (desk.hex(id.number()), format!("iam::{domain}:user:{name}")),
            Identity::Session {
                role,
                role_name,
                name,
                ..
            } => (
                format!("{}:{name}", desk.hex(role.number())),
                format!("sts::{domain}:assumed-agency:{role_name}/{name}"),
            ),
            Identity::Service(name) => (name.to_string(), format!("iam::{domain}:service:{name}")),
            Identity::System => (String::new(), String::new()),
        };
        answer.text("account_id", domain);
        answer.text("principal_id", &id);
        answer.text("principal_urn", &urn);
        Ok(())
    }
}
