//! SOURCE: Identity and Access Management API reference, "User Management"; Keystone, "Users" (read 2026-11-22). Both groups of paths are
//! over the same users; they differ in what is shown. `access_mode` is not kept: who has a password or an access key may come in
//! with it. A user goes with its access keys, its memberships and its policies. A user may be shown to whoever may see users, and
//! to itself.

use claviger_model::{Action, Identity, NamePage, User, UserName};
use claviger_secret::SecretBytes;
use claviger_service::Operation as _;
use claviger_service::ops::identity::{
    CreateUser, GetOwnUser, GetUser, ListUsers, LoginHolder, SetPassword, SwitchLogin, UpdateUser,
};
use claviger_service::ops::session::ListDomains;

use super::desk::{Desk, IdentityOp, Stop};
use super::sweep;
use super::user_shape::{Wish, encode, encode_root, encode_whole, login};
use crate::error::{self, codes};
use crate::json::Answer;

/// Lists are given whole. There are never as many.
pub(super) const WHOLE: NamePage = NamePage {
    after: None,
    take: 1_000_000,
};

pub(super) struct List;
pub(super) struct Create;
pub(super) struct Show;
pub(super) struct Update;
pub(super) struct Delete;
pub(super) struct CreateWhole;
pub(super) struct ShowWhole;
pub(super) struct UpdateWhole;

/// How a user is written.
type Encode = fn(&Desk<'_>, &User, bool, &mut Answer);

impl IdentityOp for List {
    const ACTION: Action = Action::ListUsers;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let account = desk.call.caller().account;
        let users = desk.execute(ListUsers { account, page: WHOLE }).await?;
        let name = desk.asked("name");
        let own = desk.asks_for_own();
        let named = users.items.into_iter();
        let named = named.filter(|user| own && name.is_none_or(|name| name == user.name.as_str()));
        let enabled = desk
            .asked("enabled")
            .map(|text| !text.eq_ignore_ascii_case("false"));
        let mut shown = Vec::new();
        for user in named {
            let is = login(&desk, &user).await?.enabled;
            if enabled.is_none_or(|wanted| wanted == is) {
                shown.push((user, is));
            }
        }
        list(&desk, &shown, answer);
        Ok(())
    }
}

/// Users, each with whether it may come in.
pub(super) fn list(desk: &Desk<'_>, users: &[(User, bool)], answer: &mut Answer) {
    answer.objects("users", users, |answer, (user, enabled)| {
        encode(desk, user, *enabled, answer);
    });
    desk.links(answer);
}

impl IdentityOp for Create {
    const ACTION: Action = Action::CreateUser;
    const REQUIRED: &'static [&'static str] = &["user"];

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        create(&desk, encode, answer).await
    }
}

impl IdentityOp for CreateWhole {
    const ACTION: Action = Action::CreateUser;
    const REQUIRED: &'static [&'static str] = &["user"];

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        create(&desk, encode_whole, answer).await
    }
}

impl IdentityOp for Show {
    const ACTION: Action = Action::GetUser;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        show(&desk, encode, answer).await
    }
}

impl IdentityOp for ShowWhole {
    const ACTION: Action = Action::GetUser;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        show(&desk, encode_whole, answer).await
    }
}

impl IdentityOp for Update {
    const ACTION: Action = Action::UpdateUser;
    const REQUIRED: &'static [&'static str] = &["user"];

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        update(&desk, encode, answer).await
    }
}

impl IdentityOp for UpdateWhole {
    const ACTION: Action = Action::UpdateUser;
    const REQUIRED: &'static [&'static str] = &["user"];

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        update(&desk, encode_whole, answer).await
    }
}

