//! The list of signed headers.

use crate::hash::Hash;
use crate::headers::Headers;
use crate::refusal::Refusal;

/// Most headers one signature may name. Clients name about a dozen; each costs a look-up.
const MAX_NAMES: usize = 100;

/// Lower-case header names joined by `;`, at most a hundred. Their order is the order of the canonical request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedHeaders<'a>(&'a str);

impl<'a> SignedHeaders<'a> {
    /// Parses the list.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] if a name is empty, not lower-case, or not a header name, or if there are too many.
    pub fn parse(text: &'a str) -> Result<Self, Refusal> {
        let list = Self(text);
        let well_formed = |name: &str| !name.is_empty() && name.bytes().all(is_name_byte);
        let mut count = 0;
        if list.names().all(|name| {
            count += 1;
            count <= MAX_NAMES && well_formed(name)
        }) {
            Ok(list)
        } else {
            Err(Refusal::Malformed("SignedHeaders"))
        }
    }

    /// The list as sent.
    pub fn as_str(&self) -> &'a str {
        self.0
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        let mut rest = Some(self.0);
        std::iter::from_fn(move || {
            let text = rest?;
            let (name, later) = match memchr::memchr(b';', text.as_bytes()) {
                Some(at) => (text.get(..at)?, text.get(at + 1..)),
                None => (text, None),
            };
            rest = later;
            Some(name)
        })
    }

    /// Checks that everything is signed that must be, and returns the name of the header with the body hash.
    ///
    /// SOURCE: the vendor's page asks for `host` and all `x-acs-*` headers; clients also send unsigned ones of no
    /// weight, so only those are required that carry meaning.
    pub(super) fn check<H: Headers + ?Sized>(
        &self,
        hash: Hash,
        headers: &H,
    ) -> Result<&'static str, Refusal> {
        let mut seen = [false; REQUIRED.len()];
        let (mut sha256, mut sm3, mut token) = (false, false, false);
        for name in self.names() {
            match name {
                SHA256_HEADER => sha256 = true,
                SM3_HEADER => sm3 = true,
                TOKEN_HEADER => token = true,
                _ => {
                    for (required, seen) in REQUIRED.iter().zip(&mut seen) {
                        *seen |= name == *required;
                    }
                }
            }
        }
        if let Some((name, _)) = REQUIRED.iter().zip(seen).find(|(_, seen)| !seen) {
            return Err(Refusal::UnsignedHeader(name));
        }
        if !token && headers.values(TOKEN_HEADER).next().is_some() {
            return Err(Refusal::UnsignedHeader(TOKEN_HEADER));
        }
        // Newer clients send the SM3 hash under the name for SHA-256.
        match hash {
            Hash::Sm3 if sm3 => Ok(SM3_HEADER),
            _ if sha256 => Ok(SHA256_HEADER),
            Hash::Sm3 => Err(Refusal::UnsignedHeader(SM3_HEADER)),
            Hash::Sha256 => Err(Refusal::UnsignedHeader(SHA256_HEADER)),
        }
    }
}

pub(super) const DATE_HEADER: &str = "x-acs-date";
const REQUIRED: [&str; 5] = [
    "host",
    "x-acs-action",
    "x-acs-version",
    DATE_HEADER,
    "x-acs-signature-nonce",
];
const SHA256_HEADER: &str = "x-acs-content-sha256";
const SM3_HEADER: &str = "x-acs-content-sm3";
const TOKEN_HEADER: &str = "x-acs-security-token";

/// SOURCE: RFC 9110 §5.6.2 `tchar`, without capital letters: names are sent here in lower case.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
