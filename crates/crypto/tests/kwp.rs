//! What key wrap promises to its callers.

use claviger_crypto::{
    KeyLengthError, OpenError, SealError,
    kwp::{self, WrapKey},
};
use proptest::prelude::*;

const KEY: &[u8; 32] = b"0123456789abcdef0123456789ABCDEF";

fn unhex(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.chars().filter_map(|c| c.to_digit(16)).collect();
    digits
        .chunks_exact(2)
        .filter_map(|pair| u8::try_from(pair[0] << 4 | pair[1]).ok())
        .collect()
}

// SOURCE: RFC 3394, sections 4.1, 4.3 and 4.6. The others are like them or have a key of 192 bits.
#[test]
fn vectors_without_padding() {
    let key: Vec<u8> = (0..32).collect();
    let data = unhex("00112233445566778899AABBCCDDEEFF 000102030405060708090A0B0C0D0E0F");
    for (key_len, data_len, wrapped) in [
        (16, 16, "1FA68B0A8112B447 AEF34BD8FB5A7B82 9D3E862371D2CFE5"),
        (32, 16, "64E8C3F9CE0F5BA2 63E9777905818A2A 93C8191E7D6E8AE7"),
        (
            32,
            32,
            "28C9F404C4B810F4 CBCCB35CFB87F826 3F5786E2D80ED326 CBC7F0E71A99F43B FB988B9B7A02DD21",
        ),
    ] {
        let key = WrapKey::try_from(&key[..key_len]).unwrap();
        assert_eq!(kwp::wrap(key, &data[..data_len]).unwrap(), unhex(wrapped));
        assert_eq!(
            kwp::unwrap(key, &unhex(wrapped)).unwrap().expose(),
            &data[..data_len]
        );
    }
}

#[test]
fn padding_fills_up_to_a_multiple_of_eight() {
    for len in 1..=80 {
        let plaintext = vec![7; len];
        let wrapped = kwp::wrap_padded(KEY, &plaintext).unwrap();
        assert_eq!(wrapped.len(), len.next_multiple_of(8) + kwp::OVERHEAD);
        assert_eq!(kwp::unwrap_padded(KEY, &wrapped).unwrap().expose(), plaintext);
    }
    assert_eq!(kwp::wrap_padded(KEY, b"").unwrap_err(), SealError);
}

#[test]
fn without_padding_only_whole_blocks_are_wrapped() {
    for len in 0..=80 {
        let wrapped = kwp::wrap(KEY, &vec![7; len]);
        if len >= 16 && len % 8 == 0 {
            assert_eq!(wrapped.unwrap().len(), len + kwp::OVERHEAD);
        } else {
            assert_eq!(wrapped.unwrap_err(), SealError, "{len}");
        }
    }
}

#[test]
fn every_flipped_bit_of_key_and_wrapped_key_is_refused() {
    let padded = kwp::wrap_padded(KEY, &[7; 30]).unwrap();
    let whole = kwp::wrap(KEY, &[7; 32]).unwrap();
    for bit in 0..padded.len() * 8 {
        let flip = |bytes: &[u8]| {
            let mut flipped = bytes.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            flipped
        };
        assert_eq!(kwp::unwrap_padded(KEY, &flip(&padded)).unwrap_err(), OpenError);
        assert_eq!(kwp::unwrap(KEY, &flip(&whole)).unwrap_err(), OpenError);
        if bit < 256 {
            let key = flip(KEY);
            let key = WrapKey::try_from(key.as_slice()).unwrap();
            assert_eq!(kwp::unwrap_padded(key, &padded).unwrap_err(), OpenError);
            assert_eq!(kwp::unwrap(key, &whole).unwrap_err(), OpenError);
        }
    }
}

#[test]
fn every_other_length_and_the_other_form_are_refused() {
    let padded = kwp::wrap_padded(KEY, &[7; 30]).unwrap();
    let whole = kwp::wrap(KEY, &[7; 32]).unwrap();
    for len in 0..padded.len() {
        assert_eq!(kwp::unwrap_padded(KEY, &padded[..len]).unwrap_err(), OpenError);
        assert_eq!(kwp::unwrap(KEY, &whole[..len]).unwrap_err(), OpenError);
    }
    for more in 1..=8 {
        let longer = |wrapped: &[u8]| [wrapped, &vec![0; more]].concat();
        assert_eq!(kwp::unwrap_padded(KEY, &longer(&padded)).unwrap_err(), OpenError);
        assert_eq!(kwp::unwrap(KEY, &longer(&whole)).unwrap_err(), OpenError);
    }
    assert_eq!(kwp::unwrap(KEY, &padded).unwrap_err(), OpenError);
    assert_eq!(kwp::unwrap_padded(KEY, &whole).unwrap_err(), OpenError);
}

#[test]
fn the_length_of_a_key_says_which_aes_it_is() {
    let bytes = [0x5a; 40];
    for len in 0..40 {
        let key = WrapKey::try_from(&bytes[..len]);
        match len {
            16 => assert_eq!(format!("{key:?}"), "Ok(WrapKey(128 bits))"),
            32 => assert_eq!(format!("{key:?}"), "Ok(WrapKey(256 bits))"),
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
