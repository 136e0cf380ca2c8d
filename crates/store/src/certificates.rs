//! Certificates in a store.

use async_trait::async_trait;
use claviger_model::{Certificate, CertificateId, Change, Error, Scope};

use crate::{Draft, Outboxed, StoreError, WriteError};

/// The part of a [`Store`](crate::Store) that keeps certificates with their sealed key pairs.
#[async_trait]
pub trait CertificateStore: Send + Sync + std::fmt::Debug {
    /// The certificate with that id in that scope.
    async fn certificate(&self, scope: &Scope, id: CertificateId) -> Result<Option<Certificate>, StoreError>;

    /// Adds a certificate, unless its scope holds `quota` of them already.
    ///
    /// # Errors
    /// [`claviger_model::Error::Quota`]. One that is there already is a [`StoreError`].
    async fn create_certificate(
        &self,
        certificate: Certificate,
        quota: u32,
        draft: Draft,
    ) -> Result<Outboxed<()>, WriteError>;

    /// Loads a certificate for update, applies `change`, writes the result and the draft. What was issued, the status,
    /// the tags and the moment of the last change can change; the rest stays, whatever `change` answers.
    ///
    /// `change` is pure and may run more than once. Where it answers [`Change::AlreadySo`], nothing is written
    /// and the draft is dropped; where it refuses, neither.
    ///
    /// # Errors
    /// [`claviger_model::Error::NotFound`] when the certificate is not there, or what `change` answers.
    async fn update_certificate(
        &self,
        scope: &Scope,
        id: CertificateId,
        draft: Draft,
        change: CertificateChange,
    ) -> Result<Change<Outboxed<Certificate>>, WriteError>;

    /// Removes a certificate with its tags. Nothing of the key pair is left in the database.
    ///
    /// # Errors
    /// [`claviger_model::Error::NotFound`] when the certificate is not there.
    async fn delete_certificate(
        &self,
        scope: &Scope,
        id: CertificateId,
        draft: Draft,
    ) -> Result<Outboxed<Certificate>, WriteError>;
}

/// A pure change of a certificate inside [`CertificateStore::update_certificate`].
pub type CertificateChange = Box<dyn FnMut(Certificate) -> Result<Change<Certificate>, Error> + Send>;
