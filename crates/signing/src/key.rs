//! Keys made from an access-key secret, once, so that a verification starts from ready inner states.

use std::fmt;

use ::hmac::{Hmac, KeyInit, Mac as _};
use aws_lc_rs::hmac;
use sm3::Sm3;

use crate::acs::{Algorithm, Scope};
use crate::hash::{DIGEST, Hash, fixed};
use crate::wipe::wipe;

/// Everything that verifies or signs with one access key.
///
/// Holds keyed hash states, not the secret itself; they are worth as much as the secret, so `Debug` shows nothing.
/// About three kilobytes; made in some microseconds, so keep it with the cached access key.
pub struct SigningKeys {
    rpc: hmac::Key,
    acs3_sha256: MacKey,
    acs3_sm3: MacKey,
    acs4_sha256: Mac,
    acs4_sm3: Mac,
}

impl SigningKeys {
    /// Keys of an access-key secret (its text, as the client holds it).
    ///
    /// SOURCE: RPC style 1.0: the key is the secret and `&`. ACS3: the secret. ACS4 (read in the vendor's open
    /// gateway and SDK sources, and confirmed by recorded requests): derivation begins with `aliyun_v4` and the secret.
    pub fn new(secret: &[u8]) -> Self {
        let mut rpc = [secret, b"&"].concat();
        let mut seed = [ACS4_PREFIX, secret].concat();
        let keys = Self {
            rpc: sha1(&rpc),
            acs3_sha256: acs3(Hash::Sha256, secret),
            acs3_sm3: acs3(Hash::Sm3, secret),
            acs4_sha256: Mac::new(Hash::Sha256, &seed),
            acs4_sm3: Mac::new(Hash::Sm3, &seed),
        };
        wipe(&mut rpc);
        wipe(&mut seed);
        keys
    }

    /// The key of an ACS3 signature.
    pub fn acs3(&self, hash: Hash) -> &MacKey {
        match hash {
            Hash::Sha256 => &self.acs3_sha256,
            Hash::Sm3 => &self.acs3_sm3,
        }
    }

    /// Derives the key of an ACS4 signature: four MACs. It depends on the day, the region and the product of the scope
    /// only, so a caller can keep it for those.
    ///
    /// SOURCE: vendor SDK sources: `HMAC(HMAC(HMAC(HMAC("aliyun_v4" + secret, date), region), product),
    /// "aliyun_v4_request")`.
    pub fn acs4(&self, hash: Hash, scope: &Scope<'_>) -> MacKey {
        let seed = match hash {
            Hash::Sha256 => &self.acs4_sha256,
            Hash::Sm3 => &self.acs4_sm3,
        };
        let parts = [scope.date, scope.region, scope.product, Scope::TERMINATOR];
        seed.chained(Algorithm::Acs4(hash), hash, parts)
    }

    pub(crate) fn rpc(&self) -> &hmac::Key {
        &self.rpc
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKeys(redacted)")
    }
}

const ACS4_PREFIX: &[u8] = b"aliyun_v4";

fn acs3(hash: Hash, secret: &[u8]) -> MacKey {
    MacKey::new(Algorithm::Acs3(hash), hash, secret)
}

/// A key ready to verify or sign one algorithm of a family: the ACS ones, or those of [`crate::sdk`]. `Debug` shows the
/// algorithm only.
pub struct MacKey<A = Algorithm> {
    algorithm: A,
    mac: Mac,
}

impl<A: Copy> MacKey<A> {
    pub(crate) fn new(algorithm: A, hash: Hash, key: &[u8]) -> Self {
        Self {
            algorithm,
            mac: Mac::new(hash, key),
        }
    }

    /// What this key signs.
    pub fn algorithm(&self) -> A {
        self.algorithm
    }

    pub(crate) fn mac(&self, message: &[u8]) -> [u8; DIGEST] {
        self.mac.of(message)
    }
}

impl<A: fmt::Debug> fmt::Debug for MacKey<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MacKey")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// HMAC with its key already absorbed.
#[expect(
    clippy::large_enum_variant,
    reason = "the large one is the common one, and a box would cost a cache miss"
)]
pub(crate) enum Mac {
    Sha256(hmac::Key),
    Sm3(Hmac<Sm3>),
}

impl Mac {
    pub(crate) fn new(hash: Hash, key: &[u8]) -> Self {
        match hash {
            Hash::Sha256 => Self::Sha256(hmac::Key::new(hmac::HMAC_SHA256, key)),
            Hash::Sm3 => Self::Sm3(sm3(key)),
        }
    }

