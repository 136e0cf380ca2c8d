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
    /// It cannot be reached at the moment.
    #[error("the provider is unavailable")]
    Unavailable,
}
