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
    /// List regions. Needs no permission and leaves no audit record.
    DescribeRegions read,
    /// Tell whether the account has the service.
    DescribeService read,
    /// Subscribe to the service.
    OpenService write,
}
