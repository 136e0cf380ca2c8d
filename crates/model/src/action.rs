//! What can be asked of the service: the names used in policies, the audit trail and metrics.

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident $kind:ident,)*) => {
        /// One thing that can be asked of the service.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $($(#[$doc])* $name,)*
        }

        impl Action {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name as the audit trail writes it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// Whether the action changes what is stored.
            pub fn writes(self) -> bool {
                match self {
                    $(Self::$name => actions!(@writes $kind),)*
                }
            }
        }
    };
    (@writes read) => { false };
    (@writes write) => { true };
}

actions! {
    /// Make a key.
    CreateKey write,
    /// Show a key.
    DescribeKey read,
    /// List keys.
    ListKeys read,
    /// Allow a key to be used.
    EnableKey write,
    /// Forbid a key to be used.
    DisableKey write,
    /// Change the description of a key.
    UpdateKeyDescription write,
    /// Encrypt under a symmetric key.
    Encrypt read,
    /// Decrypt what [`Action::Encrypt`] or a data key gave.
    Decrypt read,
    /// Decrypt and encrypt again without showing the plaintext: the call as a whole.
    ReEncrypt read,
    /// The permission that re-encryption needs on its source key.
    ReEncryptFrom read,
    /// The permission that re-encryption needs on its destination key.
    ReEncryptTo read,
    /// Make a data key and give it in plaintext too.
    GenerateDataKey read,
    /// Make a data key and give it encrypted only.
    GenerateDataKeyWithoutPlaintext read,
    /// Set the moment of a key's deletion.
    ScheduleKeyDeletion write,
    /// Take a key back from deletion.
    CancelKeyDeletion write,
    /// Protect a key from deletion, or lift the protection.
    SetDeletionProtection write,
    /// Delete a key whose time has come. The system's own.
    DeleteKey write,
    /// Add a key pair to an asymmetric key.
    CreateKeyVersion write,
    /// Show a version.
    DescribeKeyVersion read,
    /// List the versions of a key.
    ListKeyVersions read,
    /// Change how a key rotates by itself.
    UpdateRotationPolicy write,
    /// Let a new version take over. The system's own.
    RotateKey write,
    /// Give what is needed to bring key material.
    GetParametersForImport read,
    /// Bring key material.
    ImportKeyMaterial write,
    /// Give imported key material up.
    DeleteKeyMaterial write,
    /// Encrypt to the public half of a key pair.
    AsymmetricEncrypt read,
    /// Decrypt with the private half.
    AsymmetricDecrypt read,
    /// Sign a digest.
    AsymmetricSign read,
    /// Verify the signature of a digest.
    AsymmetricVerify read,
    /// Show a public key.
    GetPublicKey read,
    /// Make a message authentication code.
    GenerateMac read,
    /// Check a message authentication code.
    VerifyMac read,
    /// Make a data key and encrypt it to a caller's public key too.
    GenerateAndExportDataKey read,
    /// Encrypt a data key to a caller's public key.
    ExportDataKey read,
    /// Set tags of one resource.
    TagResource write,
    /// Take tags of one resource away.
    UntagResource write,
    /// List the tags of one resource.
    ListResourceTags read,
    /// Set tags of several resources.
    TagResources write,
    /// Take tags of several resources away.
    UntagResources write,
    /// List tags over resources.
    ListTagResources read,
    /// Put a policy on a key.
    SetKeyPolicy write,
    /// Show the policy of a key.
    GetKeyPolicy read,
    /// Give a key a second name.
    CreateAlias write,
    /// Lead a name to another key.
    UpdateAlias write,
    /// Take a name away.
    DeleteAlias write,
    /// List aliases.
    ListAliases read,
    /// List the aliases of a key.
    ListAliasesByKey read,
    /// Make a key pair and a signing request for it, to which a certificate will belong.
    CreateCertificate write,
    /// Bring the certificate that was issued, with its chain.
    UploadCertificate write,
    /// Show a certificate, its chain and its signing request.
    GetCertificate read,
    /// Show what a certificate says.
    DescribeCertificate read,
    /// Switch a certificate on or off, or revoke it.
    UpdateCertificateStatus write,
    /// Delete a certificate and its key pair.
    DeleteCertificate write,
    /// Sign with the private half of a certificate's key pair.
    CertificatePrivateKeySign read,
    /// Decrypt with the private half of a certificate's key pair.
    CertificatePrivateKeyDecrypt read,
    /// Verify with the public half of a certificate's key pair.
    CertificatePublicKeyVerify read,
    /// Encrypt to the public half of a certificate's key pair.
    CertificatePublicKeyEncrypt read,
    /// Make a signing request for a version of a key.
    CreateCsr read,
    /// List regions. Needs no permission and leaves no audit record.
    DescribeRegions read,
    /// Tell whether the account has the service.
    DescribeService read,
    /// Subscribe to the service.
    OpenService write,
    /// List dedicated instances of the service. There are none.
    ListInstances read,
    /// List access points for applications. There are none.
    ListAccessPoints read,
    /// List the client keys of access points. There are none.
    ListClientKeys read,
    /// List the networks from which access points may be used. There are none.
    ListNetworkRules read,
    /// List what may be done through access points. There is nothing.
    ListAccessRules read,
    /// Make a user.
    CreateUser write,
    /// Show a user.
    GetUser read,
    /// Change a user.
    UpdateUser write,
    /// Delete a user.
    DeleteUser write,
    /// List users.
    ListUsers read,
    /// Make an access key.
    CreateAccessKey write,
    /// Switch an access key on or off.
    UpdateAccessKey write,
    /// Delete an access key.
    DeleteAccessKey write,
    /// List the access keys of a user.
    ListAccessKeys read,
    /// Tell when an access key was last used.
    GetAccessKeyLastUsed read,
    /// Make a group.
    CreateGroup write,
    /// Show a group.
    GetGroup read,
    /// Change a group.
    UpdateGroup write,
    /// Delete a group.
    DeleteGroup write,
    /// List groups.
    ListGroups read,
    /// Put a user into a group.
    AddUserToGroup write,
    /// Take a user out of a group.
    RemoveUserFromGroup write,
    /// List the groups of a user.
    ListGroupsForUser read,
    /// List the users of a group.
    ListUsersForGroup read,
    /// Make a role.
    CreateRole write,
    /// Show a role.
    GetRole read,
    /// Change a role.
    UpdateRole write,
    /// Delete a role.
    DeleteRole write,
    /// List roles.
    ListRoles read,
    /// Make a policy.
    CreatePolicy write,
    /// Show a policy.
    GetPolicy read,
    /// Delete a policy.
    DeletePolicy write,
    /// List policies.
    ListPolicies read,
    /// Add a version to a policy.
    CreatePolicyVersion write,
    /// Show a version of a policy.
    GetPolicyVersion read,
    /// Delete a version of a policy.
    DeletePolicyVersion write,
    /// List the versions of a policy.
    ListPolicyVersions read,
    /// Choose the version of a policy that counts.
    SetDefaultPolicyVersion write,
    /// Put a policy on a user.
    AttachPolicyToUser write,
    /// Take a policy off a user.
    DetachPolicyFromUser write,
    /// Put a policy on a group.
    AttachPolicyToGroup write,
    /// Take a policy off a group.
    DetachPolicyFromGroup write,
    /// Put a policy on a role.
    AttachPolicyToRole write,
    /// Take a policy off a role.
    DetachPolicyFromRole write,
    /// List the policies on a user.
    ListPoliciesForUser read,
    /// List the policies on a group.
    ListPoliciesForGroup read,
    /// List the policies on a role.
    ListPoliciesForRole read,
    /// List what a policy is attached to.
    ListEntitiesForPolicy read,
    /// Take a role for a while.
    AssumeRole read,
    /// Tell who the caller is. Needs no permission.
    GetCallerIdentity read,
    /// Make an account.
    CreateAccount write,
    /// Show an account.
    GetAccount read,
    /// Change an account.
    UpdateAccount write,
    /// Delete an account.
    DeleteAccount write,
    /// List accounts.
    ListAccounts read,
    /// Make a service.
    CreateService write,
    /// Show a service.
    GetService read,
    /// Delete a service.
    DeleteService write,
    /// List services.
    ListServices read,
    /// Tell what would be decided about a call, and by which statements.
    ExplainDecision read,
    /// Find calls of the past in the audit trail.
    LookupEvents read,
    /// List where the audit trail is delivered to by the vendor's means. There is nothing.
    DescribeTrails read,
    /// Tell how a key was used, and by whom last.
    GetKeyUsage read,
    /// Tell how the audit log and all that follows it are doing.
    GetAuditStatus read,
    /// Change the display name of a key.
    UpdateKeyTitle write,
    /// Encrypt a data key that the caller brings.
    EncryptDataKey read,
    /// Decrypt a data key.
    DecryptDataKey read,
    /// Draw random bytes.
    GenerateRandom read,
    /// Let a new version take over now, by the owner's wish.
    RotateOnDemand write,
    /// Let a key rotate by itself from now on.
    BeginRotation write,
    /// Change how often a key rotates by itself.
    AlterRotation write,
    /// Let a key no longer rotate by itself.
    EndRotation write,
    /// Tell how a key rotates, and how often it did.
    GetRotationStatus read,
    /// Count keys.
    CountKeys read,
    /// Tell how much there may be, and how much there is.
    GetQuotas read,
    /// Find keys by tags and display name.
    FindKeys read,
    /// List tag keys with all values that they have.
    ListTagValues read,
    /// Let somebody else use a key.
    CreateGrant write,
    /// Take a grant back.
    RevokeGrant write,
    /// Give a grant up.
    RetireGrant write,
    /// List the grants of a key.
    ListGrants read,
    /// List the grants that the caller may give up.
    ListRetirableGrants read,
    /// Note that a key will be deleted. The system's own.
    WarnDeletion write,
    /// List stores of keys of the caller's own. There are none.
    ListKeyStores read,
    /// Show a store of keys. There are none.
    GetKeyStore read,
    /// Make, change or delete a store of keys. There are none.
    ChangeKeyStore write,
    /// Give a token for a name and password, an access key, or another token.
    CreateToken read,
    /// Show what a token stands for.
    GetToken read,
    /// Make a token void.
    RevokeToken write,
    /// Give an access key that lasts for a while and has the caller's own rights.
    CreateTemporaryKey read,
    /// List the projects of the caller's account: one for each region.
    ListProjects read,
    /// List the accounts that the caller belongs to: its own.
    ListDomains read,
    /// List where which part of the service is reached.
    GetCatalog read,
    /// Set or change a password.
    SetPassword write,
    /// Show an access key by its id alone.
    GetAccessKey read,
}

impl Action {
    /// The action of a name as the audit trail writes it.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|action| action.name() == name).copied()
    }

    /// Whether a call of this kind computes with material of a key, which makes it a use of the key. The key pair of a
    /// certificate is no key: what is done with it is not counted here. A public key that is only shown is not used.
    pub fn uses_material(self) -> bool {
        matches!(
            self,
            Self::Encrypt
                | Self::Decrypt
                | Self::ReEncrypt
                | Self::EncryptDataKey
                | Self::DecryptDataKey
                | Self::GenerateDataKey
                | Self::GenerateDataKeyWithoutPlaintext
                | Self::GenerateAndExportDataKey
                | Self::ExportDataKey
                | Self::AsymmetricEncrypt
                | Self::AsymmetricDecrypt
                | Self::AsymmetricSign
                | Self::AsymmetricVerify
                | Self::GenerateMac
                | Self::VerifyMac
                | Self::CreateCsr
        )
    }
}
