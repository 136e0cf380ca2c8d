//! The operations of this face: one row each, and the list of those that are not served yet.

mod aliases;
mod create_alias;
mod create_key;
mod crypto;
mod decrypt;
mod delete_alias;
mod describe_key;
mod encrypt;
mod generate_data_key;
mod key_state;
mod list_keys;
mod re_encrypt;
mod regions;
mod status;
mod update_alias;
mod update_key_description;

use std::future::Future;
use std::pin::Pin;

use claviger_model::Scope;
use claviger_service::{Call, Operation, Service};
use claviger_signing::query::Params;

use crate::answer::Answer;
use crate::error::{self, WireError};
use crate::params::Fault;

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

async fn serve<W: WireOp>(
    service: &Service,
    call: &Call<'_>,
    input: &Input<'_>,
    answer: &mut Answer,
) -> Result<(), WireError> {
    let action = <W::Op as Operation>::ACTION;
    let operation = match W::decode(input) {
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
            W::encode(input, output, answer);
            Ok(())
        }
        Err(claviger_model::Error::Denied(denial)) if call.dry_run => {
            let wire = error::wire(action, &claviger_model::Error::Denied(denial));
            Err(WireError {
                code: "AccessDeniedError",
                ..wire
            })
        }
        Err(error) => Err(error::wire(action, &error)),
    }
}

/// Records a refusal of this face, and gives it back, or what kept it from being recorded.
pub(crate) async fn refuse(service: &Service, call: &Call<'_>, action: &str, wire: WireError) -> WireError {
    match service.refuse(call, action, wire.code).await.into_inner() {
        Ok(()) => wire,
        Err(error) => error::wire(claviger_model::Action::DescribeService, &error),
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
    served_by::<create_alias::CreateAlias>("CreateAlias"),
    served_by::<create_key::CreateKey>("CreateKey"),
    dry_run_by::<decrypt::Decrypt>("Decrypt"),
    served_by::<delete_alias::DeleteAlias>("DeleteAlias"),
    served_by::<status::DescribeAccountKmsStatus>("DescribeAccountKmsStatus"),
    served_by::<describe_key::DescribeKey>("DescribeKey"),
    served_by::<regions::DescribeRegions>("DescribeRegions"),
    served_by::<key_state::DisableKey>("DisableKey"),
    served_by::<key_state::EnableKey>("EnableKey"),
    dry_run_by::<encrypt::Encrypt>("Encrypt"),
    dry_run_by::<generate_data_key::GenerateDataKey>("GenerateDataKey"),
    dry_run_by::<generate_data_key::GenerateDataKeyWithoutPlaintext>("GenerateDataKeyWithoutPlaintext"),
    served_by::<aliases::ListAliases>("ListAliases"),
    served_by::<aliases::ListAliasesByKeyId>("ListAliasesByKeyId"),
    served_by::<list_keys::ListKeys>("ListKeys"),
    served_by::<status::OpenKmsService>("OpenKmsService"),
    dry_run_by::<re_encrypt::ReEncrypt>("ReEncrypt"),
    served_by::<update_alias::UpdateAlias>("UpdateAlias"),
    served_by::<update_key_description::UpdateKeyDescription>("UpdateKeyDescription"),
];

/// The names of the operations that are served, in order.
pub fn served() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|row| row.name)
}

/// Operations of version 2016-01-20 that answer `UnsupportedOperation`. The list may only shrink.
pub fn not_served() -> &'static [&'static str] {
    NOT_SERVED
}

static NOT_SERVED: &[&str] = &[
    "AdvanceEncrypt",
    "AsymmetricDecrypt",
    "AsymmetricEncrypt",
    "AsymmetricSign",
    "AsymmetricVerify",
    "BatchGetSecretValue",
    "CancelKeyDeletion",
    "CertificatePrivateKeyDecrypt",
    "CertificatePrivateKeySign",
    "CertificatePublicKeyEncrypt",
    "CertificatePublicKeyVerify",
    "ConnectKmsInstance",
    "CreateApplicationAccessPoint",
    "CreateCertificate",
    "CreateClientKey",
    "CreateKeyVersion",
    "CreateNetworkRule",
    "CreatePolicy",
    "CreateSecret",
    "DeleteApplicationAccessPoint",
    "DeleteCertificate",
    "DeleteClientKey",
    "DeleteKeyMaterial",
    "DeleteNetworkRule",
    "DeletePolicy",
    "DeleteSecret",
    "DescribeApplicationAccessPoint",
    "DescribeCertificate",
    "DescribeKeyVersion",
    "DescribeNetworkRule",
    "DescribePolicy",
    "DescribeSecret",
    "DescribeService",
    "ExportDataKey",
    "GenerateAndExportDataKey",
    "GenerateMac",
    "GetCertificate",
    "GetChallenge",
    "GetClientKey",
    "GetDefaultKmsInstance",
    "GetKeyPolicy",
    "GetKmsInstance",
    "GetKmsInstanceQuotaInfos",
    "GetManagedDataKey",
    "GetParametersForImport",
    "GetPublicKey",
    "GetRandomPassword",
    "GetSecretPolicy",
    "GetSecretValue",
    "ImportKeyMaterial",
    "ListApplicationAccessPoints",
    "ListClientKeys",
    "ListKeyVersions",
    "ListKmsInstances",
    "ListManagedDataKeyVersions",
    "ListNetworkRules",
    "ListPolicies",
    "ListResourceTags",
    "ListSecretVersionIds",
    "ListSecrets",
    "ListTagResources",
    "PutSecretValue",
    "ReleaseKmsInstance",
    "RestoreSecret",
    "RotateSecret",
    "ScheduleKeyDeletion",
    "SetDeletionProtection",
    "SetKeyPolicy",
    "SetSecretPolicy",
    "TagResource",
    "TagResources",
    "UntagResource",
    "UntagResources",
    "UpdateApplicationAccessPoint",
    "UpdateCertificateStatus",
    "UpdateKmsInstanceBindVpc",
    "UpdateNetworkRule",
    "UpdatePolicy",
    "UpdateRotationPolicy",
    "UpdateSecret",
    "UpdateSecretRotationPolicy",
    "UpdateSecretVersionStage",
    "UploadCertificate",
    "VerifyMac",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_the_list_cover_the_version_once_each() {
        let names: Vec<_> = served().collect();
        assert!(names.is_sorted() && NOT_SERVED.is_sorted());
        assert!(names.iter().all(|name| row(name).is_some()));
        assert!(names.iter().all(|name| !NOT_SERVED.contains(name)));
        assert_eq!(
            names.len() + NOT_SERVED.len(),
            103,
            "operations of version 2016-01-20"
        );
        assert!(
            NOT_SERVED.len() <= 84,
            "the list of what is not served may only shrink"
        );
    }
}
