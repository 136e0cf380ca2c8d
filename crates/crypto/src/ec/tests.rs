//! What signs verifies, and nothing else does.

use std::thread;

use super::*;
use crate::SignError;

const HASHES: [EcdsaHash; 3] = [EcdsaHash::Sha256, EcdsaHash::Sha384, EcdsaHash::Sha512];

/// In the order of [`Curve::ALL`].
const KEYS: [&[u8]; 4] = [
    include_bytes!("../../tests/keys/ec-P-256.p8"),
    include_bytes!("../../tests/keys/ec-secp256k1.p8"),
    include_bytes!("../../tests/keys/ec-P-384.p8"),
    include_bytes!("../../tests/keys/ec-P-521.p8"),
];

fn pair(der: &[u8]) -> (EcPrivateKey, EcPublicKey) {
    let key = EcPrivateKey::from_pkcs8(der).unwrap();
    let public = EcPublicKey::from_spki(&key.public_key_der()).unwrap();
    (key, public)
}

fn pairs() -> [(EcPrivateKey, EcPublicKey); 4] {
    KEYS.map(pair)
}

#[test]
fn a_key_knows_its_curve() {
    for ((key, public), curve) in pairs().iter().zip(Curve::ALL) {
        assert_eq!((key.curve(), public.curve()), (curve, curve));
    }
}

#[test]
fn a_generated_key_works_and_can_be_stored() {
    for curve in Curve::ALL {
        let key = EcPrivateKey::generate(curve).unwrap();
        let (again, public) = pair(key.to_pkcs8().expose());
        assert_eq!(again.curve(), curve);
        assert_eq!(again.public_key_der(), key.public_key_der());
        assert_ne!(
            EcPrivateKey::generate(curve).unwrap().public_key_der(),
            key.public_key_der()
        );
        let signature = key.sign_digest(EcdsaHash::Sha256, &[7; 32]).unwrap();
        assert!(public.verify_digest(EcdsaHash::Sha256, &[7; 32], &signature));
    }
}

#[test]
fn a_key_is_written_as_it_was_read() {
    for der in KEYS {
        assert_eq!(EcPrivateKey::from_pkcs8(der).unwrap().to_pkcs8().expose(), der);
    }
}

#[test]
fn any_hash_goes_with_any_curve_and_only_as_itself() {
    for (key, public) in pairs() {
        for hash in HASHES {
            let digest = vec![0x5a; hash.digest_len()];
            let signature = key.sign_digest(hash, &digest).unwrap();
            assert!(public.verify_digest(hash, &digest, &signature));
            for len in (0..=65).filter(|len| *len != hash.digest_len()) {
                let digest = vec![0x5a; len];
                assert_eq!(
                    key.sign_digest(hash, &digest).unwrap_err(),
                    SignError::DigestLength
                );
                assert!(!public.verify_digest(hash, &digest, &signature));
            }
        }
    }
}

// SOURCE: FIPS 186-5, section 6.4.1, step 2.
#[test]
fn only_the_leftmost_bits_of_a_long_digest_are_signed() {
    for ((key, public), bytes) in pairs().iter().zip([32, 32, 48, 66]) {
        for hash in HASHES {
            let digest = vec![0x5a; hash.digest_len()];
            let signature = key.sign_digest(hash, &digest).unwrap();
            for byte in 0..digest.len() {
                let mut other = digest.clone();
                other[byte] ^= 1;
                assert_eq!(
                    public.verify_digest(hash, &other, &signature),
                    byte >= bytes,
                    "{key:?} {hash:?}"
                );
            }
        }
    }
}

#[test]
fn an_altered_signature_or_another_key_does_not_verify() {
    let digest = [3; 32];
    for (key, public) in pairs() {
        let signature = key.sign_digest(EcdsaHash::Sha256, &digest).unwrap();
        for bit in 0..signature.len() * 8 {
            let mut other = signature.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!public.verify_digest(EcdsaHash::Sha256, &digest, &other));
        }
        for len in 0..signature.len() {
            assert!(!public.verify_digest(EcdsaHash::Sha256, &digest, &signature[..len]));
        }
        let longer = [signature.as_slice(), &[0]].concat();
        assert!(!public.verify_digest(EcdsaHash::Sha256, &digest, &longer));
        let (_, other) = pair(EcPrivateKey::generate(key.curve()).unwrap().to_pkcs8().expose());
        assert!(!other.verify_digest(EcdsaHash::Sha256, &digest, &signature));
    }
}

