//! SOURCE: KMS API reference, CreateCertificate, UploadCertificate; "Certificates Manager: quick start" (read
//! 2026-11-22). The private half stays here, whatever ExportablePrivateKey says: no operation gives it away.

use claviger_model::{Certificate, Change, KeySpec, ProtectionLevel, Resource};
use claviger_service::ops::certificate as core;

use super::specs::spec;
use crate::answer::Answer;
use crate::error::WireError;
use crate::params::Fault;
use crate::row::{Input, WireOp};

/// What a certificate's key pair can be made of at the vendor's.
const SPECS: [KeySpec; 3] = [KeySpec::Rsa2048, KeySpec::EcP256, KeySpec::Sm2];

pub(super) struct CreateCertificate;
pub(super) struct UploadCertificate;

/// No parameter tells it. SM2 is offered in hardware only.
fn protection(spec: KeySpec) -> ProtectionLevel {
    match spec {
        KeySpec::Sm2 => ProtectionLevel::Hsm,
        _ => ProtectionLevel::Software,
    }
}

impl WireOp for CreateCertificate {
    type Op = core::CreateCertificate;

    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
        let spec = match input.optional("KeySpec") {
            None => KeySpec::Rsa2048,
            Some(text) => spec(text)
                .filter(|spec| SPECS.contains(spec))
                .ok_or_else(|| WireError::invalid("KeySpec"))?,
        };
        Ok(core::CreateCertificate {
            scope: input.scope.clone(),
            spec,
            protection: protection(spec),
            exportable: match input.optional("ExportablePrivateKey") {
                None => true,
                Some(_) => input.boolean("ExportablePrivateKey")?,
            },
            subject: input.required("Subject")?.to_owned(),
            alternative_names: input.text_list("SubjectAlternativeNames")?,
        })
    }

    fn encode(_: &Input<'_>, made: Certificate, answer: &mut Answer) {
        answer.resource("Arn", &Resource::Certificate(made.scope, made.id));
        answer.id("CertificateId", made.id.to_ascii());
        answer.text("Csr", &made.csr);
    }
}

impl WireOp for UploadCertificate {
    type Op = core::UploadCertificate;

    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
        let certificate = input.certificate("CertificateId")?;
        let (leaf, chain) = (input.required("Certificate")?, input.optional("CertificateChain"));
        Ok(core::UploadCertificate {
            certificate,
            issued: core::IssuedChain::parse(leaf, chain)?,
        })
    }

    fn encode(_: &Input<'_>, _: Change<()>, _: &mut Answer) {}
}
