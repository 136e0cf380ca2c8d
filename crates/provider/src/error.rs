//! How providers fail.

/// A provider did not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It has no keys of that kind, or cannot do that with them.
    #[error("the provider cannot do this")]
    Incapable,
    /// The caller's bytes do not have a length that the algorithm takes.
    #[error("the input has a length that the algorithm does not take")]
    BadInput,
    /// The bytes are not what was sealed under this key for this place.
    #[error("the sealed bytes do not open")]
    DoesNotOpen,
    /// The stored material itself does not open: the row was moved or damaged, or the root key is another.
    #[error("the stored material does not open")]
    BadMaterial,
    /// The random generator failed.
    #[error("the random generator failed")]
    Random,
    /// Key material from outside is not taken.
    #[error("the key material is not taken: {0}")]
    BadImport(ImportFault),
    /// It cannot be reached at the moment.
    #[error("the provider is unavailable")]
    Unavailable,
}

/// What is wrong with key material from outside.
///
/// Under RSAES-PKCS1-v1_5 whatever the wrapped bytes or the private key hold is [`ImportFault::Unwrap`]: a caller who
/// could tell one from the other could open any ciphertext of the wrapping key, by asking often (Bleichenbacher 1998).
/// What the request shows without being opened, such as a private key that is missing, is told under any algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImportFault {
    /// The wrapped bytes do not open. A provider may say so for anything else that is wrong inside, too.
    #[error("the wrapped bytes do not open")]
    Unwrap,
    /// The key inside has another length than keys of the spec.
    #[error("the key has another length than its spec")]
    Length,
    /// What should be the temporary key of a key pair is not 16, 24 or 32 bytes long.
    #[error("the temporary key has a length that no cipher has")]
    TemporaryKey,
    /// The private key does not open under the temporary key, is no key pair of the spec, is longer than any, or stands
    /// where none belongs.
    #[error("the private key is none of the spec")]
    PrivateKey,
    /// A key pair needs a private key, and there is none.
    #[error("the private key is missing")]
    NoPrivateKey,
}
