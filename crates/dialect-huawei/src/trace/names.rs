//! Which calls are traced, and what their traces are called: one row for each, read in both directions.
//!
//! SOURCE: Key Management Service User Guide of a Huawei-style cloud, "CTS", table 1-7 (names and types of the calls on keys);
//! Identity and Access Management User Guide, "IAM operations that can be recorded by CTS" (both read 2026-11-22). What
//! neither of them has is named as their operations are, which is mostly the name of the core.
//!
//! Calls that change something are traced, and calls that compute; questions are not. A call of any front door counts.

use claviger_model::Action;

/// The service that a trace belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Keys.
    Kms,
    /// Identities and their rights.
    Iam,
    /// The traces themselves.
    Cts,
}

impl Service {
    /// The `service_type` of its traces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kms => "KMS",
            Self::Iam => "IAM",
            Self::Cts => "CTS",
        }
    }
}

/// A kind of call that is traced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traced {
    /// What was asked, in the words of the core.
    pub action: Action,
    /// The `trace_name`. Where an action has two, the record tells which one it is.
    pub name: &'static str,
    /// The service.
    pub service: Service,
    /// The `resource_type`.
    pub resource_type: &'static str,
}

type Rows = &'static [(Action, &'static str)];

/// All of them.
const TABLE: [(Service, &str, Rows); 13] = [
    (Service::Kms, "cmk", &KEYS),
    (Service::Kms, "cmk", &USES),
    (Service::Kms, "rng", &[(Action::GenerateRandom, "genRandom")]),
    (Service::Kms, "certificate", &CERTIFICATES),
    (
        Service::Kms,
        "keystore",
        &[(Action::ChangeKeyStore, "changeKeyStore")],
    ),
    (Service::Kms, "service", &[(Action::OpenService, "openService")]),
    (Service::Iam, "user", &USERS),
    (Service::Iam, "userGroup", &GROUPS),
    (Service::Iam, "agency", &ROLES),
    (Service::Iam, "policy", &POLICIES),
    (Service::Iam, "credential", &CREDENTIALS),
    (Service::Iam, "domain", &ACCOUNTS),
    (Service::Iam, "token", &[(Action::RevokeToken, "revokeToken")]),
];

const KEYS: [(Action, &str); 31] = [
    (Action::CreateKey, "createKey"),
    (Action::EnableKey, "enableKey"),
    (Action::DisableKey, "disableKey"),
    (Action::ScheduleKeyDeletion, "scheduleKeyDeletion"),
    (Action::CancelKeyDeletion, "cancelKeyDeletion"),
    (Action::UpdateKeyTitle, "updateKeyAlias"),
    (Action::UpdateKeyDescription, "updateKeyDescription"),
    (Action::WarnDeletion, "deleteKeyRiskTips"),
    (Action::ImportKeyMaterial, "importKeyMaterial"),
    (Action::DeleteKeyMaterial, "deleteImportedKeyMaterial"),
    (Action::CreateGrant, "createGrant"),
    (Action::RetireGrant, "retireGrant"),
    (Action::RevokeGrant, "revokeGrant"),
    (Action::TagResource, "createKeyTag"),
    (Action::UntagResource, "deleteKeyTag"),
    (Action::TagResources, "batchCreateKeyTags"),
    (Action::UntagResources, "batchDeleteKeyTags"),
    (Action::BeginRotation, "enableKeyRotation"),
    (Action::AlterRotation, "updateKeyRotationInterval"),
    (Action::EndRotation, "disableKeyRotation"),
    // One call of another front door does what three of this one do.
    (Action::UpdateRotationPolicy, "enableKeyRotation"),
    (Action::UpdateRotationPolicy, "disableKeyRotation"),
    // Not in the table of the vendor from here on.
    (Action::RotateOnDemand, "rotateOnDemand"),
    (Action::RotateKey, "rotateKey"),
    (Action::DeleteKey, "deleteKey"),
    (Action::SetDeletionProtection, "setDeletionProtection"),
    (Action::SetKeyPolicy, "setKeyPolicy"),
    (Action::CreateKeyVersion, "createKeyVersion"),
    (Action::CreateAlias, "createAlias"),
    (Action::UpdateAlias, "associateAlias"),
    (Action::DeleteAlias, "deleteAlias"),
];

const USES: [(Action, &str); 16] = [
    (Action::GenerateDataKey, "createDataKey"),
    (
        Action::GenerateDataKeyWithoutPlaintext,
        "createDataKeyWithoutPlaintext",
    ),
    (Action::EncryptDataKey, "encryptDatakey"),
    (Action::DecryptDataKey, "decryptDatakey"),
    (Action::Encrypt, "encryptData"),
    (Action::Decrypt, "decryptData"),
    // One call of this front door does both kinds.
    (Action::AsymmetricEncrypt, "encryptData"),
    (Action::AsymmetricDecrypt, "decryptData"),
    // Not in the table of the vendor from here on.
    (Action::AsymmetricSign, "sign"),
    (Action::AsymmetricVerify, "verify"),
    (Action::ReEncrypt, "reEncrypt"),
    (Action::GenerateMac, "generateMac"),
    (Action::VerifyMac, "verifyMac"),
    (Action::GenerateAndExportDataKey, "generateAndExportDataKey"),
    (Action::ExportDataKey, "exportDataKey"),
    (Action::CreateCsr, "createCsr"),
];

