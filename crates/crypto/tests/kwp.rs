//! What key wrap promises to its callers.

use claviger_crypto::{AesKey, KeyLengthError, OpenError, SealError, kwp};
use proptest::prelude::*;

const KEY: &[u8; 32] = b"0123456789abcdef0123456789ABCDEF";

/// A key of each length.
fn keys() -> [AesKey<'static>; 3] {
    const SHORT: &[u8; 16] = b"0123456789abcdef";
    const MIDDLE: &[u8; 24] = b"0123456789abcdef01234567";
    [SHORT.into(), MIDDLE.into(), KEY.into()]
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.chars().filter_map(|c| c.to_digit(16)).collect();
    digits
        .chunks_exact(2)
        .filter_map(|pair| u8::try_from(pair[0] << 4 | pair[1]).ok())
        .collect()
}

// SOURCE: RFC 3394, sections 4.1 to 4.6.
#[test]
fn vectors_without_padding() {
    let key: Vec<u8> = (0..32).collect();
    let data = unhex("00112233445566778899AABBCCDDEEFF 000102030405060708090A0B0C0D0E0F");
    for (key_len, data_len, wrapped) in [
        (16, 16, "1FA68B0A8112B447 AEF34BD8FB5A7B82 9D3E862371D2CFE5"),
        (24, 16, "96778B25AE6CA435 F92B5B97C050AED2 468AB8A17AD84E5D"),
        (32, 16, "64E8C3F9CE0F5BA2 63E9777905818A2A 93C8191E7D6E8AE7"),
        (
            24,
            24,
            "031D33264E15D332 68F24EC260743EDC E1C6C7DDEE725A93 6BA814915C6762D2",
        ),
        (
            32,
            24,
            "A8F9BC1612C68B3F F6E6F4FBE30E71E4 769C8B80A32CB895 8CD5D17D6B254DA1",
        ),
        (
            32,
            32,
            "28C9F404C4B810F4 CBCCB35CFB87F826 3F5786E2D80ED326 CBC7F0E71A99F43B FB988B9B7A02DD21",
        ),
    ] {
        let key = AesKey::try_from(&key[..key_len]).unwrap();
        assert_eq!(kwp::wrap(key, &data[..data_len]).unwrap(), unhex(wrapped));
        assert_eq!(
            kwp::unwrap(key, &unhex(wrapped)).unwrap().expose(),
            &data[..data_len]
        );
    }
}

// SOURCE: RFC 5649, section 6.
#[test]
fn vectors_with_padding() {
    let key = unhex("5840df6e29b02af1 ab493b705bf16ea1 ae8338f4dcc176a8");
    let key = AesKey::try_from(key.as_slice()).unwrap();
    for (plaintext, wrapped) in [
        (
            "c37b7e6492584340 bed1220780894115 5068f738",
            "138bdeaa9b8fa7fc 61f97742e72248ee 5ae6ae5360d1ae6a 5f54f373fa543b6a",
        ),
        ("466f7250617369", "afbeb0f07dfbf541 9200f2ccb50bb24f"),
    ] {
        assert_eq!(kwp::wrap_padded(key, &unhex(plaintext)).unwrap(), unhex(wrapped));
        assert_eq!(
            kwp::unwrap_padded(key, &unhex(wrapped)).unwrap().expose(),
            unhex(plaintext)
        );
    }
}

#[test]
fn padding_fills_up_to_a_multiple_of_eight() {
    for key in keys() {
        for len in 1..=80 {
            let plaintext = vec![7; len];
            let wrapped = kwp::wrap_padded(key, &plaintext).unwrap();
            assert_eq!(wrapped.len(), len.next_multiple_of(8) + kwp::OVERHEAD);
            assert_eq!(kwp::unwrap_padded(key, &wrapped).unwrap().expose(), plaintext);
        }
        assert_eq!(kwp::wrap_padded(key, b"").unwrap_err(), SealError);
    }
}

#[test]
fn without_padding_only_whole_blocks_are_wrapped() {
    for key in keys() {
        for len in 0..=80 {
            let wrapped = kwp::wrap(key, &vec![7; len]);
            if len >= 16 && len % 8 == 0 {
                assert_eq!(wrapped.unwrap().len(), len + kwp::OVERHEAD);
            } else {
                assert_eq!(wrapped.unwrap_err(), SealError, "{len}");
            }
        }
    }
}

