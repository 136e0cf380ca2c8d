//! The vectors of the specification, and its key derivation against another implementation of CMAC.

use aws_lc_rs::cmac;
use proptest::prelude::*;
use sha3::{
    Shake128,
    digest::{ExtendableOutput, Update, XofReader},
};

use super::*;

const NONCE: &[u8; 24] = b"ABCDEFGHIJKLMNOPQRSTUVWX";
const CONTEXT: &[u8; 12] = b"ABCDEFGHIJKL";
const PLAINTEXT: &[u8] = b"XAES-256-GCM";

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

fn derived<const N: usize>(key: &[u8; N], context: &[u8; 12]) -> [u8; N] {
    let mut out = [0; N];
    derive_key(AesKey::try_from(key.as_slice()).unwrap(), context, &mut out);
    out
}

/// CMAC in counter mode, cut to the length of the key, by the library.
fn by_the_library<const N: usize>(algorithm: cmac::Algorithm, key: &[u8; N], context: &[u8; 12]) -> Vec<u8> {
    let cmac_key = cmac::Key::new(algorithm, key).unwrap();
    let codes = [1, 2].into_iter().flat_map(|counter| {
        let input = [&[0, counter, b'X', 0], context.as_slice()].concat();
        cmac::sign(&cmac_key, &input).unwrap().as_ref().to_vec()
    });
    codes.take(N).collect()
}

fn sealed<const N: usize>(key: &[u8; N], aad: &[u8]) -> String {
    let key = AesKey::try_from(key.as_slice()).unwrap();
    let mut out = Vec::new();
    seal(key, NONCE, aad, PLAINTEXT, &mut out).unwrap();
    assert_eq!(open(key, NONCE, aad, &out).unwrap().expose(), PLAINTEXT);
    hex(&out)
}

// SOURCE: C2SP XAES-256-GCM, "Test vectors".

#[test]
fn vector_whose_top_bit_of_l_is_clear() {
    assert_eq!(
        hex(&derived(&[1; 32], CONTEXT)),
        "c8612c9ed53fe43e8e005b828a1631a0bbcb6ab2f46514ec4f439fcfd0fa969b"
    );
    assert_eq!(
        sealed(&[1; 32], b""),
        "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"
    );
}

#[test]
fn vector_whose_top_bit_of_l_is_set() {
    assert_eq!(
        hex(&derived(&[3; 32], CONTEXT)),
        "e9c621d4cdd9b11b00a6427ad7e559aeedd66b3857646677748f8ca796cb3fd8"
    );
    assert_eq!(
        sealed(&[3; 32], b"c2sp.org/XAES-256-GCM"),
        "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"
    );
}

// SOURCE: C2SP XAES-256-GCM, "Accumulated randomized tests".
#[test]
fn accumulated_vectors() {
    let mut stream = Shake128::default().finalize_xof();
    let mut bytes = |len: usize| {
        let mut out = vec![0; len];
        stream.read(&mut out);
        out
    };
    let mut accumulated = Shake128::default();
    for _ in 0..10_000 {
        let key: [u8; 32] = bytes(32).try_into().unwrap();
        let nonce: [u8; 24] = bytes(24).try_into().unwrap();
        let len = bytes(1)[0];
        let plaintext = bytes(len.into());
        let len = bytes(1)[0];
        let aad = bytes(len.into());

        let mut sealed = Vec::new();
        seal(&key, &nonce, &aad, &plaintext, &mut sealed).unwrap();
        assert_eq!(open(&key, &nonce, &aad, &sealed).unwrap().expose(), plaintext);
        accumulated.update(&sealed);
    }
    let mut hash = [0; 32];
    accumulated.finalize_xof().read(&mut hash);
    assert_eq!(
        hex(&hash),
        "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939"
    );
}

/// Computed with another implementation of CMAC and GCM, since no specification has vectors: stored ciphertexts depend
/// on these bytes.
#[test]
fn vectors_of_the_shorter_keys() {
    let long_aad = b"c2sp.org/XAES-256-GCM".as_slice();
    assert_eq!(
        hex(&derived(&[1; 24], CONTEXT)),
        "0a80b1a9587ff7c8dc031e4824d915f5523f8abb137d3e29"
    );
    let rows = [
        (
            1,
            b"".as_slice(),
            "c00acf786fa398c34eedef604c710d7fb7dcb8ff5f3be3e396522473",
        ),
        (
            3,
            long_aad,
            "eed854ab661b1be5f543ca10a08c5c4a3190d3eeea8e37503b1dbd58",
        ),
    ];
    for (key, aad, expected) in rows {
        assert_eq!(sealed(&[key; 24], aad), expected);
    }
    assert_eq!(
        hex(&derived(&[1; 16], CONTEXT)),
        "a85ac0c04d390be21bf105606ab55fcf"
    );
    let rows = [
        (
            1,
            b"".as_slice(),
            "9d068a05a110e98ef29eabb46c75a34eef6ec9f0545efe747f6ea706",
        ),
        (
            3,
            long_aad,
            "ecf58c8941cc3565d2d8131a2ee4c7902a8143fa4dbf9f39e0ac0ebf",
        ),
    ];
    for (key, aad, expected) in rows {
        assert_eq!(sealed(&[key; 16], aad), expected);
    }
}

proptest! {
    #[test]
    fn derived_keys_are_cmac_in_counter_mode(long: [u8; 32], middle: [u8; 24], short: [u8; 16], context: [u8; 12]) {
        prop_assert_eq!(derived(&long, &context).to_vec(), by_the_library(cmac::AES_256, &long, &context));
        prop_assert_eq!(derived(&middle, &context).to_vec(), by_the_library(cmac::AES_192, &middle, &context));
        prop_assert_eq!(derived(&short, &context).to_vec(), by_the_library(cmac::AES_128, &short, &context));
    }
}
