//! Make a key pair and a signing request for it.

use claviger_audit::record::Fields;
use claviger_model::{
    Action, Certificate, CertificateId, CertificateStatus, Error, HashAlgorithm, KeyId, KeySpec,
    KeyVersionId, ProtectionLevel, Scope, SignatureAlgorithm, Tags, Unsupported,
};
use claviger_provider::{Binding, Sealed};
use claviger_x509::CsrDraft;

use super::{binding, csr, from_csr};
use crate::call::{Need, Note, Target};
use crate::pipeline::{Context, Operation, Permitted};

/// Makes a key pair and a signing request for it, which is signed with SHA-256 (PKCS #1 v1.5 for RSA), with SM3 for
/// SM2. The certificate waits for what an authority issues.
///
/// Refused with [`claviger_model::Quota::Certificates`] where the account has as many as it may, with
/// [`claviger_model::Field::Subject`] and [`claviger_model::Field::AlternativeNames`] for names that cannot stand in one.
#[derive(Debug)]
pub struct CreateCertificate {
    /// Where.
    pub scope: Scope,
    /// What the key pair is made of: [`KeySpec::Rsa2048`], [`KeySpec::EcP256`] or [`KeySpec::Sm2`].
    pub spec: KeySpec,
    /// Where the key pair is held.
    pub protection: ProtectionLevel,
    /// Whether its owner means to take the private half out one day.
    pub exportable: bool,
    /// Whose certificate it will be, as text of RFC 2253.
    pub subject: String,
    /// DNS names, IP addresses and e-mail addresses.
    pub alternative_names: Vec<String>,
}

impl CreateCertificate {
    /// How requests for such key pairs are signed.
    fn algorithm(&self, cx: &Context<'_>) -> Result<SignatureAlgorithm, Error> {
        let provider = cx.service.providers.at(self.protection, &self.scope.region);
        let provider = provider.ok_or(Error::Unsupported(Unsupported::Protection))?;
        let capability = provider.capability();
        match self.spec {
            KeySpec::Rsa2048 if capability.makes(self.spec) => {
                Ok(SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha256))
            }
            KeySpec::EcP256 if capability.makes(self.spec) => {
                Ok(SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256))
            }
            KeySpec::Sm2 if capability.makes(self.spec) => Ok(SignatureAlgorithm::Sm2Dsa),
            _ => Err(Error::Unsupported(Unsupported::Spec)),
        }
    }

    fn binding(&self, id: CertificateId) -> Binding<'_> {
        Binding {
            account: self.scope.account,
            region: &self.scope.region,
            key: KeyId::from_bytes(*id.as_bytes()),
            version: KeyVersionId::from_bytes(*id.as_bytes()),
            spec: self.spec,
            protection: self.protection,
        }
    }

    async fn make(self, cx: &Context<'_>) -> Result<Certificate, Error> {
        let algorithm = self.algorithm(cx)?;
        let id = cx.service.draw_certificate(cx.call.time)?;
        let binding = self.binding(id);
        let material = cx.service.generate(&binding).await?;
        let sealed = Sealed {
            material: &material,
            binding,
        };
        let csr = csr::make(cx, sealed, &self.subject, &self.alternative_names, algorithm).await?;
        Ok(Certificate {
            id,
            scope: self.scope,
            spec: self.spec,
            protection: self.protection,
            exportable: self.exportable,
            subject: self.subject,
            alternative_names: self.alternative_names,
            csr,
            issued: None,
            created: cx.call.time,
            updated: cx.call.time,
            status: CertificateStatus::Pending,
            tags: Tags::default(),
            material,
        })
    }
}

impl Operation for CreateCertificate {
    const ACTION: Action = Action::CreateCertificate;
    type Output = Certificate;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        CsrDraft::check_names(&self.subject, &self.alternative_names).map_err(from_csr)?;
        Ok(vec![Need {
            action: Self::ACTION,
            target: Target::Certificates(self.scope.clone()),
        }])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("spec", &format!("{:?}", self.spec));
        request.text("protection", &format!("{:?}", self.protection));
        request.flag("exportable", self.exportable);
        csr::describe_names(request, &self.subject, &self.alternative_names);
    }

    async fn run(self, cx: &Context<'_>, _permit: Permitted, note: &mut Note) -> Result<Certificate, Error> {
        let made = self.make(cx).await?;
        note.response.certificate("certificate", made.id);
        cx.service
            .name_provider(&mut note.response, made.protection, &made.scope.region);
        let (store, draft, certificate) = (cx.store(), cx.draft(note), made.clone());
        let quota = cx.service.quotas.certificates;
        let change = async move { store.create_certificate(certificate, quota, draft).await };
        let kept = cx.make(change, |_| {}).await;
        if kept.is_err() {
            cx.service.abandon(&binding(&made)).await;
        }
        kept?;
        note.outboxed = true;
        Ok(made)
    }
}
