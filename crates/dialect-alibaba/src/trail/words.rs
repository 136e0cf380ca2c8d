//! Words of records for specs, algorithms and states, as this face spells them.

use claviger_model::{KeySpec, Origin, ProtectionLevel, Usage};

use crate::ops::{origin_name, protection_name, spec_name, usage_name};

/// Records note these by their names in the program.
macro_rules! by_name {
    ($(#[doc = $doc:literal] $function:ident, $all:expr, $name:ident;)*) => {
        $(#[doc = $doc] pub(super) fn $function(text: &str) -> Option<&'static str> {
            $all.into_iter().find(|known| format!("{known:?}") == text).map($name)
        })*
    };
}

by_name! {
    /// A spec of keys.
    spec, KeySpec::ALL.iter().copied(), spec_name;
    /// What a key is for.
    usage, [Usage::EncryptDecrypt, Usage::SignVerify, Usage::GenerateVerifyMac], usage_name;
    /// Where material comes from.
    origin, [Origin::Generated, Origin::External], origin_name;
    /// Where it is kept.
    protection, [ProtectionLevel::Software, ProtectionLevel::Hsm], protection_name;
}

/// The word for an algorithm, the hash that stands beside it, and its name here. Wrapping of what is imported is noted by
/// its name in the program.
const ALGORITHMS: [(&str, &str, &str); 21] = [
    ("rsa-pss", "sha256", "RSA_PSS_SHA_256"),
    ("rsa-pss", "sha384", "RSA_PSS_SHA_384"),
    ("rsa-pss", "sha512", "RSA_PSS_SHA_512"),
    ("rsa-pkcs1", "sha256", "RSA_PKCS1_SHA_256"),
    ("rsa-pkcs1", "sha384", "RSA_PKCS1_SHA_384"),
    ("rsa-pkcs1", "sha512", "RSA_PKCS1_SHA_512"),
    ("ecdsa", "sha256", "ECDSA_SHA_256"),
    ("ecdsa", "sha384", "ECDSA_SHA_384"),
    ("ecdsa", "sha512", "ECDSA_SHA_512"),
    ("sm2", "sm3", "SM2DSA"),
    ("sm2", "", "SM2PKE"),
    ("rsa-oaep-sha1", "", "RSAES_OAEP_SHA_1"),
    ("rsa-oaep-sha256", "", "RSAES_OAEP_SHA_256"),
    ("hmac-sha224", "", "HMAC_SHA_224"),
    ("hmac-sha256", "", "HMAC_SHA_256"),
    ("hmac-sha384", "", "HMAC_SHA_384"),
    ("hmac-sha512", "", "HMAC_SHA_512"),
    ("hmac-sm3", "", "HMAC_SM3"),
    ("RsaOaep(Sha1)", "", "RSAES_OAEP_SHA_1"),
    ("RsaOaep(Sha256)", "", "RSAES_OAEP_SHA_256"),
    ("RsaPkcs1", "", "RSAES_PKCS1_V1_5"),
];

/// An algorithm.
pub(super) fn algorithm(word: &str, hash: Option<&str>) -> Option<&'static str> {
    let hash = hash.unwrap_or_default();
    let found = ALGORITHMS.iter().find(|known| (known.0, known.1) == (word, hash));
    let wrapping = || (word == "Sm2Pke").then_some("SM2PKE");
    found.map(|known| known.2).or_else(wrapping)
}

/// Whether an access key opens anything.
pub(super) fn access_key_status(word: &str) -> Option<&'static str> {
    Some(match word {
        "active" => "Active",
        "inactive" => "Inactive",
        _ => return None,
    })
}

/// The status of a certificate.
pub(super) fn certificate_status(word: &str) -> Option<&'static str> {
    Some(match word {
        "pending" => "PENDING",
        "active" => "ACTIVE",
        "inactive" => "INACTIVE",
        "revoked" => "REVOKED",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_records_say_of_keys_has_a_name() {
        for known in KeySpec::ALL {
            assert_eq!(spec(&format!("{known:?}")), Some(spec_name(*known)));
        }
        assert_eq!(usage("SignVerify"), Some("SIGN/VERIFY"));
        assert_eq!(origin("External"), Some("EXTERNAL"));
        assert_eq!(protection("Software"), Some("SOFTWARE"));
        assert_eq!(
            (spec("AES"), usage(""), origin("x"), protection("x")),
            (None, None, None, None)
        );
    }
}
