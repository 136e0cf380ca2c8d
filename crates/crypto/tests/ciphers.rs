//! What all ciphers promise to their callers.

#![expect(
    clippy::unwrap_used,
    reason = "the helpers run in tests only, which should stop there"
)]

use claviger_crypto::{AesKey, KeyLengthError, OpenError, gcm, sm4, xaes};
use claviger_secret::SecretBytes;
use proptest::prelude::*;

/// The ciphers behind one face. The nonce is 24 bytes; GCM takes the first half.
#[derive(Clone, Copy, Debug)]
enum Cipher {
    Xaes,
    Gcm128,
    Gcm192,
    Gcm256,
    Sm4,
}

/// Those that write into a buffer of the caller.
const IN_PLACE: [Cipher; 4] = [Cipher::Xaes, Cipher::Gcm128, Cipher::Gcm192, Cipher::Gcm256];

const CIPHERS: [Cipher; 5] = [
    Cipher::Xaes,
    Cipher::Gcm128,
    Cipher::Gcm192,
    Cipher::Gcm256,
    Cipher::Sm4,
];

impl Cipher {
    /// Bits of the nonce and of the key that the cipher does not read cannot be tampered with.
    fn sizes(self) -> (usize, usize) {
        match self {
            Self::Xaes => (24, 32),
            Self::Gcm128 | Self::Sm4 => (12, 16),
            Self::Gcm192 => (12, 24),
            Self::Gcm256 => (12, 32),
        }
    }

    fn gcm_key(self, key: &[u8; 32]) -> AesKey<'_> {
        AesKey::try_from(&key[..self.sizes().1]).unwrap()
    }

    fn seal_onto(self, message: &Message, out: &mut Vec<u8>) {
        let Message {
            key,
            nonce,
            aad,
            plaintext,
        } = message;
        match self {
            Self::Xaes => xaes::seal(key, nonce, aad, plaintext, out),
            Self::Sm4 => sm4::seal(short(key), short(nonce), aad, plaintext, out),
            _ => gcm::seal(self.gcm_key(key), short(nonce), aad, plaintext, out),
        }
        .unwrap();
    }

    fn seal(self, message: &Message) -> Vec<u8> {
        let mut out = Vec::new();
        self.seal_onto(message, &mut out);
        out
    }

    fn open(self, message: &Message, sealed: &[u8]) -> Result<SecretBytes, OpenError> {
        let Message { key, nonce, aad, .. } = message;
        match self {
            Self::Xaes => xaes::open(key, nonce, aad, sealed),
            Self::Sm4 => sm4::open(short(key), short(nonce), aad, sealed),
            _ => gcm::open(self.gcm_key(key), short(nonce), aad, sealed),
        }
    }

    fn open_into(self, message: &Message, sealed: &[u8], out: &mut [u8]) -> Result<(), OpenError> {
        let Message { key, nonce, aad, .. } = message;
        match self {
            Self::Xaes => xaes::open_into(key, nonce, aad, sealed, out),
            _ => gcm::open_into(self.gcm_key(key), short(nonce), aad, sealed, out),
        }
    }
}

/// The first bytes, as many as are needed.
fn short<const N: usize>(bytes: &[u8]) -> &[u8; N] {
    bytes.first_chunk().unwrap()
}

#[derive(Clone, Debug)]
struct Message {
    key: [u8; 32],
    nonce: [u8; 24],
    aad: Vec<u8>,
    plaintext: Vec<u8>,
}

impl Message {
    fn sample() -> Self {
        Self {
            key: *b"an example of a key, 32 bytes it",
            nonce: *b"a nonce that is not used",
            aad: b"version ten, context none".to_vec(),
            plaintext: b"attack at dawn, if the weather is any good".to_vec(),
        }
    }
}

fn messages() -> impl Strategy<Value = Message> {
    let bytes = |max| prop::collection::vec(any::<u8>(), 0..max);
    (any::<[u8; 32]>(), any::<[u8; 24]>(), bytes(100), bytes(300)).prop_map(|(key, nonce, aad, plaintext)| {
        Message {
            key,
            nonce,
            aad,
            plaintext,
        }
    })
}

fn ciphers() -> impl Strategy<Value = Cipher> {
    prop::sample::select(&CIPHERS)
}

/// Every version of `bytes` with one bit turned.
fn flips(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    })
}

#[test]
fn every_flipped_bit_of_ciphertext_and_tag_is_refused() {
    let message = Message::sample();
    for cipher in CIPHERS {
        let sealed = cipher.seal(&message);
        for flipped in flips(&sealed) {
            assert_eq!(
                cipher.open(&message, &flipped).unwrap_err(),
                OpenError,
                "{cipher:?}"
            );
        }
    }
}

