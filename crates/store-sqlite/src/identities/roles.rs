//! Roles: tables `roles` and `role_tags`.

use claviger_model::{
    AccountId, Error, Existing, InUse, Missing, NamePage, Named, Role, RoleId, RoleName, SignedDuration, Tags,
};
use claviger_store::{Draft, IdentityChange, Outboxed, StoreError};
use rusqlite::{Connection, Row, params};

use super::attachments;
use crate::counts::{self, Counted};
use crate::error::{Failure, Fault};
use crate::row::{Cells, Raw, as_kept, micros, number};
use crate::words::HolderKind;
use crate::{accounts, outbox, query};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, description, trust, max_session, created, updated
             FROM roles WHERE account = ?1 AND ",
            $rest
        )
    };
}

/// Reads two tables: whoever calls sees to it that it is one state of them. The same goes for the others that read.
pub(super) fn load(
    connection: &Connection,
    account: AccountId,
    name: &RoleName,
) -> Result<Option<Role>, Fault> {
    let values = params![number(account), name.as_str()];
    let role = query::one(connection, select!("name = ?2"), values, |row| role(row, account))?;
    role.map(|role| with_tags(connection, role)).transpose()
}

pub(super) fn load_by_id(
    connection: &Connection,
    account: AccountId,
    id: RoleId,
) -> Result<Option<Role>, Fault> {
    let values = [number(account), column(id)];
    let role = query::one(connection, select!("id = ?2"), values, |row| role(row, account))?;
    role.map(|role| with_tags(connection, role)).transpose()
}

pub(super) fn list(
    connection: &Connection,
    account: AccountId,
    page: &NamePage,
) -> Result<Named<Role>, Fault> {
    let select = select!("name > ?2 ORDER BY name LIMIT ?3");
    let bare = query::named(connection, select, &[&number(account)], page, |row| {
        role(row, account)
    })?;
    let items = bare.items.into_iter().map(|role| with_tags(connection, role));
    Ok(Named {
        items: items.collect::<Result<_, _>>()?,
        more: bare.more,
    })
}

/// The id as columns hold it.
pub(super) fn column(id: RoleId) -> i64 {
    id.number().cast_signed()
}

/// Without its tags.
fn role(row: &Row<'_>, account: AccountId) -> Result<Role, StoreError> {
    let name = Raw(row, 0);
    let mut cells = Cells::new("roles", &name, row);
    Ok(Role {
        account,
        id: cells.role_id("id")?,
        name: cells.parsed("name")?,
        description: cells.text("description")?.into(),
        trust: cells.text("trust")?.into(),
        max_session: SignedDuration::from_secs(cells.small("max_session")?.into()),
        created: cells.time("created")?,
        updated: cells.time("updated")?,
        tags: Tags::default(),
    })
}

fn with_tags(connection: &Connection, mut role: Role) -> Result<Role, Fault> {
    let select = "SELECT name, value FROM role_tags WHERE account = ?1 AND role = ?2";
    let (values, tags) = ([number(role.account), column(role.id)], &mut role.tags);
    query::all(connection, select, values, |row| {
        Cells::new("role_tags", &role.id, row).tag(tags)
    })?;
    Ok(role)
}

fn existing(connection: &Connection, account: AccountId, name: &RoleName) -> Result<Role, Failure> {
    Ok(load(connection, account, name)?.ok_or(Error::NotFound(Missing::Role))?)
}

/// See `IdentityStore::create_role`.
pub(super) fn create(
    connection: &Connection,
    role: &Role,
    quota: u32,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    accounts::require(connection, role.account)?;
    if load(connection, role.account, &role.name)?.is_some() {
        return Err(Error::Exists(Existing::Role).into());
    }
    counts::admit_anywhere(connection, role.account, Counted::Roles, quota)?;
    query::run(
        connection,
        "INSERT INTO roles (account, id, name, description, trust, max_session, created, updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            number(role.account),
            column(role.id),
            role.name.as_str(),
            role.description,
            role.trust,
            role.max_session.as_secs(),
            micros(role.created),
            micros(role.updated),
        ],
    )?;
    insert_tags(connection, role)?;
    outbox::record(connection, draft, ())
}

/// Adds all tags of a role that has none in the table.
fn insert_tags(connection: &Connection, role: &Role) -> Result<(), Failure> {
    let insert = "INSERT INTO role_tags (account, role, name, value) VALUES (?1, ?2, ?3, ?4)";
    for (name, value) in role.tags.iter() {
        let values = params![number(role.account), column(role.id), name, value];
        query::run(connection, insert, values)?;
    }
    Ok(())
}

fn delete_tags(connection: &Connection, role: &Role) -> Result<(), Failure> {
    let delete = "DELETE FROM role_tags WHERE account = ?1 AND role = ?2";
    query::run(connection, delete, [number(role.account), column(role.id)])?;
    Ok(())
}

/// See `IdentityStore::update_role`.
pub(super) fn update(
    connection: &Connection,
    account: AccountId,
    name: &RoleName,
    draft: &Draft,
    mut change: IdentityChange<Role>,
) -> Result<Outboxed<Role>, Failure> {
    let was = existing(connection, account, name)?;
    let wish = change(was.clone())?;
    let role = Role {
        description: wish.description,
        trust: wish.trust,
        max_session: SignedDuration::from_secs(wish.max_session.as_secs()),
        tags: wish.tags,
        updated: as_kept(wish.updated),
        ..was.clone()
    };
    query::run(
        connection,
        "UPDATE roles SET description = ?3, trust = ?4, max_session = ?5, updated = ?6
         WHERE account = ?1 AND id = ?2",
        params![
            number(account),
            column(role.id),
            role.description,
            role.trust,
            role.max_session.as_secs(),
            micros(role.updated),
        ],
    )?;
    if was.tags != role.tags {
        delete_tags(connection, &role)?;
        insert_tags(connection, &role)?;
    }
    outbox::record(connection, draft, role)
}

/// See `IdentityStore::delete_role`.
pub(super) fn delete(
    connection: &Connection,
    account: AccountId,
    name: &RoleName,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    let was = existing(connection, account, name)?;
    if attachments::any(connection, account, HolderKind::Role, column(was.id))? {
        return Err(Error::InUse(InUse::RolePolicies).into());
    }
    delete_tags(connection, &was)?;
    let delete = "DELETE FROM roles WHERE account = ?1 AND id = ?2";
    query::run(connection, delete, [number(account), column(was.id)])?;
    outbox::record(connection, draft, ())
}
