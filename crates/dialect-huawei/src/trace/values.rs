//! Values of records in the words of this face.

use claviger_model::{AccountId, Action, IdentityHex};
use serde_json::Value;

use super::Domain;
use crate::kms::operation_name;

/// The word of records for an algorithm, the hash that stands beside it, and its name here.
const ALGORITHMS: [(&str, &str, &str); 19] = [
    ("rsa-pss", "sha256", "RSASSA_PSS_SHA_256"),
    ("rsa-pss", "sha384", "RSASSA_PSS_SHA_384"),
    ("rsa-pss", "sha512", "RSASSA_PSS_SHA_512"),
    ("rsa-pkcs1", "sha256", "RSASSA_PKCS1_V1_5_SHA_256"),
    ("rsa-pkcs1", "sha384", "RSASSA_PKCS1_V1_5_SHA_384"),
    ("rsa-pkcs1", "sha512", "RSASSA_PKCS1_V1_5_SHA_512"),
    ("ecdsa", "sha256", "ECDSA_SHA_256"),
    ("ecdsa", "sha384", "ECDSA_SHA_384"),
    ("ecdsa", "sha512", "ECDSA_SHA_512"),
    ("sm2", "sm3", "SM2DSA_SM3"),
    ("sm2", "", "SM2_ENCRYPT"),
    ("rsa-oaep-sha1", "", "RSAES_OAEP_SHA_1"),
    ("rsa-oaep-sha256", "", "RSAES_OAEP_SHA_256"),
    ("rsa-pkcs1", "", "RSAES_PKCS1_V1_5"),
    ("hmac-sha224", "", "HMAC_SHA_224"),
    ("hmac-sha256", "", "HMAC_SHA_256"),
    ("hmac-sha384", "", "HMAC_SHA_384"),
    ("hmac-sha512", "", "HMAC_SHA_512"),
    ("hmac-sm3", "", "HMAC_SM3"),
];

/// An algorithm.
pub(super) fn algorithm(word: &str, hash: Option<&str>) -> Option<&'static str> {
    let hash = hash.unwrap_or_default();
    let found = ALGORITHMS.iter().find(|known| (known.0, known.1) == (word, hash));
    found.map(|known| known.2)
}

/// An alias as a call may name it; what another face calls `acs/<service>` is `<service>/default` here.
pub(super) fn alias(noted: &str) -> String {
    let name = noted.strip_prefix("alias/").unwrap_or(noted);
    match name.strip_prefix("acs/") {
        Some(service) => format!("{service}/default"),
        None => format!("alias/{name}"),
    }
}

/// Seconds that are whole days.
pub(super) fn days(seconds: u64) -> Option<u64> {
    const DAY: u64 = 24 * 60 * 60;
    seconds.is_multiple_of(DAY).then_some(seconds / DAY)
}

/// Granted operations. What this face cannot grant has the name that records have.
pub(super) fn granted(noted: &[Value]) -> Option<Value> {
    let names = noted.iter().map(|name| {
        let name = name.as_str()?;
        let known = Action::of_name(name).and_then(operation_name);
        Some(Value::from(known.unwrap_or(name)))
    });
    names.collect::<Option<Vec<_>>>().map(Value::Array)
}

/// The id of somebody in a grant; of an account whose id is not known its number.
pub(super) fn party(noted: &str, own: &str, domain: Option<Domain<'_>>) -> Option<String> {
    let mut parts = noted.split('/');
    let (kind, account, number) = (parts.next()?, parts.next(), parts.next());
    let identity = |account: &str, number: &str| {
        let account = account.parse::<AccountId>().ok()?;
        let number = number.parse().ok()?;
        Some(IdentityHex { account, number }.to_string())
    };
    match (kind, account, number) {
        ("root", Some(account), None) => identity(account, "0"),
        ("user", Some(account), Some(user)) => identity(account, user),
        ("account", Some(account), None) => {
            let domain = domain.filter(|_| account == own);
            Some(domain.map_or(account, |domain| domain.id).to_owned())
        }
        _ => Some(noted.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names;

    #[test]
    fn algorithms_have_names_that_callers_may_use() {
        for (word, hash, name) in ALGORITHMS {
            let known = names::signature(name).is_some()
                || names::encryption(name).is_some()
                || names::wrapping(name).is_some()
                || names::mac(name).is_some();
            assert!(known, "{name}");
            assert_eq!(
                algorithm(word, Some(hash).filter(|hash| !hash.is_empty())),
                Some(name)
            );
        }
        assert_eq!(algorithm("ecdsa", None), None);
    }

    #[test]
    fn parties_are_told_by_id() {
        let domain = Domain {
            id: "0123456789abcdef0123456789abcdef",
            name: "acme",
        };
        let own = "1234567890123456";
        for (noted, expected) in [
            ("root/1234567890123456", "000462d53c8abac00000000000000000"),
            (
                "user/1234567890123456/200000000000000001",
                "000462d53c8abac002c68af0bb140001",
            ),
            ("account/1234567890123456", domain.id),
            ("account/1234567890123457", "1234567890123457"),
            (
                "13gg44z4g2sglzk0egw0u726zoyzvrs8",
                "13gg44z4g2sglzk0egw0u726zoyzvrs8",
            ),
            ("ops/anna", "ops/anna"),
        ] {
            assert_eq!(
                party(noted, own, Some(domain)).as_deref(),
                Some(expected),
                "{noted}"
            );
        }
        assert_eq!(party("user/x/y", own, None), None);
    }

    #[test]
    fn days_are_whole_ones() {
        assert_eq!((days(7 * 86_400), days(86_401)), (Some(7), None));
    }
}
