//! How users look: what bodies say of them, and what is shown.
//!
//! SOURCE: Identity and Access Management API reference, "User Management" (read 2026-11-22). A telephone number is two members here
//! and one text in the core, country code first and without its zeros, as the other face writes it.

use claviger_model::{Action, Login, LoginOwner, User, UserName};
use claviger_secret::SecretBytes;
use http::StatusCode;

use super::desk::{Desk, Stop, micros, own_link};
use crate::error::{WireError, codes, iam};
use crate::fields::Fields;
use crate::json::Answer;
use crate::route::Api;

/// Longest free text, in characters.
const NOTE_LIMIT: usize = 255;
/// Longest telephone number, in digits.
const PHONE_LIMIT: usize = 32;

/// What a body says of a user. What is `None` is not said.
pub(super) struct Wish {
    pub(super) name: Option<UserName>,
    pub(super) description: Option<String>,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) enabled: Option<bool>,
    pub(super) password: Option<SecretBytes>,
}

/// A parameter that is not what it has to be, in the words of the API.
fn wrong(api: Api, code: &'static str, parameter: &str) -> WireError {
    match api {
        Api::IamExtension => {
            let message = format!("the parameter is not valid: `{parameter}`");
            iam::extension(StatusCode::BAD_REQUEST, code, message)
        }
        Api::Iam | Api::Kms | Api::Cts => codes::K0308.on(parameter),
    }
}

impl Wish {
    /// Reads it. A member that is there and empty empties what it is about.
    pub(super) fn read(desk: &Desk<'_>) -> Result<Self, WireError> {
        let api = desk.input.row.api;
        let fields = desk.body("user")?;
        desk.check_domain(&fields)?;
        let name = match fields.text("name")? {
            Some(name) => Some(name.parse().map_err(|_| wrong(api, "1101", "name"))?),
            None => None,
        };
        if let Some(mode) = fields.text("access_mode")?
            && !matches!(mode.as_ref(), "default" | "programmatic" | "console")
        {
            return Err(wrong(api, "1120", "access_mode"));
        }
        Ok(Self {
            name,
            description: line(&fields, "description").map_err(|()| wrong(api, "1117", "description"))?,
            email: line(&fields, "email").map_err(|()| wrong(api, "1102", "email"))?,
            phone: phone(&fields).map_err(|code| wrong(api, code, "phone"))?,
            enabled: fields.boolean("enabled")?,
            password: fields.secret("password")?,
        })
    }
}

/// Free text without control characters; empty where it is there and empty.
fn line(fields: &Fields<'_>, name: &str) -> Result<Option<String>, ()> {
    let Some(text) = fields.text(name).map_err(drop)? else {
        return Ok(is_emptied(fields, name).then(String::new));
    };
    if text.chars().count() > NOTE_LIMIT || text.chars().any(char::is_control) {
        return Err(());
    }
    Ok(Some(text.into_owned()))
}

/// Whether a member is there as empty text.
fn is_emptied(fields: &Fields<'_>, name: &str) -> bool {
    let mut entries = fields.entries();
    entries.any(|(own, text)| own == name && text.as_deref() == Some(""))
}

fn phone(fields: &Fields<'_>) -> Result<Option<String>, &'static str> {
    let digits = |name| match fields.text(name) {
        Ok(None) => Ok(None),
        Ok(Some(text)) if text.len() <= PHONE_LIMIT && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok(Some(text))
        }
        Ok(Some(_)) | Err(_) => Err("1104"),
    };
    match (digits("areacode")?, digits("phone")?) {
        (Some(code), Some(number)) => Ok(Some(format!("{}-{number}", code.trim_start_matches('0')))),
        (None, None) => Ok(is_emptied(fields, "phone").then(String::new)),
        (Some(_), None) | (None, Some(_)) => Err("1106"),
    }
}

/// Whether somebody may come in.
pub(super) async fn login(desk: &Desk<'_>, user: &User) -> Result<Login, Stop> {
    let found = desk
        .service
        .login_of(user.account, LoginOwner::User(user.id))
        .await;
    found.map_err(|error| desk.failed(Action::GetUser, &error))
}

/// What Keystone shows of a user.
pub(super) fn encode(desk: &Desk<'_>, user: &User, enabled: bool, answer: &mut Answer) {
    let id = desk.hex(user.id.number());
    answer.text("id", &id);
    answer.text("name", user.name.as_str());
    answer.text("domain_id", &desk.input.home.domain);
    answer.boolean("enabled", enabled);
    answer.text("description", &user.comments);
    answer.null("password_expires_at");
    answer.boolean("pwd_status", false);
    own_link(answer, &desk.link(&format!("v3/users/{id}")));
}

/// What the vendor's own calls show of a user.
pub(super) fn encode_whole(desk: &Desk<'_>, user: &User, enabled: bool, answer: &mut Answer) {
    let id = desk.hex(user.id.number());
    let (code, number) = match user.mobile_phone.split_once('-') {
        Some((code, number)) => (format!("00{code}"), number),
        None => (String::new(), user.mobile_phone.as_str()),
    };
    answer.text("id", &id);
    answer.text("name", user.name.as_str());
    answer.text("domain_id", &desk.input.home.domain);
    answer.boolean("enabled", enabled);
    answer.text("description", &user.comments);
    answer.text("email", &user.email);
    answer.text("areacode", &code);
    answer.text("phone", number);
    answer.text("access_mode", "default");
    answer.boolean("pwd_status", false);
    answer.boolean("is_domain_owner", false);
    answer.text("xuser_id", "");
    answer.text("xuser_type", "");
    answer.text("create_time", &micros(user.created));
    answer.text("update_time", &micros(user.updated));
    own_link(answer, &desk.link(&format!("v3.0/OS-USER/users/{id}")));
}

/// The root of the account, which is a user here though there is none of it in the core.
pub(super) fn encode_root(desk: &Desk<'_>, name: &str, answer: &mut Answer) {
    let id = desk.hex(0);
    answer.text("id", &id);
    answer.text("name", name);
    answer.text("domain_id", &desk.input.home.domain);
    answer.boolean("enabled", true);
    answer.text("description", "");
    answer.null("password_expires_at");
    answer.boolean("pwd_status", false);
    answer.boolean("is_domain_owner", true);
    own_link(answer, &desk.link(&format!("v3/users/{id}")));
}
