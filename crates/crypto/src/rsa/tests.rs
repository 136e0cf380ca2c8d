//! What signs verifies, what was encrypted opens, and nothing else does either.

use std::{sync::LazyLock, thread};

use super::*;
use crate::{OpenError, SealError, SignError, encoding::KeyInfo};

const KEY_2048: &[u8] = include_bytes!("../../tests/keys/rsa-2048.p8");

static KEYS: LazyLock<[(RsaPrivateKey, RsaPublicKey); 3]> = LazyLock::new(|| {
    let keys: [&[u8]; 3] = [
        KEY_2048,
        include_bytes!("../../tests/keys/rsa-3072.p8"),
        include_bytes!("../../tests/keys/rsa-4096.p8"),
    ];
    keys.map(|der| {
        let key = RsaPrivateKey::from_pkcs8(der).unwrap();
        let public = RsaPublicKey::from_spki(&key.public_key_der()).unwrap();
        (key, public)
    })
});

const SIGNATURES: [RsaSignature; RsaSignature::COUNT] = [
    RsaSignature::PssSha256,
    RsaSignature::PssSha384,
    RsaSignature::PssSha512,
    RsaSignature::Pkcs1Sha256,
    RsaSignature::Pkcs1Sha384,
    RsaSignature::Pkcs1Sha512,
];

const PADDINGS: [RsaEncryption; 3] = [
    RsaEncryption::OaepSha1,
    RsaEncryption::OaepSha256,
    RsaEncryption::Pkcs1V15,
];

fn small() -> &'static (RsaPrivateKey, RsaPublicKey) {
    &KEYS[0]
}

#[test]
fn sizes() {
    let sizes = KEYS.each_ref().map(|(key, _)| key.size());
    assert_eq!(sizes, [RsaSize::R2048, RsaSize::R3072, RsaSize::R4096]);
    assert_eq!(sizes, KEYS.each_ref().map(|(_, public)| public.size()));
    assert_eq!(sizes.map(RsaSize::bits), [2048, 3072, 4096]);
    assert_eq!(sizes.map(RsaSize::bytes), [256, 384, 512]);
}

#[test]
fn a_generated_key_works_and_can_be_stored() {
    let key = RsaPrivateKey::generate(RsaSize::R2048).unwrap();
    assert_eq!(key.size(), RsaSize::R2048);
    let stored = key.to_pkcs8();
    let again = RsaPrivateKey::from_pkcs8(stored.expose()).unwrap();
    assert_eq!(again.public_key_der(), key.public_key_der());
    assert_ne!(again.public_key_der(), small().0.public_key_der());

    let public = RsaPublicKey::from_spki(&key.public_key_der()).unwrap();
    let signature = again.sign_digest(RsaSignature::PssSha256, &[7; 32]).unwrap();
    assert!(public.verify_digest(RsaSignature::PssSha256, &[7; 32], &signature));
    let ciphertext = public.encrypt(RsaEncryption::OaepSha256, b"text").unwrap();
    assert_eq!(
        key.decrypt(RsaEncryption::OaepSha256, &ciphertext)
            .unwrap()
            .expose(),
        b"text"
    );
}

#[test]
fn larger_keys_are_generated_too() {
    for size in [RsaSize::R3072, RsaSize::R4096] {
        let key = RsaPrivateKey::generate(size).unwrap();
        let public = RsaPublicKey::from_spki(&key.public_key_der()).unwrap();
        assert_eq!((key.size(), public.size()), (size, size));
    }
}

#[test]
fn a_key_is_written_as_it_was_read() {
    assert_eq!(small().0.to_pkcs8().expose(), KEY_2048);
}

#[test]
fn signatures_verify_under_their_own_scheme_and_digest_only() {
    for (key, public) in KEYS.iter() {
        for scheme in SIGNATURES {
            let digest = vec![0x5a; scheme.digest_len()];
            let signature = key.sign_digest(scheme, &digest).unwrap();
            assert_eq!(signature.len(), key.size().bytes());
            for other in SIGNATURES {
                let digest = vec![0x5a; other.digest_len()];
                assert_eq!(
                    public.verify_digest(other, &digest, &signature),
                    other == scheme,
                    "{scheme:?} {other:?}"
                );
            }
            for bit in 0..digest.len() * 8 {
                let mut other = digest.clone();
                other[bit / 8] ^= 1 << (bit % 8);
                assert!(!public.verify_digest(scheme, &other, &signature), "{scheme:?}");
            }
        }
    }
}

