//! What TagResource, UntagResource and ListResourceTags do where a request names a certificate.
//!
//! SOURCE: KMS API reference, TagResource, UntagResource, parameter CertificateId; "Use RAM to control access to KMS
//! resources", ListResourceTags on certificates (read 2026-11-22). That ListResourceTags takes a CertificateId, and its
//! rows then bear one, is ours: the vendor's SDKs have no parameter for what its permissions speak of.

use claviger_service::ops::certificate as core;

use crate::answer::Answer;
use crate::error::WireError;
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct TagCertificate;
pub(super) struct UntagCertificate;
pub(super) struct ListCertificateTags;

/// Whether a request is about a certificate and nothing else.
pub(super) fn is_about_certificate(input: &Input<'_>) -> bool {
    let named = |name: &str| input.optional(name).is_some();
    named("CertificateId") && !named("KeyId") && !named("SecretName")
}

impl WireOp for TagCertificate {
    type Op = core::TagCertificate;

    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
        let certificate = input.certificate("CertificateId")?;
        input.required("Tags")?;
        let tags = input.tag_list("Tags")?;
        if tags.is_empty() {
            return Err(WireError::invalid("Tags").into());
        }
        Ok(core::TagCertificate { certificate, tags })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for UntagCertificate {
    type Op = core::UntagCertificate;

    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
        Ok(core::UntagCertificate {
            certificate: input.certificate("CertificateId")?,
            names: input.tag_keys("TagKeys")?,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for ListCertificateTags {
    type Op = core::ListCertificateTags;

    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
        Ok(core::ListCertificateTags {
            certificate: input.certificate("CertificateId")?,
        })
    }

    fn encode(_: &Input<'_>, output: core::CertificateTags, answer: &mut Answer) {
        answer.list("Tags", "Tag", output.tags.iter(), |answer, (name, value)| {
            answer.id("CertificateId", output.certificate.to_ascii());
            answer.text("TagKey", name);
            answer.text("TagValue", value);
        });
    }
}
