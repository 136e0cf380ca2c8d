//! What signs verifies, what was encrypted opens, and nothing else does.

use std::thread;

use proptest::prelude::*;

use super::*;
use crate::{OpenError, SealError, SignError, encoding};

/// SOURCE: GB/T 32918.5-2017, appendix A.2: the private key, and its public key.
const PRIVATE: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
const PUBLIC: &str = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
                      ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
/// The order of the curve.
const ORDER: &str = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123";
/// The prime of the curve.
const PRIME: &str = "fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff";
/// SOURCE: the same, appendix A.2: the signature of "message digest".
const R: &str = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3";
const S: &str = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";
/// SOURCE: the same, appendix C.2: the ciphertext of "encryption standard": point, hash, rest.
const C1: &str = "04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73\
                  e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0";
const C3: &str = "59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766";
const C2: &str = "21886ca989ca9c7d58087307ca93092d651efa";

fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_hexdigit).collect();
    let value = |digit: u8| u8::try_from(char::from(digit).to_digit(16).unwrap()).unwrap();
    digits
        .chunks(2)
        .map(|pair| value(pair[0]) << 4 | value(pair[1]))
        .collect()
}

fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match u8::try_from(contents.len()).unwrap() {
        len @ 0..=0x7f => out.push(len),
        len => out.extend([0x81, len]),
    }
    [&out, contents].concat()
}

fn integer(number: &[u8]) -> Vec<u8> {
    let start = number.iter().take_while(|byte| **byte == 0).count();
    let number = &number[start..];
    if number.first().is_none_or(|first| first & 0x80 != 0) {
        element(2, &[&[0], number].concat())
    } else {
        element(2, number)
    }
}

fn signature(r: &[u8], s: &[u8]) -> Vec<u8> {
    element(0x30, &[integer(r), integer(s)].concat())
}

fn ciphertext(point: &[u8], hash: &[u8], rest: &[u8]) -> Vec<u8> {
    let (x, y) = point.split_at(32);
    element(
        0x30,
        &[integer(x), integer(y), element(4, hash), element(4, rest)].concat(),
    )
}

fn pkcs8(number: &[u8]) -> Vec<u8> {
    pkcs8_around(&element(0x30, &[element(2, &[1]), element(4, number)].concat()))
}

/// A private key structure with these bytes where the key should be.
fn pkcs8_around(inside: &[u8]) -> Vec<u8> {
    let algorithm = element(0x30, &[element(6, &EC_PUBLIC_KEY), element(6, &CURVE)].concat());
    element(0x30, &[element(2, &[0]), algorithm, element(4, inside)].concat())
}

fn spki(point: &[u8]) -> Vec<u8> {
    encoding::write_spki(&EC_PUBLIC_KEY, &CURVE, point)
}

fn key() -> Sm2PrivateKey {
    Sm2PrivateKey::from_pkcs8(&pkcs8(&hex(PRIVATE))).unwrap()
}

/// `number` plus or minus one.
fn beside(number: &str, up: bool) -> Vec<u8> {
    let mut bytes = hex(number);
    let last = bytes.last_mut().unwrap();
    *last = if up { *last + 1 } else { *last - 1 };
    bytes
}

#[test]
fn the_public_key_of_the_standard_is_made() {
    let point = [vec![4], hex(PUBLIC)].concat();
    assert_eq!(key().public_key_der(), spki(&point));
    assert_eq!(
        Sm2PublicKey::from_spki(&spki(&point)).unwrap().to_spki(),
        spki(&point)
    );
}

// SOURCE: GB/T 32918.5-2017, appendix A.2.
#[test]
fn the_digest_and_the_signature_of_the_standard() {
    let digest = digest(&key().public_key_der(), b"message digest").unwrap();
    let expected = "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640";
    assert_eq!(digest.to_vec(), hex(expected));
    assert!(
        key()
            .public_key()
            .verify_digest(&digest, &signature(&hex(R), &hex(S)))
    );
}

// SOURCE: GB/T 32918.5-2017, appendix C.2; GM/T 0009-2012, section 7.2, for the form in DER.
#[test]
fn the_ciphertext_of_the_standard_opens_in_both_forms() {
    let der = ciphertext(&hex(C1), &hex(C3), &hex(C2));
    let bare = [vec![4], hex(C1), hex(C3), hex(C2)].concat();
    for sealed in [der, bare] {
        assert_eq!(key().decrypt(&sealed).unwrap().expose(), b"encryption standard");
    }
    let old = [vec![4], hex(C1), hex(C2), hex(C3)].concat();
    assert_eq!(key().decrypt(&old).unwrap_err(), OpenError);
}