#[test]
fn signatures_are_der_and_differ() {
    for (key, _) in pairs() {
        let sign = || key.sign_digest(EcdsaHash::Sha384, &[1; 48]).unwrap();
        let signature = sign();
        assert_eq!(signature[0], 0x30);
        assert!(encoding::integer_in_sequence(&signature, 1).is_some());
        assert_ne!(sign(), signature);
    }
}

#[test]
fn one_key_serves_many_threads() {
    let (key, public) = pair(KEYS[0]);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let signature = key.sign_digest(EcdsaHash::Sha256, &[9; 32]).unwrap();
                    assert!(public.verify_digest(EcdsaHash::Sha256, &[9; 32], &signature));
                }
            });
        }
    });
}

#[test]
fn debug_output_tells_the_curve_only() {
    let (key, public) = pair(KEYS[1]);
    assert_eq!(format!("{key:?}"), "EcPrivateKey(P256K)");
    assert_eq!(format!("{public:#?}"), "EcPublicKey(P256K)");
}

fn refusal(der: &[u8]) -> KeyError {
    EcPrivateKey::from_pkcs8(der).unwrap_err()
}

fn public_refusal(der: &[u8]) -> KeyError {
    EcPublicKey::from_spki(der).unwrap_err()
}

#[test]
fn other_encodings_are_refused() {
    for der in KEYS {
        let spki = EcPrivateKey::from_pkcs8(der).unwrap().public_key_der();
        for (der, read) in [(der, refusal as fn(&[u8]) -> KeyError), (&spki, public_refusal)] {
            for len in 0..der.len() {
                assert_eq!(read(&der[..len]), KeyError::Encoding, "{len}");
            }
            assert_eq!(read(&[der, &[0]].concat()), KeyError::Encoding);
            assert_eq!(read(b"-----BEGIN"), KeyError::Encoding);
        }
        // The bare keys, and each kind in place of the other.
        assert_eq!(refusal(KeyInfo::from_pkcs8(der).unwrap().key), KeyError::Encoding);
        assert_eq!(
            public_refusal(KeyInfo::from_spki(&spki).unwrap().key),
            KeyError::Encoding
        );
        assert_eq!(refusal(&spki), KeyError::Encoding);
        assert_eq!(public_refusal(der), KeyError::Encoding);
    }
}

/// Replaces the one place where `part` stands.
fn replaced(der: &[u8], part: &[u8], by: &[u8]) -> Vec<u8> {
    let mut places = der
        .windows(part.len())
        .enumerate()
        .filter(|(_, window)| *window == part);
    let (at, _) = places.next().unwrap();
    assert_eq!(places.count(), 0);
    [&der[..at], by, &der[at + part.len()..]].concat()
}

#[test]
fn keys_of_other_algorithms_and_curves_are_refused() {
    let rsa = include_bytes!("../../tests/keys/rsa-2048.p8");
    assert_eq!(refusal(rsa), KeyError::Algorithm);
    let rsa = crate::rsa::RsaPrivateKey::from_pkcs8(rsa)
        .unwrap()
        .public_key_der();
    assert_eq!(public_refusal(&rsa), KeyError::Algorithm);
    // secp384r1 has the number 34, secp224r1 has 33.
    let spki = EcPrivateKey::from_pkcs8(KEYS[2]).unwrap().public_key_der();
    for (der, read) in [
        (KEYS[2], refusal as fn(&[u8]) -> KeyError),
        (&spki, public_refusal),
    ] {
        let other = replaced(der, &[6, 5, 0x2b, 0x81, 4, 0, 34], &[6, 5, 0x2b, 0x81, 4, 0, 33]);
        assert_eq!(read(&other), KeyError::Algorithm);
        // A null in place of the name.
        let unnamed = replaced(der, &[6, 5, 0x2b, 0x81, 4, 0, 34], &[5, 5, 0x2b, 0x81, 4, 0, 34]);
        assert_eq!(read(&unnamed), KeyError::Algorithm);
    }
}

