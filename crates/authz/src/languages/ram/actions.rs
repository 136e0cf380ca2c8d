//! Names of actions and algorithms, and what the pages say about single actions.

use claviger_model::{Action, EncryptionAlgorithm, HashAlgorithm};

/// Most actions are named like the operation; the others say their name, or that no policy speaks of them.
macro_rules! names {
    (
        $($service:literal: $($same:ident)*;)*
        other: $($other:ident = $name:literal)*;
        none: $($none:ident)*;
    ) => {
        /// The name of an action in policies; none where no policy is asked.
        ///
        /// SOURCE: KMS, "Use RAM to control access to KMS resources" and "Authorization information"; RAM, STS and
        /// ActionTrail, "RAM authorization" (read 2026-11-22). Re-encryption is judged by its two halves; listing
        /// regions and asking who one is are free; what the system does by itself nobody is allowed; tokens are judged by
        /// what is shown for them. The administration of the deployment and the usage of a key are our own. What only the
        /// other face offers bears the name of what it amounts to, so that policies written before hold for it; grants,
        /// random bytes and stores of keys have names of our own.
        pub fn action_name(action: Action) -> Option<&'static str> {
            match action {
                $($(Action::$same => Some(concat!($service, ":", stringify!($same))),)*)*
                $(Action::$other => Some($name),)*
                $(Action::$none)|* => None,
            }
        }
    };
}

names! {
    "kms":
        CreateKey DescribeKey ListKeys EnableKey DisableKey UpdateKeyDescription
        Encrypt Decrypt ReEncryptFrom ReEncryptTo GenerateDataKey GenerateDataKeyWithoutPlaintext
        ScheduleKeyDeletion CancelKeyDeletion SetDeletionProtection
        CreateKeyVersion DescribeKeyVersion ListKeyVersions UpdateRotationPolicy
        GetParametersForImport ImportKeyMaterial DeleteKeyMaterial
        AsymmetricEncrypt AsymmetricDecrypt AsymmetricSign AsymmetricVerify GetPublicKey GenerateMac VerifyMac
        GenerateAndExportDataKey ExportDataKey
        TagResource UntagResource ListResourceTags TagResources UntagResources ListTagResources
        SetKeyPolicy GetKeyPolicy
        CreateAlias UpdateAlias DeleteAlias ListAliases
        CreateCertificate UploadCertificate GetCertificate DescribeCertificate UpdateCertificateStatus DeleteCertificate
        CertificatePrivateKeySign CertificatePrivateKeyDecrypt CertificatePublicKeyVerify CertificatePublicKeyEncrypt
        CreateCsr ListClientKeys ListNetworkRules
        GenerateRandom CreateGrant RevokeGrant RetireGrant ListGrants ListRetirableGrants
        ListKeyStores GetKeyStore ChangeKeyStore;
    "ram":
        CreateUser GetUser UpdateUser DeleteUser ListUsers
        CreateAccessKey UpdateAccessKey DeleteAccessKey ListAccessKeys GetAccessKeyLastUsed GetAccessKey
        CreateGroup GetGroup UpdateGroup DeleteGroup ListGroups
        AddUserToGroup RemoveUserFromGroup ListGroupsForUser ListUsersForGroup
        CreateRole GetRole UpdateRole DeleteRole ListRoles
        CreatePolicy GetPolicy DeletePolicy ListPolicies
        CreatePolicyVersion GetPolicyVersion DeletePolicyVersion ListPolicyVersions SetDefaultPolicyVersion
        AttachPolicyToUser DetachPolicyFromUser AttachPolicyToGroup DetachPolicyFromGroup
        AttachPolicyToRole DetachPolicyFromRole
        ListPoliciesForUser ListPoliciesForGroup ListPoliciesForRole ListEntitiesForPolicy;
    "sts":
        AssumeRole;
    "actiontrail":
        LookupEvents DescribeTrails;
    "claviger":
        CreateAccount GetAccount UpdateAccount DeleteAccount ListAccounts
        CreateService GetService DeleteService ListServices
        GetKeyUsage GetAuditStatus;
    other:
        ListAliasesByKey = "kms:ListAliasesByKeyId"
        DescribeService = "kms:DescribeAccountKmsStatus"
        OpenService = "kms:OpenKmsService"
        ListInstances = "kms:ListKmsInstances"
        ListAccessPoints = "kms:ListApplicationAccessPoints"
        ListAccessRules = "kms:ListPolicies"
        ExplainDecision = "claviger:Explain"
        UpdateKeyTitle = "kms:UpdateKeyDescription"
        EncryptDataKey = "kms:Encrypt"
        DecryptDataKey = "kms:Decrypt"
        RotateOnDemand = "kms:UpdateRotationPolicy"
        BeginRotation = "kms:UpdateRotationPolicy"
        AlterRotation = "kms:UpdateRotationPolicy"
        EndRotation = "kms:UpdateRotationPolicy"
        GetRotationStatus = "kms:DescribeKey"
        CountKeys = "kms:ListKeys"
        GetQuotas = "kms:ListKeys"
        FindKeys = "kms:ListKeys"
        ListTagValues = "kms:ListTagResources"
        SetPassword = "ram:CreateLoginProfile";
    none:
        ReEncrypt DeleteKey RotateKey WarnDeletion DescribeRegions GetCallerIdentity
        CreateToken GetToken RevokeToken CreateTemporaryKey ListProjects ListDomains GetCatalog;
}