#[test]
fn a_message_in_parts_is_the_same_message() {
    let spki = key().public_key_der();
    let mut parts = MessageDigest::new(&spki).unwrap();
    for part in [b"message".as_slice(), b"", b" digest"] {
        parts.update(part);
    }
    assert_eq!(parts.finish(), digest(&spki, b"message digest").unwrap());
    let other = Sm2PrivateKey::generate().unwrap().public_key_der();
    assert_ne!(
        digest(&other, b"message digest"),
        digest(&spki, b"message digest")
    );
    assert_eq!(digest(&spki[1..], b""), Err(KeyError::Encoding));
}

#[test]
fn a_generated_key_works_and_can_be_stored() {
    let key = Sm2PrivateKey::generate().unwrap();
    let again = Sm2PrivateKey::from_pkcs8(key.to_pkcs8().expose()).unwrap();
    assert_eq!(again.public_key_der(), key.public_key_der());
    assert_eq!(again.to_pkcs8(), key.to_pkcs8());
    assert_ne!(
        Sm2PrivateKey::generate().unwrap().public_key_der(),
        key.public_key_der()
    );
    let signature = key.sign_digest(&[7; 32]).unwrap();
    assert!(again.public_key().verify_digest(&[7; 32], &signature));
    let sealed = again.public_key().encrypt(b"plaintext").unwrap();
    assert_eq!(key.decrypt(&sealed).unwrap().expose(), b"plaintext");
}

#[test]
fn nothing_comes_twice() {
    let key = key();
    let signatures = [(); 2].map(|()| key.sign_digest(&[7; 32]).unwrap());
    assert_ne!(signatures[0], signatures[1]);
    let sealed = [(); 2].map(|()| key.public_key().encrypt(b"plaintext").unwrap());
    assert_ne!(sealed[0], sealed[1]);
}

#[test]
fn digests_have_one_length() {
    let key = key();
    let signature = key.sign_digest(&[0; 32]).unwrap();
    for len in (0..=65).filter(|len| *len != DIGEST_LEN) {
        let digest = vec![0; len];
        assert_eq!(key.sign_digest(&digest).unwrap_err(), SignError::DigestLength);
        assert!(!key.public_key().verify_digest(&digest, &signature));
    }
}

#[test]
fn another_key_or_digest_does_not_verify() {
    let key = key();
    let signature = key.sign_digest(&[7; 32]).unwrap();
    let other = Sm2PrivateKey::generate().unwrap().public_key();
    assert!(!other.verify_digest(&[7; 32], &signature));
    assert!(!key.public_key().verify_digest(&[8; 32], &signature));
}

#[test]
fn changed_signatures_and_other_encodings_do_not_verify() {
    let public = key().public_key();
    let digest = digest(&public.to_spki(), b"message digest").unwrap();
    let right = signature(&hex(R), &hex(S));
    assert!(public.verify_digest(&digest, &right));
    for at in 0..right.len() {
        for bit in 0..8 {
            let mut changed = right.clone();
            changed[at] ^= 1 << bit;
            assert!(!public.verify_digest(&digest, &changed), "byte {at}, bit {bit}");
        }
        assert!(!public.verify_digest(&digest, &right[..at]), "{at} bytes");
    }
    let (r, s) = (hex(R), hex(S));
    let long_length = [&[0x30, 0x81], &right[1..]].concat();
    let zeros = element(
        0x30,
        &[element(2, &[&[0, 0], &r[..]].concat()), integer(&s)].concat(),
    );
    let negative = element(0x30, &[element(2, &r), integer(&s)].concat());
    let more = element(0x30, &[integer(&r), integer(&s), integer(&s)].concat());
    let behind = [right.as_slice(), &[0]].concat();
    let bare = [r.as_slice(), &s].concat();
    for other in [long_length, zeros, negative, more, behind, bare] {
        assert!(!public.verify_digest(&digest, &other), "{other:02x?}");
    }
}

