//! Names of actions.

use claviger_model::Action;

/// The actions no policy speaks of; then each action, its name in policies, and names that it has beside that.
macro_rules! names {
    (none: $($none:ident)*; $($action:ident = $name:literal $($also:literal)*;)*) => {
        /// The actions that have names. Of those that share one, what this face offers comes first.
        const NAMED: &[Action] = &[$(Action::$action),*];

        /// The names of an action, `<service>:<type>:<operation>`; none where no policy is asked.
        ///
        /// The first is that of policies and roles (versions "1.1" and "1.0"). The others came with version "5.0", or with
        /// later editions of "1.1", and are understood in all: see `statements`.
        ///
        /// SOURCE: KMS API, actions of policies (2023) for the first names of what that service does; KMS API, "Actions
        /// Supported by Policy-based Authorization" and "Actions Supported by Identity Policy-based Authorization" (2025),
        /// and the ECS guide's policy for enclaves, for the others (read 2026-11-22). Whatever the vendor has no name for
        /// has one of our own here, of the type it touches, so that `kms:*:*` covers all that the service does. What only
        /// the other face offers is named like what it amounts to: to re-encrypt is to decrypt and to encrypt. Names of
        /// identities and of the trail follow the vendor's pattern (`iam:users:getUser`, `iam:roles:getRole`,
        /// `iam:tokens:assume`) and were not compared with its lists one by one.
        pub fn action_names(action: Action) -> &'static [&'static str] {
            match action {
                $(Action::$action => &[$name $(, $also)*],)*
                $(Action::$none)|* => &[],
            }
        }
    };
}

