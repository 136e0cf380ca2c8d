//! Signed requests, many a second.
//!
//! The server refuses a nonce that it has seen, so every request needs a signature of its own. A [`Template`] holds
//! the request and what is signed, both as text; what changes is patched in place.

mod acs3;
mod rpc;
mod template;

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub(crate) use template::{Moment, Nonces, Template};

/// The signature schemes that are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// HMAC-SHA1 over the parameters, in the query.
    Rpc,
    /// HMAC-SHA256 over a canonical request, in a header.
    Acs3,
}

impl Scheme {
    /// Its name in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rpc => "HMAC-SHA1",
            Self::Acs3 => "ACS3",
        }
    }
}

/// An access key and what a client knows about the server.
pub(crate) struct Client<'a> {
    /// The key's id.
    pub(crate) access_key_id: &'a str,
    /// Its secret.
    pub(crate) access_key_secret: &'a str,
    /// The region.
    pub(crate) region: &'a str,
    /// The version of the API.
    pub(crate) version: &'a str,
    /// The `Host` header.
    pub(crate) host: &'a str,
}

/// An operation with its parameters.
pub(crate) struct Call<'a> {
    /// Its name.
    pub(crate) action: &'a str,
    /// Names and values, not escaped.
    pub(crate) parameters: &'a [(&'a str, &'a str)],
}

/// Makes signatures with one secret.
pub(crate) struct Signer {
    scheme: Scheme,
    key: hmac::Key,
}

impl Signer {
    pub(crate) fn new(scheme: Scheme, secret: &str) -> Self {
        let key = match scheme {
            // SOURCE: RPC signature 1.0: the HMAC key is the secret followed by `&`.
            Scheme::Rpc => hmac::Key::new(
                hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
                format!("{secret}&").as_bytes(),
            ),
            Scheme::Acs3 => hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()),
        };
        Self { scheme, key }
    }

    /// Appends the signature of `signed`, as it stands in a request.
    fn sign(&self, signed: &[u8], out: &mut Vec<u8>) {
        match self.scheme {
            Scheme::Rpc => {
                // 20 bytes are 28 characters of base64.
                let mut text = [0; 28];
                let tag = hmac::sign(&self.key, signed);
                let length = STANDARD.encode_slice(tag, &mut text).unwrap_or_default();
                escape_into(text.get(..length).unwrap_or_default(), out);
            }
            Scheme::Acs3 => {
                let mut text = Vec::with_capacity(acs3::ALGORITHM.len() + 1 + 64);
                text.extend_from_slice(acs3::ALGORITHM.as_bytes());
                text.push(b'\n');
                hex_into(digest::digest(&digest::SHA256, signed).as_ref(), &mut text);
                hex_into(hmac::sign(&self.key, &text).as_ref(), out);
            }
        }
    }
}

/// SOURCE: RFC 3986, section 2.3: all but the unreserved characters are escaped, with upper-case digits.
fn escape_into(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(byte) {
            out.push(*byte);
        } else {
            let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or_default();
            out.extend_from_slice(&[b'%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

fn escape(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() * 2);
    escape_into(text.as_bytes(), &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

fn hex_into(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or_default();
        out.extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
    }
}

/// `name=value` pairs, escaped, in the given order.
fn query(pairs: &[(&str, &str)]) -> String {
    pairs
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
        .collect::<Vec<_>>()
        .join("&")
}

#[cfg(test)]
mod tests;