// SOURCE: GB/T 32918.2-2016, section 7.1, steps B1, B2 and B5.
#[test]
fn numbers_of_a_signature_out_of_range_do_not_verify() {
    let public = key().public_key();
    let digest = digest(&public.to_spki(), b"message digest").unwrap();
    let (r, s) = (hex(R), hex(S));
    // The same numbers modulo the order: one byte longer.
    let more = |number: &[u8]| {
        let mut carry = 0;
        let mut sum: Vec<u8> = number
            .iter()
            .zip(hex(ORDER))
            .rev()
            .map(|(left, right)| {
                let sum = u16::from(*left) + u16::from(right) + carry;
                carry = sum >> 8;
                u8::try_from(sum & 0xff).unwrap()
            })
            .collect();
        sum.push(u8::try_from(carry).unwrap());
        sum.reverse();
        sum
    };
    let one = [1];
    for (r, s) in [
        (vec![0], s.clone()),
        (r.clone(), vec![0]),
        (hex(ORDER), s.clone()),
        (r.clone(), hex(ORDER)),
        (more(&r), s.clone()),
        (r.clone(), more(&s)),
        (beside(ORDER, true), s.clone()),
        (vec![0xff; 32], vec![0xff; 32]),
        (one.to_vec(), beside(ORDER, false)),
        (vec![0xff; 200], s),
    ] {
        let body = [integer(&r), integer(&s)].concat();
        assert!(!public.verify_digest(&digest, &element(0x30, &body)), "{r:02x?}");
    }
}

#[test]
fn changed_ciphertexts_do_not_open() {
    let key = key();
    let der = ciphertext(&hex(C1), &hex(C3), &hex(C2));
    let bare = [vec![4], hex(C1), hex(C3), hex(C2)].concat();
    for right in [der, bare] {
        for at in 0..right.len() {
            let mut changed = right.clone();
            changed[at] ^= 1 << (at % 8);
            assert_eq!(key.decrypt(&changed).unwrap_err(), OpenError, "byte {at}");
            assert_eq!(key.decrypt(&right[..at]).unwrap_err(), OpenError, "{at} bytes");
        }
        let behind = [right.as_slice(), &[0]].concat();
        assert_eq!(key.decrypt(&behind).unwrap_err(), OpenError);
        let other = Sm2PrivateKey::generate().unwrap();
        assert_eq!(other.decrypt(&right).unwrap_err(), OpenError);
    }
}

#[test]
fn points_of_ciphertexts_are_on_the_curve_and_in_one_form() {
    let key = key();
    let (hash, rest) = (hex(C3), hex(C2));
    let point = hex(C1);
    let off = [&point[..63], &[point[63] ^ 1]].concat();
    let beyond = [hex(PRIME), point[32..].to_vec()].concat();
    for point in [off, beyond, vec![0; 64], vec![0xff; 64]] {
        assert_eq!(
            key.decrypt(&ciphertext(&point, &hash, &rest)).unwrap_err(),
            OpenError
        );
        let bare = [&[4], point.as_slice(), &hash, &rest].concat();
        assert_eq!(key.decrypt(&bare).unwrap_err(), OpenError);
    }
    for mark in [0, 2, 3, 5, 6, 7] {
        let bare = [&[mark], &point[..32], &hash, &rest].concat();
        assert_eq!(key.decrypt(&bare).unwrap_err(), OpenError, "{mark}");
    }
    for hash in [&hash[..31], &[hash.as_slice(), &[0]].concat()] {
        assert_eq!(
            key.decrypt(&ciphertext(&point, hash, &rest)).unwrap_err(),
            OpenError
        );
    }
}

#[test]
fn nothing_is_no_plaintext() {
    let key = key();
    assert_eq!(key.public_key().encrypt(b"").unwrap_err(), SealError);
    let (point, hash) = (hex(C1), hex(C3));
    assert_eq!(
        key.decrypt(&ciphertext(&point, &hash, b"")).unwrap_err(),
        OpenError
    );
    let bare = [vec![4], point, hash].concat();
    assert_eq!(key.decrypt(&bare).unwrap_err(), OpenError);
}

#[test]
fn ciphertexts_are_longer_by_a_little() {
    let public = key().public_key();
    for len in [1, 32, 127, 200, 1000, 6047, 100_000] {
        let sealed = public.encrypt(&vec![1; len]).unwrap();
        assert!(
            sealed.len() > len + 96 && sealed.len() <= len + 120,
            "{len} bytes"
        );
        assert_eq!(key().decrypt(&sealed).unwrap().expose(), vec![1; len]);
    }
}

// SOURCE: GB/T 32918.1-2016, section 6.1: a private key is at least one and at most the order less two.
#[test]
fn numbers_of_private_keys_have_a_range() {
    let two_less = {
        let mut number = beside(ORDER, false);
        number[31] -= 1;
        number
    };
    let mut one = vec![0; 32];
    one[31] = 1;
    for number in [one, two_less] {
        let key = Sm2PrivateKey::from_pkcs8(&pkcs8(&number)).unwrap();
        let signature = key.sign_digest(&[7; 32]).unwrap();
        assert!(key.public_key().verify_digest(&[7; 32], &signature));
    }
    for number in [
        vec![0; 32],
        beside(ORDER, false),
        hex(ORDER),
        beside(ORDER, true),
        vec![0xff; 32],
        vec![1; 33],
        vec![1; 16],
        Vec::new(),
    ] {
        let refused = Sm2PrivateKey::from_pkcs8(&pkcs8(&number)).unwrap_err();
        assert_eq!(refused, KeyError::Invalid, "{number:02x?}");
    }
}

