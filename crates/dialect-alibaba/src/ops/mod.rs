//! The operations of this face: one row each, and the list of those that are not served yet.

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

use std::future::Future;
use std::pin::Pin;

use claviger_model::{Action, Error, Scope};
use claviger_service::{Call, Operation, Service};
use claviger_signing::query::Params;
use tracing::trace_span;

use crate::answer::Answer;
use crate::error::{self, WireError};
use crate::params::Fault;

pub(crate) use certificates::status_name;
pub use not_served::not_served;

/// What an operation decodes.
pub(crate) struct Input<'a> {
    /// Query and form body.
    pub(crate) params: &'a Params<'a>,
    /// Where the call is at home.
    pub(crate) scope: &'a Scope,
}

/// One operation between wire and core.
pub(crate) trait WireOp {
    /// The operation of the core.
    type Op: Operation;

    /// What the call is in policies and records. Some operations of the core serve several here.
    const ACTION: Action = <Self::Op as Operation>::ACTION;

    /// Reads its parameters.
    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault>;

    /// Writes its answer, all but the request id.
    fn encode(input: &Input<'_>, output: <Self::Op as Operation>::Output, answer: &mut Answer);
}

type Served<'a> = Pin<Box<dyn Future<Output = Result<(), WireError>> + Send + 'a>>;

/// A row of the table.
pub(crate) struct Row {
    name: &'static str,
    /// Whether it has the parameter DryRun. Where it has not, the parameter is unknown, and ignored.
    pub(crate) dry_runs: bool,
    pub(crate) serve: for<'a> fn(&'a Service, &'a Call<'a>, &'a Input<'a>, &'a mut Answer) -> Served<'a>,
}

const fn served_by<W: WireOp + 'static>(name: &'static str) -> Row
where
    W::Op: 'static,
{
    Row {
        name,
        dry_runs: false,
        serve: |service, call, input, answer| Box::pin(serve::<W>(service, call, input, answer)),
    }
}

/// The same for an operation that has the parameter DryRun.
const fn dry_run_by<W: WireOp + 'static>(name: &'static str) -> Row
where
    W::Op: 'static,
{
    Row {
        dry_runs: true,
        ..served_by::<W>(name)
    }
}

/// The same for an operation about a key or, where the request names one, a certificate.
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

async fn serve<W: WireOp>(
    service: &Service,
    call: &Call<'_>,
    input: &Input<'_>,
    answer: &mut Answer,
) -> Result<(), WireError> {
    let action = W::ACTION;
    let decoded = trace_span!(target: "claviger::stage", "parse").in_scope(|| W::decode(input));
    let operation = match decoded {
        Ok(operation) => operation,
        Err(fault) => {
            let wire = match fault {
                Fault::Wire(wire) => wire,
                Fault::Core(error) => error::wire(action, &error),
            };
            let wire = if call.dry_run {
                WireError {
                    code: "ValidationError",
                    ..wire
                }
            } else {
                wire
            };
            return Err(refuse(service, call, action.name(), wire).await);
        }
    };
    match service.execute(call, operation).await.into_inner() {
        Ok(output) => {
            trace_span!(target: "claviger::stage", "encode").in_scope(|| W::encode(input, output, answer));
            Ok(())
        }
        Err(error) => {
            let wire = error::wire(action, &error);
            Err(if call.dry_run {
                dry_run_words(&error, wire)
            } else {
                wire
            })
        }
    }
}

/// What a call that only asks is told of a refusal.
fn dry_run_words(error: &Error, wire: WireError) -> WireError {
    let code = match error {
        Error::Denied(_) => "AccessDeniedError",
        Error::Invalid(_) => "ValidationError",
        _ => return wire,
    };
    WireError { code, ..wire }
}

/// Records a refusal of this face, and gives it back, or what kept it from being recorded.
pub(crate) async fn refuse(service: &Service, call: &Call<'_>, action: &str, wire: WireError) -> WireError {
    match service.refuse(call, action, wire.code).await.into_inner() {
        Ok(()) => wire,
        Err(error) => error::wire(Action::DescribeService, &error),
    }
}

/// The row of an operation.
pub(crate) fn row(name: &str) -> Option<&'static Row> {
    ROWS.binary_search_by(|row| row.name.cmp(name))
        .ok()
        .and_then(|at| ROWS.get(at))
}

/// Ordered by name.
static ROWS: &[Row] = &[
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
    served_by::<key_versions::ListKeyVersions>("ListKeyVersions"),
    served_by::<list_keys::ListKeys>("ListKeys"),
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

/// The names of operations that are ours: version 2016-01-20 does not have them.
pub fn ours() -> &'static [&'static str] {
    &["CreateCsr"]
}

/// The names of the operations that are served, in order, ours included.
pub fn served() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|row| row.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_the_list_cover_the_version_once_each() {
        let names: Vec<_> = served().collect();
        assert!(names.is_sorted() && not_served().is_sorted());
        assert!(names.iter().all(|name| row(name).is_some()));
        assert!(names.iter().all(|name| !not_served().contains(name)));
        assert_eq!(
            names.len() - ours().len() + not_served().len(),
            103,
            "operations of version 2016-01-20"
        );
        assert!(
            not_served().len() <= 47,
            "the list of what is not served may only shrink"
        );
    }
}
