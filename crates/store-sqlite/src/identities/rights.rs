//! All policies that count for an identity, in one statement.

use claviger_model::{AccountId, GroupName, Language, PolicyName, Role, RoleId, User, UserId};
use claviger_store::{HeldPolicy, StoreError};
use rusqlite::{Connection, Row};

use super::{attachments, policies, roles, users};
use crate::error::Fault;
use crate::query;
use crate::row::{Cells, Raw, number};
use crate::words::PolicyKind;

/// Statements that begin with `holders`: the places in `attachments` that count, and the group that each is, if it is one.
/// The tables are walked in the order in which they stand here, by their keys: the cost is that of the policies found.
macro_rules! held {
    ($holders:literal) => {
        concat!(
            "WITH holders (kind, place, through) AS (",
            $holders,
            ")
             SELECT attachments.policy, policy_kind, through, default_version, document, extent, language
             FROM holders
                  CROSS JOIN attachments ON attachments.account = ?1 AND holder_kind = kind AND holder = place
                  LEFT JOIN policies ON policy_kind = 'custom' AND policies.account = ?1
                            AND policies.name = attachments.policy
                  LEFT JOIN policy_versions ON policy_versions.account = ?1
                            AND policy_versions.policy = policies.name AND policy_versions.number = default_version
             ORDER BY attachments.policy, policy_kind, through, extent"
        )
    };
}

/// The values are account and id.
pub(crate) const OF_USER: &str = held!(
    "SELECT 'user', ?2, NULL UNION ALL
     SELECT 'group', number, name FROM memberships CROSS JOIN user_groups ON number = user_group
     WHERE memberships.account = ?1 AND user = ?2"
);

/// As [`OF_USER`].
pub(crate) const OF_ROLE: &str = held!("SELECT 'role', ?2, NULL");

/// See `IdentityStore::rights_of_user`. Reads twice: whoever calls sees to it that it is one state of the store.
pub(super) fn of_user(
    connection: &Connection,
    account: AccountId,
    id: UserId,
) -> Result<Option<(User, Vec<HeldPolicy>)>, Fault> {
    let Some(user) = users::load_by_id(connection, account, id)? else {
        return Ok(None);
    };
    let values = [number(account), users::column(id)];
    let policies = query::all(connection, OF_USER, values, held)?;
    Ok(Some((user, policies)))
}

/// See `IdentityStore::rights_of_role`; as [`of_user`].
pub(super) fn of_role(
    connection: &Connection,
    account: AccountId,
    id: RoleId,
) -> Result<Option<(Role, Vec<HeldPolicy>)>, Fault> {
    let Some(role) = roles::load_by_id(connection, account, id)? else {
        return Ok(None);
    };
    let values = [number(account), roles::column(id)];
    let policies = query::all(connection, OF_ROLE, values, held)?;
    Ok(Some((role, policies)))
}

fn held(row: &Row<'_>) -> Result<HeldPolicy, StoreError> {
    let name = Raw(row, 0);
    let mut cells = Cells::new("attachments", &name, row);
    let policy: PolicyName = cells.parsed("policy")?;
    let kind: PolicyKind = cells.word("policy_kind")?;
    let extent = Cells::at("attachments", &name, row, 5).extent()?;
    let document = match kind {
        PolicyKind::System => None,
        PolicyKind::Custom => Some(document(row, &policy)?),
    };
    Ok(HeldPolicy {
        policy: attachments::policy_ref(kind, policy),
        through: through(row)?,
        extent,
        document,
    })
}

fn through(row: &Row<'_>) -> Result<Option<GroupName>, StoreError> {
    let name = Raw(row, 2);
    let mut cells = Cells::at("user_groups", &name, row, 2);
    let text = cells.optional_text("name")?;
    let group = text.map(str::parse).transpose();
    group.map_err(|error| cells.bad("name", error))
}

/// The default version of a policy of the account.
fn document(row: &Row<'_>, policy: &PolicyName) -> Result<(Language, String), StoreError> {
    let mut cells = Cells::at("policies", policy, row, 3);
    if cells.optional_integer("default_version")?.is_none() {
        let cells = Cells::at("attachments", policy, row, 0);
        return Err(cells.bad("policy", "there is no such policy"));
    }
    let mut cells = Cells::at("policy_versions", policy, row, 4);
    let document = cells.optional_text("document")?;
    let document = document.ok_or_else(|| policies::no_default(policy))?;
    let language = Cells::at("policies", policy, row, 6).word("language")?;
    Ok((language, document.into()))
}