#[test]
fn keys_of_others_are_refused() {
    let p256 = include_bytes!("../../tests/keys/ec-P-256.p8");
    let rsa = include_bytes!("../../tests/keys/rsa-2048.p8");
    for der in [p256.as_slice(), rsa] {
        assert_eq!(Sm2PrivateKey::from_pkcs8(der).unwrap_err(), KeyError::Algorithm);
    }
    let spki = crate::ec::EcPrivateKey::from_pkcs8(p256)
        .unwrap()
        .public_key_der();
    assert_eq!(Sm2PublicKey::from_spki(&spki).unwrap_err(), KeyError::Algorithm);
    let right = key().to_pkcs8();
    for len in 0..right.len() {
        assert!(
            Sm2PrivateKey::from_pkcs8(&right.expose()[..len]).is_err(),
            "{len}"
        );
    }
    let behind = [right.expose(), &[0]].concat();
    assert_eq!(
        Sm2PrivateKey::from_pkcs8(&behind).unwrap_err(),
        KeyError::Encoding
    );
}

#[test]
fn a_public_key_that_belongs_to_another_is_refused() {
    let (one, other) = (key().to_pkcs8(), Sm2PrivateKey::generate().unwrap().to_pkcs8());
    let (one, other) = (one.expose(), other.expose());
    let mixed = [&one[..one.len() - 64], &other[other.len() - 64..]].concat();
    assert_eq!(Sm2PrivateKey::from_pkcs8(&mixed).unwrap_err(), KeyError::Invalid);
}

#[test]
fn public_keys_are_points_of_the_curve_in_one_encoding() {
    let point = hex(PUBLIC);
    let off = [&[4], &point[..63], &[point[63] ^ 1]].concat();
    let beyond = [vec![4], hex(PRIME), point[32..].to_vec()].concat();
    for point in [off, beyond, [&[4], [0; 64].as_slice()].concat()] {
        assert_eq!(
            Sm2PublicKey::from_spki(&spki(&point)).unwrap_err(),
            KeyError::Invalid
        );
    }
    let compressed = [&[3], &point[..32]].concat();
    let hybrid = [&[7], point.as_slice()].concat();
    for point in [
        compressed,
        hybrid,
        vec![0],
        Vec::new(),
        vec![4],
        [&[4], point.as_slice(), &[0]].concat(),
    ] {
        assert_eq!(
            Sm2PublicKey::from_spki(&spki(&point)).unwrap_err(),
            KeyError::Encoding
        );
    }
}

#[test]
fn keys_show_nothing() {
    assert_eq!(format!("{:?}", key()), "Sm2PrivateKey");
    assert_eq!(format!("{:?}", key().public_key()), "Sm2PublicKey");
}

#[test]
fn one_key_serves_many_threads() {
    let key = key();
    thread::scope(|scope| {
        for byte in 0..4 {
            let key = &key;
            scope.spawn(move || {
                let signature = key.sign_digest(&[byte; 32]).unwrap();
                assert!(key.public_key().verify_digest(&[byte; 32], &signature));
            });
        }
    });
}

proptest! {
    #[test]
    fn no_input_upsets_the_readers(input: Vec<u8>) {
        let key = key();
        let as_sequence = element(0x30, &input[..input.len().min(200)]);
        let as_bare = [&[4], hex(C1).as_slice(), &input].concat();
        for bytes in [&input, &as_sequence, &as_bare] {
            prop_assert!(key.decrypt(bytes).is_err());
            prop_assert!(!key.public_key().verify_digest(&[0; 32], bytes));
            prop_assert!(Sm2PrivateKey::from_pkcs8(bytes).is_err());
            prop_assert!(Sm2PublicKey::from_spki(bytes).is_err());
        }
        let inside = input.get(..80).unwrap_or(&input);
        prop_assert!(Sm2PrivateKey::from_pkcs8(&pkcs8_around(inside)).is_err());
    }

    #[test]
    fn what_is_signed_and_sealed_is_read(digest: [u8; 32], plaintext in prop::collection::vec(any::<u8>(), 1..200)) {
        let key = key();
        prop_assert!(key.public_key().verify_digest(&digest, &key.sign_digest(&digest).unwrap()));
        let sealed = key.public_key().encrypt(&plaintext).unwrap();
        let opened = key.decrypt(&sealed).unwrap();
        prop_assert_eq!(opened.expose(), plaintext);
    }
}
