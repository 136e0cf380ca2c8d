//! Show a certificate.

use claviger_audit::record::Fields;
use claviger_model::{Action, Certificate, Error, Timestamp};
use claviger_x509 as x509;

use super::{describe, one, permitted, sealed};
use crate::call::{CertificateRef, Need, Note};
use crate::envelope::from_provider;
use crate::pipeline::{Context, Operation, Permitted};

/// Shows a certificate, its chain and its signing request.
#[derive(Debug)]
pub struct GetCertificate(pub CertificateRef);

/// Shows what a certificate says.
#[derive(Debug)]
pub struct DescribeCertificate(pub CertificateRef);

/// A certificate and what it says.
#[derive(Debug)]
pub struct CertificateDetails {
    /// The certificate.
    pub certificate: Certificate,
    /// Its public key as DER `SubjectPublicKeyInfo`.
    pub public_key: Vec<u8>,
    /// What was issued; none while there is only the signing request.
    pub facts: Option<CertificateFacts>,
}

/// What an issued certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Whose it is, as text of RFC 2253.
    pub subject: String,
    /// Who issued it, as text of RFC 2253.
    pub issuer: String,
    /// Its number at the issuer, in lower-case hexadecimal digits.
    pub serial: String,
    /// From when on it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
    /// How the issuer signed it, such as `sha256WithRSAEncryption`.
    pub signature_algorithm: String,
    /// The key identifier of the subject in lower-case hexadecimal digits, if it has one.
    pub subject_key_identifier: Option<String>,
    /// DNS names, IP addresses and the like.
    pub alternative_names: Vec<String>,
}

impl From<&x509::Certificate> for CertificateFacts {
    fn from(leaf: &x509::Certificate) -> Self {
        Self {
            subject: leaf.subject(),
            issuer: leaf.issuer(),
            serial: leaf.serial(),
            not_before: leaf.not_before(),
            not_after: leaf.not_after(),
            signature_algorithm: leaf.signature_algorithm(),
            subject_key_identifier: leaf.subject_key_identifier(),
            alternative_names: leaf.subject_alternative_names().to_vec(),
        }
    }
}

impl Operation for GetCertificate {
    const ACTION: Action = Action::GetCertificate;
    type Output = Certificate;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one(Self::ACTION, &self.0))
    }

    fn describe(&self, request: &mut Fields) {
        describe(request, &self.0);
    }

    async fn run(self, _cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Certificate, Error> {
        let certificate = permitted(&permit)?;
        note.response.certificate("certificate", certificate.id);
        Ok(certificate.clone())
    }
}

impl Operation for DescribeCertificate {
    const ACTION: Action = Action::DescribeCertificate;
    type Output = CertificateDetails;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one(Self::ACTION, &self.0))
    }

    fn describe(&self, request: &mut Fields) {
        describe(request, &self.0);
    }

    async fn run(
        self,
        cx: &Context<'_>,
        permit: Permitted,
        note: &mut Note,
    ) -> Result<CertificateDetails, Error> {
        let certificate = permitted(&permit)?;
        let sealed = sealed(certificate);
        let public_key = cx.service.providers.of(&sealed.binding)?.public_key(sealed).await;
        let facts = certificate
            .issued
            .as_ref()
            .map(|issued| x509::Certificate::from_pem(&issued.certificate))
            .transpose()
            .map_err(|error| {
                tracing::error!(%error, certificate = %certificate.id, "a stored certificate cannot be read");
                Error::Internal
            })?;
        note.response.certificate("certificate", certificate.id);
        Ok(CertificateDetails {
            certificate: certificate.clone(),
            public_key: public_key.map_err(from_provider)?,
            facts: facts.as_ref().map(CertificateFacts::from),
        })
    }
}
