//! Names of actions and what the pages say about single actions.

use claviger_model::Action;

/// Most actions are named like the operation; the others say their name, or that no policy speaks of them.
macro_rules! names {
    (same: $($same:ident)*; other: $($other:ident = $name:literal)*; none: $($none:ident)*;) => {
        /// The name of an action in policies; none where no policy is asked.
        ///
        /// SOURCE: KMS, "Use RAM to control access to KMS resources" and "Authorization information" (read
        /// 2026-11-22). Re-encryption is judged by its two halves; listing regions is free; what the system does by
        /// itself nobody is allowed.
        pub fn action_name(action: Action) -> Option<&'static str> {
            match action {
                $(Action::$same => Some(concat!("kms:", stringify!($same))),)*
                $(Action::$other => Some($name),)*
                $(Action::$none)|* => None,
            }
        }
    };
}

names! {
    same:
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
        CreateCsr;
    other:
        ListAliasesByKey = "kms:ListAliasesByKeyId"
        DescribeService = "kms:DescribeAccountKmsStatus"
        OpenService = "kms:OpenKmsService";
    none: ReEncrypt DeleteKey RotateKey DescribeRegions;
}

/// Whether policies may look at the tags of a key as `kms:tag/<key>` when they judge this action.
///
/// SOURCE: KMS, "Policy condition keys", kms:tag (read 2026-11-22). Message authentication came later than the page; it
/// uses a key as the others do.
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
        Action::DescribeKey | Action::DescribeKeyVersion | Action::ListKeyVersions
    );
    looks || uses_key(action)
}

/// Whether the action computes with a key, or shows its public half.
fn uses_key(action: Action) -> bool {
    matches!(
        action,
        Action::AsymmetricDecrypt
            | Action::AsymmetricEncrypt
            | Action::AsymmetricSign
            | Action::AsymmetricVerify
            | Action::Decrypt
            | Action::Encrypt
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
