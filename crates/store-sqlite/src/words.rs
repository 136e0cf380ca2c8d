//! The words that stand for enums in the file, both ways. They are part of the stored format: never change one.

use claviger_model::{
    AccessKeyStatus, CertificateStatus, KeySpec, Language, Origin, ProtectionLevel, StateKind, Usage,
};

/// What a policy is attached to, in the column `holder_kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HolderKind {
    User,
    Group,
    Role,
}

/// Who wrote a policy, in the column `policy_kind`. Lists show the custom ones first: their words sort so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PolicyKind {
    Custom,
    System,
}

/// A value that is kept as a short word.
pub(crate) trait Word: Sized {
    /// The word.
    fn word(&self) -> &'static str;

    /// The value behind a word, if there is one.
    fn from_word(word: &str) -> Option<Self>;
}

macro_rules! words {
    ($($name:ident { $($variant:ident = $word:literal,)* })*) => {$(
        impl Word for $name {
            fn word(&self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    )*};
}

words! {
    KeySpec {
        Aes256 = "aes-256",
        Aes192 = "aes-192",
        Aes128 = "aes-128",
        Sm4 = "sm4",
        Rsa2048 = "rsa-2048",
        Rsa3072 = "rsa-3072",
        Rsa4096 = "rsa-4096",
        EcP256 = "ec-p256",
        EcP256k = "ec-p256k",
        EcP384 = "ec-p384",
        EcP521 = "ec-p521",
        Sm2 = "sm2",
        HmacSha224 = "hmac-sha224",
        HmacSha256 = "hmac-sha256",
        HmacSha384 = "hmac-sha384",
        HmacSha512 = "hmac-sha512",
        HmacSm3 = "hmac-sm3",
    }
    Usage {
        EncryptDecrypt = "encrypt",
        SignVerify = "sign",
        GenerateVerifyMac = "mac",
    }
    Origin {
        Generated = "generated",
        External = "external",
    }
    ProtectionLevel {
        Software = "software",
        Hsm = "hsm",
    }
    StateKind {
        PendingImport = "pending-import",
        Enabled = "enabled",
        Disabled = "disabled",
        PendingDeletion = "pending-deletion",
    }
    CertificateStatus {
        Pending = "pending",
        Active = "active",
        Inactive = "inactive",
        Revoked = "revoked",
    }
    AccessKeyStatus {
        Active = "active",
        Inactive = "inactive",
    }
    Language {
        Ram = "ram",
        Iam = "iam",
    }
    HolderKind {
        User = "user",
        Group = "group",
        Role = "role",
    }
    PolicyKind {
        Custom = "custom",
        System = "system",
    }
}
