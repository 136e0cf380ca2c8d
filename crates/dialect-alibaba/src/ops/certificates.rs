//! SOURCE: KMS API reference, GetCertificate, DescribeCertificate, UpdateCertificateStatus, DeleteCertificate (read
//! 2026-11-22). Members without a value yet are sent as empty text, as in DescribeKey. The form of Serial is not
//! published: hexadecimal digits here.

use claviger_model::{Certificate, CertificateStatus, Change, Resource};
use claviger_service::ops::certificate as core;

use super::asymmetric::pem;
use super::specs::spec_name;
use crate::answer::{Answer, date};
use crate::error::WireError;
use crate::params::Fault;
use crate::row::{Input, WireOp};

/// Every status with its name on this face.
const STATUSES: [(CertificateStatus, &str); 4] = [
    (CertificateStatus::Pending, "PENDING"),
    (CertificateStatus::Active, "ACTIVE"),
    (CertificateStatus::Inactive, "INACTIVE"),
    (CertificateStatus::Revoked, "REVOKED"),
];

pub(super) struct GetCertificate;
pub(super) struct DescribeCertificate;
pub(super) struct UpdateCertificateStatus;
pub(super) struct DeleteCertificate;

impl WireOp for GetCertificate {
    type Op = core::GetCertificate;

    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
        Ok(core::GetCertificate(input.certificate("CertificateId")?))
    }

    fn encode(_: &Input<'_>, found: Certificate, answer: &mut Answer) {
        let issued = found.issued.as_ref();
        let leaf = issued.map(|issued| issued.certificate.as_str());
        let chain = issued.map(|issued| issued.chain.as_str());
        answer.id("CertificateId", found.id.to_ascii());
        answer.text("Certificate", leaf.unwrap_or_default());
        answer.text("CertificateChain", chain.unwrap_or_default());
        answer.text("Csr", &found.csr);
    }
}

impl WireOp for DescribeCertificate {
    type Op = core::DescribeCertificate;

    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
        Ok(core::DescribeCertificate(input.certificate("CertificateId")?))
    }

    fn encode(_: &Input<'_>, details: core::CertificateDetails, answer: &mut Answer) {
        let found = details.certificate;
        answer.id("CertificateId", found.id.to_ascii());
        answer.resource("Arn", &Resource::Certificate(found.scope, found.id));
        answer.text("Status", status_name(found.status));
        answer.text("KeySpec", spec_name(found.spec));
        answer.boolean("ExportablePrivateKey", found.exportable);
        answer.text("SubjectPublicKey", &pem(&details.public_key));
        answer.text("CreatedAt", &date(found.created));
        answer.text("UpdatedAt", &date(found.updated));
        let facts = details.facts.as_ref();
        let text = |of: fn(&core::CertificateFacts) -> String| facts.map(of).unwrap_or_default();
        let subject = facts.map_or(&found.subject, |facts| &facts.subject);
        let names = facts.map_or(&found.alternative_names, |facts| &facts.alternative_names);
        answer.text("Subject", subject);
        answer.texts("SubjectAlternativeNames", names);
        answer.text("Issuer", &text(|facts| facts.issuer.clone()));
        answer.text("Serial", &text(|facts| facts.serial.clone()));
        answer.text(
            "SignatureAlgorithm",
            &text(|facts| algorithm_name(&facts.signature_algorithm).to_owned()),
        );
        answer.text("NotBefore", &text(|facts| date(facts.not_before)));
        answer.text("NotAfter", &text(|facts| date(facts.not_after)));
        let identifier = facts.and_then(|facts| facts.subject_key_identifier.as_deref());
        answer.text("SubjectKeyIdentifier", &spaced(identifier.unwrap_or_default()));
        answer.list("Tags", "Tag", found.tags.iter(), |answer, (name, value)| {
            answer.text("TagKey", name);
            answer.text("TagValue", value);
        });
    }
}

impl WireOp for UpdateCertificateStatus {
    type Op = core::UpdateCertificateStatus;

    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
        Ok(core::UpdateCertificateStatus {
            certificate: input.certificate("CertificateId")?,
            status: status(input.required("Status")?).ok_or_else(|| WireError::invalid("Status"))?,
        })
    }

    fn encode(_: &Input<'_>, _: Change<()>, _: &mut Answer) {}
}

impl WireOp for DeleteCertificate {
    type Op = core::DeleteCertificate;

    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
        Ok(core::DeleteCertificate(input.certificate("CertificateId")?))
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

/// A status that a caller can ask for.
fn status(text: &str) -> Option<CertificateStatus> {
    let found = STATUSES.iter().find(|(_, name)| *name == text);
    let status = found.map(|(status, _)| *status);
    status.filter(|status| *status != CertificateStatus::Pending)
}

/// How the authority signed, in the vendor's words where it has some: RSA of any size has one.
///
/// SOURCE: KMS API reference, DescribeCertificate, SignatureAlgorithm: `RSA2048-SHA256`, `ECDSA-SHA256`, `SM2-SM3`.
fn algorithm_name(name: &str) -> &str {
    match name {
        "sha256WithRSAEncryption" => "RSA2048-SHA256",
        "ecdsa-with-SHA256" => "ECDSA-SHA256",
        "SM2-with-SM3" => "SM2-SM3",
        other => other,
    }
}

pub(crate) fn status_name(status: CertificateStatus) -> &'static str {
    let found = STATUSES.iter().find(|(known, _)| *known == status);
    found.map_or("", |(_, name)| name)
}

/// Bytes as the vendor shows key identifiers: `79 36 26 DE`.
fn spaced(hex: &str) -> String {
    let mut text = String::with_capacity(hex.len() * 3 / 2);
    for (place, digit) in hex.chars().enumerate() {
        if place > 0 && place.is_multiple_of(2) {
            text.push(' ');
        }
        text.push(digit.to_ascii_uppercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_can_ask_for_every_status_but_the_first() {
        for (known, name) in STATUSES {
            let asked = (known != CertificateStatus::Pending).then_some(known);
            assert_eq!((status(name), status_name(known)), (asked, name));
        }
        assert_eq!((status("active"), status("")), (None, None));
    }

    #[test]
    fn key_identifiers_are_shown_byte_by_byte() {
        for (hex, shown) in [("", ""), ("7a", "7A"), ("793626de", "79 36 26 DE")] {
            assert_eq!(spaced(hex), shown);
        }
    }
}
