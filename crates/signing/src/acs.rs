//! ACS3 and ACS4: signed headers, query and body hash.
//!
//! SOURCE: vendor page "Request syntax and signature method V3" (read 2026-11-21) for ACS3; ACS4 is not documented and
//! comes from the vendor's SDK sources and recorded requests. It differs from ACS3 in its label and its derived key.

mod authorization;
mod canonical;
mod signed_headers;
#[cfg(test)]
mod tests;

pub use authorization::{Algorithm, Authorization, Scope};
pub use canonical::StringToSign;

use crate::headers::Headers;
use crate::key::MacKey;
use crate::refusal::Refusal;
pub use crate::request::Request;
pub use crate::signed_headers::SignedHeaders;

/// Signs a request: the value for its `Authorization` header.
///
/// The headers of the request are complete already, hash header included (see [`crate::Hash::hex_digest`]). `scope` is
/// the one the key was derived for; ACS3 keys take none. `signed_headers` are lower-case names joined by `;`.
///
/// # Errors
/// A [`Refusal`] where the server would refuse: a required header is not signed, or a signed one is absent, or the
/// hash header is wrong; [`Refusal::Malformed`] if `scope` and the key do not belong together.
pub fn sign<H: Headers + ?Sized>(
    key: &MacKey,
    access_key_id: &str,
    scope: Option<Scope<'_>>,
    signed_headers: &str,
    request: &Request<'_, H>,
) -> Result<String, Refusal> {
    let unsigned = Authorization::unsigned(key.algorithm(), access_key_id, scope, signed_headers)?;
    let signature = StringToSign::new(&unsigned, request)?.sign(key);
    Ok(Authorization {
        signature: &signature,
        ..unsigned
    }
    .to_string())
}