#[test]
fn every_flipped_bit_of_additional_data_nonce_and_key_is_refused() {
    let message = Message::sample();
    for cipher in CIPHERS {
        let sealed = cipher.seal(&message);
        let (nonce_len, key_len) = cipher.sizes();
        let aads = flips(&message.aad).map(|aad| Message {
            aad,
            ..message.clone()
        });
        let nonces = flips(&message.nonce).take(nonce_len * 8);
        let nonces = nonces.map(|nonce| Message {
            nonce: nonce.try_into().unwrap(),
            ..message.clone()
        });
        let keys = flips(&message.key).take(key_len * 8);
        let keys = keys.map(|key| Message {
            key: key.try_into().unwrap(),
            ..message.clone()
        });
        for other in aads.chain(nonces).chain(keys) {
            assert_eq!(cipher.open(&other, &sealed).unwrap_err(), OpenError, "{cipher:?}");
        }
    }
}

#[test]
fn every_truncation_is_refused() {
    let message = Message::sample();
    for cipher in CIPHERS {
        let sealed = cipher.seal(&message);
        for len in 0..sealed.len() {
            assert_eq!(
                cipher.open(&message, &sealed[..len]).unwrap_err(),
                OpenError,
                "{cipher:?}"
            );
            assert_eq!(
                cipher.open(&message, &sealed[len + 1..]).unwrap_err(),
                OpenError,
                "{cipher:?}"
            );
        }
    }
}

#[test]
fn sealing_appends() {
    let message = Message::sample();
    for cipher in CIPHERS {
        let mut blob = b"header".to_vec();
        cipher.seal_onto(&message, &mut blob);
        assert_eq!(blob.len(), 6 + message.plaintext.len() + 16);
        assert_eq!(&blob[..6], b"header");
        assert_eq!(blob[6..], cipher.seal(&message));
    }
}

#[test]
fn a_refused_ciphertext_leaves_zeros_in_the_callers_buffer() {
    let message = Message::sample();
    for cipher in IN_PLACE {
        let sealed = cipher.seal(&message);
        let mut out = vec![0xff; message.plaintext.len()];
        cipher.open_into(&message, &sealed, &mut out).unwrap();
        assert_eq!(out, message.plaintext);
        for mut bad in [sealed.clone(), sealed[1..].to_vec(), Vec::new()] {
            if let Some(byte) = bad.last_mut() {
                *byte ^= 1;
            }
            out.fill(0xff);
            assert_eq!(
                cipher.open_into(&message, &bad, &mut out),
                Err(OpenError),
                "{cipher:?}"
            );
            assert!(out.iter().all(|byte| *byte == 0), "{cipher:?}");
        }
    }
}

#[test]
fn a_buffer_of_another_length_is_refused() {
    let message = Message::sample();
    for cipher in IN_PLACE {
        let sealed = cipher.seal(&message);
        for len in [
            0,
            message.plaintext.len() - 1,
            message.plaintext.len() + 1,
            sealed.len(),
        ] {
            assert_eq!(
                cipher.open_into(&message, &sealed, &mut vec![0; len]),
                Err(OpenError),
                "{cipher:?}"
            );
        }
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

#[test]
fn a_key_array_is_a_key() {
    let nonce = [7; 12];
    let seal = |key: AesKey<'_>| {
        let mut out = Vec::new();
        gcm::seal(key, &nonce, b"", b"text", &mut out).unwrap();
        out
    };
    assert_eq!(
        gcm::open(&[1; 16], &nonce, b"", &seal((&[1; 16]).into()))
            .unwrap()
            .expose(),
        b"text"
    );
    assert_eq!(
        gcm::open(&[1; 24], &nonce, b"", &seal((&[1; 24]).into()))
            .unwrap()
            .expose(),
        b"text"
    );
    assert_eq!(
        gcm::open(&[1; 32], &nonce, b"", &seal((&[1; 32]).into()))
            .unwrap()
            .expose(),
        b"text"
    );
    assert_eq!(
        gcm::open(&[1; 16], &nonce, b"", &seal((&[1; 32]).into())).unwrap_err(),
        OpenError
    );
}

proptest! {
    #[test]
    fn what_was_sealed_opens(cipher in ciphers(), message in messages()) {
        let sealed = cipher.seal(&message);
        prop_assert_eq!(sealed.len(), message.plaintext.len() + 16);
        let opened = cipher.open(&message, &sealed);
        prop_assert_eq!(opened.as_ref().map(SecretBytes::expose), Ok(message.plaintext.as_slice()));
    }

    #[test]
    fn another_nonce_makes_another_ciphertext(cipher in ciphers(), message in messages(), bit in 0..96_usize) {
        let mut other = message.clone();
        other.nonce[bit / 8] ^= 1 << (bit % 8);
        prop_assert_ne!(cipher.seal(&message), cipher.seal(&other));
    }

    #[test]
    fn one_flipped_bit_anywhere_does_not_open(
        cipher in ciphers(),
        message in messages(),
        at: prop::sample::Index,
        bit in 0..8_u8,
    ) {
        let mut sealed = cipher.seal(&message);
        let at = at.index(sealed.len());
        sealed[at] ^= 1 << bit;
        prop_assert_eq!(cipher.open(&message, &sealed).map(drop), Err(OpenError));
    }
}