const CERTIFICATES: [(Action, &str); 8] = [
    (Action::CreateCertificate, "createCertificate"),
    (Action::UploadCertificate, "uploadCertificate"),
    (Action::UpdateCertificateStatus, "updateCertificateStatus"),
    (Action::DeleteCertificate, "deleteCertificate"),
    (Action::CertificatePrivateKeySign, "certificatePrivateKeySign"),
    (
        Action::CertificatePrivateKeyDecrypt,
        "certificatePrivateKeyDecrypt",
    ),
    (Action::CertificatePublicKeyVerify, "certificatePublicKeyVerify"),
    (Action::CertificatePublicKeyEncrypt, "certificatePublicKeyEncrypt"),
];

const USERS: [(Action, &str); 4] = [
    (Action::CreateUser, "createUser"),
    (Action::UpdateUser, "updateUser"),
    (Action::DeleteUser, "deleteUser"),
    (Action::SetPassword, "updateUserPwd"),
];

const GROUPS: [(Action, &str); 5] = [
    (Action::CreateGroup, "createGroup"),
    (Action::UpdateGroup, "updateGroup"),
    (Action::DeleteGroup, "deleteGroup"),
    (Action::AddUserToGroup, "addUserToGroup"),
    (Action::RemoveUserFromGroup, "removeUserFromGroup"),
];

/// A role is what this cloud calls an agency.
const ROLES: [(Action, &str); 3] = [
    (Action::CreateRole, "createAgency"),
    (Action::UpdateRole, "updateAgency"),
    (Action::DeleteRole, "deleteAgency"),
];

const POLICIES: [(Action, &str); 11] = [
    (Action::CreatePolicy, "createPolicy"),
    (Action::DeletePolicy, "deletePolicy"),
    (Action::CreatePolicyVersion, "createPolicyVersion"),
    (Action::DeletePolicyVersion, "deletePolicyVersion"),
    (Action::SetDefaultPolicyVersion, "setDefaultPolicyVersion"),
    (Action::AttachPolicyToUser, "attachPolicyToUser"),
    (Action::DetachPolicyFromUser, "detachPolicyFromUser"),
    (Action::AttachPolicyToGroup, "attachPolicyToGroup"),
    (Action::DetachPolicyFromGroup, "detachPolicyFromGroup"),
    (Action::AttachPolicyToRole, "attachPolicyToAgency"),
    (Action::DetachPolicyFromRole, "detachPolicyFromAgency"),
];

const CREDENTIALS: [(Action, &str); 3] = [
    (Action::CreateAccessKey, "createCredential"),
    (Action::UpdateAccessKey, "updateCredential"),
    (Action::DeleteAccessKey, "deleteCredential"),
];

const ACCOUNTS: [(Action, &str); 5] = [
    (Action::CreateAccount, "createDomain"),
    (Action::UpdateAccount, "updateDomain"),
    (Action::DeleteAccount, "deleteDomain"),
    // Services of the deployment are registered beside its accounts.
    (Action::CreateService, "createService"),
    (Action::DeleteService, "deleteService"),
];

/// All kinds of calls that are traced.
pub fn all() -> impl Iterator<Item = Traced> {
    TABLE.into_iter().flat_map(|(service, resource_type, rows)| {
        rows.iter().map(move |(action, name)| Traced {
            action: *action,
            name,
            service,
            resource_type,
        })
    })
}

/// The row of an action; nothing where it is not traced. Where there are two, the first.
pub fn of_action(action: Action) -> Option<Traced> {
    all().find(|row| row.action == action)
}

/// The names that records have for the actions of some rows, each once: what a query asks for.
pub fn operations(wanted: impl Fn(&Traced) -> bool) -> Vec<String> {
    let mut names: Vec<_> = all().filter(wanted).map(|row| row.action.name()).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_something_or_computes_is_traced_and_nothing_else() {
        // They compute, but not with a key of the service.
        let further = [
            Action::GenerateRandom,
            Action::CertificatePrivateKeySign,
            Action::CertificatePrivateKeyDecrypt,
            Action::CertificatePublicKeyVerify,
            Action::CertificatePublicKeyEncrypt,
        ];
        for action in Action::ALL {
            let expected = action.writes() || action.uses_material() || further.contains(action);
            assert_eq!(of_action(*action).is_some(), expected, "{action:?}");
        }
    }

    #[test]
    fn names_are_what_the_vendor_allows() {
        for row in all() {
            // SOURCE: CTS API reference, `trace_name`: 1 to 64 letters, digits and a few signs, a letter first.
            assert!((1..=64).contains(&row.name.len()), "{row:?}");
            assert!(
                row.name.bytes().all(|byte| byte.is_ascii_alphanumeric()),
                "{row:?}"
            );
        }
    }

    #[test]
    fn every_name_leads_to_its_actions() {
        let of_name = |name: &str| operations(|row| row.name == name);
        assert_eq!(of_name("encryptData"), ["AsymmetricEncrypt", "Encrypt"]);
        assert_eq!(
            of_name("disableKeyRotation"),
            ["EndRotation", "UpdateRotationPolicy"]
        );
        assert_eq!(of_name("updateKeyAlias"), ["UpdateKeyTitle"]);
        assert_eq!(of_name("listKeys"), [""; 0]);
        assert_eq!(operations(|row| row.resource_type == "rng"), ["GenerateRandom"]);
        for row in all() {
            assert!(
                of_name(row.name).contains(&row.action.name().to_owned()),
                "{row:?}"
            );
        }
    }
}
