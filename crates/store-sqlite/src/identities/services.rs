//! Services of the deployment: table `services`.

use claviger_model::{Error, Existing, KeyOwner, Missing, ServiceIdentity, ServiceName};
use claviger_store::{Draft, Outboxed, StoreError};
use rusqlite::{Connection, Row, params};

use super::access_keys;
use crate::error::{Failure, Fault};
use crate::row::{Cells, Raw, micros, number};
use crate::{accounts, outbox, query};

pub(super) fn load(connection: &Connection, name: &ServiceName) -> Result<Option<ServiceIdentity>, Fault> {
    let select = "SELECT name, account, description, created FROM services WHERE name = ?1";
    query::one(connection, select, [name.as_str()], service)
}

pub(super) fn list(connection: &Connection) -> Result<Vec<ServiceIdentity>, Fault> {
    let select = "SELECT name, account, description, created FROM services ORDER BY name";
    query::all(connection, select, [], service)
}

fn service(row: &Row<'_>) -> Result<ServiceIdentity, StoreError> {
    let name = Raw(row, 0);
    let mut cells = Cells::new("services", &name, row);
    Ok(ServiceIdentity {
        name: cells.parsed("name")?,
        account: cells.account_id("account")?,
        description: cells.text("description")?.into(),
        created: cells.time("created")?,
    })
}

/// See `IdentityStore::create_service`.
pub(super) fn create(
    connection: &Connection,
    service: &ServiceIdentity,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    accounts::require(connection, service.account)?;
    if load(connection, &service.name)?.is_some() {
        return Err(Error::Exists(Existing::Service).into());
    }
    query::run(
        connection,
        "INSERT INTO services (name, account, description, created) VALUES (?1, ?2, ?3, ?4)",
        params![
            service.name.as_str(),
            number(service.account),
            service.description,
            micros(service.created)
        ],
    )?;
    outbox::record(connection, draft, ())
}

/// See `IdentityStore::delete_service`.
pub(super) fn delete(
    connection: &Connection,
    name: &ServiceName,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    let was = load(connection, name)?.ok_or(Error::NotFound(Missing::Service))?;
    access_keys::delete_all(connection, was.account, &KeyOwner::Service(was.name))?;
    query::run(
        connection,
        "DELETE FROM services WHERE name = ?1",
        [name.as_str()],
    )?;
    outbox::record(connection, draft, ())
}