#[test]
fn points_that_are_not_on_the_curve_or_not_uncompressed_are_refused() {
    for der in KEYS {
        let curve = EcPrivateKey::from_pkcs8(der).unwrap().curve();
        let spki = EcPrivateKey::from_pkcs8(der).unwrap().public_key_der();
        let point = KeyInfo::from_spki(&spki).unwrap().key;
        assert_eq!(curve.write_spki(point), spki);

        let mut off = point.to_vec();
        *off.last_mut().unwrap() ^= 1;
        assert_eq!(public_refusal(&curve.write_spki(&off)), KeyError::Invalid);
        assert_eq!(
            public_refusal(&curve.write_spki(&point[..point.len() - 1])),
            KeyError::Invalid
        );
        let too_large = [[4].as_slice(), &vec![0xff; point.len() - 1]].concat();
        assert_eq!(public_refusal(&curve.write_spki(&too_large)), KeyError::Invalid);

        let odd = point.last().unwrap() & 1;
        let compressed = [&[2 + odd], &point[1..=point.len() / 2]].concat();
        let hybrid = [&[6 + odd], &point[1..]].concat();
        for other in [compressed, hybrid, vec![0], vec![]] {
            assert_eq!(public_refusal(&curve.write_spki(&other)), KeyError::Encoding);
        }
    }
}

#[test]
fn private_numbers_out_of_range_or_of_another_point_are_refused() {
    for der in KEYS {
        let key = KeyInfo::from_pkcs8(der).unwrap().key;
        let at = key.iter().position(|byte| *byte == 4).unwrap() + 1;
        let len = usize::from(key[at]);
        let number = &key[at + 1..=at + len];
        let mut other = number.to_vec();
        *other.last_mut().unwrap() ^= 1;
        for number_in_place in [vec![0; len], vec![0xff; len], other] {
            let der = replaced(der, number, &number_in_place);
            assert_eq!(refusal(&der), KeyError::Invalid);
        }
    }
}

/// Rewrites a P-256 key: what follows the private number in its `ECPrivateKey`.
fn p256_with_tail(tail: &[u8]) -> Vec<u8> {
    let key = KeyInfo::from_pkcs8(KEYS[0]).unwrap().key;
    let key = [&[0x30, u8::try_from(37 + tail.len()).unwrap()], &key[2..39], tail].concat();
    let head = &KEYS[0][3..27];
    let body = [head, &[4, u8::try_from(key.len()).unwrap()], &key].concat();
    let len = u8::try_from(body.len()).unwrap();
    match len {
        0..=0x7f => [&[0x30, len], body.as_slice()].concat(),
        _ => [&[0x30, 0x81, len], body.as_slice()].concat(),
    }
}

#[test]
fn a_key_is_completed_by_reading_it() {
    let (key, _) = pair(KEYS[0]);
    let spki = key.public_key_der();
    let point = KeyInfo::from_spki(&spki).unwrap().key;
    let complete = [&[0xa1, 68, 3, 66, 0], point].concat();
    assert_eq!(p256_with_tail(&complete), KEYS[0]);

    let compressed = [&[2 + (point[64] & 1)], &point[1..33]].concat();
    let compressed = [[0xa1, 36, 3, 34, 0].as_slice(), &compressed].concat();
    let named = [0xa0, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
    let named_too = [named.as_slice(), &complete].concat();
    for tail in [[].as_slice(), &named, &compressed, &named_too] {
        let read = EcPrivateKey::from_pkcs8(&p256_with_tail(tail)).unwrap();
        assert_eq!(read.to_pkcs8().expose(), KEYS[0]);
        assert_eq!(read.public_key_der(), spki);
    }
}
