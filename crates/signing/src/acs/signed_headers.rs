//! Which headers an ACS signature must cover.

use crate::hash::Hash;
use crate::headers::Headers;
use crate::refusal::Refusal;
use crate::signed_headers::SignedHeaders;

impl SignedHeaders<'_> {
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
