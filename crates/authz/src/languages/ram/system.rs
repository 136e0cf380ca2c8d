//! Policies that every account has and nobody can change.
//!
//! SOURCE: KMS, "System policies for Key Management Service", and RAM's list of system policies, where the audit trail's
//! are (read 2026-11-22), for names and purposes. What they allow is said in our own words and kept to the purpose:
//! reading shows no secrets, using secrets opens no keys.

use claviger_model::Language;

use crate::languages::SystemPolicy;

/// All of them, ordered by name.
pub(in crate::languages) const SYSTEM_POLICIES: &[SystemPolicy] = &[
    SystemPolicy {
        name: "AdministratorAccess",
        language: Language::Ram,
        description: "Everything in the account.",
        document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
        role: None,
    },
    SystemPolicy {
        name: "AliyunActionTrailFullAccess",
        language: Language::Ram,
        description: "Everything with the audit trail.",
        document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"actiontrail:*","Resource":"*"}]}"#,
        role: None,
    },
    SystemPolicy {
        name: "AliyunActionTrailReadOnlyAccess",
        language: Language::Ram,
        description: "Sight of the audit trail.",
        document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["actiontrail:Lookup*","actiontrail:Describe*","actiontrail:Get*","actiontrail:List*"],"Resource":"*"}]}"#,
        role: None,
    },
    SystemPolicy {
        name: "AliyunKMSCryptoUserAccess",
        language: Language::Ram,
        description: "Use of keys: encrypt, decrypt, sign, verify, make data keys.",
        document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["kms:Encrypt","kms:Decrypt","kms:ReEncrypt*","kms:GenerateDataKey*","kms:GenerateAndExportDataKey","kms:ExportDataKey","kms:AdvanceEncrypt","kms:AdvanceDecrypt","kms:AdvanceGenerateDataKey","kms:AsymmetricEncrypt","kms:AsymmetricDecrypt","kms:AsymmetricSign","kms:AsymmetricVerify","kms:GenerateMac","kms:VerifyMac","kms:GetPublicKey","kms:CertificatePublicKeyEncrypt","kms:CertificatePrivateKeyDecrypt","kms:CertificatePrivateKeySign","kms:CertificatePublicKeyVerify","kms:GetCertificate"],"Resource":"*"}]}"#,
        role: None,
    },
    SystemPolicy {
        name: "AliyunKMSFullAccess",
        language: Language::Ram,
        description: "Everything with keys, aliases, secrets and certificates.",
        document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"}]}"#,
        role: None,
    },
    SystemPolicy {
        name: "AliyunKMSReadOnlyAccess",
        language: Language::Ram,
        description: "Sight of keys, aliases, secrets and certificates, without using a key or reading a secret.",
        document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["kms:Describe*","kms:List*","kms:GetPublicKey","kms:GetKeyPolicy","kms:GetSecretPolicy","kms:GetCertificate","kms:GetClientKey","kms:GetKmsInstance*","kms:GetDefaultKmsInstance"],"Resource":"*"}]}"#,
        role: None,
    },
    SystemPolicy {
        name: "AliyunKMSSecretUserAccess",
        language: Language::Ram,
        description: "Reading of secrets.",
        document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["kms:GetSecretValue","kms:DescribeSecret","kms:ListSecrets","kms:ListSecretVersionIds","kms:GetRandomPassword"],"Resource":"*"}]}"#,
        role: None,
    },
    SystemPolicy {
        name: "AliyunRAMFullAccess",
        language: Language::Ram,
        description: "Everything with users, groups, roles and policies.",
        document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:*","Resource":"*"}]}"#,
        role: None,
    },
    SystemPolicy {
        name: "AliyunSTSAssumeRoleAccess",
        language: Language::Ram,
        description: "Taking of roles that trust who takes them.",
        document: r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}"#,
        role: None,
    },
];
