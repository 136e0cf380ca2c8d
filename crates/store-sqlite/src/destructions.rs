//! What keys in hardware need: table `destructions`, and the messages of `key_versions`.

use async_trait::async_trait;
use claviger_model::{
    Certificate, Error, KeyId, KeyVersionId, MessageLimit, ProtectionLevel, Scope, Timestamp,
};
use claviger_store::{Claim, Destruction, HeldMaterial, HsmStore, StoreError, WriteError};
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

    async fn expect_material(
        &self,
        material: HeldMaterial,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        self.put(move |connection| expect(connection, &material, (now, until)))
            .await
    }

    async fn give_up_material(&self, material: HeldMaterial, now: Timestamp) -> Result<(), StoreError> {
        self.put(move |connection| expect(connection, &material, (Timestamp::MAX, now)))
            .await
            .map(drop)
    }

    async fn destructions(
        &self,
        now: Timestamp,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Destruction>, StoreError> {
        self.read(move |connection| list(connection, now, (after, limit)))
            .await
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
    INSERT INTO destructions (version, account, region, key, spec)
    SELECT key_versions.id, key_versions.account, key_versions.region, key, spec
    FROM key_versions JOIN keys
         ON keys.account = key_versions.account AND keys.region = key_versions.region AND keys.id = key
    WHERE key_versions.account = ?1 AND key_versions.region = ?2 AND key = ?3 AND protection = ?4
          AND material IS NOT NULL
    ORDER BY key_versions.id
    ON CONFLICT (version) DO UPDATE SET expected = NULL";

/// The same for one version.
pub(crate) fn of_version(
    connection: &Connection,
    scope: &Scope,
    key: KeyId,
    version: KeyVersionId,
) -> Result<(), Failure> {
    connection
        .prepare_cached(
            "INSERT INTO destructions (version, account, region, key, spec)
             SELECT ?4, account, region, id, spec FROM keys
             WHERE account = ?1 AND region = ?2 AND id = ?3 AND protection = ?5
                   AND EXISTS (SELECT 1 FROM key_versions WHERE key_versions.id = ?4 AND material IS NOT NULL)
             ON CONFLICT (version) DO UPDATE SET expected = NULL",
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
            "INSERT INTO destructions (version, account, region, key, spec)
             VALUES (?3, ?1, ?2, ?3, ?4)
             ON CONFLICT (version) DO UPDATE SET expected = NULL",
        )?
        .execute(params![
            number(certificate.scope.account),
            certificate.scope.region.as_str(),
            certificate.id.as_bytes(),
            certificate.spec.word(),
        ])?;
    Ok(())
}

/// See `HsmStore::expect_material`.
fn expect(
    connection: &Connection,
    material: &HeldMaterial,
    (now, until): (Timestamp, Timestamp),
) -> Result<bool, Failure> {
    let expected = connection
        .prepare_cached(
            "INSERT INTO destructions (version, account, region, key, spec, expected)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (version) DO UPDATE SET expected = ?6 WHERE expected <= ?7",
        )?
        .execute(params![
            material.version.as_bytes(),
            number(material.scope.account),
            material.scope.region.as_str(),
            material.key.as_bytes(),
            material.spec.word(),
            micros(until),
            micros(now),
        ])?;
    Ok(expected > 0)
}

/// Material that was expected comes into the store. Refused where it was not, or is being destroyed by now.
pub(crate) fn arrive(
    connection: &Connection,
    protection: ProtectionLevel,
    version: &[u8; 16],
) -> Result<(), Failure> {
    if protection != HeldMaterial::PROTECTION {
        return Ok(());
    }
    let arrived = connection
        .prepare_cached("DELETE FROM destructions WHERE version = ?1 AND expected IS NOT NULL")?
        .execute([version])?;
    if arrived == 0 {
        return Err(Error::Unavailable.into());
    }
    Ok(())
}

/// Whether a destruction is due at the time that is its second value.
const DUE: &str = "(expected IS NULL OR expected <= ?2)";

/// What [`read`] reads.
const COLUMNS: &str = "number, version, account, region, key, spec";

fn held(cells: &mut Cells<'_>) -> Result<HeldMaterial, StoreError> {
    Ok(HeldMaterial {
        version: KeyVersionId::from_bytes(cells.uuid("version")?),
        scope: cells.scope()?,
        key: cells.key_id("key")?,
        spec: cells.word("spec")?,
    })
}

fn read(row: &Row<'_>) -> Result<Destruction, StoreError> {
    let name = Raw(row, 0);
    let mut cells = Cells::new("destructions", &name, row);
    let number = cells.integer("number")?;
    Ok(Destruction {
        number: u64::try_from(number).map_err(|_| cells.bad("number", "negative"))?,
        material: held(&mut cells)?,
    })
}

fn list(
    connection: &Connection,
    now: Timestamp,
    (after, limit): (u64, u32),
) -> Result<Vec<Destruction>, Fault> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let select =
        format!("SELECT {COLUMNS} FROM destructions WHERE number > ?1 AND {DUE} ORDER BY number LIMIT ?3");
    query::all(connection, &select, params![after, micros(now), limit], read)
}

fn claim(
    connection: &Connection,
    version: KeyVersionId,
    holder: &str,
    (now, until): (Timestamp, Timestamp),
) -> Result<Claim, Failure> {
    // Whatever may have been expected for nothing: what the store refers to is never destroyed.
    connection
        .prepare_cached(
            "DELETE FROM destructions WHERE version = ?1 AND expected IS NOT NULL
             AND (EXISTS (SELECT 1 FROM key_versions WHERE id = ?1 AND material IS NOT NULL)
                  OR EXISTS (SELECT 1 FROM certificates WHERE certificates.account = destructions.account
                             AND certificates.region = destructions.region AND id = ?1))",
        )?
        .execute([version.as_bytes()])?;
    let taken = connection
        .prepare_cached(&format!(
            "UPDATE destructions SET holder = ?3, until = ?4, expected = NULL
             WHERE version = ?1 AND {DUE} AND (holder IS NULL OR holder = ?3 OR until <= ?2)"
        ))?
        .execute(params![version.as_bytes(), micros(now), holder, micros(until)])?;
    let select = format!("SELECT {COLUMNS} FROM destructions WHERE version = ?1 AND {DUE}");
    let values = params![version.as_bytes(), micros(now)];
    let found = query::one(connection, &select, values, read)?;
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
