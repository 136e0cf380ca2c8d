//! Tokens: asked for by nobody yet, and shown and made void by who has one.
//!
//! SOURCE: Identity and Access Management API reference, "Token Management"; Keystone, "Authentication and token management" (read
//! 2026-11-22). Moments have microseconds. Of roles only that of the root of an account has a name that programs look for.

use claviger_front::header;
use claviger_model::{Action, IdentityHex, LoginOwner};
use claviger_secret::SecretBytes;
use claviger_service::ops::session::{GetToken, RevokeToken, TokenView};
use claviger_service::{AuthnError, Method};
use claviger_signing::query::{Params, decode_pairs};
use http::{HeaderName, HeaderValue, StatusCode};

use super::catalog::{self, Offers};
use super::desk::{Desk, IdentityOp, Stop, micros};
use super::wish;
use crate::error::{self, Manner, WireError, codes};
use crate::json::Answer;
use crate::route::Api;
use crate::row::Opening;

static SUBJECT: HeaderName = HeaderName::from_static("x-subject-token");

/// Tokens are shown in the words of Keystone.
const MANNER: Manner = Manner {
    api: Api::Iam,
    bound: false,
};

pub(super) struct Show;
pub(super) struct Revoke;

/// Gives a token.
pub(super) async fn open(opening: &Opening<'_>, answer: &mut Answer) -> Result<(), WireError> {
    let wish = wish::read(opening.fields).map_err(|wire| error::dressed(Api::Iam, wire))?;
    let mut query = Params::new();
    decode_pairs(
        opening.head.uri.query().unwrap_or_default().as_bytes(),
        &mut query,
    )
    .map_err(|error| WireError::malformed(&error))?;
    let opened = opening.service.open_token(&opening.arrival, wish).await;
    let given = opened.map_err(turned_away)?.into_inner();
    let given = given.map_err(|error| error::wire(MANNER, Action::CreateToken, &error))?;
    put_subject(answer, &given.text)?;
    let opened = given.view.facts.region.as_ref();
    let offers = Offers::of(opening.service, &opening.arrival.source, opened);
    encode(
        &given.view,
        (!is_without_catalog(&query)).then_some(&offers),
        answer,
    );
    Ok(())
}

/// The words for who shows nothing that opens anything.
fn turned_away(error: AuthnError) -> WireError {
    let message = match error {
        AuthnError::Credentials | AuthnError::NoCredentials | AuthnError::UnknownKey => {
            "The username or password is wrong."
        }
        AuthnError::WrongSignature | AuthnError::Skewed | AuthnError::NonceUsed => "The signature is wrong.",
        AuthnError::Locked => "Too many wrong passwords: the login is locked for a while.",
        AuthnError::Disabled => "The user is disabled.",
        AuthnError::InactiveKey => "The access key is inactive.",
        AuthnError::TokenMalformed
        | AuthnError::TokenMismatch
        | AuthnError::TokenExpired
        | AuthnError::TokenRevoked => "The token is not valid or has expired.",
        AuthnError::Overloaded => return WireError::throttled(),
        AuthnError::Unavailable => {
            let message = "Identities cannot be looked up at the moment.";
            return error::iam::keystone(StatusCode::SERVICE_UNAVAILABLE, message);
        }
    };
    error::iam::keystone(StatusCode::UNAUTHORIZED, message)
}

impl IdentityOp for Show {
    const ACTION: Action = Action::GetToken;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let subject = subject(&desk)?;
        let echo = SecretBytes::copied(subject.expose());
        let view = desk.execute(GetToken { subject }).await?;
        put_subject(answer, &echo)?;
        let opened = view.facts.region.as_ref();
        let offers = Offers::of(desk.service, &desk.call.source, opened);
        let offers = (!is_without_catalog(desk.input.query)).then_some(&offers);
        encode(&view, offers, answer);
        Ok(())
    }
}

impl IdentityOp for Revoke {
    const ACTION: Action = Action::RevokeToken;

    async fn serve(desk: Desk<'_>, _: &mut Answer) -> Result<(), Stop> {
        let subject = subject(&desk)?;
        desk.execute(RevokeToken { subject }).await
    }
}

/// The token that a call is about.
fn subject(desk: &Desk<'_>) -> Result<SecretBytes, WireError> {
    match header(desk.input.headers, SUBJECT.as_str()) {
        "" => Err(codes::K0204.on("X-Subject-Token")),
        text => Ok(SecretBytes::copied(text.as_bytes())),
    }
}

fn put_subject(answer: &mut Answer, token: &SecretBytes) -> Result<(), WireError> {
    let mut value = HeaderValue::from_bytes(token.expose())
        .map_err(|_| error::iam::keystone(StatusCode::INTERNAL_SERVER_ERROR, "the token is no header"))?;
    value.set_sensitive(true);
    answer.headers.push((SUBJECT.clone(), value));
    Ok(())
}

/// SOURCE: `nocatalog`: "if this parameter is set, no catalog information is displayed", whatever its value.
fn is_without_catalog(query: &Params<'_>) -> bool {
    query.get("nocatalog").is_some()
}

fn encode(view: &TokenView, offers: Option<&Offers<'_>>, answer: &mut Answer) {
    let method = |method| match method {
        Method::Password => "password",
        Method::Secret => "hw_ak_sk",
        Method::Token => "token",
    };
    let number = match view.owner {
        LoginOwner::Root => 0,
        LoginOwner::User(id) => id.number(),
    };
    let id = IdentityHex {
        account: view.account.id,
        number,
    };
    let domain = |answer: &mut Answer| {
        answer.object("domain", |answer| {
            answer.text("id", &view.account.domain.to_string());
            answer.text("name", &view.account.name);
        });
    };
    answer.object("token", |answer| {
        answer.texts("methods", view.facts.methods.iter().map(method));
        answer.text("issued_at", &micros(view.facts.issued));
        answer.text("expires_at", &micros(view.facts.expires));
        match (&view.project, &view.facts.region) {
            (Some(project), Some(region)) => answer.object("project", |answer| {
                answer.text("id", &project.to_string());
                answer.text("name", region.as_str());
                domain(answer);
            }),
            _ => domain(answer),
        }
        let roles: &[(&str, &str)] = match view.owner {
            LoginOwner::Root => &[("0", "te_admin")],
            LoginOwner::User(_) => &[],
        };
        answer.objects("roles", roles, |answer, (id, name)| {
            answer.text("id", id);
            answer.text("name", name);
        });
        answer.object("user", |answer| {
            answer.text("id", &id.to_string());
            answer.text("name", &view.name);
            answer.text("password_expires_at", "");
            domain(answer);
        });
        catalog::write(offers, answer);
    });
}
