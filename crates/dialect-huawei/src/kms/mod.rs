//! The operations of key management: one row each, and the list of those that are not served.

mod aliases;
mod create_datakey;
mod create_key;
mod datakey;
mod decrypt_data;
mod deletion;
mod describe_key;
mod edit_key;
mod encrypt_data;
mod find_keys;
mod gen_random;
mod get_publickey;
mod grant_lists;
mod grants;
mod import;
mod key_state;
mod key_stores;
mod list_keys;
mod mac;
mod page;
mod pairs;
mod party;
mod quotas;
mod re_encrypt;
mod regions;
mod rotation;
mod sign;
mod tags;

use claviger_model::Action;

pub(crate) use self::grants::operation_name;

use crate::route::Api;
use crate::row::{Auth, Row, Serve, WireOp, at, never, verb};

/// `POST /v1.0/{project_id}/kms/<name>`, ordered by name.
pub(crate) static VERBS: &[Row] = &[
    verb::<deletion::CancelKeyDeletion>("cancel-key-deletion"),
    verb::<create_datakey::CreateDatakey>("create-datakey"),
    verb::<create_datakey::CreateDatakeyWithoutPlaintext>("create-datakey-without-plaintext"),
    Row {
        serve: Serve::Known(|s, c, i, a| Box::pin(grants::create(s, c, i, a))),
        ..verb::<grants::CreateGrant>("create-grant")
    },
    verb::<create_key::CreateKey>("create-key"),
    decrypt_data::ROW,
    verb::<datakey::DecryptDatakey>("decrypt-datakey"),
    verb::<import::DeleteImportedKeyMaterial>("delete-imported-key-material"),
    verb::<describe_key::DescribeKey>("describe-key"),
    verb::<key_state::DisableKey>("disable-key"),
    verb::<rotation::DisableRotation>("disable-key-rotation"),
    verb::<key_state::EnableKey>("enable-key"),
    verb::<rotation::EnableRotation>("enable-key-rotation"),
    encrypt_data::ROW,
    verb::<datakey::EncryptDatakey>("encrypt-datakey"),
    verb::<gen_random::GenRandom>("gen-random"),
    verb::<mac::GenerateMac>("generate-mac"),
    verb::<rotation::RotationStatus>("get-key-rotation-status"),
    verb::<import::GetParametersForImport>("get-parameters-for-import"),
    verb::<get_publickey::GetPublickey>("get-publickey"),
    verb::<import::ImportKeyMaterial>("import-key-material"),
    verb::<grant_lists::ListGrants>("list-grants"),
    verb::<list_keys::ListKeys>("list-keys"),
    verb::<grant_lists::ListRetirableGrants>("list-retirable-grants"),
    verb::<re_encrypt::ReEncrypt>("re-encrypt"),
    verb::<grants::RetireGrant>("retire-grant"),
    verb::<grants::RevokeGrant>("revoke-grant"),
    verb::<rotation::RotateOnDemand>("rotate-on-demand"),
    verb::<deletion::ScheduleKeyDeletion>("schedule-key-deletion"),
    verb::<sign::Sign>("sign"),
    verb::<edit_key::UpdateKeyAlias>("update-key-alias"),
    Row {
        required: edit_key::UpdateKeyDescription::PRESENT,
        ..verb::<edit_key::UpdateKeyDescription>("update-key-description")
    },
    verb::<rotation::UpdateInterval>("update-key-rotation-interval"),
    verb::<sign::Verify>("verify"),
    verb::<mac::VerifyMac>("verify-mac"),
];