#[test]
fn an_altered_signature_or_another_key_does_not_verify() {
    let (key, public) = small();
    for scheme in SIGNATURES {
        let digest = vec![3; scheme.digest_len()];
        let signature = key.sign_digest(scheme, &digest).unwrap();
        for bit in 0..signature.len() * 8 {
            let mut other = signature.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!public.verify_digest(scheme, &digest, &other), "{scheme:?} {bit}");
        }
        for other in [
            &signature[1..],
            &signature[..255],
            &[],
            &[[0].as_slice(), &signature].concat(),
            &[signature.as_slice(), &[0]].concat(),
        ] {
            assert!(!public.verify_digest(scheme, &digest, other), "{scheme:?}");
        }
        assert!(
            !KEYS[1].1.verify_digest(scheme, &digest, &signature),
            "{scheme:?}"
        );
    }
}

#[test]
fn a_digest_of_another_length_is_refused() {
    let (key, public) = small();
    for scheme in SIGNATURES {
        let signature = key
            .sign_digest(scheme, &[0x5a; 64][..scheme.digest_len()])
            .unwrap();
        for len in (0..=65).filter(|len| *len != scheme.digest_len()) {
            let digest = vec![0x5a; len];
            assert_eq!(
                key.sign_digest(scheme, &digest).unwrap_err(),
                SignError::DigestLength
            );
            assert!(!public.verify_digest(scheme, &digest, &signature));
        }
    }
}

#[test]
fn pss_has_a_new_salt_each_time_and_pkcs1_none() {
    let sign = |scheme| small().0.sign_digest(scheme, &[1; 32]).unwrap();
    assert_ne!(sign(RsaSignature::PssSha256), sign(RsaSignature::PssSha256));
    assert_eq!(sign(RsaSignature::Pkcs1Sha256), sign(RsaSignature::Pkcs1Sha256));
}

#[test]
fn what_was_encrypted_opens() {
    for (key, public) in KEYS.iter() {
        for padding in PADDINGS {
            let max = public.max_plaintext(padding);
            for len in [0, 1, 32, max - 1, max] {
                let plaintext = vec![0xa5; len];
                let ciphertext = public.encrypt(padding, &plaintext).unwrap();
                assert_eq!(ciphertext.len(), key.size().bytes());
                assert_eq!(key.decrypt(padding, &ciphertext).unwrap().expose(), plaintext);
                assert_ne!(public.encrypt(padding, &plaintext).unwrap(), ciphertext);
            }
            assert_eq!(
                public.encrypt(padding, &vec![0xa5; max + 1]).unwrap_err(),
                SealError
            );
        }
    }
}

// SOURCE: RFC 8017, sections 7.1.1 and 7.2.1, step 1.
#[test]
fn a_ciphertext_carries_less_than_the_modulus() {
    let max = |size: RsaSize| PADDINGS.map(|padding| size.max_plaintext(padding));
    assert_eq!(max(RsaSize::R2048), [214, 190, 245]);
    assert_eq!(max(RsaSize::R3072), [342, 318, 373]);
    assert_eq!(max(RsaSize::R4096), [470, 446, 501]);
}

#[test]
fn what_is_wrong_does_not_open() {
    let (key, public) = small();
    for padding in [RsaEncryption::OaepSha1, RsaEncryption::OaepSha256] {
        let good = public.encrypt(padding, b"text").unwrap();
        for byte in 0..good.len() {
            let mut other = good.clone();
            other[byte] ^= 1;
            assert_eq!(key.decrypt(padding, &other).unwrap_err(), OpenError, "{byte}");
        }
    }
    for padding in PADDINGS {
        let good = public.encrypt(padding, b"text").unwrap();
        for bad in [
            [].as_slice(),
            &good[1..],
            &good[..255],
            &[[0].as_slice(), &good].concat(),
            &[good.as_slice(), &[0]].concat(),
            &[0; 256],
            &[0xff; 256],
        ] {
            assert_eq!(key.decrypt(padding, bad).unwrap_err(), OpenError);
        }
        let stranger = KEYS[1].1.encrypt(padding, b"text").unwrap();
        assert_eq!(key.decrypt(padding, &stranger).unwrap_err(), OpenError);
    }
}

