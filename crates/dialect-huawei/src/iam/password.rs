//! SOURCE: Identity and Access Management API reference, "Changing a Password" (read 2026-11-22): users change their own, and show the one
//! they have. Others' are set here, too, by who may do that.

use claviger_model::Action;
use claviger_service::ops::identity::{LoginHolder, SetPassword};

use super::desk::{Desk, IdentityOp, Stop};
use crate::error::codes;
use crate::json::Answer;

pub(super) struct Change;

impl IdentityOp for Change {
    const ACTION: Action = Action::SetPassword;
    const REQUIRED: &'static [&'static str] = &["user"];

    async fn serve(desk: Desk<'_>, _: &mut Answer) -> Result<(), Stop> {
        let fields = desk.body("user")?;
        let id = desk.input.path("user_id");
        let original = fields.secret("original_password")?;
        let password = fields.required_secret("password")?;
        let holder = if desk.is_own(id) {
            if original.is_none() {
                return Err(codes::K0204.on("original_password").into());
            }
            LoginHolder::Caller
        } else {
            LoginHolder::User(desk.user(id, Self::ACTION).await?)
        };
        desk.execute(SetPassword {
            account: desk.call.caller().account,
            holder,
            password,
            original,
        })
        .await
    }
}
