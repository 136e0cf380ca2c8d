//! Errors of the algorithms. They carry no data, so they cannot tell an attacker more than the caller is meant to know.

/// A ciphertext did not open: too short, altered, made under another key, nonce or padding, or bound to other
/// additional data. Which of these is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the ciphertext does not open")]
pub struct OpenError;

/// A plaintext could not be sealed: it has a length that the algorithm does not take, such as more than about 64 GiB
/// for GCM or more than the modulus leaves for RSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the plaintext cannot be sealed")]
pub struct SealError;

/// A key has a length that the algorithm does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the algorithm has no keys of this length")]
pub struct KeyLengthError;

/// A key pair could not be made, because there is no randomness or no memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no key pair could be generated")]
pub struct GenerateError;

/// Bytes are not a key that can be used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not the DER structure that was expected, or something follows it.
    #[error("the key is not encoded as expected")]
    Encoding,
    /// The structure is for another algorithm or for a curve that is not offered.
    #[error("the key is for another algorithm")]
    Algorithm,
    /// An RSA modulus that has not exactly 2048, 3072 or 4096 bits.
    #[error("the key has a size that is not offered")]
    Size,
    /// The numbers make no key: they contradict each other, are out of range, or are no point of the curve.
    #[error("the numbers of the key do not fit together")]
    Invalid,
}

/// A digest was not signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The digest has not the length of the hash that the caller named.
    #[error("the digest does not have the length of its hash")]
    DigestLength,
    /// The library could not sign, because there is no randomness or no memory, or because it found its own result
    /// wrong.
    #[error("the digest could not be signed")]
    Failed,
}

/// A password was not hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// There is no randomness for the salt.
    #[error("the random generator failed")]
    Random,
    /// There is no memory for it, or the password has 4 GiB or more.
    #[error("the password could not be hashed")]
    Failed,
}
