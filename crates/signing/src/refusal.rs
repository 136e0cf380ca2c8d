//! Why a request cannot be checked, apart from a signature that is simply wrong.

use crate::authorization::Wrong;

/// A request whose signature data is missing, malformed, or of a kind that is not offered.
///
/// A dialect maps each variant to a code of its vendor. A wrong signature is not a refusal: `verify` says `false`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A known algorithm that signs with the caller's private key, such as `ACS3-RSA-SHA256`.
    #[error("algorithm `{0}` signs with a key pair, which is not offered here")]
    KeyPairAlgorithm(String),
    /// An ACS algorithm nobody knows.
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
    /// The body does not hash to the value of this header, or the header is repeated.
    #[error("the body does not hash to the value of header `{0}`")]
    BodyHash(&'static str),
    /// The day in the ACS4 credential scope is not the day of `x-acs-date`.
    #[error("the date of the credential scope is not the date of `x-acs-date`")]
    ScopeDate,
    /// A parameter of the RPC signature is absent or empty.
    #[error("parameter `{0}` is missing")]
    MissingParameter(&'static str),
    /// `SignatureMethod` is not `HMAC-SHA1`.
    #[error("signature method `{0}` is not offered here")]
    SignatureMethod(String),
    /// `SignatureVersion` is not `1.0`.
    #[error("signature version `{0}` is not offered here")]
    SignatureVersion(String),
    /// `SignatureType` is not empty.
    #[error("signature type `{0}` is not offered here")]
    SignatureType(String),
}

impl From<Wrong> for Refusal {
    fn from(Wrong(part): Wrong) -> Self {
        Self::Malformed(part)
    }
}