#[test]
fn another_padding_does_not_open() {
    let (key, public) = small();
    for padding in PADDINGS {
        let ciphertext = public.encrypt(padding, b"text").unwrap();
        // A random block looks like PKCS#1 v1.5 once in 65536 times, and OAEP never begins with 2 after 0 on purpose.
        for other in [RsaEncryption::OaepSha1, RsaEncryption::OaepSha256] {
            assert_eq!(key.decrypt(other, &ciphertext).is_ok(), other == padding);
        }
    }
}

#[test]
fn one_key_serves_many_threads() {
    let (key, public) = small();
    let ciphertext = public.encrypt(RsaEncryption::OaepSha256, b"text").unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for scheme in SIGNATURES {
                    let digest = vec![9; scheme.digest_len()];
                    let signature = key.sign_digest(scheme, &digest).unwrap();
                    assert!(public.verify_digest(scheme, &digest, &signature));
                }
                let opened = key.decrypt(RsaEncryption::OaepSha256, &ciphertext).unwrap();
                assert_eq!(opened.expose(), b"text");
            });
        }
    });
}

#[test]
fn debug_output_tells_the_size_only() {
    let (key, public) = small();
    assert_eq!(format!("{key:?}"), "RsaPrivateKey(2048 bits)");
    assert_eq!(format!("{public:#?}"), "RsaPublicKey(2048 bits)");
}

fn refusal(der: &[u8]) -> KeyError {
    RsaPrivateKey::from_pkcs8(der).unwrap_err()
}

fn public_refusal(der: &[u8]) -> KeyError {
    RsaPublicKey::from_spki(der).unwrap_err()
}

#[test]
fn other_sizes_are_refused() {
    for der in [
        include_bytes!("../../tests/keys/rsa-1024.p8").as_slice(),
        include_bytes!("../../tests/keys/rsa-2560.p8"),
    ] {
        assert_eq!(refusal(der), KeyError::Size);
    }
    let mut numbers = numbers_of(KEY_2048);
    // One bit less, which no longer is the product of the factors, and one byte more.
    numbers[1][1] &= 0x7f;
    assert_eq!(refusal(&with_numbers(&numbers)), KeyError::Size);
    numbers[1].splice(..1, [0, 1]);
    assert_eq!(refusal(&with_numbers(&numbers)), KeyError::Size);
    numbers[1] = vec![0];
    assert_eq!(refusal(&with_numbers(&numbers)), KeyError::Size);
}

#[test]
fn keys_of_other_algorithms_are_refused() {
    let ec = include_bytes!("../../tests/keys/ec-P-256.p8");
    assert_eq!(refusal(ec), KeyError::Algorithm);
    let ec = crate::ec::EcPrivateKey::from_pkcs8(ec).unwrap().public_key_der();
    assert_eq!(public_refusal(&ec), KeyError::Algorithm);
    // id-RSASSA-PSS ends with 10, SOURCE: RFC 8017, appendix A.2.3.
    for (der, read) in [
        (KEY_2048.to_vec(), refusal as fn(&[u8]) -> KeyError),
        (small().0.public_key_der(), public_refusal),
    ] {
        let at = der.windows(9).position(|part| part == RSA_ENCRYPTION).unwrap();
        let mut pss = der;
        pss[at + 8] = 10;
        assert_eq!(read(&pss), KeyError::Algorithm);
    }
}

#[test]
fn other_encodings_are_refused() {
    let spki = small().0.public_key_der();
    for (der, read) in [
        (KEY_2048, refusal as fn(&[u8]) -> KeyError),
        (&spki, public_refusal),
    ] {
        for len in 0..der.len() {
            assert_eq!(read(&der[..len]), KeyError::Encoding, "{len}");
        }
        assert_eq!(read(&[der, &[0]].concat()), KeyError::Encoding);
        assert_eq!(read(&[der, der].concat()), KeyError::Encoding);
        assert_eq!(read(b"-----BEGIN"), KeyError::Encoding);
    }
    // The bare keys of RFC 8017, and each kind in place of the other.
    assert_eq!(
        refusal(KeyInfo::from_pkcs8(KEY_2048).unwrap().key),
        KeyError::Encoding
    );
    assert_eq!(
        public_refusal(KeyInfo::from_spki(&spki).unwrap().key),
        KeyError::Encoding
    );
    assert_eq!(refusal(&spki), KeyError::Encoding);
    assert_eq!(public_refusal(KEY_2048), KeyError::Encoding);
}

