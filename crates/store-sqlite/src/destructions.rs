//! What keys in hardware need: table `destructions`, and the messages of `key_versions`.

use async_trait::async_trait;
use claviger_model::{Certificate, KeyId, KeyVersionId, MessageLimit, ProtectionLevel, Scope, Timestamp};
use claviger_store::{Claim, Destruction, HsmStore, StoreError, WriteError};
use rusqlite::{Connection, Row, params};

use crate::error::{Failure, Fault};
use crate::row::{Cells, Raw, micros, number};
use crate::words::Word as _;
use crate::{SqliteStore, query, versions};

#[async_trait]
impl HsmStore for SqliteStore {
    async fn reserve_messages(&self, version: KeyVersionId, limit: MessageLimit) -> Result<u64, WriteError> {
        self.write(move |connection| versions::reserve(connection, version, limit))
            .await
    }

    async fn destructions(&self, after: u64, limit: u32) -> Result<Vec<Destruction>, StoreError> {
        self.read(move |connection| list(connection, after, limit)).await
    }

    async fn claim_destruction(
        &self,
        version: KeyVersionId,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Claim, StoreError> {
        let holder = holder.to_owned();
        self.put(move |connection| claim(connection, version, &holder, (now, until)))
            .await
    }

    async fn settle_destruction(&self, version: KeyVersionId, holder: &str) -> Result<(), StoreError> {
        let holder = holder.to_owned();
        self.put(move |connection| settle(connection, version, &holder))
            .await
    }
}

/// Notes the material of all versions of a key in hardware that have any.
pub(crate) fn of_key(connection: &Connection, scope: &Scope, key: KeyId) -> Result<(), Failure> {
    connection.prepare_cached(OF_KEY)?.execute(params![
        number(scope.account),
        scope.region.as_str(),
        key.as_bytes(),
        ProtectionLevel::Hsm.word(),
    ])?;
    Ok(())
}

const OF_KEY: &str = "\
    INSERT OR IGNORE INTO destructions (version, account, region, key, spec)
    SELECT key_versions.id, key_versions.account, key_versions.region, key, spec
    FROM key_versions JOIN keys
         ON keys.account = key_versions.account AND keys.region = key_versions.region AND keys.id = key
    WHERE key_versions.account = ?1 AND key_versions.region = ?2 AND key = ?3 AND protection = ?4
          AND material IS NOT NULL
    ORDER BY key_versions.id";

/// The same for one version.
pub(crate) fn of_version(
    connection: &Connection,
    scope: &Scope,
    key: KeyId,
    version: KeyVersionId,
) -> Result<(), Failure> {
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO destructions (version, account, region, key, spec)
             SELECT ?4, account, region, id, spec FROM keys
             WHERE account = ?1 AND region = ?2 AND id = ?3 AND protection = ?5
                   AND EXISTS (SELECT 1 FROM key_versions WHERE key_versions.id = ?4 AND material IS NOT NULL)",
        )?
        .execute(params![
            number(scope.account),
            scope.region.as_str(),
            key.as_bytes(),
            version.as_bytes(),
            ProtectionLevel::Hsm.word(),
        ])?;
    Ok(())
}

/// The same for the key pair of a certificate.
pub(crate) fn of_certificate(connection: &Connection, certificate: &Certificate) -> Result<(), Failure> {
    if certificate.protection != ProtectionLevel::Hsm {
        return Ok(());
    }
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO destructions (version, account, region, key, spec)
             VALUES (?3, ?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            number(certificate.scope.account),
            certificate.scope.region.as_str(),
            certificate.id.as_bytes(),
            certificate.spec.word(),
        ])?;
    Ok(())
}

/// What [`read`] reads.
const COLUMNS: &str = "number, version, account, region, key, spec";

fn read(row: &Row<'_>) -> Result<Destruction, StoreError> {
    let name = Raw(row, 0);
    let mut cells = Cells::new("destructions", &name, row);
    let number = cells.integer("number")?;
    Ok(Destruction {
        number: u64::try_from(number).map_err(|_| cells.bad("number", "negative"))?,
        version: KeyVersionId::from_bytes(cells.uuid("version")?),
        scope: cells.scope()?,
        key: cells.key_id("key")?,
        spec: cells.word("spec")?,
    })
}

fn list(connection: &Connection, after: u64, limit: u32) -> Result<Vec<Destruction>, Fault> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let select = format!("SELECT {COLUMNS} FROM destructions WHERE number > ?1 ORDER BY number LIMIT ?2");
    query::all(connection, &select, params![after, limit], read)
}

fn claim(
    connection: &Connection,
    version: KeyVersionId,
    holder: &str,
    (now, until): (Timestamp, Timestamp),
) -> Result<Claim, Failure> {
    let taken = connection
        .prepare_cached(
            "UPDATE destructions SET holder = ?2, until = ?4
             WHERE version = ?1 AND (holder IS NULL OR holder = ?2 OR until <= ?3)",
        )?
        .execute(params![version.as_bytes(), holder, micros(now), micros(until)])?;
    let select = format!("SELECT {COLUMNS} FROM destructions WHERE version = ?1");
    let found = query::one(connection, &select, [version.as_bytes()], read)?;
    Ok(match found {
        None => Claim::Nothing,
        Some(destruction) if taken > 0 => Claim::Mine(destruction),
        Some(_) => Claim::Busy,
    })
}

fn settle(connection: &Connection, version: KeyVersionId, holder: &str) -> Result<(), Failure> {
    connection
        .prepare_cached("DELETE FROM destructions WHERE version = ?1 AND holder = ?2")?
        .execute(params![version.as_bytes(), holder])?;
    Ok(())
}
