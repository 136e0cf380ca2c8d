//! Recovery keys and their shares.

use claviger_crypto::SystemRng;
use claviger_provider_soft::{RecoveryError, RootKeys, Sealer, Share};
use claviger_secret::SecretBytes;
use proptest::prelude::*;

use crate::fixtures::{FailingRng, NOW};
use crate::root_seals::golden_shares;

fn parse(text: &str) -> Result<Share, RecoveryError> {
    Share::parse(&SecretBytes::copied(text.as_bytes()))
}

fn text_of(share: &Share) -> String {
    share.to_text().expose_str().unwrap().to_owned()
}

fn again(share: &Share) -> Share {
    Share::parse(&share.to_text()).unwrap()
}

#[test]
fn a_share_is_a_line_that_says_what_it_is() {
    let (_, shares) = Sealer::new_recovery(3, 5, &SystemRng).unwrap();
    assert_eq!(shares.len(), 5);
    for (number, share) in (1..).zip(&shares) {
        let text = text_of(share);
        let head = format!("claviger-share-1-{}-{number}/3-", share.set());
        assert!(text.starts_with(&head), "{number}");
        assert_eq!(text.len(), head.len() + 64 + 15);
        assert_eq!((share.index(), share.threshold()), (number, 3));
        assert_eq!(
            format!("{share:?}"),
            format!("Share({number}, 3 needed, set {})", share.set())
        );
    }
}

#[test]
fn letters_may_be_written_in_any_case_and_with_spaces() {
    let text = text_of(&golden_shares()[0]);
    let forms = [
        text.to_lowercase(),
        text.to_uppercase(),
        format!("  {text}\r\n"),
        text.replacen("-1/2-", "-1/2-\n  ", 1).replace("AB", "A B"),
        text.chars()
            .rev()
            .collect::<String>()
            .replacen('-', "", 9)
            .chars()
            .rev()
            .collect(),
    ];
    for form in forms {
        assert_eq!(text_of(&parse(&form).unwrap()), text);
    }
}

/// Any letter that was copied wrongly is found in its own share, before shares are put together.
#[test]
fn every_mistake_is_found_in_its_share() {
    let text = text_of(&golden_shares()[2]);
    let body = text.find("3/2-").unwrap() + 4;
    for at in body..text.len() {
        if text.as_bytes()[at] == b'-' {
            continue;
        }
        for letter in ["A", "Q", "7", "0"] {
            let mut changed = text.clone();
            changed.replace_range(at..=at, letter);
            if changed == text {
                continue;
            }
            let error = parse(&changed).unwrap_err();
            assert_eq!(
                error.to_string(),
                "share 3 of the set `0d0d0d0d` was copied with a mistake: its checksum does not fit"
            );
        }
    }
    for (wrong, index) in [
        (text.replace("3/2", "1/2"), 1),
        (text.replace("3/2", "3/3"), 3),
        (text.replace("0d0d0d0d", "0d0d0d0e"), 3),
        (text[..text.len() - 1].to_owned(), 3),
        (format!("{text}A"), 3),
    ] {
        let found = parse(&wrong).unwrap_err();
        assert!(
            matches!(found, RecoveryError::Damaged { index: found, .. } if found == index),
            "{found:?}"
        );
    }
}

#[test]
fn other_texts_are_no_shares() {
    let good = text_of(&golden_shares()[0]);
    for text in [
        "",
        "claviger",
        "claviger-share-1",
        "claviger-share-one-0d0d0d0d-1/2-AAAA",
        "claviger-share-1-0d0d0d0d-1-AAAA",
        "claviger-share-1-0d0d0d0d-1/300-AAAA",
        "claviger-share-1-0d0d-1/2-AAAA",
        "claviger-share-1-zzzzzzzz-1/2-AAAA",
        &good.replace("claviger", "clavigr"),
    ] {
        let error = parse(text).unwrap_err();
        assert!(matches!(error, RecoveryError::NotAShare), "{text}: {error:?}");
    }
    assert!(matches!(
        Share::parse(&SecretBytes::copied(&[0xff; 100])),
        Err(RecoveryError::NotAShare)
    ));
    let later = parse(&good.replace("share-1-", "share-2-")).unwrap_err();
    assert_eq!(
        later.to_string(),
        "the share has form 2, which this version of the program does not know"
    );
}

#[test]
fn each_wrong_set_of_shares_has_its_own_error() {
    let error = |shares: &[Share]| Sealer::recovery(shares).unwrap_err().to_string();
    let golden = golden_shares();
    assert_eq!(error(&[]), "0 of 2 shares are not enough");
    assert_eq!(error(&golden[..1]), "1 of 2 shares are not enough");
    assert_eq!(
        error(&[again(&golden[1]), again(&golden[1])]),
        "share 2 was given twice"
    );
    let (_, other) = Sealer::new_recovery(2, 3, &SystemRng).unwrap();
    let set = other[0].set();
    assert_eq!(
        error(&[again(&golden[1]), again(&other[0])]),
        format!("share 1 is of the set `{set}`, the others are of `0d0d0d0d`")
    );
}

#[test]
fn impossible_counts_are_refused() {
    for (threshold, shares) in [(0, 0), (0, 3), (1, 1), (1, 3), (4, 3), (2, 1)] {
        let error = Sealer::new_recovery(threshold, shares, &SystemRng).unwrap_err();
        let expected = format!(
            "{threshold} of {shares} shares cannot be: at least 2 must be needed, and no more than there are"
        );
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn without_randomness_there_are_no_shares() {
    // The private key, the name of the set, and a coin for each byte of the key.
    for draws in 0..2 + 32 {
        let error = Sealer::new_recovery(2, 3, &FailingRng::after(draws)).unwrap_err();
        assert!(matches!(error, RecoveryError::Random(_)), "{draws}: {error:?}");
    }
    Sealer::new_recovery(2, 3, &FailingRng::after(2 + 32)).unwrap();
}

#[test]
fn as_many_shares_as_can_be() {
    let (_, shares) = Sealer::new_recovery(255, 255, &SystemRng).unwrap();
    assert_eq!(shares.last().unwrap().index(), 255);
    Sealer::recovery(&shares).unwrap();
    Sealer::recovery(&shares[1..]).unwrap_err();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Any k of n open the file, in any order; fewer do not, not even if they claim to be enough.
    #[test]
    fn any_k_of_n_shares_open_and_fewer_do_not(
        (threshold, shares, order) in (2u8..=6).prop_flat_map(|shares| {
            let order = Just((0..usize::from(shares)).collect::<Vec<_>>()).prop_shuffle();
            (2..=shares, Just(shares), order)
        }),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.json");
        let (sealer, dealt) = Sealer::new_recovery(threshold, shares, &SystemRng).unwrap();
        RootKeys::create(&path, &sealer, &SystemRng, NOW).unwrap();
        let chosen: Vec<_> = order.iter().map(|at| again(&dealt[*at])).collect();
        let threshold = usize::from(threshold);
        for count in threshold..=usize::from(shares) {
            let sealer = Sealer::recovery(&chosen[..count]).unwrap();
            prop_assert!(RootKeys::open(&path, &sealer).is_ok());
        }
        let few = Sealer::recovery(&chosen[..threshold - 1]).unwrap_err();
        let is_too_few = matches!(few, RecoveryError::TooFew { given, .. } if given == threshold - 1);
        prop_assert!(is_too_few, "{:?}", few);
    }
}
