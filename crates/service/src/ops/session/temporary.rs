//! Access keys that last for a while and have the caller's own rights.

use claviger_audit::record::Fields;
use claviger_authz::languages::ram::SESSION_LIMIT;
use claviger_model::{
    AccessKeyId, Action, Error, Field, Language, SESSION_SHORTEST, SignedDuration, Timestamp,
};
use claviger_secret::SecretBytes;

use super::in_person;
use crate::call::{Need, Note};
use crate::ops::identity::check_in;
use crate::pipeline::{Context, Operation, Permitted};
use crate::session::{Session, SessionOf};
use crate::token::whole_micros;

/// The shortest life of a temporary access key, and that of one for which nobody says. SOURCE: IAM API, "Obtaining a
/// Temporary Access Key and Security Token Through a Token" (read 2026-11-22): 15 minutes to 24 hours.
pub const TEMPORARY_SHORTEST: SignedDuration = SESSION_SHORTEST;
/// The longest one. SOURCE: as above.
pub const TEMPORARY_LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// Gives an access key with a token that has the caller's own rights until it expires. It follows what becomes of those,
/// and ends with who asked for it. Needs no permission; who comes with a temporary access key gets no further one, and
/// roles and services get none.
///
/// Refused with [`Field::SessionDuration`]; with [`Field::Policy`] where the policy is too long, and with
/// [`Error::Document`] where it is none.
#[derive(Debug)]
pub struct CreateTemporaryKey {
    /// Its life, in whole seconds.
    pub life: SignedDuration,
    /// What its rights are narrowed to, and in which language that is written.
    pub policy: Option<(Language, String)>,
}

/// A temporary access key.
#[derive(Debug)]
pub struct TemporaryKey {
    /// The public half.
    pub access_key: AccessKeyId,
    /// The secret half.
    pub secret: SecretBytes,
    /// The token without which the access key opens nothing.
    pub token: SecretBytes,
    /// From this moment on all of it opens nothing.
    pub expires: Timestamp,
}

impl Operation for CreateTemporaryKey {
    const ACTION: Action = Action::CreateTemporaryKey;
    type Output = TemporaryKey;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        if !(TEMPORARY_SHORTEST..=TEMPORARY_LONGEST).contains(&self.life) {
            return Err(Error::Invalid(Field::SessionDuration));
        }
        if let Some((language, document)) = &self.policy {
            if document.len() > SESSION_LIMIT {
                return Err(Error::Invalid(Field::Policy));
            }
            check_in(*language, document)?;
        }
        Ok(Vec::new())
    }

    fn describe(&self, request: &mut Fields) {
        request.number(
            "duration_seconds",
            u64::try_from(self.life.as_secs()).unwrap_or(0),
        );
        if let Some((_, document)) = &self.policy {
            request.text("document", document);
            request.number("document_bytes", document.len() as u64);
        }
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<TemporaryKey, Error> {
        let caller = cx.call.caller();
        let owner = in_person(cx, Self::ACTION)?;
        let began = whole_micros(cx.call.time);
        let (access_key, secret) = cx.service.draw(crate::access_key::draw_temporary)?;
        let session = Session {
            access_key,
            secret,
            account: caller.account,
            of: SessionOf::Own(owner),
            policy: self.policy,
            began,
            expires: began.saturating_add(self.life).map_err(|_| Error::Internal)?,
        };
        let token = session.seal(cx.service.keeper.as_ref())?;
        note.response.text("access_key", session.access_key.as_str());
        Ok(TemporaryKey {
            access_key: session.access_key,
            secret: session.secret,
            token: SecretBytes::from(token),
            expires: session.expires,
        })
    }
}