/// The action of a name; of those that share it the oldest, which the others amount to. Cases are the same; patterns name
/// no action.
pub fn read_action(name: &str) -> Option<Action> {
    let named =
        |action: &&Action| action_name(**action).is_some_and(|known| known.eq_ignore_ascii_case(name));
    Action::ALL.iter().find(named).copied()
}

/// How `kms:EncryptionAlgorithm` calls an algorithm; none is that of a symmetric key.
///
/// SOURCE: KMS, "Policy condition keys", kms:EncryptionAlgorithm (read 2026-11-22).
pub fn algorithm_name(algorithm: Option<EncryptionAlgorithm>) -> &'static str {
    match algorithm {
        None => "SYMMETRIC_DEFAULT",
        Some(EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1)) => "RSAES_OAEP_SHA_1",
        Some(EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256)) => "RSAES_OAEP_SHA_256",
        Some(EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha384)) => "RSAES_OAEP_SHA_384",
        Some(EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha512)) => "RSAES_OAEP_SHA_512",
        Some(EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sm3)) => "RSAES_OAEP_SM3",
        Some(EncryptionAlgorithm::RsaPkcs1) => "RSAES_PKCS1_V1_5",
        Some(EncryptionAlgorithm::Sm2Pke) => "SM2PKE",
    }
}

/// Whether policies may look at the tags of a key as `kms:tag/<key>` when they judge this action.
///
/// SOURCE: KMS, "Policy condition keys", kms:tag (read 2026-11-22). Message authentication came later than the page; it
/// uses a key as the others do. What bears the name of one of these is as that is, and what is about the grants of a key
/// is about the key.
pub fn key_tags_apply(action: Action) -> bool {
    matches!(
        action,
        Action::CancelKeyDeletion
            | Action::CreateKeyVersion
            | Action::DeleteKeyMaterial
            | Action::DescribeKey
            | Action::DescribeKeyVersion
            | Action::DisableKey
            | Action::EnableKey
            | Action::GetParametersForImport
            | Action::ImportKeyMaterial
            | Action::ListKeyVersions
            | Action::ScheduleKeyDeletion
            | Action::SetDeletionProtection
            | Action::UpdateKeyDescription
            | Action::UpdateRotationPolicy
            | Action::UpdateKeyTitle
            | Action::RotateOnDemand
            | Action::BeginRotation
            | Action::AlterRotation
            | Action::EndRotation
            | Action::GetRotationStatus
            | Action::CreateGrant
            | Action::RevokeGrant
            | Action::RetireGrant
            | Action::ListGrants
    ) || uses_key(action)
}

/// Whether policies may look at the algorithm as `kms:EncryptionAlgorithm` when they judge this action.
///
/// SOURCE: KMS, "Policy condition keys", kms:EncryptionAlgorithm (read 2026-11-22).
pub fn algorithms_apply(action: Action) -> bool {
    let other = matches!(
        action,
        Action::AsymmetricSign
            | Action::AsymmetricVerify
            | Action::GetPublicKey
            | Action::GenerateMac
            | Action::VerifyMac
    );
    uses_key(action) && !other
}

/// Whether the policy of a key may allow this action to identities of another account: they may use the key and look at
/// it, not administer it.
///
/// SOURCE: KMS, "Overview of key policies" (read 2026-11-22). The page names no actions; these are the uses, the two
/// descriptions and the list of versions.
pub fn foreign_accounts_may(action: Action) -> bool {
    let looks = matches!(
        action,
        Action::DescribeKey
            | Action::GetRotationStatus
            | Action::DescribeKeyVersion
            | Action::ListKeyVersions
    );
    looks || uses_key(action)
}

/// Whether the action computes with a key, or shows its public half.
pub(crate) fn uses_key(action: Action) -> bool {
    matches!(
        action,
        Action::AsymmetricDecrypt
            | Action::AsymmetricEncrypt
            | Action::AsymmetricSign
            | Action::AsymmetricVerify
            | Action::Decrypt
            | Action::DecryptDataKey
            | Action::Encrypt
            | Action::EncryptDataKey
            | Action::ExportDataKey
            | Action::GenerateAndExportDataKey
            | Action::GenerateDataKey
            | Action::GenerateDataKeyWithoutPlaintext
            | Action::GenerateMac
            | Action::GetPublicKey
            | Action::ReEncryptFrom
            | Action::ReEncryptTo
            | Action::VerifyMac
    )
}
