//! Certificates come, change and go.

use claviger_model::{Certificate, CertificateId, Change, Error, Missing, Scope};
use claviger_store::{CertificateChange, Draft, Outboxed};
use rusqlite::{Connection, params};

use super::rows;
use crate::counts::{self, Counted};
use crate::error::Failure;
use crate::row::{as_kept, number};
use crate::{destructions, outbox};

/// See `CertificateStore::create_certificate`.
pub(super) fn create(
    connection: &Connection,
    certificate: &Certificate,
    quota: u32,
    draft: &Draft,
) -> Result<Outboxed<()>, Failure> {
    counts::admit(connection, &certificate.scope, Counted::Certificates, quota)?;
    destructions::arrive(connection, certificate.protection, certificate.id.as_bytes())?;
    rows::insert(connection, certificate)?;
    outbox::record(connection, draft, ())
}

/// See `CertificateStore::update_certificate`. Where nothing changes, the number is 0: there is no draft.
pub(super) fn update(
    connection: &Connection,
    scope: &Scope,
    id: CertificateId,
    draft: &Draft,
    mut change: CertificateChange,
) -> Result<Change<Outboxed<Certificate>>, Failure> {
    let was = existing(connection, scope, id)?;
    let certificate = match change(was.clone())? {
        Change::AlreadySo(_) => {
            return Ok(Change::AlreadySo(Outboxed {
                number: 0,
                value: was,
            }));
        }
        Change::Changed(wish) => Certificate {
            issued: wish.issued,
            status: wish.status,
            tags: wish.tags,
            updated: as_kept(wish.updated),
            ..was.clone()
        },
    };
    rows::update(connection, &certificate)?;
    if was.tags != certificate.tags {
        delete_rows(
            connection,
            "DELETE FROM certificate_tags WHERE account = ?1 AND region = ?2 AND certificate = ?3",
            &certificate,
        )?;
        rows::insert_tags(connection, &certificate)?;
    }
    Ok(Change::Changed(outbox::record(connection, draft, certificate)?))
}

/// See `CertificateStore::delete_certificate`.
pub(super) fn delete(
    connection: &Connection,
    scope: &Scope,
    id: CertificateId,
    draft: &Draft,
) -> Result<Outboxed<Certificate>, Failure> {
    let was = existing(connection, scope, id)?;
    destructions::of_certificate(connection, &was)?;
    for statement in [
        "UPDATE materials SET free = 1, bytes = zeroblob(length(bytes))
         WHERE slot = (SELECT material FROM certificates WHERE account = ?1 AND region = ?2 AND id = ?3)",
        "DELETE FROM certificate_tags WHERE account = ?1 AND region = ?2 AND certificate = ?3",
        "DELETE FROM certificate_names WHERE account = ?1 AND region = ?2 AND certificate = ?3",
        "DELETE FROM certificates WHERE account = ?1 AND region = ?2 AND id = ?3",
    ] {
        delete_rows(connection, statement, &was)?;
    }
    outbox::record(connection, draft, was)
}

fn existing(connection: &Connection, scope: &Scope, id: CertificateId) -> Result<Certificate, Failure> {
    let found = rows::load(connection, scope, id)?;
    Ok(found.ok_or(Error::NotFound(Missing::Certificate))?)
}

/// Runs a statement about one certificate: account, region and id are its values.
fn delete_rows(connection: &Connection, statement: &str, certificate: &Certificate) -> Result<(), Failure> {
    connection.prepare_cached(statement)?.execute(params![
        number(certificate.scope.account),
        certificate.scope.region.as_str(),
        certificate.id.as_bytes()
    ])?;
    Ok(())
}
