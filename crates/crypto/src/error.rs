//! Errors of the ciphers. They carry nothing, so they cannot tell an attacker why.

/// A ciphertext did not open: too short, altered, made under another key or nonce, or bound to other additional data.
/// Which of these is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the ciphertext does not open")]
pub struct OpenError;

/// A plaintext could not be sealed: it is longer than the algorithm allows (about 64 GiB).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the plaintext cannot be sealed")]
pub struct SealError;

/// A key has a length that the algorithm does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the algorithm has no keys of this length")]
pub struct KeyLengthError;