#[test]
fn a_public_key_has_one_encoding() {
    let spki = small().0.public_key_der();
    let info = KeyInfo::from_spki(&spki).unwrap();
    let write = |parameters: &[u8], unused_bits: u8, key: &[u8]| {
        let algorithm = [&der(6, &RSA_ENCRYPTION), parameters].concat();
        let key = [&[unused_bits], key].concat();
        der(0x30, &[der(0x30, &algorithm), der(3, &key)].concat())
    };
    assert_eq!(write(&[5, 0], 0, info.key), spki);
    assert_eq!(public_refusal(&write(&[], 0, info.key)), KeyError::Encoding);
    assert_eq!(
        public_refusal(&write(&der(4, b"x"), 0, info.key)),
        KeyError::Encoding
    );
    assert_eq!(public_refusal(&write(&[5, 0], 1, info.key)), KeyError::Encoding);
    let longer = [info.key, &[0]].concat();
    assert_eq!(public_refusal(&write(&[5, 0], 0, &longer)), KeyError::Encoding);
}

#[test]
fn a_public_key_with_impossible_numbers_is_refused() {
    let [_, modulus, ..] = numbers_of(KEY_2048);
    let write = |modulus: &[u8], exponent: &[u8]| {
        let key = der(0x30, &[der(2, modulus), der(2, exponent)].concat());
        let algorithm = [der(6, &RSA_ENCRYPTION), vec![5, 0]].concat();
        let key = [[0].as_slice(), &key].concat();
        der(0x30, &[der(0x30, &algorithm), der(3, &key)].concat())
    };
    assert!(RsaPublicKey::from_spki(&write(&modulus, &[3])).is_ok());
    for exponent in [[].as_slice(), &[0], &[1], &[2], &[0x81], &[4, 0, 0, 0, 1]] {
        assert_eq!(
            public_refusal(&write(&modulus, exponent)),
            KeyError::Invalid,
            "{exponent:?}"
        );
    }
    let mut even = modulus.clone();
    even[256] &= 0xfe;
    assert_eq!(public_refusal(&write(&even, &[3])), KeyError::Invalid);
    // Without the zero in front it is a negative number.
    assert_eq!(public_refusal(&write(&modulus[1..], &[3])), KeyError::Invalid);
}

#[test]
fn numbers_that_do_not_fit_together_are_refused() {
    let numbers = numbers_of(KEY_2048);
    assert_eq!(with_numbers(&numbers), KEY_2048);
    for at in 1..numbers.len() {
        let mut altered = numbers.clone();
        *altered[at].last_mut().unwrap() ^= 2;
        assert_eq!(refusal(&with_numbers(&altered)), KeyError::Invalid, "number {at}");
    }
    for at in 2..numbers.len() {
        let mut altered = numbers.clone();
        altered[at] = vec![0];
        assert_eq!(refusal(&with_numbers(&altered)), KeyError::Invalid, "number {at}");
    }
}

#[test]
fn a_key_of_modulus_and_exponent_alone_is_refused() {
    // Without the public exponent nothing would be blinded, without the factors everything would be slow.
    let numbers = numbers_of(KEY_2048);
    for kept in [[1, 3].as_slice(), &[1, 2, 3]] {
        let mut altered = numbers.clone();
        for (at, number) in altered.iter_mut().enumerate() {
            if !kept.contains(&at) {
                *number = vec![0];
            }
        }
        assert_eq!(refusal(&with_numbers(&altered)), KeyError::Invalid, "{kept:?}");
    }
}

/// Version, modulus, public exponent, private exponent, two factors, two exponents, coefficient.
fn numbers_of(pkcs8: &[u8]) -> [Vec<u8>; 9] {
    let key = KeyInfo::from_pkcs8(pkcs8).unwrap().key;
    std::array::from_fn(|at| encoding::integer_in_sequence(key, at).unwrap().to_vec())
}

fn with_numbers(numbers: &[Vec<u8>; 9]) -> Vec<u8> {
    let key: Vec<u8> = numbers.iter().flat_map(|number| der(2, number)).collect();
    let algorithm = [der(6, &RSA_ENCRYPTION), vec![5, 0]].concat();
    let parts = [der(2, &[0]), der(0x30, &algorithm), der(4, &der(0x30, &key))];
    der(0x30, &parts.concat())
}

fn der(tag: u8, contents: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(contents.len()).unwrap().to_be_bytes();
    let header = match (high, low) {
        (0, 0..=0x7f) => vec![tag, low],
        (0, _) => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [&header, contents].concat()
}
