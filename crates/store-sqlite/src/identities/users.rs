//! Users: table `users`.

use claviger_model::{
    AccountId, Error, Existing, InUse, KeyOwner, LoginOwner, Missing, NamePage, Named, User, UserId, UserName,
};
use claviger_store::{Draft, IdentityChange, Outboxed, StoreError};
use rusqlite::{Connection, Row, params};

use super::{access_keys, attachments, memberships};
use crate::counts::{self, Counted};
use crate::error::{Failure, Fault};
use crate::row::{Cells, Raw, as_kept, micros, number};
use crate::words::HolderKind;
use crate::{accounts, logins, outbox, query};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, display_name, mobile_phone, email, comments, created, updated
             FROM users WHERE account = ?1 AND ",
            $rest
        )
    };
}

pub(crate) fn load(
    connection: &Connection,
    account: AccountId,
    name: &UserName,
) -> Result<Option<User>, Fault> {
    let values = params![number(account), name.as_str()];
    query::one(connection, select!("name = ?2"), values, |row| user(row, account))
}

pub(crate) fn load_by_id(
    connection: &Connection,
    account: AccountId,
    id: UserId,
) -> Result<Option<User>, Fault> {
    let values = [number(account), column(id)];
    query::one(connection, select!("id = ?2"), values, |row| user(row, account))
}

pub(crate) fn list(
    connection: &Connection,
    account: AccountId,
    page: &NamePage,
) -> Result<Named<User>, Fault> {
    let select = select!("name > ?2 ORDER BY name LIMIT ?3");
    query::named(connection, select, &[&number(account)], page, |row| {
        user(row, account)
    })
}

/// The user in the first eight columns of a row.
pub(super) fn user(row: &Row<'_>, account: AccountId) -> Result<User, StoreError> {
    let name = Raw(row, 0);
    let mut cells = Cells::new("users", &name, row);
    Ok(User {
        account,
        id: cells.user_id("id")?,
        name: cells.parsed("name")?,
        display_name: cells.text("display_name")?.into(),
        mobile_phone: cells.text("mobile_phone")?.into(),
        email: cells.text("email")?.into(),
        comments: cells.text("comments")?.into(),
        created: cells.time("created")?,
        updated: cells.time("updated")?,
    })
}

/// The id as columns hold it.
pub(super) fn column(id: UserId) -> i64 {
    id.number().cast_signed()
}

/// The user of that name, or the refusal.
pub(super) fn existing(
    connection: &Connection,
    account: AccountId,
    name: &UserName,
) -> Result<User, Failure> {
    Ok(load(connection, account, name)?.ok_or(Error::NotFound(Missing::User))?)
}

fn free(connection: &Connection, account: AccountId, name: &UserName) -> Result<(), Failure> {
    match load(connection, account, name)? {
        None => Ok(()),
        Some(_) => Err(Error::Exists(Existing::User).into()),
    }
}

/// See `IdentityStore::create_user`.
pub(super) fn create(
    connection: &Connection,
    user: &User,
    quota: u32,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    accounts::require(connection, user.account)?;
    free(connection, user.account, &user.name)?;
    counts::admit_anywhere(connection, user.account, Counted::Users, quota)?;
    let insert =
        "INSERT INTO users (account, id, name, display_name, mobile_phone, email, comments, updated, created)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    write(connection, insert, user)?;
    outbox::record(connection, draft, ())
}

/// See `IdentityStore::update_user`.
pub(super) fn update(
    connection: &Connection,
    account: AccountId,
    name: &UserName,
    draft: &Draft,
    mut change: IdentityChange<User>,
) -> Result<Outboxed<User>, Failure> {
    let was = existing(connection, account, name)?;
    let wish = change(was.clone())?;
    if wish.name != was.name {
        free(connection, account, &wish.name)?;
    }
    let user = User {
        account,
        id: was.id,
        created: was.created,
        updated: as_kept(wish.updated),
        ..wish
    };
    let update =
        "UPDATE users SET name = ?3, display_name = ?4, mobile_phone = ?5, email = ?6, comments = ?7,
                                   updated = ?8, created = ?9
                  WHERE account = ?1 AND id = ?2";
    write(connection, update, &user)?;
    outbox::record(connection, draft, user)
}

fn write(connection: &Connection, statement: &str, user: &User) -> Result<(), Failure> {
    let values = params![
        number(user.account),
        column(user.id),
        user.name.as_str(),
        user.display_name,
        user.mobile_phone,
        user.email,
        user.comments,
        micros(user.updated),
        micros(user.created),
    ];
    query::run(connection, statement, values)?;
    Ok(())
}

/// See `IdentityStore::delete_user`.
pub(super) fn delete(
    connection: &Connection,
    account: AccountId,
    name: &UserName,
    draft: &Draft,
) -> Result<Outboxed<User>, Failure> {
    let was = existing(connection, account, name)?;
    if access_keys::any(connection, account, &KeyOwner::User(was.id))? {
        return Err(Error::InUse(InUse::UserKeys).into());
    }
    if memberships::count_of_user(connection, account, was.id)? > 0 {
        return Err(Error::InUse(InUse::UserGroups).into());
    }
    if attachments::any(connection, account, HolderKind::User, column(was.id))? {
        return Err(Error::InUse(InUse::UserPolicies).into());
    }
    logins::delete(connection, account, LoginOwner::User(was.id))?;
    let delete = "DELETE FROM users WHERE account = ?1 AND id = ?2";
    query::run(connection, delete, [number(account), column(was.id)])?;
    outbox::record(connection, draft, was)
}
