//! Kinds of keys, what each may be used for, and where it is held.

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
    /// SM2 (GB/T 32918).
    Sm2,
}

/// What a key is for, fixed for its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Usage {
    /// Encryption and decryption.
    EncryptDecrypt,
    /// Signatures and their verification.
    SignVerify,
}

/// What a caller wants to do with a key right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Encrypt with the primary version of a symmetric key.
    Encrypt,
    /// Decrypt with any version of a symmetric key.
    Decrypt,
}

/// Where the material of a key is held and computed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProtectionLevel {
    /// In the memory of the server, wrapped by the root key at rest.
    Software,
    /// In a hardware security module or the managed HSM process.
    Hsm,
}

impl KeySpec {
    /// Whether one secret key does both directions.
    pub fn is_symmetric(self) -> bool {
        matches!(self, Self::Aes256 | Self::Aes192 | Self::Aes128 | Self::Sm4)
    }

    /// What keys of this spec can be made for; the first is the default.
    pub fn usages(self) -> &'static [Usage] {
        match self {
            Self::Aes256 | Self::Aes192 | Self::Aes128 | Self::Sm4 => &[Usage::EncryptDecrypt],
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 | Self::Sm2 => {
                &[Usage::SignVerify, Usage::EncryptDecrypt]
            }
            Self::EcP256 | Self::EcP256k => &[Usage::SignVerify],
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
        }
    }
}
