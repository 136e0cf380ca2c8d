//! Groups: table `user_groups`.

use claviger_model::{
    AccountId, Error, Existing, Group, GroupId, GroupName, InUse, Missing, NamePage, Named,
};
use claviger_store::{Draft, IdentityChange, Outboxed, StoreError};
use rusqlite::{Connection, Row, params};

use super::{attachments, memberships};
use crate::counts::{self, Counted};
use crate::error::{Failure, Fault};
use crate::row::{Cells, Raw, as_kept, micros, number};
use crate::words::HolderKind;
use crate::{accounts, outbox, query};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT number, id, name, comments, created, updated FROM user_groups WHERE account = ?1 AND ",
            $rest
        )
    };
}

/// The number of a group, and the group.
pub(super) type Numbered = (i64, Group);

pub(super) fn load(
    connection: &Connection,
    account: AccountId,
    name: &GroupName,
) -> Result<Option<Numbered>, Fault> {
    let values = params![number(account), name.as_str()];
    query::one(connection, select!("name = ?2"), values, |row| {
        group(row, account)
    })
}

/// See `LoginStore::group_by_id`.
pub(crate) fn load_by_id(
    connection: &Connection,
    account: AccountId,
    id: GroupId,
) -> Result<Option<Group>, Fault> {
    let values = [number(account), column(id)];
    let found = query::one(connection, select!("id = ?2"), values, |row| group(row, account))?;
    Ok(found.map(|(_, group)| group))
}

/// The id as columns hold it.
fn column(id: GroupId) -> i64 {
    id.number().cast_signed()
}

pub(super) fn list(
    connection: &Connection,
    account: AccountId,
    page: &NamePage,
) -> Result<Named<Group>, Fault> {
    let select = select!("name > ?2 ORDER BY name LIMIT ?3");
    query::named(connection, select, &[&number(account)], page, |row| {
        Ok(group(row, account)?.1)
    })
}

/// The group in the first six columns of a row.
pub(super) fn group(row: &Row<'_>, account: AccountId) -> Result<Numbered, StoreError> {
    let name = Raw(row, 0);
    let mut cells = Cells::new("user_groups", &name, row);
    let number = cells.integer("number")?;
    let group = Group {
        account,
        id: cells.group_id("id")?,
        name: cells.parsed("name")?,
        comments: cells.text("comments")?.into(),
        created: cells.time("created")?,
        updated: cells.time("updated")?,
    };
    Ok((number, group))
}

/// The group of that name, or the refusal.
pub(super) fn existing(
    connection: &Connection,
    account: AccountId,
    name: &GroupName,
) -> Result<Numbered, Failure> {
    Ok(load(connection, account, name)?.ok_or(Error::NotFound(Missing::Group))?)
}

fn free(connection: &Connection, account: AccountId, name: &GroupName) -> Result<(), Failure> {
    match load(connection, account, name)? {
        None => Ok(()),
        Some(_) => Err(Error::Exists(Existing::Group).into()),
    }
}

/// See `IdentityStore::create_group`.
pub(super) fn create(
    connection: &Connection,
    group: &Group,
    quota: u32,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    accounts::require(connection, group.account)?;
    free(connection, group.account, &group.name)?;
    counts::admit_anywhere(connection, group.account, Counted::Groups, quota)?;
    query::run(
        connection,
        "INSERT INTO user_groups (account, name, comments, created, updated, id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            number(group.account),
            group.name.as_str(),
            group.comments,
            micros(group.created),
            micros(group.updated),
            column(group.id)
        ],
    )?;
    outbox::record(connection, draft, ())
}

/// See `IdentityStore::update_group`.
pub(super) fn update(
    connection: &Connection,
    account: AccountId,
    name: &GroupName,
    draft: &Draft,
    mut change: IdentityChange<Group>,
) -> Result<Outboxed<Group>, Failure> {
    let (place, was) = existing(connection, account, name)?;
    let wish = change(was.clone())?;
    if wish.name != was.name {
        free(connection, account, &wish.name)?;
    }
    let group = Group {
        account,
        id: was.id,
        created: was.created,
        updated: as_kept(wish.updated),
        ..wish
    };
    query::run(
        connection,
        "UPDATE user_groups SET name = ?2, comments = ?3, updated = ?4 WHERE number = ?1",
        params![place, group.name.as_str(), group.comments, micros(group.updated)],
    )?;
    outbox::record(connection, draft, group)
}

/// See `IdentityStore::delete_group`.
pub(super) fn delete(
    connection: &Connection,
    account: AccountId,
    name: &GroupName,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    let (place, _) = existing(connection, account, name)?;
    if memberships::any_of_group(connection, place)? {
        return Err(Error::InUse(InUse::GroupUsers).into());
    }
    if attachments::any(connection, account, HolderKind::Group, place)? {
        return Err(Error::InUse(InUse::GroupPolicies).into());
    }
    let delete = "DELETE FROM user_groups WHERE number = ?1";
    query::run(connection, delete, [place])?;
    outbox::record(connection, draft, ())
}
