//! Grants: table `grants`.

use async_trait::async_trait;
use claviger_model::{Error, Grant, GrantId, KeyId, Missing, Page, Paged, Party, Quota, Region, Scope};
use claviger_store::{Draft, GrantStore, KeyCheck, Outboxed, StoreError, WriteError};
use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, params};

use crate::error::{Failure, Fault};
use crate::row::{Cells, Raw, micros, number};
use crate::{SqliteStore, counts, keys, outbox, page, query, reader, texts};

macro_rules! select {
    ($($rest:literal)?) => {
        concat!(
            "SELECT id, account, region, key, name, grantee, retiring, issuer, actions, created FROM grants WHERE ",
            $($rest)?
        )
    };
}

pub(crate) const OF_KEY: &str = select!("account = ?1 AND region = ?2 AND key = ?3 ORDER BY created, id");

const PAGE: &str =
    select!("account = ?1 AND region = ?2 AND key = ?3 ORDER BY created, id LIMIT ?4 OFFSET ?5");

const COUNT: &str = "SELECT count(*) FROM grants WHERE account = ?1 AND region = ?2 AND key = ?3";

/// The value is an account and a region. All of the index of the scope is walked: it is as long as the list of grants.
const MOST: &str = "SELECT coalesce(max(number), 0) FROM (
    SELECT count(*) AS number FROM grants INDEXED BY grants_of_key
    WHERE account = ?1 AND region = ?2 GROUP BY key)";

#[async_trait]
impl GrantStore for SqliteStore {
    async fn grants_of_key(&self, scope: &Scope, key: KeyId) -> Result<Vec<Grant>, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| of_key(connection, &scope, key)).await
    }

    async fn grants_page(&self, scope: &Scope, key: KeyId, page: Page) -> Result<Paged<Grant>, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| list(connection, &scope, key, page))
            .await
    }

    async fn retirable_grants(
        &self,
        region: &Region,
        by: &[Party],
        page: Page,
    ) -> Result<Paged<Grant>, StoreError> {
        let region = region.clone();
        let by: Vec<_> = by.iter().map(texts::of_party).collect();
        self.read(move |connection| retirable(connection, &region, &by, page))
            .await
    }

    async fn grant(&self, id: GrantId) -> Result<Option<Grant>, StoreError> {
        self.read(move |connection| load(connection, id)).await
    }

    async fn create_grant(
        &self,
        grant: Grant,
        quota: u32,
        draft: Draft,
        admit: KeyCheck,
    ) -> Result<Outboxed<()>, WriteError> {
        self.write(move |connection| create(connection, &grant, quota, &draft, admit))
            .await
    }

    async fn delete_grant(
        &self,
        scope: &Scope,
        key: KeyId,
        id: GrantId,
        draft: Draft,
    ) -> Result<Outboxed<Grant>, WriteError> {
        let scope = scope.clone();
        self.write(move |connection| delete(connection, &scope, key, id, &draft))
            .await
    }

    async fn most_grants(&self, scope: &Scope) -> Result<u64, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| most(connection, &scope)).await
    }
}

fn grant(row: &Row<'_>) -> Result<Grant, StoreError> {
    let name = Raw(row, 0);
    let mut cells = Cells::new("grants", &name, row);
    let id = cells.blob("id")?;
    let id = id
        .try_into()
        .map_err(|_| cells.bad("id", format_args!("{} bytes, not 32", id.len())))?;
    Ok(Grant {
        id: GrantId::from_bytes(id),
        scope: cells.scope()?,
        key: cells.key_id("key")?,
        name: cells.text("name")?.into(),
        grantee: cells.read("grantee", texts::party)?,
        retiring: cells.read_optional("retiring", texts::party)?,
        issuer: cells.read("issuer", texts::party)?,
        actions: cells.read("actions", texts::actions)?,
        created: cells.time("created")?,
    })
}

/// See `GrantStore::grants_of_key`.
fn of_key(connection: &Connection, scope: &Scope, key: KeyId) -> Result<Vec<Grant>, Fault> {
    let values = params![number(scope.account), scope.region.as_str(), key.as_bytes()];
    query::all(connection, OF_KEY, values, grant)
}

