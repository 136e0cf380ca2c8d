//! SM4-GCM from the command's SM4: the counter mode of the command makes the ciphertext, its single block the key of
//! the tag, and the tag is computed here by the letter of the standard. The command has no SM4-GCM on its command line.
//!
//! SOURCE: NIST SP 800-38D, sections 6.3, 6.4 and 7.1.

use claviger_crypto::sm4;

use crate::bench::{Bench, hex};

const KEY: [u8; 16] = [0x2b; 16];
const NONCE: [u8; 12] = [0x71; 12];

/// The block with the nonce and this counter.
fn counter(number: u32) -> [u8; 16] {
    let mut block = [0; 16];
    block[..12].copy_from_slice(&NONCE);
    block[12..].copy_from_slice(&number.to_be_bytes());
    block
}

/// Multiplication in the field of GCM, bit by bit.
fn times(left: u128, right: u128) -> u128 {
    let mut product = 0;
    let mut power = right;
    for bit in (0..128).rev() {
        if left >> bit & 1 == 1 {
            product ^= power;
        }
        power = if power & 1 == 1 {
            power >> 1 ^ 0xe1 << 120
        } else {
            power >> 1
        };
    }
    product
}

fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut padded = bytes.to_vec();
    padded.resize(bytes.len().next_multiple_of(16), 0);
    padded
}

fn hash(key: u128, aad: &[u8], ciphertext: &[u8]) -> u128 {
    let bits = |bytes: &[u8]| (u64::try_from(bytes.len()).unwrap() * 8).to_be_bytes();
    let lengths = [bits(aad), bits(ciphertext)].concat();
    let blocks = [padded(aad), padded(ciphertext), lengths].concat();
    blocks.chunks(16).fold(0, |sum, block| {
        times(sum ^ u128::from_be_bytes(block.try_into().unwrap()), key)
    })
}

/// One block through the cipher of the command.
fn block(bench: &Bench, block: &[u8; 16]) -> u128 {
    bench.put("block", block);
    let key = hex(&KEY);
    bench.openssl(&format!("enc -sm4-ecb -nopad -K {key} -in block -out out"));
    u128::from_be_bytes(bench.take("out").try_into().unwrap())
}

/// Ciphertext and tag.
fn seal(bench: &Bench, aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
    bench.put("plaintext", plaintext);
    bench.openssl(&format!(
        "enc -sm4-ctr -K {} -iv {} -in plaintext -out ciphertext",
        hex(&KEY),
        hex(&counter(2))
    ));
    let mut sealed = bench.take("ciphertext");
    let tag = hash(block(bench, &[0; 16]), aad, &sealed) ^ block(bench, &counter(1));
    sealed.extend(tag.to_be_bytes());
    sealed
}

#[test]
fn both_sides_seal_alike() {
    let bench = Bench::new();
    for len in [0, 1, 15, 16, 17, 100, 4096] {
        for aad in [b"".as_slice(), b"additional data", &[7; 64]] {
            let plaintext = vec![0x5a; len];
            let theirs = seal(&bench, aad, &plaintext);
            let mut ours = Vec::new();
            sm4::seal(&KEY, &NONCE, aad, &plaintext, &mut ours).unwrap();
            assert_eq!(ours, theirs, "{len} bytes");
            let opened = sm4::open(&KEY, &NONCE, aad, &theirs).unwrap();
            assert_eq!(opened.expose(), plaintext);
        }
    }
}
