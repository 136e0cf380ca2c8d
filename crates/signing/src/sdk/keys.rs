//! Keys made from an access key and its secret.

use std::fmt;

use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};

use super::authorization::TERMINATOR;
use super::{Algorithm, Scope};
use crate::hash::{DIGEST, Hash, hex};
use crate::key::{Mac, MacKey};
use crate::wipe::wipe;

/// Everything that verifies or signs with one access key under these schemes.
///
/// Worth as much as the secret, so `Debug` shows nothing. Some kilobytes; made in some microseconds, so keep it with the
/// cached access key.
pub struct SigningKeys {
    sha256: MacKey<Algorithm>,
    sm3: MacKey<Algorithm>,
    chain: Mac,
    v11: Prk,
}

impl SigningKeys {
    /// Keys of an access key and its secret (its text, as the client holds it).
    ///
    /// SOURCE: recorded requests. The secret is the key. The scoped chain begins with `SDK` and the secret (the vendor's
    /// Python SDK 1.0.28); V11 takes the secret as key material and the access key as salt (Python SDK 3.1.219).
    pub fn new(access_key_id: &str, secret: &[u8]) -> Self {
        let mut seed = [CHAIN_PREFIX, secret].concat();
        let plain = |hash| MacKey::new(Algorithm::Plain(hash), hash, secret);
        let keys = Self {
            sha256: plain(Hash::Sha256),
            sm3: plain(Hash::Sm3),
            chain: Mac::new(Hash::Sha256, &seed),
            v11: Salt::new(HKDF_SHA256, access_key_id.as_bytes()).extract(secret),
        };
        wipe(&mut seed);
        keys
    }

    /// The key of a plain signature.
    pub fn plain(&self, hash: Hash) -> &MacKey<Algorithm> {
        match hash {
            Hash::Sha256 => &self.sha256,
            Hash::Sm3 => &self.sm3,
        }
    }

    /// Derives the key of a scoped signature: four MACs. It depends on the scope only, so a caller can keep it.
    pub fn scoped(&self, scope: &Scope<'_>) -> MacKey<Algorithm> {
        let parts = [scope.date(), scope.region(), scope.service(), TERMINATOR];
        self.chain.chained(Algorithm::Scoped, Hash::Sha256, parts)
    }

    /// Derives the key of a V11 signature. It depends on the scope only, so a caller can keep it.
    ///
    /// SOURCE: RFC 5869; the key is the text of the derived bytes in hex, as recorded requests of the vendor's Python SDK
    /// show.
    pub fn v11(&self, scope: &Scope<'_>) -> MacKey<Algorithm> {
        let mut derived = self.expanded(scope);
        let mut text = hex(&derived);
        let key = MacKey::new(Algorithm::V11, Hash::Sha256, &text);
        wipe(&mut derived);
        wipe(&mut text);
        key
    }

    #[expect(
        clippy::expect_used,
        reason = "INVARIANT: HKDF gives as many bytes as its hash has (RFC 5869 §2.3)"
    )]
    fn expanded(&self, scope: &Scope<'_>) -> [u8; DIGEST] {
        let mut derived = [0; DIGEST];
        let info = scope.pieces().map(str::as_bytes);
        self.v11
            .expand(&info, HKDF_SHA256)
            .and_then(|key| key.fill(&mut derived))
            .expect("HKDF gives as many bytes as its hash has");
        derived
    }
}

const CHAIN_PREFIX: &[u8] = b"SDK";

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKeys(redacted)")
    }
}
