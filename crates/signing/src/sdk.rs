//! The Huawei-style schemes: `SDK-HMAC-SHA256` with its scoped form, `SDK-HMAC-SM3`, and `V11-HMAC-SHA256`.
//!
//! | algorithm on the wire | credential | key |
//! |---|---|---|
//! | `SDK-HMAC-SHA256`, `SDK-HMAC-SM3` | `Access=id` | the secret |
//! | `SDK-HMAC-SHA256` | `Credential=id/day/region/service/sdk_request` | chained from the secret over the scope |
//! | `V11-HMAC-SHA256` | `Credential=id/day/region/service` | HKDF of secret, id and scope |
//!
//! **Left out on purpose.** A Node client encodes a path that is encoded already once more before it signs. Accepting
//! that form beside the right one would give two paths one signature, so it is refused as wrong. The same goes for a Go
//! client that signs a POST without body as if the query were the body. The kinds that sign with a key pair
//! (`SDK-ECDSA-P256-SHA256`, `SDK-SM2-SM3`) are recognised and refused.
//!
//! **For the router.** An escaped slash and a slash, and a path with and without a slash at its end, have the same
//! signature.
//!
//! SOURCE: the recorded requests of the vendor's clients for Python, Go and Node in `fixtures/huawei/recorded`, with the
//! canonical texts they were checked against; `signer.py` of the vendor's open Python SDK (huaweicloud-sdk-python-v3),
//! read 2026-11-22.

mod authorization;
mod canonical;
mod keys;
mod refusal;
#[cfg(test)]
mod tests;
mod text;

pub use authorization::{Algorithm, Authorization, Scope};
pub use canonical::UnsignedPayload;
pub use keys::SigningKeys;
pub use refusal::Refusal;
pub use text::StringToSign;

use crate::authorization::AUTHORIZATION;
use crate::headers::{Headers, single};
use crate::key::MacKey;
use crate::request::Request;

/// The authorization of a request that is signed with one of these schemes; nothing if its headers announce none.
///
/// # Errors
/// A [`Refusal`] if there is one that cannot be used, or one beside another.
pub fn by_headers<H: Headers + ?Sized>(headers: &H) -> Result<Option<Authorization<'_>>, Refusal> {
    let ours = |value: &[u8]| {
        let value = value.trim_ascii_start();
        value.starts_with(b"SDK-") || value.starts_with(b"V11-")
    };
    if !headers.values(AUTHORIZATION).any(ours) {
        return Ok(None);
    }
    // Two authorizations could be read differently by a proxy and by us.
    let value = single(headers, AUTHORIZATION).ok_or(Refusal::Malformed(AUTHORIZATION))?;
    Authorization::parse(value).map(Some)
}

/// Signs a request: the value for its `Authorization` header.
///
/// The headers of the request are complete already, `X-Sdk-Date` included. `scope` is the one the key was derived for;
/// the plain algorithms take none. `signed_headers` are lower-case names joined by `;`.
///
/// # Errors
/// A [`Refusal`] where the server would refuse; [`Refusal::Malformed`] too if `scope` and the key do not belong
/// together. An unsigned payload is not refused: to ask for one is the client's right.
pub fn sign<H: Headers + ?Sized>(
    key: &MacKey<Algorithm>,
    access_key_id: &str,
    scope: Option<Scope<'_>>,
    signed_headers: &str,
    request: &Request<'_, H>,
) -> Result<String, Refusal> {
    let unsigned = Authorization::unsigned(key.algorithm(), access_key_id, scope, signed_headers)?;
    let signature = StringToSign::new(&unsigned, request, UnsignedPayload::Accept)?.sign(key);
    Ok(Authorization {
        signature: &signature,
        ..unsigned
    }
    .to_string())
}
