//! Users in groups: table `memberships`.

use claviger_model::{
    AccountId, Error, Existing, Group, GroupName, Missing, NamePage, Named, Quota, Timestamp, User, UserId,
    UserName,
};
use claviger_store::{Draft, Joined, Outboxed, StoreError};
use rusqlite::{Connection, Row, params};

use super::{groups, users};
use crate::error::{Failure, Fault};
use crate::row::{Cells, Raw, micros, number};
use crate::{counts, outbox, query};

/// How many groups a user is in.
pub(super) fn count_of_user(connection: &Connection, account: AccountId, id: UserId) -> Result<i64, Fault> {
    let select = "SELECT count(*) FROM memberships WHERE account = ?1 AND user = ?2";
    query::count(connection, select, [number(account), users::column(id)])
}

/// Whether the group of that number has users.
pub(super) fn any_of_group(connection: &Connection, group: i64) -> Result<bool, Fault> {
    query::exists(
        connection,
        "SELECT 1 FROM memberships WHERE user_group = ?1",
        [group],
    )
}

/// See `IdentityStore::groups_of_user`.
pub(super) fn groups_of_user(
    connection: &Connection,
    account: AccountId,
    user: &UserName,
) -> Result<Vec<Joined<Group>>, Fault> {
    let select =
        "SELECT number, user_groups.id, user_groups.name, user_groups.comments, user_groups.created, user_groups.updated,
                         joined
                  FROM users CROSS JOIN memberships ON memberships.account = users.account AND user = users.id
                       CROSS JOIN user_groups ON number = user_group
                  WHERE users.account = ?1 AND users.name = ?2 ORDER BY user_groups.name";
    let values = params![number(account), user.as_str()];
    query::all(connection, select, values, |row| {
        Ok(Joined {
            other: groups::group(row, account)?.1,
            joined: joined(row, 6)?,
        })
    })
}

/// See `IdentityStore::users_of_group`.
pub(super) fn users_of_group(
    connection: &Connection,
    account: AccountId,
    group: &GroupName,
    page: &NamePage,
) -> Result<Named<Joined<User>>, Fault> {
    let select =
        "SELECT users.id, users.name, display_name, mobile_phone, email, users.comments, users.created,
                         users.updated, joined
                  FROM user_groups CROSS JOIN memberships ON user_group = number
                       CROSS JOIN users ON users.account = memberships.account AND users.id = user
                  WHERE user_groups.account = ?1 AND user_groups.name = ?2 AND users.name > ?3
                  ORDER BY users.name LIMIT ?4";
    let group = group.as_str();
    query::named(connection, select, &[&number(account), &group], page, |row| {
        Ok(Joined {
            other: users::user(row, account)?,
            joined: joined(row, 8)?,
        })
    })
}

fn joined(row: &Row<'_>, column: usize) -> Result<Timestamp, StoreError> {
    let name = Raw(row, 0);
    Cells::at("memberships", &name, row, column).time("joined")
}

/// See `IdentityStore::join_group`.
pub(super) fn join(
    connection: &Connection,
    account: AccountId,
    user: &UserName,
    group: &GroupName,
    (now, quota): (Timestamp, u32),
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    let user = users::existing(connection, account, user)?;
    let (place, _) = groups::existing(connection, account, group)?;
    let there = "SELECT 1 FROM memberships WHERE account = ?1 AND user = ?2 AND user_group = ?3";
    let values = [number(account), users::column(user.id), place];
    if query::exists(connection, there, values)? {
        return Err(Error::Exists(Existing::Member).into());
    }
    let count = count_of_user(connection, account, user.id)?;
    counts::fits(count, quota, Quota::Memberships)?;
    query::run(
        connection,
        "INSERT INTO memberships (account, user, user_group, joined) VALUES (?1, ?2, ?3, ?4)",
        params![number(account), users::column(user.id), place, micros(now)],
    )?;
    outbox::record(connection, draft, ())
}

/// See `IdentityStore::leave_group`.
pub(super) fn leave(
    connection: &Connection,
    account: AccountId,
    user: &UserName,
    group: &GroupName,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    let user = users::existing(connection, account, user)?;
    let (place, _) = groups::existing(connection, account, group)?;
    let delete = "DELETE FROM memberships WHERE account = ?1 AND user = ?2 AND user_group = ?3";
    let values = [number(account), users::column(user.id), place];
    if query::run(connection, delete, values)? == 0 {
        return Err(Error::NotFound(Missing::Member).into());
    }
    outbox::record(connection, draft, ())
}