/// All other paths of projects. Of those that fit a path the first one counts.
pub(crate) static OTHERS: &[Row] = &[
    other::<quotas::UserInstances>("GET", "v1.0/{project_id}/kms/user-instances", "user-instances"),
    other::<quotas::UserQuotas>("GET", "v1.0/{project_id}/kms/user-quotas", "user-quotas"),
    other::<regions::ListRegions>("GET", "v2/{project_id}/kms/regions", "list-regions"),
    other::<tags::ListProjectTags>("GET", "v1.0/{project_id}/kms/tags", "list-project-tags"),
    other::<aliases::CreateAlias>("POST", "v1.0/{project_id}/kms/aliases", "create-alias").answers(201),
    other::<aliases::ListAliases>("GET", "v1.0/{project_id}/kms/aliases", "list-aliases"),
    Row {
        name: "delete-alias",
        method: "DELETE",
        path: "v1.0/{project_id}/kms/aliases",
        api: Api::Kms,
        auth: Auth::Project,
        status: 204,
        required: aliases::DELETED,
        action: Some(Action::DeleteAlias),
        serve: Serve::Known(|s, c, i, _| Box::pin(aliases::delete(s, c, i))),
    },
    other::<aliases::AssociateAlias>("POST", "v1.0/{project_id}/kms/alias/associate", "associate-alias"),
    other::<tags::ListKeyTags>("GET", "v1.0/{project_id}/kms/{key_id}/tags", "list-key-tags"),
    other::<tags::AddKeyTag>("POST", "v1.0/{project_id}/kms/{key_id}/tags", "add-key-tag").answers(204),
    Row {
        serve: Serve::Known(|s, c, i, a| Box::pin(tags::batch(s, c, i, a))),
        ..other::<tags::BatchCreate>("POST", "v1.0/{project_id}/kms/{key_id}/tags/action", "batch-tags")
            .answers(204)
    },
    other::<tags::DeleteKeyTag>(
        "DELETE",
        "v1.0/{project_id}/kms/{key_id}/tags/{key...}",
        "delete-key-tag",
    )
    .answers(204),
    other::<find_keys::FindKeys>(
        "POST",
        "v1.0/{project_id}/kms/{resource_instances}/action",
        "list-by-tags",
    ),
    other::<key_stores::ListKeyStores>("GET", "v1.0/{project_id}/keystores", "list-key-stores"),
    other::<key_stores::CreateKeyStore>("POST", "v1.0/{project_id}/keystores", "create-key-store"),
    other::<key_stores::ShowKeyStore>(
        "GET",
        "v1.0/{project_id}/keystores/{keystore_id}",
        "show-key-store",
    ),
    other::<key_stores::ChangeKeyStore>(
        "DELETE",
        "v1.0/{project_id}/keystores/{keystore_id}",
        "delete-key-store",
    )
    .answers(204),
    other::<key_stores::ChangeKeyStore>(
        "POST",
        "v1.0/{project_id}/keystores/{keystore_id}/enable",
        "enable-key-store",
    ),
    other::<key_stores::ChangeKeyStore>(
        "POST",
        "v1.0/{project_id}/keystores/{keystore_id}/disable",
        "disable-key-store",
    ),
];

const fn other<W: WireOp + 'static>(method: &'static str, path: &'static str, name: &'static str) -> Row
where
    W::Op: 'static,
{
    at::<W>(Api::Kms, Auth::Project, method, path, name)
}

/// Operations that are not served. Pairs of data keys, enclaves, key agreement, PINs: there is nothing in the core for them.
/// Access points and key policies belong to key spaces of dedicated modules, replicas to more than one deployment.
pub(crate) static NOT_SERVED: &[Row] = &[
    never(
        "POST",
        "v1.0/{project_id}/kms/create-ec-datakey-pair",
        "create-ec-datakey-pair",
    ),
    never(
        "POST",
        "v1.0/{project_id}/kms/create-rsa-datakey-pair",
        "create-rsa-datakey-pair",
    ),
    never(
        "POST",
        "v1.0/{project_id}/kms/datakey-capsule/create",
        "create-datakey-capsule",
    ),
    never(
        "POST",
        "v1.0/{project_id}/kms/datakey-capsule/decrypt",
        "decrypt-datakey-capsule",
    ),
    never(
        "POST",
        "v1.0/{project_id}/kms/derive-shared-secret",
        "derive-shared-secret",
    ),
    never("POST", "v1.0/{project_id}/kms/create-pin", "create-pin"),
    never(
        "POST",
        "v1.0/{project_id}/kms/access-points",
        "create-access-point",
    ),
    never("GET", "v1.0/{project_id}/kms/access-points", "list-access-point"),
    never(
        "DELETE",
        "v1.0/{project_id}/kms/access-points/{access_point_id}",
        "delete-access-point",
    ),
    never(
        "POST",
        "v1.0/{project_id}/kms/access-points/{access_point_id}/enable",
        "enable-access-point",
    ),
    never(
        "POST",
        "v1.0/{project_id}/kms/access-points/{access_point_id}/disable",
        "disable-access-point",
    ),
    never(
        "POST",
        "v1.0/{project_id}/kms/access-points/{access_point_id}/get-privatekey",
        "download-access-point-private-key",
    ),
    never("POST", "v1.0/{project_id}/kms/key-policies", "create-key-policy"),
    never("GET", "v1.0/{project_id}/kms/key-policies", "list-key-policy"),
    never(
        "GET",
        "v1.0/{project_id}/kms/key-policies/{policy_id}",
        "show-key-policy",
    ),
    never(
        "PUT",
        "v1.0/{project_id}/kms/key-policies/{policy_id}",
        "update-key-policy",
    ),
    never(
        "DELETE",
        "v1.0/{project_id}/kms/key-policies/{policy_id}",
        "delete-key-policy",
    ),
    never(
        "POST",
        "v2/{project_id}/kms/keys/{key_id}/replicate",
        "replicate-key",
    ),
    never(
        "PUT",
        "v2/{project_id}/kms/keys/{key_id}/update-primary-region",
        "update-primary-region",
    ),
];
