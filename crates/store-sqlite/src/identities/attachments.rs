//! Policies on identities: table `attachments`.

use claviger_model::{
    AccountId, Attachment, Error, Existing, Extent, Holder, Missing, ParseIdError, PolicyName, PolicyRef,
    Quota,
};
use claviger_store::{Draft, Outboxed, StoreError};
use rusqlite::{Connection, Row, params};

use crate::error::{Failure, Fault};
use crate::row::{Cells, Raw, micros, number};
use crate::words::{HolderKind, PolicyKind, Word};
use crate::{counts, outbox, query, texts};

/// Whether an identity has policies. It is named by its id or number.
pub(super) fn any(
    connection: &Connection,
    account: AccountId,
    kind: HolderKind,
    holder: i64,
) -> Result<bool, Fault> {
    let select = "SELECT 1 FROM attachments WHERE account = ?1 AND holder_kind = ?2 AND holder = ?3";
    query::exists(connection, select, params![number(account), kind.word(), holder])
}

/// Whether a policy is on any identity of a kind.
pub(super) fn any_to(
    connection: &Connection,
    account: AccountId,
    policy: &PolicyRef,
    kind: HolderKind,
) -> Result<bool, Fault> {
    let select = "SELECT 1 FROM attachments
                  WHERE account = ?1 AND policy_kind = ?2 AND policy = ?3 AND holder_kind = ?4";
    let policy_kind = policy_kind(policy).word();
    let values = params![number(account), policy_kind, policy.name().as_str(), kind.word()];
    query::exists(connection, select, values)
}

fn policy_kind(policy: &PolicyRef) -> PolicyKind {
    match policy {
        PolicyRef::System(_) => PolicyKind::System,
        PolicyRef::Custom(_) => PolicyKind::Custom,
    }
}

pub(super) fn policy_ref(kind: PolicyKind, name: PolicyName) -> PolicyRef {
    match kind {
        PolicyKind::System => PolicyRef::System(name),
        PolicyKind::Custom => PolicyRef::Custom(name),
    }
}

/// Where an identity is in the table: its kind, and its id or number.
fn find(
    connection: &Connection,
    account: AccountId,
    holder: &Holder,
) -> Result<Option<(HolderKind, i64)>, Fault> {
    let (kind, column, select, name) = match holder {
        Holder::User(name) => (
            HolderKind::User,
            "id",
            "SELECT id FROM users WHERE account = ?1 AND name = ?2",
            name.as_str(),
        ),
        Holder::Group(name) => (
            HolderKind::Group,
            "number",
            "SELECT number FROM user_groups WHERE account = ?1 AND name = ?2",
            name.as_str(),
        ),
        Holder::Role(name) => (
            HolderKind::Role,
            "id",
            "SELECT id FROM roles WHERE account = ?1 AND name = ?2",
            name.as_str(),
        ),
    };
    let number = query::one(connection, select, params![number(account), name], |row| {
        Cells::new(table(kind), &name, row).integer(column)
    })?;
    Ok(number.map(|number| (kind, number)))
}

fn table(kind: HolderKind) -> &'static str {
    match kind {
        HolderKind::User => "users",
        HolderKind::Group => "user_groups",
        HolderKind::Role => "roles",
    }
}

/// The place of the identity and the name of the policy, where both are there.
fn existing(
    connection: &Connection,
    account: AccountId,
    policy: &PolicyRef,
    holder: &Holder,
) -> Result<(HolderKind, i64), Failure> {
    let place = find(connection, account, holder)?;
    let place = place.ok_or(Error::NotFound(match holder {
        Holder::User(_) => Missing::User,
        Holder::Group(_) => Missing::Group,
        Holder::Role(_) => Missing::Role,
    }))?;
    if let PolicyRef::Custom(name) = policy {
        let select = "SELECT 1 FROM policies WHERE account = ?1 AND name = ?2";
        if !query::exists(connection, select, params![number(account), name.as_str()])? {
            return Err(Error::NotFound(Missing::Policy).into());
        }
    }
    Ok(place)
}

