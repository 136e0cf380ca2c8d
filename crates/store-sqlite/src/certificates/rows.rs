//! The way between rows and the model.

use claviger_model::{Certificate, CertificateId, Issued, Material, Scope, Tags};
use claviger_store::StoreError;
use rusqlite::{Connection, params};

use crate::error::{Failure, Fault};
use crate::materials;
use crate::row::{Cells, micros, number};
use crate::words::Word;

const LOAD: &str = "\
    SELECT spec, protection, exportable, subject, csr, certificate, chain, created, updated, status, bytes
    FROM certificates JOIN materials ON slot = material WHERE account = ?1 AND region = ?2 AND id = ?3";
/// Where the column of `materials` is in what [`LOAD`] gives.
const BYTES_COLUMN: usize = 10;

/// Reads three tables: whoever calls sees to it that it is one state of them.
pub(super) fn load(
    connection: &Connection,
    scope: &Scope,
    id: CertificateId,
) -> Result<Option<Certificate>, Fault> {
    let values = params![number(scope.account), scope.region.as_str(), id.as_bytes()];
    let mut statement = connection.prepare_cached(LOAD)?;
    let mut rows = statement.query(values)?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let mut found = certificate(&mut Cells::new("certificates", &id, row), scope, id)?;
    let mut cells = Cells::at("materials", &id, row, BYTES_COLUMN);
    found.material = Material(cells.sealed()?.into());

    let mut statement = connection.prepare_cached(
        "SELECT name FROM certificate_names WHERE account = ?1 AND region = ?2 AND certificate = ?3
         ORDER BY place",
    )?;
    let mut rows = statement.query(values)?;
    while let Some(row) = rows.next()? {
        let mut cells = Cells::new("certificate_names", &id, row);
        found.alternative_names.push(cells.text("name")?.into());
    }
    let mut statement = connection.prepare_cached(
        "SELECT name, value FROM certificate_tags WHERE account = ?1 AND region = ?2 AND certificate = ?3",
    )?;
    let mut rows = statement.query(values)?;
    while let Some(row) = rows.next()? {
        Cells::new("certificate_tags", &id, row).tag(&mut found.tags)?;
    }
    Ok(Some(found))
}

/// Without what other tables hold.
fn certificate(cells: &mut Cells<'_>, scope: &Scope, id: CertificateId) -> Result<Certificate, StoreError> {
    Ok(Certificate {
        id,
        scope: scope.clone(),
        spec: cells.word("spec")?,
        protection: cells.word("protection")?,
        exportable: cells.flag("exportable")?,
        subject: cells.text("subject")?.into(),
        alternative_names: Vec::new(),
        csr: cells.text("csr")?.into(),
        issued: match (cells.optional_text("certificate")?, cells.optional_text("chain")?) {
            (Some(certificate), Some(chain)) => Some(Issued {
                certificate: certificate.into(),
                chain: chain.into(),
            }),
            (None, None) => None,
            (Some(_), None) => return Err(cells.bad("chain", "a certificate without its chain")),
            (None, Some(_)) => return Err(cells.bad("certificate", "a chain without its certificate")),
        },
        created: cells.time("created")?,
        updated: cells.time("updated")?,
        status: cells.word("status")?,
        tags: Tags::default(),
        material: Material(Box::default()),
    })
}

pub(super) fn insert(connection: &Connection, certificate: &Certificate) -> Result<(), Failure> {
    let slot = materials::put(connection, &certificate.material.0)?;
    let (account, region) = (
        number(certificate.scope.account),
        certificate.scope.region.as_str(),
    );
    let issued = certificate.issued.as_ref();
    connection
        .prepare_cached(
            "INSERT INTO certificates (account, region, id, spec, protection, exportable, subject, csr,
                                       certificate, chain, created, updated, status, material)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute(params![
            account,
            region,
            certificate.id.as_bytes(),
            certificate.spec.word(),
            certificate.protection.word(),
            certificate.exportable,
            certificate.subject,
            certificate.csr,
            issued.map(|issued| &issued.certificate),
            issued.map(|issued| &issued.chain),
            micros(certificate.created),
            micros(certificate.updated),
            certificate.status.word(),
            slot,
        ])?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO certificate_names (account, region, certificate, place, name) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (name, place) in certificate.alternative_names.iter().zip(0_i64..) {
        statement.execute(params![account, region, certificate.id.as_bytes(), place, name])?;
    }
    insert_tags(connection, certificate)
}

/// Adds all tags of a certificate that has none in the table.
pub(super) fn insert_tags(connection: &Connection, certificate: &Certificate) -> Result<(), Failure> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO certificate_tags (account, region, certificate, name, value) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (name, value) in certificate.tags.iter() {
        statement.execute(params![
            number(certificate.scope.account),
            certificate.scope.region.as_str(),
            certificate.id.as_bytes(),
            name,
            value
        ])?;
    }
    Ok(())
}

/// Writes what can change of a certificate over its row; its tags are not looked at.
pub(super) fn update(connection: &Connection, certificate: &Certificate) -> Result<(), Failure> {
    let issued = certificate.issued.as_ref();
    connection
        .prepare_cached(
            "UPDATE certificates SET certificate = ?4, chain = ?5, updated = ?6, status = ?7
             WHERE account = ?1 AND region = ?2 AND id = ?3",
        )?
        .execute(params![
            number(certificate.scope.account),
            certificate.scope.region.as_str(),
            certificate.id.as_bytes(),
            issued.map(|issued| &issued.certificate),
            issued.map(|issued| &issued.chain),
            micros(certificate.updated),
            certificate.status.word(),
        ])?;
    Ok(())
}
