//! Certificate signing requests and certificates for keys that live in a provider.
//!
//! No private key ever comes here. Who holds one takes the digest of a [`CsrDraft`], lets it be signed, and finishes
//! the request with the signature. Certificates are read, told about and compared; [`check_chain`] says whether one
//! leads to the next.
//!
//! **Not judged here:** the time, revocation, name constraints and policies. Whether a certificate is expired is for
//! the caller to decide, who knows the time; whether a root is to be trusted is for whoever connects.
//!
//! **Invariant:** pure. Whatever bytes come in, they become a value or an error; all sizes and counts are bounded.
//!
//! **A new way to sign** is one variant in `algorithm.rs`, with its object identifier. **A new attribute** of names is
//! one row in `attribute.rs`.
//!
//! SOURCE: RFC 2986 (requests), RFC 5280 (certificates), RFC 4514 and RFC 2253 (names as text), RFC 7468 (PEM).
#![deny(clippy::indexing_slicing, clippy::as_conversions)]

mod algorithm;
mod alternative;
mod attribute;
mod certificate;
mod chain;
mod csr;
mod error;
mod name;
mod pem;
mod subject;

pub use certificate::Certificate;
pub use chain::{check_chain, fits_key};
pub use csr::{Csr, CsrDraft};
pub use error::{AlternativeNameError, CertificateError, ChainError, CsrError, SubjectError, SubjectProblem};

/// Bytes of a subject as text, at most.
pub const LONGEST_SUBJECT: usize = 4096;
/// Attributes of a subject, at most.
pub const MOST_ATTRIBUTES: usize = 64;
/// Alternative names of a request, at most.
pub const MOST_ALTERNATIVE_NAMES: usize = 100;
/// Bytes of PEM text or of one certificate in DER, at most.
pub const LONGEST_PEM: usize = 64 * 1024;
/// Certificates of a chain, at most.
pub const MOST_CERTIFICATES: usize = 10;