    /// The key at the end of a chain that begins with this one: each MAC, of the next part, is the key of the next.
    pub(crate) fn chained<A: Copy>(&self, algorithm: A, hash: Hash, parts: [&str; 4]) -> MacKey<A> {
        let [first, rest @ ..] = parts;
        let mut key = self.of(first.as_bytes());
        for part in rest {
            let next = Self::new(hash, &key).of(part.as_bytes());
            wipe(&mut key);
            key = next;
        }
        let derived = MacKey::new(algorithm, hash, &key);
        wipe(&mut key);
        derived
    }

    fn of(&self, message: &[u8]) -> [u8; DIGEST] {
        match self {
            Self::Sha256(key) => fixed(hmac::sign(key, message).as_ref()),
            Self::Sm3(state) => state.clone().chain_update(message).finalize().into_bytes().into(),
        }
    }
}

fn sha1(key: &[u8]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key)
}

#[expect(
    clippy::expect_used,
    reason = "INVARIANT: HMAC takes keys of any length (RFC 2104 §2)"
)]
fn sm3(key: &[u8]) -> Hmac<Sm3> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|digit| char::from_digit(digit.into(), 16))
            .collect()
    }

    /// SOURCE: RFC 2202 §3, cases 1, 2, 3 and 6.
    #[test]
    fn hmac_sha1_gives_the_tags_of_the_rfc() {
        let tag = |key: &[u8], data: &[u8]| hex(hmac::sign(&sha1(key), data).as_ref());
        assert_eq!(
            tag(&[0x0b; 20], b"Hi There"),
            "b617318655057264e28bc0b6fb378c8ef146be00"
        );
        assert_eq!(
            tag(b"Jefe", b"what do ya want for nothing?"),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
        );
        assert_eq!(
            tag(&[0xaa; 20], &[0xdd; 50]),
            "125d7342b9ac11cd91a39af48aa17b4f63f175d3"
        );
        assert_eq!(
            tag(
                &[0xaa; 80],
                b"Test Using Larger Than Block-Size Key - Hash Key First"
            ),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112"
        );
    }

    /// SOURCE: RFC 4231 §4.2, §4.3, §4.4 and §4.7.
    #[test]
    fn hmac_sha256_gives_the_tags_of_the_rfc() {
        let tag = |key: &[u8], data: &[u8]| hex(&Mac::new(Hash::Sha256, key).of(data));
        assert_eq!(
            tag(&[0x0b; 20], b"Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
        assert_eq!(
            tag(b"Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            tag(&[0xaa; 20], &[0xdd; 50]),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        );
        assert_eq!(
            tag(
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First"
            ),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    /// SOURCE: GM/T 0042-2015 appendix D.3.
    #[test]
    fn hmac_sm3_gives_the_tags_of_the_standard() {
        let tag = |key: &[u8], data: &[u8]| hex(&Mac::new(Hash::Sm3, key).of(data));
        let counting: Vec<u8> = (1..=37).collect();
        let long = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".repeat(2);
        assert_eq!(
            tag(&counting[..32], &long),
            "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a"
        );
        assert_eq!(
            tag(&counting, &[0xcd; 50]),
            "220bf579ded555393f0159f66c99877822a3ecf610d1552154b41d44b94db3ae"
        );
        assert_eq!(
            tag(&[0x0b; 32], b"Hi There"),
            "c0ba18c68b90c88bc07de794bfc7d2c8d19ec31ed8773bc2b390c9604e0be11e"
        );
        assert_eq!(
            tag(b"Jefe", b"what do ya want for nothing?"),
            "2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882"
        );
    }

    #[test]
    fn debug_output_tells_nothing_of_the_secret() {
        let keys = SigningKeys::new(b"TopSecretText");
        assert_eq!(format!("{keys:?}"), "SigningKeys(redacted)");
        assert_eq!(
            format!("{:?}", keys.acs3(Hash::Sm3)),
            "MacKey { algorithm: Acs3(Sm3), .. }"
        );
    }

    #[test]
    fn each_part_of_the_scope_changes_the_derived_key() {
        let keys = SigningKeys::new(b"secret");
        let base = Scope {
            date: "20261121",
            region: "cn-hangzhou",
            product: "Kms",
        };
        let tag = |scope: &Scope<'_>| keys.acs4(Hash::Sha256, scope).mac(b"message");
        assert_ne!(
            tag(&base),
            tag(&Scope {
                date: "20261122",
                ..base
            })
        );
        assert_ne!(
            tag(&base),
            tag(&Scope {
                region: "cn-beijing",
                ..base
            })
        );
        assert_ne!(
            tag(&base),
            tag(&Scope {
                product: "Ram",
                ..base
            })
        );
        assert_ne!(keys.acs4(Hash::Sm3, &base).mac(b"message"), tag(&base));
    }
}
