//! Policies come, change and go.

use claviger_model::{
    AccountId, CustomPolicy, Error, Existing, InUse, Missing, PolicyName, PolicyRef, PolicyVersion,
};
use claviger_store::{Draft, IdentityChange, Outboxed, PolicyRow, StoreError};
use rusqlite::{Connection, params};

use super::load;
use crate::counts::{self, Counted};
use crate::error::Failure;
use crate::identities::attachments;
use crate::row::{as_kept, micros, number};
use crate::words::{HolderKind, Word as _};
use crate::{accounts, outbox, query};

/// See `IdentityStore::create_policy`.
pub(crate) fn create(
    connection: &Connection,
    policy: &CustomPolicy,
    quota: u32,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    accounts::require(connection, policy.account)?;
    if load(connection, policy.account, &policy.name)?.is_some() {
        return Err(Error::Exists(Existing::Policy).into());
    }
    counts::admit_anywhere(connection, policy.account, Counted::Policies, quota)?;
    let insert =
        "INSERT INTO policies (account, name, description, default_version, last_version, updated, created, title, id,
                               language)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    write(connection, insert, policy)?;
    insert_versions(connection, policy)?;
    insert_tags(connection, policy)?;
    outbox::record(connection, draft, ())
}

/// See `IdentityStore::update_policy`.
pub(crate) fn update(
    connection: &Connection,
    account: AccountId,
    name: &PolicyName,
    draft: &Draft,
    mut change: IdentityChange<CustomPolicy>,
) -> Result<Outboxed<CustomPolicy>, Failure> {
    let was = existing(connection, account, name)?.policy;
    let policy = merge(&was, change(was.clone())?);
    let update =
        "UPDATE policies SET description = ?3, default_version = ?4, last_version = ?5, updated = ?6, created = ?7,
                             title = ?8, id = ?9, language = ?10
         WHERE account = ?1 AND name = ?2";
    write(connection, update, &policy)?;
    if was.versions != policy.versions {
        delete_rows(connection, DELETE_VERSIONS, account, name)?;
        insert_versions(connection, &policy)?;
    }
    if was.tags != policy.tags {
        delete_rows(connection, DELETE_TAGS, account, name)?;
        insert_tags(connection, &policy)?;
    }
    outbox::record(connection, draft, policy)
}

/// What can change of a policy, over what cannot; as it will be read back.
fn merge(was: &CustomPolicy, wish: CustomPolicy) -> CustomPolicy {
    let mut versions = wish.versions;
    versions.sort_by_key(|version| version.number);
    let kept = versions.into_iter().map(|version| PolicyVersion {
        created: as_kept(version.created),
        ..version
    });
    CustomPolicy {
        account: was.account,
        id: was.id,
        language: was.language,
        name: was.name.clone(),
        created: was.created,
        updated: as_kept(wish.updated),
        versions: kept.collect(),
        ..wish
    }
}

/// See `IdentityStore::delete_policy`.
pub(crate) fn delete(
    connection: &Connection,
    account: AccountId,
    name: &PolicyName,
    cascade: bool,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    let was = existing(connection, account, name)?.policy;
    let policy = PolicyRef::Custom(was.name);
    for (kind, why) in [
        (HolderKind::User, InUse::PolicyOfUser),
        (HolderKind::Group, InUse::PolicyOfGroup),
        (HolderKind::Role, InUse::PolicyOfRole),
    ] {
        if attachments::any_to(connection, account, &policy, kind)? {
            return Err(Error::InUse(why).into());
        }
    }
    if was.versions.len() > 1 && !cascade {
        return Err(Error::InUse(InUse::PolicyVersions).into());
    }
    let delete = "DELETE FROM policies WHERE account = ?1 AND name = ?2";
    for statement in [DELETE_VERSIONS, DELETE_TAGS, delete] {
        delete_rows(connection, statement, account, name)?;
    }
    outbox::record(connection, draft, ())
}

fn existing(connection: &Connection, account: AccountId, name: &PolicyName) -> Result<PolicyRow, Failure> {
    Ok(load(connection, account, name)?.ok_or(Error::NotFound(Missing::Policy))?)
}

/// Writes what the table `policies` has of a policy.
fn write(connection: &Connection, statement: &str, policy: &CustomPolicy) -> Result<(), Failure> {
    if policy.default().is_none() {
        return Err(StoreError::Database("the policy has no default version".into()).into());
    }
    let values = params![
        number(policy.account),
        policy.name.as_str(),
        policy.description,
        policy.default_version,
        policy.last_version,
        micros(policy.updated),
        micros(policy.created),
        policy.title,
        super::column(policy.id),
        policy.language.word(),
    ];
    query::run(connection, statement, values)?;
    Ok(())
}

fn insert_versions(connection: &Connection, policy: &CustomPolicy) -> Result<(), Failure> {
    let insert = "INSERT INTO policy_versions (account, policy, number, document, created)
                  VALUES (?1, ?2, ?3, ?4, ?5)";
    for version in &policy.versions {
        let values = params![
            number(policy.account),
            policy.name.as_str(),
            version.number,
            version.document,
            micros(version.created)
        ];
        query::run(connection, insert, values)?;
    }
    Ok(())
}

fn insert_tags(connection: &Connection, policy: &CustomPolicy) -> Result<(), Failure> {
    let insert = "INSERT INTO policy_tags (account, policy, name, value) VALUES (?1, ?2, ?3, ?4)";
    for (name, value) in policy.tags.iter() {
        let values = params![number(policy.account), policy.name.as_str(), name, value];
        query::run(connection, insert, values)?;
    }
    Ok(())
}

const DELETE_VERSIONS: &str = "DELETE FROM policy_versions WHERE account = ?1 AND policy = ?2";
const DELETE_TAGS: &str = "DELETE FROM policy_tags WHERE account = ?1 AND policy = ?2";

/// Runs a statement about one policy: account and name are its values.
fn delete_rows(
    connection: &Connection,
    statement: &str,
    account: AccountId,
    name: &PolicyName,
) -> Result<(), Failure> {
    query::run(connection, statement, params![number(account), name.as_str()])?;
    Ok(())
}
