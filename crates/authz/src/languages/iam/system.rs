//! Roles and policies that every account has and nobody can change.
//!
//! SOURCE: KMS user guide, "KMS Permissions" and "Creating a User and Authorizing the User the Permission to Access KMS"
//! (read 2026-11-22), for titles and purposes. What they allow is said in our own words and kept to the purpose: reading uses no keys and brings no
//! material. The vendor's roles of all tenants cover hundreds of services; here they cover those that there are.

use claviger_model::Language;

use crate::languages::{Layer, SystemPolicy, SystemRole};

/// All of them, ordered by name.
pub(in crate::languages) const SYSTEM_POLICIES: &[SystemPolicy] = &[
    SystemPolicy {
        name: "CTS-Administrator",
        language: Language::Iam,
        description: "Everything with the audit trail.",
        document: r#"{"Version":"1.0","Statement":[{"Effect":"Allow","Action":["cts:*:*"]}],"Depends":[]}"#,
        role: Some(SystemRole {
            title: "CTS Administrator",
            id: "3ed3865627415de7f2e6c0acdadf1243",
            layer: Layer::Project,
            catalog: "CTS",
        }),
    },
    SystemPolicy {
        name: "KMS-Administrator",
        language: Language::Iam,
        description: "Everything with keys.",
        document: r#"{"Version":"1.0","Statement":[{"Effect":"Allow","Action":["KMS:*:*"]}],"Depends":[]}"#,
        role: Some(SystemRole {
            title: "KMS Administrator",
            id: "a98eaa284015df495c4e6ea5a89e252b",
            layer: Layer::Project,
            catalog: "KMS",
        }),
    },
    SystemPolicy {
        name: "KMS-CMKAdmin",
        language: Language::Iam,
        description: "Everything with keys, their data keys, grants, tags and aliases.",
        document: r#"{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["kms:cmk:*","kms:dek:*","kms:grant:*","kms:cmkTag:*","kms:alias:*"]}]}"#,
        role: Some(SystemRole {
            title: "KMS CMK Admin",
            id: "14af254ff508bdf5e0ba6e2834f3b83f",
            layer: Layer::Project,
            catalog: "KMS",
        }),
    },
    SystemPolicy {
        name: "KMS-CMKFullAccess",
        language: Language::Iam,
        description: "Everything with keys, their data keys, grants, tags and aliases.",
        document: r#"{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["kms:cmk:*","kms:dek:*","kms:grant:*","kms:cmkTag:*","kms:alias:*"]}]}"#,
        role: Some(SystemRole {
            title: "KMS CMKFullAccess",
            id: "4e004397a3a453a00306fedfa8ea8740",
            layer: Layer::Project,
            catalog: "KMS",
        }),
    },
    SystemPolicy {
        name: "KMS-CMKReadOnlyAccess",
        language: Language::Iam,
        description: "Sight of keys, grants, tags and aliases, without using a key.",
        document: r#"{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["kms:cmk:get","kms:cmk:list","kms:cmk:getInstance","kms:cmk:getQuota","kms:cmk:getRotation","kms:cmk:getPublicKey","kms:cmk:getKeyVersion","kms:cmk:listKeyVersions","kms:cmk:getKeyPolicy","kms:cmkTag:list","kms:cmkTag:listInstance","kms:grant:list","kms:alias:list"]}]}"#,
        role: Some(SystemRole {
            title: "KMS CMKReadOnlyAccess",
            id: "193749e47ee132d53dedf3f6a6a1d1fe",
            layer: Layer::Project,
            catalog: "KMS",
        }),
    },
    SystemPolicy {
        name: "KMSReadOnlyPolicy",
        language: Language::Iam,
        description: "Sight of keys, grants, tags and aliases, without using a key.",
        document: r#"{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["kms:cmk:get","kms:cmk:list","kms:cmk:getInstance","kms:cmk:getQuota","kms:cmk:getRotation","kms:cmk:getPublicKey","kms:cmk:getKeyVersion","kms:cmk:listKeyVersions","kms:cmk:getKeyPolicy","kms:cmkTag:list","kms:cmkTag:listInstance","kms:grant:list","kms:alias:list"]}]}"#,
        role: Some(SystemRole {
            title: "KMSReadOnlyPolicy",
            id: "9051b98ddf50f01f57fcabfd064e4684",
            layer: Layer::Project,
            catalog: "KMS",
        }),
    },
    SystemPolicy {
        name: "Security-Administrator",
        language: Language::Iam,
        description: "Everything with users, groups, agencies and policies.",
        document: r#"{"Version":"1.0","Statement":[{"Effect":"Allow","Action":["iam:*:*"]}],"Depends":[]}"#,
        role: Some(SystemRole {
            title: "Security Administrator",
            id: "078af9c0163033221bc9f52c41a3a649",
            layer: Layer::Global,
            catalog: "BASE",
        }),
    },
    SystemPolicy {
        name: "Tenant-Administrator",
        language: Language::Iam,
        description: "Everything with all services but identities.",
        document: r#"{"Version":"1.0","Statement":[{"Effect":"Allow","Action":["kms:*:*","cts:*:*"]}],"Depends":[]}"#,
        role: Some(SystemRole {
            title: "Tenant Administrator",
            id: "fde57e5b5f5b8aba55e374cedc77dfa3",
            layer: Layer::Project,
            catalog: "BASE",
        }),
    },
    SystemPolicy {
        name: "Tenant-Guest",
        language: Language::Iam,
        description: "Sight of what all services but identities have.",
        document: r#"{"Version":"1.0","Statement":[{"Effect":"Allow","Action":["kms:cmk:get","kms:cmk:list","kms:cmk:getInstance","kms:cmk:getQuota","kms:cmk:getRotation","kms:cmk:getPublicKey","kms:cmk:getKeyVersion","kms:cmk:listKeyVersions","kms:cmk:getKeyPolicy","kms:cmkTag:list","kms:cmkTag:listInstance","kms:grant:list","kms:alias:list","kms:certificate:get","kms:service:get","kms:keystore:get","kms:*:list","kms:accessPoint:list*","cts:*:get","cts:*:list"]}],"Depends":[]}"#,
        role: Some(SystemRole {
            title: "Tenant Guest",
            id: "a64b3dca23db28427346b0ef8ba48c46",
            layer: Layer::Project,
            catalog: "BASE",
        }),
    },
];
