//! RPC style, signature version 1.0: HMAC-SHA1 over all parameters, of the query and of a form body.
//!
//! SOURCE: vendor page "Request signatures" of KMS (read 2026-11-21). One of its published samples is wrong: the
//! value `s/OdVWMTmNGagvWlljdAJ7Itsew=` belongs to a string whose `&` are not encoded a second time. The signed URL
//! on the same page and all recorded clients encode them, and so do we.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::encode::{self, TWICE};
use crate::key::SigningKeys;
use crate::query::Params;
use crate::refusal::Refusal;
use crate::sink::{Sink, Writer, stream};

/// Who signed a request, and what proves it. Time and nonce are for the caller to judge.
///
/// `Debug` leaves out the signature and the token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Proof<'p> {
    /// `AccessKeyId`; not empty.
    pub access_key_id: &'p str,
    /// `Signature`; not empty.
    pub signature: &'p str,
    /// `SecurityToken` of temporary credentials.
    pub security_token: Option<&'p str>,
    /// `Timestamp`, as sent.
    pub timestamp: Option<&'p str>,
    /// `SignatureNonce`, as sent.
    pub nonce: Option<&'p str>,
}

impl<'p> Proof<'p> {
    /// Reads the parameters of the signature.
    ///
    /// # Errors
    /// [`Refusal::MissingParameter`] if one is absent or empty; [`Refusal::SignatureMethod`],
    /// [`Refusal::SignatureVersion`], [`Refusal::SignatureType`] if it asks for a kind of signature we do not offer.
    pub fn parse(params: &'p Params<'_>) -> Result<Self, Refusal> {
        let required = |name| {
            params
                .get(name)
                .filter(|value| !value.is_empty())
                .ok_or(Refusal::MissingParameter(name))
        };
        let proof = Self {
            access_key_id: required("AccessKeyId")?,
            signature: required(SIGNATURE)?,
            security_token: params.get("SecurityToken"),
            timestamp: params.get("Timestamp"),
            nonce: params.get("SignatureNonce"),
        };
        let method = required("SignatureMethod")?;
        if method != "HMAC-SHA1" {
            return Err(Refusal::SignatureMethod(method.to_owned()));
        }
        let version = required("SignatureVersion")?;
        if version != "1.0" {
            return Err(Refusal::SignatureVersion(version.to_owned()));
        }
        match params.get("SignatureType") {
            None | Some("") => Ok(proof),
            Some(kind) => Err(Refusal::SignatureType(kind.to_owned())),
        }
    }
}

impl fmt::Debug for Proof<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proof")
            .field("access_key_id", &self.access_key_id)
            .field("timestamp", &self.timestamp)
            .field("nonce", &self.nonce)
            .finish_non_exhaustive()
    }
}

/// Whether `signature` (base64) is right for these parameters, in constant time. `method` is the HTTP method.
#[must_use]
pub fn verify(keys: &SigningKeys, method: &str, params: &Params<'_>, signature: &str) -> bool {
    let text = signature_text(keys, method, params);
    verify_slices_are_equal(&text, signature.as_bytes()).is_ok()
}

/// The signature for these parameters: base64. A parameter called `Signature` is left out.
pub fn sign(keys: &SigningKeys, method: &str, params: &Params<'_>) -> String {
    signature_text(keys, method, params)
        .into_iter()
        .map(char::from)
        .collect()
}

/// The parameters with their signature, as a query or form body.
pub fn signed_query(keys: &SigningKeys, method: &str, params: &Params<'_>) -> String {
    let mut query = encode::query(params);
    query.push_str("&Signature=");
    encode::append(&sign(keys, method, params), &mut query);
    query
}

/// The text that is signed. Old clients expect the server's own in the message of a mismatch.
pub fn string_to_sign(method: &str, params: &Params<'_>) -> String {
    let mut text = Vec::new();
    stream(&mut text, |writer| write_string_to_sign(writer, method, params));
    // INVARIANT: the method and escapes are text, so nothing is replaced.
    String::from_utf8_lossy(&text).into_owned()
}

const SIGNATURE: &str = "Signature";

/// Length of a SHA-1 tag in base64.
const TEXT: usize = 28;

fn signature_text(keys: &SigningKeys, method: &str, params: &Params<'_>) -> [u8; TEXT] {
    let mut context = hmac::Context::with_key(keys.rpc());
    stream(&mut context, |writer| {
        write_string_to_sign(writer, method, params);
    });
    encode_tag(&context.sign())
}

#[expect(
    clippy::expect_used,
    reason = "INVARIANT: 20 bytes of SHA-1 are 28 bytes of base64"
)]
fn encode_tag(tag: &hmac::Tag) -> [u8; TEXT] {
    let mut text = [0; TEXT];
    STANDARD
        .encode_slice(tag, &mut text)
        .expect("room for a SHA-1 tag");
    text
}

/// `METHOD&%2F&` and the canonical query, encoded a second time; both encodings in one step.
fn write_string_to_sign<S: Sink>(writer: &mut Writer<'_, S>, method: &str, params: &Params<'_>) {
    writer.raw(method.as_bytes());
    writer.raw(b"&%2F&");
    let mut separator: &[u8] = b"";
    for (name, value) in params.sorted().filter(|&(name, _)| name != SIGNATURE) {
        writer.raw(separator);
        writer.encoded(name, &TWICE);
        writer.raw(b"%3D");
        writer.encoded(value, &TWICE);
        separator = b"%26";
    }
}

#[cfg(test)]
mod tests;
