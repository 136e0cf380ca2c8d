//! Which actions are counted together.

use claviger_model::Action;

/// How many classes there are.
pub(super) const CLASSES: usize = 4;

/// Actions that are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// A key is used.
    Crypto,
    /// Keys, aliases, tags or certificates change.
    Manage,
    /// They are looked at.
    Read,
    /// Identities, sessions, the deployment.
    Identity,
}

macro_rules! classes {
    ($($class:ident: $($action:ident)*;)*) => {
        impl Class {
            /// The class of an action.
            pub(super) fn of(action: Action) -> Self {
                match action {
                    $($(Action::$action)|* => Self::$class,)*
                }
            }
        }
    };
}

classes! {
    // A signing request is signed by its key.
    Crypto:
        Encrypt Decrypt ReEncrypt ReEncryptFrom ReEncryptTo GenerateDataKey GenerateDataKeyWithoutPlaintext
        GenerateAndExportDataKey ExportDataKey
        AsymmetricEncrypt AsymmetricDecrypt AsymmetricSign AsymmetricVerify GenerateMac VerifyMac CreateCsr
        EncryptDataKey DecryptDataKey GenerateRandom
        CertificatePrivateKeySign CertificatePrivateKeyDecrypt CertificatePublicKeyVerify CertificatePublicKeyEncrypt;
    // To prepare an import changes nothing, but makes a key pair.
    Manage:
        CreateKey EnableKey DisableKey UpdateKeyDescription ScheduleKeyDeletion CancelKeyDeletion
        SetDeletionProtection DeleteKey CreateKeyVersion UpdateRotationPolicy RotateKey
        GetParametersForImport ImportKeyMaterial DeleteKeyMaterial
        TagResource UntagResource TagResources UntagResources SetKeyPolicy CreateAlias UpdateAlias DeleteAlias
        CreateCertificate UploadCertificate UpdateCertificateStatus DeleteCertificate OpenService
        UpdateKeyTitle RotateOnDemand BeginRotation AlterRotation EndRotation CreateGrant RevokeGrant RetireGrant
        WarnDeletion ChangeKeyStore;
    Read:
        DescribeKey ListKeys DescribeKeyVersion ListKeyVersions GetPublicKey ListResourceTags ListTagResources
        GetKeyPolicy ListAliases ListAliasesByKey GetCertificate DescribeCertificate DescribeRegions DescribeService
        ListInstances ListAccessPoints ListClientKeys ListNetworkRules ListAccessRules
        LookupEvents DescribeTrails GetKeyUsage
        GetRotationStatus CountKeys GetQuotas FindKeys ListTagValues ListGrants ListRetirableGrants
        ListKeyStores GetKeyStore;
    Identity:
        CreateUser GetUser UpdateUser DeleteUser ListUsers
        CreateAccessKey UpdateAccessKey DeleteAccessKey ListAccessKeys GetAccessKeyLastUsed
        CreateGroup GetGroup UpdateGroup DeleteGroup ListGroups
        AddUserToGroup RemoveUserFromGroup ListGroupsForUser ListUsersForGroup
        CreateRole GetRole UpdateRole DeleteRole ListRoles
        CreatePolicy GetPolicy DeletePolicy ListPolicies
        CreatePolicyVersion GetPolicyVersion DeletePolicyVersion ListPolicyVersions SetDefaultPolicyVersion
        AttachPolicyToUser DetachPolicyFromUser AttachPolicyToGroup DetachPolicyFromGroup
        AttachPolicyToRole DetachPolicyFromRole
        ListPoliciesForUser ListPoliciesForGroup ListPoliciesForRole ListEntitiesForPolicy
        AssumeRole GetCallerIdentity
        CreateAccount GetAccount UpdateAccount DeleteAccount ListAccounts
        CreateService GetService DeleteService ListServices ExplainDecision GetAuditStatus
        CreateToken GetToken RevokeToken CreateTemporaryKey ListProjects ListDomains GetCatalog SetPassword
        GetAccessKey;
}

impl Class {
    /// What belongs to it in a list of one thing a class, in the order of the classes.
    pub(super) fn of_all<T: Copy>(self, all: &[Option<T>; CLASSES]) -> Option<T> {
        let [crypto, manage, read, identity] = *all;
        match self {
            Self::Crypto => crypto,
            Self::Manage => manage,
            Self::Read => read,
            Self::Identity => identity,
        }
    }

    /// The same to change it.
    pub(super) fn of_all_mut<T>(self, all: &mut [T; CLASSES]) -> &mut T {
        let [crypto, manage, read, identity] = all;
        match self {
            Self::Crypto => crypto,
            Self::Manage => manage,
            Self::Read => read,
            Self::Identity => identity,
        }
    }
}