/// See `IdentityStore::attach`.
pub(super) fn attach(
    connection: &Connection,
    account: AccountId,
    attachment: &Attachment,
    quota: u32,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    let policy = &attachment.policy;
    let (kind, holder) = existing(connection, account, policy, &attachment.holder)?;
    let (account, kind, policy_kind) = (number(account), kind.word(), policy_kind(policy).word());
    let there = "SELECT 1 FROM attachments WHERE account = ?1 AND holder_kind = ?2 AND holder = ?3
                 AND policy_kind = ?4 AND policy = ?5 AND extent = ?6";
    let (name, extent) = (policy.name().as_str(), texts::of_extent(&attachment.extent));
    let place = params![account, kind, holder, policy_kind, name, extent];
    if query::exists(connection, there, place)? {
        return Err(Error::Exists(Existing::Attachment).into());
    }
    // A policy counts once, whatever its extents.
    let count = "SELECT count(DISTINCT policy) FROM attachments
                 WHERE account = ?1 AND holder_kind = ?2 AND holder = ?3 AND policy_kind = ?4 AND policy <> ?5";
    let others = params![account, kind, holder, policy_kind, name];
    let count = query::count(connection, count, others)?;
    counts::fits(count, quota, Quota::Attachments)?;
    query::run(
        connection,
        "INSERT INTO attachments (account, holder_kind, holder, policy_kind, policy, extent, attached)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            account,
            kind,
            holder,
            policy_kind,
            name,
            extent,
            micros(attachment.attached)
        ],
    )?;
    outbox::record(connection, draft, ())
}

/// See `IdentityStore::detach`.
pub(super) fn detach(
    connection: &Connection,
    account: AccountId,
    (policy, holder, extent): (&PolicyRef, &Holder, &Extent),
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    let (kind, holder) = existing(connection, account, policy, holder)?;
    let delete = "DELETE FROM attachments WHERE account = ?1 AND holder_kind = ?2 AND holder = ?3
                  AND policy_kind = ?4 AND policy = ?5 AND extent = ?6";
    let policy_kind = policy_kind(policy).word();
    let (name, extent) = (policy.name().as_str(), texts::of_extent(extent));
    let values = params![number(account), kind.word(), holder, policy_kind, name, extent];
    if query::run(connection, delete, values)? == 0 {
        return Err(Error::NotFound(Missing::Attachment).into());
    }
    outbox::record(connection, draft, ())
}

/// See `IdentityStore::attachments_of`.
pub(super) fn of(
    connection: &Connection,
    account: AccountId,
    holder: &Holder,
) -> Result<Vec<Attachment>, Fault> {
    let Some((kind, number_of_holder)) = find(connection, account, holder)? else {
        return Ok(Vec::new());
    };
    let select = "SELECT policy, policy_kind, attached, extent FROM attachments
                  WHERE account = ?1 AND holder_kind = ?2 AND holder = ?3 ORDER BY policy_kind, policy, extent";
    let values = params![number(account), kind.word(), number_of_holder];
    query::all(connection, select, values, |row| {
        let name = Raw(row, 0);
        let mut cells = Cells::new("attachments", &name, row);
        let policy = cells.parsed("policy")?;
        Ok(Attachment {
            policy: policy_ref(cells.word("policy_kind")?, policy),
            holder: holder.clone(),
            attached: cells.time("attached")?,
            extent: cells.extent()?,
        })
    })
}

/// Identities of one kind with a certain policy, by name.
macro_rules! holders {
    ($kind:literal, $table:literal, $number:literal) => {
        concat!(
            "SELECT holder, attached, name, extent FROM attachments CROSS JOIN ",
            $table,
            " AS holders ON holders.account = attachments.account AND holders.",
            $number,
            " = holder
             WHERE attachments.account = ?1 AND policy_kind = ?2 AND policy = ?3 AND holder_kind = '",
            $kind,
            "' ORDER BY name, extent"
        )
    };
}

/// See `IdentityStore::attachments_to`.
pub(super) fn to(
    connection: &Connection,
    account: AccountId,
    policy: &PolicyRef,
) -> Result<Vec<Attachment>, Fault> {
    let mut found = Vec::new();
    for (kind, select) in [
        (HolderKind::User, holders!("user", "users", "id")),
        (HolderKind::Group, holders!("group", "user_groups", "number")),
        (HolderKind::Role, holders!("role", "roles", "id")),
    ] {
        let values = params![
            number(account),
            policy_kind(policy).word(),
            policy.name().as_str()
        ];
        found.extend(query::all(connection, select, values, |row| {
            attached_to(row, kind, policy)
        })?);
    }
    Ok(found)
}

fn attached_to(row: &Row<'_>, kind: HolderKind, policy: &PolicyRef) -> Result<Attachment, StoreError> {
    let name = Raw(row, 0);
    let attached = Cells::at("attachments", &name, row, 1).time("attached")?;
    let mut cells = Cells::at(table(kind), &name, row, 2);
    let text = cells.text("name")?;
    let holder: Result<_, ParseIdError> = match kind {
        HolderKind::User => text.parse().map(Holder::User),
        HolderKind::Group => text.parse().map(Holder::Group),
        HolderKind::Role => text.parse().map(Holder::Role),
    };
    let extent = Cells::at("attachments", &name, row, 3).extent()?;
    Ok(Attachment {
        extent,
        policy: policy.clone(),
        holder: holder.map_err(|error| cells.bad("name", error))?,
        attached,
    })
}