/// The user with a password of its own and without, and perhaps unable to come in. All of it is permitted, or nothing is
/// done.
async fn create(desk: &Desk<'_>, encode: Encode, answer: &mut Answer) -> Result<(), Stop> {
    let wish = Wish::read(desk)?;
    let account = desk.call.caller().account;
    let name = wish.name.ok_or_else(|| codes::K0204.on("name"))?;
    let enabled = wish.enabled.unwrap_or(true);
    if let Some(password) = &wish.password {
        let probe = set_password(desk, &name, SecretBytes::copied(password.expose()));
        check(desk, &probe)?;
        desk.rehearse(probe).await?;
    }
    if !enabled {
        desk.rehearse(switch(desk, &name, enabled)).await?;
    }
    let user = desk
        .execute(CreateUser {
            account,
            name: name.clone(),
            display_name: String::new(),
            mobile_phone: wish.phone.unwrap_or_default(),
            email: wish.email.unwrap_or_default(),
            comments: wish.description.unwrap_or_default(),
        })
        .await?;
    if let Some(password) = wish.password {
        desk.execute(set_password(desk, &name, password)).await?;
    }
    if !enabled {
        desk.execute(switch(desk, &name, enabled)).await?;
    }
    answer.object("user", |answer| encode(desk, &user, enabled, answer));
    Ok(())
}

fn set_password(desk: &Desk<'_>, name: &UserName, password: SecretBytes) -> SetPassword {
    SetPassword {
        account: desk.call.caller().account,
        holder: LoginHolder::User(name.clone()),
        password,
        original: None,
    }
}

/// A password that is none is refused before anything is done.
fn check(desk: &Desk<'_>, wish: &SetPassword) -> Result<(), Stop> {
    let checked = wish.needs();
    checked
        .map(drop)
        .map_err(|error| Stop::Here(error::wire(desk.input.manner, Action::SetPassword, &error)))
}

fn switch(desk: &Desk<'_>, name: &UserName, enabled: bool) -> SwitchLogin {
    SwitchLogin {
        account: desk.call.caller().account,
        holder: LoginHolder::User(name.clone()),
        enabled,
    }
}

async fn show(desk: &Desk<'_>, encode: Encode, answer: &mut Answer) -> Result<(), Stop> {
    let (id, account) = (desk.input.path("user_id"), desk.call.caller().account);
    if desk.own_number() == Some(0) && desk.is_own(id) {
        let accounts = desk.execute(ListDomains).await?;
        let name = accounts.first().map_or("", |account| account.name.as_str());
        answer.object("user", |answer| encode_root(desk, name, answer));
        return Ok(());
    }
    let user = match &desk.call.caller().identity {
        Identity::User { name, .. } if desk.is_own(id) => {
            desk.execute(GetOwnUser { name: name.clone() }).await?
        }
        _ => {
            let name = desk.user(id, Action::GetUser).await?;
            desk.execute(GetUser { account, name }).await?
        }
    };
    let enabled = login(desk, &user).await?.enabled;
    answer.object("user", |answer| encode(desk, &user, enabled, answer));
    Ok(())
}

async fn update(desk: &Desk<'_>, encode: Encode, answer: &mut Answer) -> Result<(), Stop> {
    let wish = Wish::read(desk)?;
    let name = desk.user(desk.input.path("user_id"), Action::UpdateUser).await?;
    let password = wish.password.map(|password| set_password(desk, &name, password));
    if let Some(password) = &password {
        check(desk, password)?;
    }
    let change = || UpdateUser {
        account: desk.call.caller().account,
        name: name.clone(),
        new_name: wish.name.clone(),
        display_name: None,
        mobile_phone: wish.phone.clone(),
        email: wish.email.clone(),
        comments: wish.description.clone(),
    };
    if password.is_some() || wish.enabled.is_some() {
        desk.rehearse(change()).await?;
    }
    if let Some(password) = password {
        desk.execute(password).await?;
    }
    if let Some(enabled) = wish.enabled {
        desk.execute(switch(desk, &name, enabled)).await?;
    }
    // Last, because the others go by the name that it has now.
    let user = desk.execute(change()).await?;
    let enabled = login(desk, &user).await?.enabled;
    answer.object("user", |answer| encode(desk, &user, enabled, answer));
    Ok(())
}

impl IdentityOp for Delete {
    const ACTION: Action = Action::DeleteUser;

    async fn serve(desk: Desk<'_>, _: &mut Answer) -> Result<(), Stop> {
        let name = desk.user(desk.input.path("user_id"), Self::ACTION).await?;
        sweep::user(&desk, &name).await
    }
}
