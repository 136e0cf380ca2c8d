//! Certificates: tables `certificates`, `certificate_names` and `certificate_tags`. Their key pairs lie in `materials`.

mod change;
mod rows;

use async_trait::async_trait;
use claviger_model::{Certificate, CertificateId, Change, Scope};
use claviger_store::{CertificateChange, CertificateStore, Draft, Outboxed, StoreError, WriteError};

use crate::{SqliteStore, reader};

#[async_trait]
impl CertificateStore for SqliteStore {
    async fn certificate(&self, scope: &Scope, id: CertificateId) -> Result<Option<Certificate>, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| {
            reader::snapshot(connection, |connection| rows::load(connection, &scope, id))
        })
        .await
    }

    async fn create_certificate(
        &self,
        certificate: Certificate,
        quota: u32,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError> {
        self.write(move |connection| change::create(connection, &certificate, quota, &draft))
            .await
    }

    async fn update_certificate(
        &self,
        scope: &Scope,
        id: CertificateId,
        draft: Draft,
        change: CertificateChange,
    ) -> Result<Change<Outboxed<Certificate>>, WriteError> {
        let scope = scope.clone();
        self.write(move |connection| change::update(connection, &scope, id, &draft, change))
            .await
    }

    async fn delete_certificate(
        &self,
        scope: &Scope,
        id: CertificateId,
        draft: Draft,
    ) -> Result<Outboxed<Certificate>, WriteError> {
        let scope = scope.clone();
        let was = self
            .write(move |connection| change::delete(connection, &scope, id, &draft))
            .await?;
        self.wipe_log();
        Ok(was)
    }
}
