//! Policies that accounts wrote: tables `policies`, `policy_versions` and `policy_tags`.

mod change;

use claviger_model::{AccountId, CustomPolicy, NamePage, Named, PolicyId, PolicyName, PolicyVersion, Tags};
use claviger_store::{PolicyRow, StoreError};
use rusqlite::{Connection, Row, params};

use crate::error::Fault;
use crate::query;
use crate::row::{Cells, Raw, number};

pub(super) use change::{create, delete, update};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT name, id, language, title, description, default_version, last_version, created, updated,
                    (SELECT count(*) FROM (
                         SELECT DISTINCT holder_kind, holder FROM attachments
                         WHERE attachments.account = policies.account AND policy_kind = 'custom' AND policy = name))
             FROM policies WHERE account = ?1 AND ",
            $rest
        )
    };
}

/// Reads several tables: whoever calls sees to it that it is one state of them.
pub(super) fn load(
    connection: &Connection,
    account: AccountId,
    name: &PolicyName,
) -> Result<Option<PolicyRow>, Fault> {
    let values = params![number(account), name.as_str()];
    let found = query::one(connection, select!("name = ?2"), values, |row| {
        policy(row, account)
    })?;
    found.map(|found| complete(connection, found)).transpose()
}

/// See `LoginStore::policy_by_id`; as [`load`].
pub(crate) fn load_by_id(
    connection: &Connection,
    account: AccountId,
    id: PolicyId,
) -> Result<Option<PolicyRow>, Fault> {
    let values = [number(account), column(id)];
    let found = query::one(connection, select!("id = ?2"), values, |row| policy(row, account))?;
    found.map(|found| complete(connection, found)).transpose()
}

/// The id as columns hold it.
fn column(id: PolicyId) -> i64 {
    id.number().cast_signed()
}

/// As [`load`], for a page.
pub(super) fn list(
    connection: &Connection,
    account: AccountId,
    page: &NamePage,
) -> Result<Named<PolicyRow>, Fault> {
    let select = select!("name > ?2 ORDER BY name LIMIT ?3");
    let bare = query::named(connection, select, &[&number(account)], page, |row| {
        policy(row, account)
    })?;
    let items = bare.items.into_iter().map(|found| complete(connection, found));
    Ok(Named {
        items: items.collect::<Result<_, _>>()?,
        more: bare.more,
    })
}

/// Without its versions and tags.
fn policy(row: &Row<'_>, account: AccountId) -> Result<PolicyRow, StoreError> {
    let name = Raw(row, 0);
    let mut cells = Cells::new("policies", &name, row);
    let policy = CustomPolicy {
        account,
        name: cells.parsed("name")?,
        id: cells.policy_id("id")?,
        language: cells.word("language")?,
        title: cells.text("title")?.into(),
        description: cells.text("description")?.into(),
        default_version: cells.small("default_version")?,
        last_version: cells.small("last_version")?,
        created: cells.time("created")?,
        updated: cells.time("updated")?,
        versions: Vec::new(),
        tags: Tags::default(),
    };
    let count = cells.integer("attachments")?;
    Ok(PolicyRow {
        policy,
        attachments: u64::try_from(count).map_err(|error| cells.bad("attachments", error))?,
    })
}

fn complete(connection: &Connection, mut found: PolicyRow) -> Result<PolicyRow, Fault> {
    let policy = &mut found.policy;
    let name = policy.name.clone();
    let values = params![number(policy.account), name.as_str()];
    let select = "SELECT number, document, created FROM policy_versions
                  WHERE account = ?1 AND policy = ?2 ORDER BY number";
    policy.versions = query::all(connection, select, values, |row| {
        let mut cells = Cells::new("policy_versions", &name, row);
        Ok(PolicyVersion {
            number: cells.small("number")?,
            document: cells.text("document")?.into(),
            created: cells.time("created")?,
        })
    })?;
    if policy.default().is_none() {
        return Err(no_default(&name).into());
    }
    let select = "SELECT name, value FROM policy_tags WHERE account = ?1 AND policy = ?2";
    query::all(connection, select, values, |row| {
        Cells::new("policy_tags", &name, row).tag(&mut policy.tags)
    })?;
    Ok(found)
}

/// A policy whose default version is not there.
pub(super) fn no_default(name: &PolicyName) -> StoreError {
    StoreError::BadRow {
        table: "policies",
        column: "default_version",
        row: name.to_string(),
        reason: "there is no such version".into(),
    }
}
