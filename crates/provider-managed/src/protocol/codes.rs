//! Numbers for what has names elsewhere. Both ends may be of different versions of the program: never change one.

use claviger_model::{EncryptionAlgorithm, HashAlgorithm, KeySpec, ProtectionLevel, SignatureAlgorithm};
use claviger_provider::{ImportFault, ProviderError};

use super::fields::Malformed;

/// The number of a spec.
pub(super) fn spec(spec: KeySpec) -> u8 {
    match spec {
        KeySpec::Aes256 => 1,
        KeySpec::Aes192 => 2,
        KeySpec::Aes128 => 3,
        KeySpec::Sm4 => 4,
        KeySpec::Rsa2048 => 5,
        KeySpec::Rsa3072 => 6,
        KeySpec::Rsa4096 => 7,
        KeySpec::EcP256 => 8,
        KeySpec::EcP256k => 9,
        KeySpec::EcP384 => 10,
        KeySpec::EcP521 => 11,
        KeySpec::Sm2 => 12,
        KeySpec::HmacSha224 => 13,
        KeySpec::HmacSha256 => 14,
        KeySpec::HmacSha384 => 15,
        KeySpec::HmacSha512 => 16,
        KeySpec::HmacSm3 => 17,
    }
}

pub(super) fn read_spec(code: u8) -> Result<KeySpec, Malformed> {
    find(KeySpec::ALL.iter().copied(), |known| spec(known) == code)
}

/// The number of a protection level.
pub(super) fn protection(level: ProtectionLevel) -> u8 {
    match level {
        ProtectionLevel::Software => 1,
        ProtectionLevel::Hsm => 2,
    }
}

pub(super) fn read_protection(code: u8) -> Result<ProtectionLevel, Malformed> {
    find([ProtectionLevel::Software, ProtectionLevel::Hsm], |known| {
        protection(known) == code
    })
}

const HASHES: [HashAlgorithm; 5] = [
    HashAlgorithm::Sha1,
    HashAlgorithm::Sha256,
    HashAlgorithm::Sha384,
    HashAlgorithm::Sha512,
    HashAlgorithm::Sm3,
];

fn hash(hash: HashAlgorithm) -> u8 {
    match hash {
        HashAlgorithm::Sha1 => 1,
        HashAlgorithm::Sha256 => 2,
        HashAlgorithm::Sha384 => 3,
        HashAlgorithm::Sha512 => 4,
        HashAlgorithm::Sm3 => 5,
    }
}

/// The number of a way to sign, and that of its hash; 0 where it has no choice.
pub(super) fn signature(algorithm: SignatureAlgorithm) -> [u8; 2] {
    match algorithm {
        SignatureAlgorithm::RsaPss(under) => [1, hash(under)],
        SignatureAlgorithm::RsaPkcs1(under) => [2, hash(under)],
        SignatureAlgorithm::Ecdsa(under) => [3, hash(under)],
        SignatureAlgorithm::Sm2Dsa => [4, 0],
    }
}

pub(super) fn read_signature(code: [u8; 2]) -> Result<SignatureAlgorithm, Malformed> {
    use SignatureAlgorithm::{Ecdsa, RsaPkcs1, RsaPss, Sm2Dsa};
    let known = HASHES
        .into_iter()
        .flat_map(|hash| [RsaPss(hash), RsaPkcs1(hash), Ecdsa(hash)]);
    find(known.chain([Sm2Dsa]), |known| signature(known) == code)
}

/// The number of a way to encrypt, and that of its hash; 0 where it has none.
pub(super) fn encryption(algorithm: EncryptionAlgorithm) -> [u8; 2] {
    match algorithm {
        EncryptionAlgorithm::RsaOaep(under) => [1, hash(under)],
        EncryptionAlgorithm::RsaPkcs1 => [2, 0],
        EncryptionAlgorithm::Sm2Pke => [3, 0],
    }
}

pub(super) fn read_encryption(code: [u8; 2]) -> Result<EncryptionAlgorithm, Malformed> {
    use EncryptionAlgorithm::{RsaOaep, RsaPkcs1, Sm2Pke};
    let known = HASHES.into_iter().map(RsaOaep).chain([RsaPkcs1, Sm2Pke]);
    find(known, |known| encryption(known) == code)
}

const FAULTS: [ImportFault; 5] = [
    ImportFault::Unwrap,
    ImportFault::Length,
    ImportFault::TemporaryKey,
    ImportFault::PrivateKey,
    ImportFault::NoPrivateKey,
];

fn fault(fault: ImportFault) -> u8 {
    match fault {
        ImportFault::Unwrap => 1,
        ImportFault::Length => 2,
        ImportFault::TemporaryKey => 3,
        ImportFault::PrivateKey => 4,
        ImportFault::NoPrivateKey => 5,
    }
}

/// The number of a failure, and that of the fault of an import; 0 for others.
pub(super) fn error(error: ProviderError) -> [u8; 2] {
    match error {
        ProviderError::Incapable => [1, 0],
        ProviderError::BadInput => [2, 0],
        ProviderError::DoesNotOpen => [3, 0],
        ProviderError::BadMaterial => [4, 0],
        ProviderError::Random => [5, 0],
        ProviderError::BadImport(why) => [6, fault(why)],
        ProviderError::Unavailable => [7, 0],
    }
}

pub(super) fn read_error(code: [u8; 2]) -> Result<ProviderError, Malformed> {
    use ProviderError::{BadImport, BadInput, BadMaterial, DoesNotOpen, Incapable, Random, Unavailable};
    let known = [Incapable, BadInput, DoesNotOpen, BadMaterial, Random, Unavailable];
    let known = known.into_iter().chain(FAULTS.into_iter().map(BadImport));
    find(known, |known| error(known) == code)
}

fn find<T>(known: impl IntoIterator<Item = T>, is: impl Fn(T) -> bool) -> Result<T, Malformed>
where
    T: Copy,
{
    known.into_iter().find(|known| is(*known)).ok_or(Malformed)
}