fn flip(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    flipped[bit / 8] ^= 1 << (bit % 8);
    flipped
}

#[test]
fn every_flipped_bit_of_a_wrapped_key_is_refused() {
    for key in keys() {
        let padded = kwp::wrap_padded(key, &[7; 30]).unwrap();
        let whole = kwp::wrap(key, &[7; 32]).unwrap();
        for bit in 0..padded.len() * 8 {
            assert_eq!(
                kwp::unwrap_padded(key, &flip(&padded, bit)).unwrap_err(),
                OpenError
            );
            assert_eq!(kwp::unwrap(key, &flip(&whole, bit)).unwrap_err(), OpenError);
        }
    }
}

#[test]
fn every_flipped_bit_of_a_key_opens_nothing() {
    for len in [16, 24, 32] {
        let key = AesKey::try_from(&KEY[..len]).unwrap();
        let padded = kwp::wrap_padded(key, &[7; 30]).unwrap();
        let whole = kwp::wrap(key, &[7; 32]).unwrap();
        for bit in 0..len * 8 {
            let other = flip(&KEY[..len], bit);
            let other = AesKey::try_from(other.as_slice()).unwrap();
            assert_eq!(kwp::unwrap_padded(other, &padded).unwrap_err(), OpenError);
            assert_eq!(kwp::unwrap(other, &whole).unwrap_err(), OpenError);
        }
    }
}

#[test]
fn every_other_length_and_the_other_form_are_refused() {
    for key in keys() {
        let padded = kwp::wrap_padded(key, &[7; 30]).unwrap();
        let whole = kwp::wrap(key, &[7; 32]).unwrap();
        for len in 0..padded.len() {
            assert_eq!(kwp::unwrap_padded(key, &padded[..len]).unwrap_err(), OpenError);
            assert_eq!(kwp::unwrap(key, &whole[..len]).unwrap_err(), OpenError);
        }
        for more in 1..=8 {
            let longer = |wrapped: &[u8]| [wrapped, &vec![0; more]].concat();
            assert_eq!(kwp::unwrap_padded(key, &longer(&padded)).unwrap_err(), OpenError);
            assert_eq!(kwp::unwrap(key, &longer(&whole)).unwrap_err(), OpenError);
        }
        assert_eq!(kwp::unwrap(key, &padded).unwrap_err(), OpenError);
        assert_eq!(kwp::unwrap_padded(key, &whole).unwrap_err(), OpenError);
    }
}

/// One block with the head of a wrapped key of no bytes: no cipher is needed to make it.
#[test]
fn a_head_alone_is_no_wrapped_key() {
    for key in keys() {
        let head = unhex("a65959a6 00000000");
        assert_eq!(kwp::unwrap_padded(key, &head).unwrap_err(), OpenError);
        let head = unhex("a6a6a6a6 a6a6a6a6");
        assert_eq!(kwp::unwrap(key, &head).unwrap_err(), OpenError);
    }
}

#[test]
fn the_length_of_a_key_says_which_aes_it_is() {
    let bytes = [0x5a; 40];
    for len in 0..40 {
        let key = AesKey::try_from(&bytes[..len]);
        match len {
            16 => assert_eq!(format!("{key:?}"), "Ok(AesKey(128 bits))"),
            24 => assert_eq!(format!("{key:?}"), "Ok(AesKey(192 bits))"),
            32 => assert_eq!(format!("{key:?}"), "Ok(AesKey(256 bits))"),
            _ => assert_eq!(key.unwrap_err(), KeyLengthError),
        }
    }
}

proptest! {
    #[test]
    fn what_was_wrapped_unwraps(
        key: [u8; 16],
        plaintext in prop::collection::vec(any::<u8>(), 1..200),
        blocks in prop::collection::vec(any::<[u8; 8]>(), 2..20),
    ) {
        let wrapped = kwp::wrap_padded(&key, &plaintext).unwrap();
        let opened = kwp::unwrap_padded(&key, &wrapped).unwrap();
        prop_assert_eq!(opened.expose(), plaintext);
        let blocks = blocks.concat();
        let wrapped = kwp::wrap(&key, &blocks).unwrap();
        let opened = kwp::unwrap(&key, &wrapped).unwrap();
        prop_assert_eq!(opened.expose(), blocks);
    }
}
