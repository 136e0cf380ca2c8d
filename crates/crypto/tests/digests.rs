//! Published vectors of SHA-256 and HMAC-SHA-256.

use claviger_crypto::{digest, hmac};

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
