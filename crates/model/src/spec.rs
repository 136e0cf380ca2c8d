//! Kinds of keys, what each may be used for, and where it is held.

use crate::HashAlgorithm;

/// What a key is made of.
///
/// SOURCE: Alibaba Cloud KMS, "Key types and specifications"; both faces spell these names in their own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeySpec {
    /// AES with a 256-bit key, authenticated encryption.
    Aes256,
    /// AES with a 192-bit key.
    Aes192,
    /// AES with a 128-bit key.
    Aes128,
    /// SM4 (GB/T 32907), 128-bit key.
    Sm4,
    /// RSA, 2048-bit modulus.
    Rsa2048,
    /// RSA, 3072-bit modulus.
    Rsa3072,
    /// RSA, 4096-bit modulus.
    Rsa4096,
    /// ECDSA on NIST P-256.
    EcP256,
    /// ECDSA on secp256k1.
    EcP256k,
    /// ECDSA on NIST P-384.
    EcP384,
    /// ECDSA on NIST P-521.
    EcP521,
    /// SM2 (GB/T 32918).
    Sm2,
    /// HMAC with SHA-224, 224-bit key.
    HmacSha224,
    /// HMAC with SHA-256, 256-bit key.
    HmacSha256,
    /// HMAC with SHA-384, 384-bit key.
    HmacSha384,
    /// HMAC with SHA-512, 512-bit key.
    HmacSha512,
    /// HMAC with SM3 (GB/T 32905), 256-bit key.
    HmacSm3,
}

/// What a key is for, fixed for its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Usage {
    /// Encryption and decryption.
    EncryptDecrypt,
    /// Signatures and their verification.
    SignVerify,
    /// Message authentication codes and their verification.
    GenerateVerifyMac,
}

/// What a caller wants to do with a key right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Encrypt with the primary version of a symmetric key.
    Encrypt,
    /// Decrypt with any version of a symmetric key.
    Decrypt,
    /// Encrypt to the public half of a version.
    AsymmetricEncrypt,
    /// Decrypt with the private half of a version.
    AsymmetricDecrypt,
    /// Sign with the private half of a version.
    Sign,
    /// Verify with the public half of a version.
    Verify,
    /// Show the public half of a version.
    PublicKey,
    /// Make or check a message authentication code.
    Mac,
    /// Add a key pair to the versions of an asymmetric key.
    AddVersion,
}

/// Where the material of a key is held and computed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProtectionLevel {
    /// In the memory of the server, wrapped by the root key at rest.
    Software,
    /// In a hardware security module or the managed HSM process.
    Hsm,
}

/// What kind of cryptography a spec is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// A block cipher in an authenticated mode.
    Cipher,
    /// RSA.
    Rsa,
    /// ECDSA.
    Ec,
    /// SM2.
    Sm2,
    /// A keyed hash.
    Mac,
}

impl KeySpec {
    /// All of them, in the order of the documentation.
    pub const ALL: &'static [Self] = &[
        Self::Aes256,
        Self::Aes192,
        Self::Aes128,
        Self::Sm4,
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
        Self::EcP256,
        Self::EcP256k,
        Self::EcP384,
        Self::EcP521,
        Self::Sm2,
        Self::HmacSha224,
        Self::HmacSha256,
        Self::HmacSha384,
        Self::HmacSha512,
        Self::HmacSm3,
    ];

    /// What kind of cryptography it is.
    pub fn family(self) -> Family {
        match self {
            Self::Aes256 | Self::Aes192 | Self::Aes128 | Self::Sm4 => Family::Cipher,
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => Family::Rsa,
            Self::EcP256 | Self::EcP256k | Self::EcP384 | Self::EcP521 => Family::Ec,
            Self::Sm2 => Family::Sm2,
            Self::HmacSha224 | Self::HmacSha256 | Self::HmacSha384 | Self::HmacSha512 | Self::HmacSm3 => {
                Family::Mac
            }
        }
    }

    /// Whether one secret key does both directions of a cipher.
    pub fn is_symmetric(self) -> bool {
        self.family() == Family::Cipher
    }

    /// Whether keys have a private and a public half.
    pub fn is_asymmetric(self) -> bool {
        matches!(self.family(), Family::Rsa | Family::Ec | Family::Sm2)
    }

    /// Bytes of the secret key; `None` for key pairs.
    pub fn secret_len(self) -> Option<usize> {
        match self {
            Self::Aes128 | Self::Sm4 => Some(16),
            Self::Aes192 => Some(24),
            Self::HmacSha224 => Some(28),
            Self::Aes256 | Self::HmacSha256 | Self::HmacSm3 => Some(32),
            Self::HmacSha384 => Some(48),
            Self::HmacSha512 => Some(64),
            Self::Rsa2048
            | Self::Rsa3072
            | Self::Rsa4096
            | Self::EcP256
            | Self::EcP256k
            | Self::EcP384
            | Self::EcP521
            | Self::Sm2 => None,
        }
    }

    /// The hash that belongs to it: that of the same family of standards.
    pub fn companion_hash(self) -> HashAlgorithm {
        match self {
            Self::Sm4 | Self::Sm2 | Self::HmacSm3 => HashAlgorithm::Sm3,
            _ => HashAlgorithm::Sha256,
        }
    }

    /// What keys of this spec can be made for; the first is the default.
    pub fn usages(self) -> &'static [Usage] {
        match self.family() {
            Family::Cipher => &[Usage::EncryptDecrypt],
            Family::Rsa | Family::Sm2 => &[Usage::SignVerify, Usage::EncryptDecrypt],
            Family::Ec => &[Usage::SignVerify],
            Family::Mac => &[Usage::GenerateVerifyMac],
        }
    }

    /// The usage of a key whose creator named none.
    pub fn default_usage(self) -> Usage {
        self.usages().first().copied().unwrap_or(Usage::EncryptDecrypt)
    }
}

impl Purpose {
    /// Whether a key of this spec and usage can serve the purpose at all, whatever its state.
    pub fn fits(self, spec: KeySpec, usage: Usage) -> bool {
        match self {
            Self::Encrypt | Self::Decrypt => spec.is_symmetric() && usage == Usage::EncryptDecrypt,
            Self::AsymmetricEncrypt | Self::AsymmetricDecrypt => {
                spec.is_asymmetric() && usage == Usage::EncryptDecrypt
            }
            Self::Sign | Self::Verify => spec.is_asymmetric() && usage == Usage::SignVerify,
            Self::PublicKey | Self::AddVersion => spec.is_asymmetric(),
            Self::Mac => usage == Usage::GenerateVerifyMac,
        }
    }
}
