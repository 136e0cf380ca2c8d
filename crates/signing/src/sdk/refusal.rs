//! Why a request cannot be checked, apart from a signature that is simply wrong.

use crate::authorization::Wrong;

/// A request whose signature data is missing, malformed, or of a kind that is not offered.
///
/// A wrong signature is not a refusal: `verify` says `false`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A known algorithm that signs with a private key: `SDK-ECDSA-P256-SHA256`, `SDK-SM2-SM3`.
    #[error("algorithm `{0}` signs with a key pair, which is not offered here")]
    KeyPairAlgorithm(String),
    /// An algorithm nobody knows.
    #[error("algorithm `{0}` is unknown")]
    UnknownAlgorithm(String),
    /// The authorization header lacks this part, repeats it, or holds text there that cannot be right.
    #[error("the authorization header is malformed at `{0}`")]
    Malformed(&'static str),
    /// A header that must be signed is not in `SignedHeaders`.
    #[error("header `{0}` must be among the signed headers")]
    UnsignedHeader(&'static str),
    /// A header is in `SignedHeaders` but not in the request.
    #[error("signed header `{0}` is not in the request")]
    AbsentHeader(String),
    /// A header whose value counts is there more than once: what would be signed is not defined then.
    #[error("header `{0}` is repeated")]
    RepeatedHeader(String),
    /// `X-Sdk-Date` is not of the form `yyyymmddThhmmssZ`.
    #[error("header `x-sdk-date` is not of the form `yyyymmddThhmmssZ`")]
    Date,
    /// The day in the credential scope is not the day of `X-Sdk-Date`.
    #[error("the date of the credential scope is not the date of `x-sdk-date`")]
    ScopeDate,
    /// The path has a `%` without two hex digits after it.
    #[error("the path has a broken percent escape")]
    Path,
    /// The body does not hash to the value of this header.
    #[error("the body does not hash to the value of header `{0}`")]
    BodyHash(&'static str),
    /// The signature does not cover the body, which was not allowed.
    #[error("the body is not signed")]
    UnsignedPayload,
}

impl From<Wrong> for Refusal {
    fn from(Wrong(part): Wrong) -> Self {
        Self::Malformed(part)
    }
}
