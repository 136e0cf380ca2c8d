//! SOURCE: Identity and Access Management API reference, "Obtaining a Temporary AK/SK" (read 2026-11-22): 900 to 86400 seconds, 900 where nobody says; a token
//! in a header goes before one in the body. A signature does, too. Agencies are not served.

use claviger_model::{Action, Language, SignedDuration};
use claviger_service::ops::session::{CreateTemporaryKey, TEMPORARY_SHORTEST};

use super::desk::{Desk, IdentityOp, Stop, micros};
use crate::error::codes;
use crate::json::Answer;

pub(super) struct Create;

impl IdentityOp for Create {
    const ACTION: Action = Action::CreateTemporaryKey;
    const REQUIRED: &'static [&'static str] = &["auth"];

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let auth = desk.body("auth")?;
        let identity = auth.object("identity", codes::K0308)?;
        let identity = identity.ok_or_else(|| codes::K0204.on("identity"))?;
        let methods = identity.texts("methods", codes::K0308)?;
        let methods = methods.ok_or_else(|| codes::K0204.on("methods"))?;
        if methods != ["token"] {
            return Err(codes::K0308.on("methods").into());
        }
        let token = identity.object("token", codes::K0308)?.unwrap_or_default();
        let seconds = token.whole("duration_seconds", codes::K0308)?;
        let life = match seconds.map(i64::try_from) {
            None => TEMPORARY_SHORTEST,
            Some(Ok(seconds)) => SignedDuration::from_secs(seconds),
            Some(Err(_)) => return Err(codes::K0308.on("duration_seconds").into()),
        };
        let policy = identity.json("policy")?;
        let made = desk
            .execute(CreateTemporaryKey {
                life,
                policy: policy.map(|document| (Language::Iam, document.into_owned())),
            })
            .await?;
        answer.object("credential", |answer| {
            answer.text("access", made.access_key.as_str());
            answer.secret("secret", &made.secret);
            answer.secret("securitytoken", &made.token);
            answer.text("expires_at", &micros(made.expires));
        });
        Ok(())
    }
}
