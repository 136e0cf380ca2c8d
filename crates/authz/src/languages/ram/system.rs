//! Policies that every account has and nobody can change.
//!
//! SOURCE: KMS, "System policies for Key Management Service", and RAM's list of system policies, where the audit trail's
//! are (read 2026-11-22), for names and purposes. What they allow is said in our own words and kept to the purpose:
//! reading shows no secrets, using secrets opens no keys.

/// A policy that comes with the deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemPolicy {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// The document, of [`Kind::Identity`](super::Kind::Identity).
    pub document: &'static str,
}

/// The system policy of a name.
pub fn system_policy(name: &str) -> Option<&'static SystemPolicy> {
    SYSTEM_POLICIES.iter().find(|policy| policy.name == name)
}

/// All of them, ordered by name.
pub const SYSTEM_POLICIES: &[SystemPolicy] = &[
    SystemPolicy {
        name: "AdministratorAccess",
        description: "Everything in the account.",
        document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
    },
    SystemPolicy {
        name: "AliyunActionTrailFullAccess",
        description: "Everything with the audit trail.",
        document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"actiontrail:*","Resource":"*"}]}"#,
    },
    SystemPolicy {
        name: "AliyunActionTrailReadOnlyAccess",
        description: "Sight of the audit trail.",
        document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["actiontrail:Lookup*","actiontrail:Describe*","actiontrail:Get*","actiontrail:List*"],"Resource":"*"}]}"#,
    },
    SystemPolicy {
        name: "AliyunKMSCryptoUserAccess",
        description: "Use of keys: encrypt, decrypt, sign, verify, make data keys.",
        document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["kms:Encrypt","kms:Decrypt","kms:ReEncrypt*","kms:GenerateDataKey*","kms:GenerateAndExportDataKey","kms:ExportDataKey","kms:AdvanceEncrypt","kms:AdvanceDecrypt","kms:AdvanceGenerateDataKey","kms:AsymmetricEncrypt","kms:AsymmetricDecrypt","kms:AsymmetricSign","kms:AsymmetricVerify","kms:GenerateMac","kms:VerifyMac","kms:GetPublicKey","kms:CertificatePublicKeyEncrypt","kms:CertificatePrivateKeyDecrypt","kms:CertificatePrivateKeySign","kms:CertificatePublicKeyVerify","kms:GetCertificate"],"Resource":"*"}]}"#,
    },
    SystemPolicy {
        name: "AliyunKMSFullAccess",
        description: "Everything with keys, aliases, secrets and certificates.",
        document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"}]}"#,
    },
    SystemPolicy {
        name: "AliyunKMSReadOnlyAccess",
        description: "Sight of keys, aliases, secrets and certificates, without using a key or reading a secret.",
        document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["kms:Describe*","kms:List*","kms:GetPublicKey","kms:GetKeyPolicy","kms:GetSecretPolicy","kms:GetCertificate","kms:GetClientKey","kms:GetKmsInstance*","kms:GetDefaultKmsInstance"],"Resource":"*"}]}"#,
    },
    SystemPolicy {
        name: "AliyunKMSSecretUserAccess",
        description: "Reading of secrets.",
        document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["kms:GetSecretValue","kms:DescribeSecret","kms:ListSecrets","kms:ListSecretVersionIds","kms:GetRandomPassword"],"Resource":"*"}]}"#,
    },
    SystemPolicy {
        name: "AliyunRAMFullAccess",
        description: "Everything with users, groups, roles and policies.",
        document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:*","Resource":"*"}]}"#,
    },
    SystemPolicy {
        name: "AliyunSTSAssumeRoleAccess",
        description: "Taking of roles that trust who takes them.",
        document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}"#,
    },
];
