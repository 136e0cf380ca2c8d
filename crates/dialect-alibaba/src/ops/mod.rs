//! The operations of key management, version 2016-01-20: one row each, and the list of those that are not served.

mod absent;
mod algorithms;
mod aliases;
mod asymmetric;
mod certificate_tags;
mod certificate_use;
mod certificates;
mod create_alias;
mod create_certificate;
mod create_csr;
mod create_key;
mod crypto;
mod decrypt;
mod delete_alias;
mod deletion;
mod describe_key;
mod encrypt;
mod export_data_key;
mod generate_data_key;
mod import;
mod key_policy;
mod key_state;
mod key_versions;
mod list_keys;
mod mac;
mod not_served;
mod re_encrypt;
mod regions;
mod rotation;
mod sign;
mod specs;
mod status;
mod tag_resource;
mod tag_resources;
mod update_alias;
mod update_key_description;

use crate::row::{Row, WireOp, dry_run_by, serve, served_by};

pub(crate) use certificates::status_name;
pub(crate) use describe_key::state_name;
pub(crate) use not_served::NOT_SERVED;
pub(crate) use specs::{origin_name, protection_name, spec_name, usage_name};

/// A row for an operation about a key or, where the request names one, a certificate.
const fn served_by_either<K: WireOp + 'static, C: WireOp + 'static>(name: &'static str) -> Row
where
    K::Op: 'static,
    C::Op: 'static,
{
    Row {
        serve: |service, call, input, answer| {
            if certificate_tags::is_about_certificate(input) {
                Box::pin(serve::<C>(service, call, input, answer))
            } else {
                Box::pin(serve::<K>(service, call, input, answer))
            }
        },
        ..served_by::<K>(name)
    }
}

/// Ordered by name.
pub(crate) static ROWS: &[Row] = &[
    dry_run_by::<asymmetric::AsymmetricDecrypt>("AsymmetricDecrypt"),
    dry_run_by::<asymmetric::AsymmetricEncrypt>("AsymmetricEncrypt"),
    dry_run_by::<sign::AsymmetricSign>("AsymmetricSign"),
    dry_run_by::<sign::AsymmetricVerify>("AsymmetricVerify"),
    served_by::<deletion::CancelKeyDeletion>("CancelKeyDeletion"),
    served_by::<certificate_use::CertificatePrivateKeyDecrypt>("CertificatePrivateKeyDecrypt"),
    served_by::<certificate_use::CertificatePrivateKeySign>("CertificatePrivateKeySign"),
    served_by::<certificate_use::CertificatePublicKeyEncrypt>("CertificatePublicKeyEncrypt"),
    served_by::<certificate_use::CertificatePublicKeyVerify>("CertificatePublicKeyVerify"),
    served_by::<create_alias::CreateAlias>("CreateAlias"),
    served_by::<create_certificate::CreateCertificate>("CreateCertificate"),
    served_by::<create_csr::CreateCsr>("CreateCsr"),
    served_by::<create_key::CreateKey>("CreateKey"),
    served_by::<key_versions::CreateKeyVersion>("CreateKeyVersion"),
    dry_run_by::<decrypt::Decrypt>("Decrypt"),
    served_by::<delete_alias::DeleteAlias>("DeleteAlias"),
    served_by::<certificates::DeleteCertificate>("DeleteCertificate"),
    served_by::<import::DeleteKeyMaterial>("DeleteKeyMaterial"),
    served_by::<status::DescribeAccountKmsStatus>("DescribeAccountKmsStatus"),
    served_by::<certificates::DescribeCertificate>("DescribeCertificate"),
    served_by::<describe_key::DescribeKey>("DescribeKey"),
    served_by::<key_versions::DescribeKeyVersion>("DescribeKeyVersion"),
    served_by::<regions::DescribeRegions>("DescribeRegions"),
    served_by::<key_state::DisableKey>("DisableKey"),
    served_by::<key_state::EnableKey>("EnableKey"),
    dry_run_by::<encrypt::Encrypt>("Encrypt"),
    dry_run_by::<export_data_key::ExportDataKey>("ExportDataKey"),
    dry_run_by::<export_data_key::GenerateAndExportDataKey>("GenerateAndExportDataKey"),
    dry_run_by::<generate_data_key::GenerateDataKey>("GenerateDataKey"),
    dry_run_by::<generate_data_key::GenerateDataKeyWithoutPlaintext>("GenerateDataKeyWithoutPlaintext"),
    dry_run_by::<mac::GenerateMac>("GenerateMac"),
    served_by::<certificates::GetCertificate>("GetCertificate"),
    served_by::<key_policy::GetKeyPolicy>("GetKeyPolicy"),
    served_by::<import::GetParametersForImport>("GetParametersForImport"),
    dry_run_by::<asymmetric::GetPublicKey>("GetPublicKey"),
    served_by::<import::ImportKeyMaterial>("ImportKeyMaterial"),
    served_by::<aliases::ListAliases>("ListAliases"),
    served_by::<aliases::ListAliasesByKeyId>("ListAliasesByKeyId"),
    served_by::<absent::ListApplicationAccessPoints>("ListApplicationAccessPoints"),
    served_by::<absent::ListClientKeys>("ListClientKeys"),
    served_by::<key_versions::ListKeyVersions>("ListKeyVersions"),
    served_by::<list_keys::ListKeys>("ListKeys"),
    served_by::<absent::ListKmsInstances>("ListKmsInstances"),
    served_by::<absent::ListNetworkRules>("ListNetworkRules"),
    served_by::<absent::ListPolicies>("ListPolicies"),
    served_by_either::<tag_resource::ListResourceTags, certificate_tags::ListCertificateTags>(
        "ListResourceTags",
    ),
    served_by::<tag_resources::ListTagResources>("ListTagResources"),
    served_by::<status::OpenKmsService>("OpenKmsService"),
    dry_run_by::<re_encrypt::ReEncrypt>("ReEncrypt"),
    served_by::<deletion::ScheduleKeyDeletion>("ScheduleKeyDeletion"),
    served_by::<deletion::SetDeletionProtection>("SetDeletionProtection"),
    served_by::<key_policy::SetKeyPolicy>("SetKeyPolicy"),
    served_by_either::<tag_resource::TagResource, certificate_tags::TagCertificate>("TagResource"),
    served_by::<tag_resources::TagResources>("TagResources"),
    served_by_either::<tag_resource::UntagResource, certificate_tags::UntagCertificate>("UntagResource"),
    served_by::<tag_resources::UntagResources>("UntagResources"),
    served_by::<update_alias::UpdateAlias>("UpdateAlias"),
    served_by::<certificates::UpdateCertificateStatus>("UpdateCertificateStatus"),
    served_by::<update_key_description::UpdateKeyDescription>("UpdateKeyDescription"),
    served_by::<rotation::UpdateRotationPolicy>("UpdateRotationPolicy"),
    served_by::<create_certificate::UploadCertificate>("UploadCertificate"),
    dry_run_by::<mac::VerifyMac>("VerifyMac"),
];

/// Operations that version 2016-01-20 does not have.
pub(crate) static OURS: &[&str] = &["CreateCsr"];
