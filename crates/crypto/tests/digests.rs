//! Published vectors of the digests and of HMAC.

use claviger_crypto::{
    digest,
    hmac::{self, Algorithm},
};

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

// SOURCE: FIPS 180-4 examples published by NIST, "SHA256.pdf"; the empty message is from the NIST CAVP short messages.
#[test]
fn sha256_vectors() {
    let million = vec![b'a'; 1_000_000];
    let vectors: [(&[u8], &str); 4] = [
        (
            b"",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        (
            b"abc",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
        (
            &million,
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
        ),
    ];
    for (data, expected) in vectors {
        assert_eq!(hex(&digest::sha256(data)), expected);
    }
}

// SOURCE: FIPS 180-4 examples published by NIST, "SHA1.pdf", "SHA384.pdf" and "SHA512.pdf"; the empty message is from
// the NIST CAVP short messages.
#[test]
fn vectors_of_the_other_sha_digests() {
    assert_eq!(
        hex(&digest::sha1(b"abc")),
        "a9993e364706816aba3e25717850c26c9cd0d89d"
    );
    assert_eq!(
        hex(&digest::sha1(b"")),
        "da39a3ee5e6b4b0d3255bfef95601890afd80709"
    );
    assert_eq!(
        hex(&digest::sha384(b"abc")),
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
    );
    assert_eq!(
        hex(&digest::sha384(b"")),
        "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b"
    );
    assert_eq!(
        hex(&digest::sha512(b"abc")),
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
         2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
    );
    assert_eq!(
        hex(&digest::sha512(b"")),
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce\
         47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
    );
}

// SOURCE: GB/T 32905-2016, appendix A.
#[test]
fn sm3_vectors() {
    assert_eq!(
        hex(&digest::sm3(b"abc")),
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    );
    assert_eq!(
        hex(&digest::sm3(&b"abcd".repeat(16))),
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    );
}

// SOURCE: RFC 4231, section 4.3; GM/T 0042-2015, appendix D.3, for SM3.
#[test]
fn hmac_vectors_of_every_algorithm() {
    for (algorithm, expected) in [
        (
            Algorithm::Sha224,
            "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44",
        ),
        (
            Algorithm::Sha256,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            Algorithm::Sha384,
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
        ),
        (
            Algorithm::Sha512,
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
             9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ),
        (
            Algorithm::Sm3,
            "2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882",
        ),
    ] {
        let tag = hmac::mac(algorithm, b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex(&tag), expected);
        assert_eq!(tag.len(), algorithm.tag_len());
    }
}

#[test]
fn verification_of_every_algorithm_takes_the_whole_code_only() {
    let algorithms = [
        Algorithm::Sha224,
        Algorithm::Sha256,
        Algorithm::Sha384,
        Algorithm::Sha512,
        Algorithm::Sm3,
    ];
    for algorithm in algorithms {
        // Keys shorter and longer than a block, and none at all.
        for key in [[].as_slice(), b"key", &[7; 200]] {
            let tag = hmac::mac(algorithm, key, b"data");
            assert!(hmac::verify(algorithm, key, b"data", &tag));
            assert!(!hmac::verify(algorithm, b"other", b"data", &tag));
            assert!(!hmac::verify(algorithm, key, b"date", &tag));
            for bit in 0..tag.len() * 8 {
                let mut flipped = tag.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                assert!(!hmac::verify(algorithm, key, b"data", &flipped));
            }
            for len in 0..tag.len() {
                assert!(!hmac::verify(algorithm, key, b"data", &tag[..len]));
            }
            let longer = [tag.as_slice(), &[0]].concat();
            assert!(!hmac::verify(algorithm, key, b"data", &longer));
            for other in algorithms.into_iter().filter(|other| *other != algorithm) {
                assert!(!hmac::verify(other, key, b"data", &tag));
            }
        }
    }
}

// SOURCE: RFC 4231, sections 4.2 to 4.8. Case 5 is a shortened code: its first 128 bits are compared.
#[test]
fn hmac_vectors() {
    let counting: Vec<u8> = (1..=25).collect();
    let vectors: [(&[u8], &[u8], &str); 7] = [
        (
            &[0x0b; 20],
            b"Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            &[0xaa; 20],
            &[0xdd; 50],
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        ),
        (
            &counting,
            &[0xcd; 50],
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        ),
        (
            &[0x0c; 20],
            b"Test With Truncation",
            "a3b6167473100ee06e0c796c2955552b",
        ),
        (
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            &[0xaa; 131],
            b"This is a test using a larger than block-size key and a larger than block-size data. \
              The key needs to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ];
    for (key, data, expected) in vectors {
        assert_eq!(&hex(&hmac::sha256(key, &[data]))[..expected.len()], expected);
    }
}

#[test]
fn parts_are_joined() {
    let whole = hmac::sha256(b"key", &[b"key id and material"]);
    assert_eq!(
        hmac::sha256(b"key", &[b"key id", b" and ", b"", b"material"]),
        whole
    );
    assert_eq!(hmac::sha256(b"key", &[]), hmac::sha256(b"key", &[b""]));
}

#[test]
fn verification_takes_the_whole_code_only() {
    let code = hmac::sha256(b"key", &[b"data"]);
    assert!(hmac::verify_sha256(b"key", &[b"data"], &code));
    assert!(!hmac::verify_sha256(b"other", &[b"data"], &code));
    assert!(!hmac::verify_sha256(b"key", &[b"date"], &code));
    for bit in 0..256 {
        let mut flipped = code;
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(!hmac::verify_sha256(b"key", &[b"data"], &flipped));
    }
    for len in 0..32 {
        assert!(!hmac::verify_sha256(b"key", &[b"data"], &code[..len]));
    }
    assert!(!hmac::verify_sha256(
        b"key",
        &[b"data"],
        &[code.as_slice(), &[0]].concat()
    ));
}
