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
}