/// See `GrantStore::grants_page`. The length of the whole list is as of the same moment.
fn list(connection: &Connection, scope: &Scope, key: KeyId, page: Page) -> Result<Paged<Grant>, Fault> {
    let account = number(scope.account);
    let values: [&dyn ToSql; 3] = [&account, &scope.region.as_str(), key.as_bytes()];
    reader::snapshot(connection, |connection| {
        let mut count = connection.prepare_cached(COUNT)?;
        let mut select = connection.prepare_cached(PAGE)?;
        page::read(&mut count, &mut select, &values, page, |row| Ok(grant(row)?))
    })
}

/// See `GrantStore::retirable_grants`; as [`list`].
fn retirable(
    connection: &Connection,
    region: &Region,
    by: &[String],
    page: Page,
) -> Result<Paged<Grant>, Fault> {
    let (count, select) = retirable_by(by.len());
    let region = region.as_str();
    let mut values: Vec<&dyn ToSql> = vec![&region];
    values.extend(by.iter().map(|party| -> &dyn ToSql { party }));
    reader::snapshot(connection, |connection| {
        // Not cached: there are as many of these as lengths of lists.
        let mut count = connection.prepare(&count)?;
        let mut select = connection.prepare(&select)?;
        page::read(&mut count, &mut select, &values, page, |row| Ok(grant(row)?))
    })
}

/// How many grants so many parties may give up in a region, and one page of them.
pub(crate) fn retirable_by(parties: usize) -> (String, String) {
    let condition = format!("region = ? AND retiring IN ({})", vec!["?"; parties].join(", "));
    (
        format!("SELECT count(*) FROM grants WHERE {condition}"),
        format!("{}{condition} ORDER BY created, id LIMIT ? OFFSET ?", select!()),
    )
}

/// See `GrantStore::create_grant`.
fn create(
    connection: &Connection,
    grant: &Grant,
    quota: u32,
    draft: &Draft,
    mut admit: KeyCheck,
) -> Result<Outboxed<()>, Failure> {
    let (scope, id) = (&grant.scope, grant.key);
    let key = keys::load(connection, scope, id)?.ok_or(Error::NotFound(Missing::Key))?;
    admit(&key)?;
    let values = params![number(scope.account), scope.region.as_str(), id.as_bytes()];
    counts::fits(query::count(connection, COUNT, values)?, quota, Quota::Grants)?;
    let insert = "\
        INSERT INTO grants (id, account, region, key, name, grantee, retiring, issuer, actions, created)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let values = params![
        grant.id.as_bytes(),
        number(scope.account),
        scope.region.as_str(),
        id.as_bytes(),
        grant.name,
        texts::of_party(&grant.grantee),
        grant.retiring.as_ref().map(texts::of_party),
        texts::of_party(&grant.issuer),
        texts::of_actions(&grant.actions),
        micros(grant.created),
    ];
    query::run(connection, insert, values)?;
    outbox::record(connection, draft, ())
}

/// See `GrantStore::delete_grant`.
fn delete(
    connection: &Connection,
    scope: &Scope,
    key: KeyId,
    id: GrantId,
    draft: &Draft,
) -> Result<Outboxed<Grant>, Failure> {
    let was = load(connection, id)?.filter(|grant| grant.scope == *scope && grant.key == key);
    let was = was.ok_or(Error::NotFound(Missing::Grant))?;
    query::run(connection, "DELETE FROM grants WHERE id = ?1", [id.as_bytes()])?;
    outbox::record(connection, draft, was)
}

/// See `GrantStore::grant`.
fn load(connection: &Connection, id: GrantId) -> Result<Option<Grant>, Fault> {
    query::one(connection, select!("id = ?1"), [id.as_bytes()], grant)
}

/// See `GrantStore::most_grants`.
fn most(connection: &Connection, scope: &Scope) -> Result<u64, Fault> {
    let most = query::count(
        connection,
        MOST,
        params![number(scope.account), scope.region.as_str()],
    )?;
    Ok(u64::try_from(most).map_err(|_| StoreError::Database("a negative count".into()))?)
}
