//! Certificates with their key pairs, and signing requests.
//!
//! A key pair of a certificate is sealed like that of a key: key and version of its binding are both the id of the
//! certificate. What is wrong with a request itself is told before anything is looked up; then permission, existence,
//! status and kind are judged in this order, and the work comes last.

mod create;
mod csr;
mod delete;
mod encrypt;
mod show;
mod sign;
mod status;
mod tags;
mod upload;

use claviger_audit::record::Fields;
use claviger_model::{
    Action, Certificate, CertificateId, CertificateUse, Change, Error, Field, KeyId, KeyVersionId,
};
use claviger_provider::{Binding, Sealed};
use claviger_x509::CsrError;

use crate::call::{CertificateName, CertificateRef, Need, Note, Target};
use crate::pipeline::{Context, Loaded, Permitted};

pub use create::CreateCertificate;
pub use csr::{CreateCsr, SigningRequest};
pub use delete::DeleteCertificate;
pub use encrypt::{CertificateDecrypted, CertificatePrivateKeyDecrypt, CertificatePublicKeyEncrypt};
pub use show::{CertificateDetails, CertificateFacts, DescribeCertificate, GetCertificate};
pub use sign::{CertificatePrivateKeySign, CertificatePublicKeyVerify, CertificateVerified};
pub use status::UpdateCertificateStatus;
pub use tags::{CertificateTags, ListCertificateTags, TagCertificate, UntagCertificate};
pub use upload::{IssuedChain, UploadCertificate};

/// What the key pair of a certificate gave.
#[derive(Debug)]
pub struct CertificateOutput {
    /// The certificate.
    pub certificate: CertificateId,
    /// The ciphertext or the signature.
    pub bytes: Vec<u8>,
}

fn one(action: Action, certificate: &CertificateRef) -> Vec<Need> {
    vec![Need {
        action,
        target: Target::Certificate(certificate.clone()),
    }]
}

/// Writes how a certificate was named into an audit record.
fn describe(request: &mut Fields, certificate: &CertificateRef) {
    match &certificate.name {
        CertificateName::Id(id) => request.certificate("certificate", *id),
        CertificateName::Unknown(text) => request.text("certificate", text),
    }
}

/// The certificate of the permit.
///
/// # Errors
/// [`Error::Internal`] when the operation asked for something else.
fn permitted(permit: &Permitted) -> Result<&Certificate, Error> {
    match permit.targets().first() {
        Some(Loaded::Certificate(certificate)) => Ok(certificate),
        _ => Err(Error::Internal),
    }
}

/// The key pair of the certificate of the permit, if it may be used like that.
fn ready(permit: &Permitted, purpose: CertificateUse) -> Result<(CertificateId, Sealed<'_>), Error> {
    let certificate = permitted(permit)?;
    certificate.ready_for(purpose)?;
    Ok((certificate.id, sealed(certificate)))
}

fn sealed(certificate: &Certificate) -> Sealed<'_> {
    Sealed {
        material: &certificate.material,
        binding: binding(certificate),
    }
}

fn binding(certificate: &Certificate) -> Binding<'_> {
    let id = *certificate.id.as_bytes();
    Binding {
        account: certificate.scope.account,
        region: &certificate.scope.region,
        key: KeyId::from_bytes(id),
        version: KeyVersionId::from_bytes(id),
        spec: certificate.spec,
        protection: certificate.protection,
    }
}

/// Applies a pure change to a permitted certificate.
async fn change(
    cx: &Context<'_>,
    certificate: &Certificate,
    note: &mut Note,
    wish: impl FnMut(Certificate) -> Result<Change<Certificate>, Error> + Send + 'static,
) -> Result<Change<()>, Error> {
    note.response.certificate("certificate", certificate.id);
    let (store, draft) = (cx.store(), cx.draft(note));
    let (scope, id) = (certificate.scope.clone(), certificate.id);
    let change = async move { store.update_certificate(&scope, id, draft, Box::new(wish)).await };
    // Certificates are not cached.
    match cx.make(change, |_| {}).await? {
        Change::Changed(_) => {
            note.outboxed = true;
            Ok(Change::Changed(()))
        }
        Change::AlreadySo(_) => Ok(Change::AlreadySo(())),
    }
}

/// What a signing request that cannot be made means to a caller.
#[expect(clippy::needless_pass_by_value, reason = "it stands behind `map_err`")]
fn from_csr(error: CsrError) -> Error {
    let fault = || error.to_string().into();
    match &error {
        CsrError::Subject(_)
        | CsrError::NoCommonName
        | CsrError::SubjectLength
        | CsrError::AttributeCount => Error::Malformed(Field::Subject, fault()),
        CsrError::AlternativeName { .. } | CsrError::AlternativeNameCount => {
            Error::Malformed(Field::AlternativeNames, fault())
        }
        CsrError::Algorithm => Error::Invalid(Field::Algorithm),
        CsrError::PublicKey(error) => {
            tracing::error!(%error, "a public key of the provider cannot be read");
            Error::Internal
        }
    }
}