names! {
    none:
        ReEncrypt DeleteKey RotateKey WarnDeletion DescribeRegions GetCallerIdentity
        CreateToken GetToken RevokeToken CreateTemporaryKey ListProjects ListDomains GetCatalog;

    CreateKey = "kms:cmk:create";
    DescribeKey = "kms:cmk:get";
    ListKeys = "kms:cmk:list";
    EnableKey = "kms:cmk:enable";
    DisableKey = "kms:cmk:disable";
    UpdateKeyTitle = "kms:cmk:update";
    UpdateKeyDescription = "kms:cmk:update";
    ScheduleKeyDeletion = "kms:cmk:update";
    CancelKeyDeletion = "kms:cmk:update";
    SetDeletionProtection = "kms:cmk:update";
    Encrypt = "kms:cmk:crypto" "kms:cmk:encryptData" "kms:cmk:encrypt";
    Decrypt = "kms:cmk:crypto" "kms:cmk:decryptData" "kms:cmk:decrypt";
    ReEncryptFrom = "kms:cmk:crypto" "kms:cmk:decryptData" "kms:cmk:decrypt";
    ReEncryptTo = "kms:cmk:crypto" "kms:cmk:encryptData" "kms:cmk:encrypt";
    AsymmetricEncrypt = "kms:cmk:crypto" "kms:cmk:encryptData" "kms:cmk:encrypt";
    AsymmetricDecrypt = "kms:cmk:crypto" "kms:cmk:decryptData" "kms:cmk:decrypt";
    GenerateDataKey = "kms:dek:create" "kms:cmk:createDataKey";
    GenerateDataKeyWithoutPlaintext = "kms:dek:create" "kms:cmk:createDataKeyWithoutPlaintext";
    EncryptDataKey = "kms:dek:crypto" "kms:cmk:encryptDataKey" "kms:dek:encrypt";
    DecryptDataKey = "kms:dek:crypto" "kms:cmk:decryptDataKey" "kms:dek:decrypt";
    GenerateAndExportDataKey = "kms:dek:create" "kms:cmk:createDataKey";
    ExportDataKey = "kms:dek:crypto" "kms:cmk:decryptDataKey" "kms:dek:decrypt";
    GenerateRandom = "kms:cmk:generate" "kms::generateRandom";
    AsymmetricSign = "kms:cmk:sign";
    AsymmetricVerify = "kms:cmk:verify";
    GetPublicKey = "kms:cmk:getPublicKey";
    GenerateMac = "kms:cmk:generateMac";
    VerifyMac = "kms:cmk:verifyMac";
    CreateCsr = "kms:cmk:createCsr";
    CreateKeyVersion = "kms:cmk:createKeyVersion";
    DescribeKeyVersion = "kms:cmk:getKeyVersion";
    ListKeyVersions = "kms:cmk:listKeyVersions";
    BeginRotation = "kms:cmk:enableRotation";
    EndRotation = "kms:cmk:disableRotation";
    AlterRotation = "kms:cmk:updateRotation";
    UpdateRotationPolicy = "kms:cmk:updateRotation";
    GetRotationStatus = "kms:cmk:getRotation";
    RotateOnDemand = "kms:cmk:rotateOnDemand";
    CountKeys = "kms:cmk:getInstance";
    GetQuotas = "kms:cmk:getQuota";
    GetParametersForImport = "kms:cmk:getMaterial";
    ImportKeyMaterial = "kms:cmk:importMaterial";
    DeleteKeyMaterial = "kms:cmk:deleteMaterial";
    SetKeyPolicy = "kms:cmk:setKeyPolicy";
    GetKeyPolicy = "kms:cmk:getKeyPolicy";
    TagResource = "kms:cmkTag:create";
    UntagResource = "kms:cmkTag:delete";
    ListResourceTags = "kms:cmkTag:list";
    TagResources = "kms:cmkTag:batch";
    UntagResources = "kms:cmkTag:batch";
    ListTagValues = "kms:cmkTag:list";
    ListTagResources = "kms:cmkTag:list";
    FindKeys = "kms:cmkTag:listInstance";
    CreateGrant = "kms:grant:create";
    RevokeGrant = "kms:grant:revoke";
    RetireGrant = "kms:grant:retire" "kms:cmk:retireGrant";
    ListGrants = "kms:grant:list";
    ListRetirableGrants = "kms:grant:list";
    CreateAlias = "kms:alias:create";
    UpdateAlias = "kms:alias:associate";
    DeleteAlias = "kms:alias:delete";
    ListAliases = "kms:alias:list";
    ListAliasesByKey = "kms:alias:list";
    CreateCertificate = "kms:certificate:create";
    UploadCertificate = "kms:certificate:upload";
    GetCertificate = "kms:certificate:get";
    DescribeCertificate = "kms:certificate:get";
    UpdateCertificateStatus = "kms:certificate:update";
    DeleteCertificate = "kms:certificate:delete";
    CertificatePrivateKeySign = "kms:certificate:sign";
    CertificatePrivateKeyDecrypt = "kms:certificate:decrypt";
    CertificatePublicKeyVerify = "kms:certificate:verify";
    CertificatePublicKeyEncrypt = "kms:certificate:encrypt";
    ListKeyStores = "kms:keystore:list";
    GetKeyStore = "kms:keystore:get";
    ChangeKeyStore = "kms:keystore:create" "kms:keystore:delete" "kms:keystore:enable" "kms:keystore:disable";
    DescribeService = "kms:service:get";
    OpenService = "kms:service:open";
    ListInstances = "kms:instance:list";
    ListAccessPoints = "kms:accessPoint:list";
    ListClientKeys = "kms:accessPoint:listClientKeys";
    ListNetworkRules = "kms:accessPoint:listNetworkRules";
    ListAccessRules = "kms:accessPoint:listAccessRules";

    CreateUser = "iam:users:createUser";
    GetUser = "iam:users:getUser";
    UpdateUser = "iam:users:updateUser";
    SetPassword = "iam:users:updateUser";
    DeleteUser = "iam:users:deleteUser";
    ListUsers = "iam:users:listUsers";
    CreateAccessKey = "iam:credentials:createCredential";
    UpdateAccessKey = "iam:credentials:updateCredential";
    DeleteAccessKey = "iam:credentials:deleteCredential";
    ListAccessKeys = "iam:credentials:listCredentials";
    GetAccessKey = "iam:credentials:getCredential";
    GetAccessKeyLastUsed = "iam:credentials:getCredential";
    CreateGroup = "iam:groups:createGroup";
    GetGroup = "iam:groups:getGroup";
    UpdateGroup = "iam:groups:updateGroup";
    DeleteGroup = "iam:groups:deleteGroup";
    ListGroups = "iam:groups:listGroups";
    AddUserToGroup = "iam:permissions:addUserToGroup";
    RemoveUserFromGroup = "iam:permissions:removeUserFromGroup";
    ListGroupsForUser = "iam:groups:listGroupsForUser";
    ListUsersForGroup = "iam:users:listUsersForGroup";
    CreateRole = "iam:agencies:createAgency";
    GetRole = "iam:agencies:getAgency";
    UpdateRole = "iam:agencies:updateAgency";
    DeleteRole = "iam:agencies:deleteAgency";
    ListRoles = "iam:agencies:listAgencies";
    CreatePolicy = "iam:roles:createRole";
    GetPolicy = "iam:roles:getRole";
    DeletePolicy = "iam:roles:deleteRole";
    ListPolicies = "iam:roles:listRoles";
    CreatePolicyVersion = "iam:roles:updateRole";
    GetPolicyVersion = "iam:roles:getRole";
    DeletePolicyVersion = "iam:roles:updateRole";
    ListPolicyVersions = "iam:roles:getRole";
    SetDefaultPolicyVersion = "iam:roles:updateRole";
    AttachPolicyToUser = "iam:permissions:grantRoleToUser";
    DetachPolicyFromUser = "iam:permissions:revokeRoleFromUser";
    AttachPolicyToGroup = "iam:permissions:grantRoleToGroup";
    DetachPolicyFromGroup = "iam:permissions:revokeRoleFromGroup";
    AttachPolicyToRole = "iam:permissions:grantRoleToAgency";
    DetachPolicyFromRole = "iam:permissions:revokeRoleFromAgency";
    ListPoliciesForUser = "iam:permissions:listRolesForUser";
    ListPoliciesForGroup = "iam:permissions:listRolesForGroup";
    ListPoliciesForRole = "iam:permissions:listRolesForAgency";
    ListEntitiesForPolicy = "iam:permissions:listRoleAssignments";
    AssumeRole = "iam:tokens:assume";

    LookupEvents = "cts:trace:list";
    DescribeTrails = "cts:tracker:list";

    CreateAccount = "claviger:accounts:create";
    GetAccount = "claviger:accounts:get";
    UpdateAccount = "claviger:accounts:update";
    DeleteAccount = "claviger:accounts:delete";
    ListAccounts = "claviger:accounts:list";
    CreateService = "claviger:services:create";
    GetService = "claviger:services:get";
    DeleteService = "claviger:services:delete";
    ListServices = "claviger:services:list";
    ExplainDecision = "claviger:policies:explain";
    GetKeyUsage = "claviger:keys:getUsage";
    GetAuditStatus = "claviger:audit:getStatus";
}

/// The action of a name, whichever of its names that is; of those that share it the one that this face offers. Cases are
/// the same; patterns name no action.
pub fn read_action(name: &str) -> Option<Action> {
    let bears = |action: &&Action| {
        let mut names = action_names(**action).iter();
        names.any(|known| known.eq_ignore_ascii_case(name))
    };
    NAMED.iter().find(bears).copied()
}

/// The service that an action is asked of.
pub fn service_name(action: Action) -> Option<&'static str> {
    action_names(action).first()?.split(':').next()
}
