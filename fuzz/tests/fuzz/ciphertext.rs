//! Ciphertexts that callers send.

use claviger_fuzz::{Recipe, Seeds, target};
use claviger_service::ops::crypto::Ciphertext;

/// A second opinion, from the table in `docs/stored-formats.md`.
fn could_be_one(blob: &[u8]) -> bool {
    let (Some(version), Some(format)) = (blob.get(..36), blob.get(36)) else {
        return false;
    };
    let nonce = match format {
        1 | 4 | 5 => 24,
        2 | 3 => 12,
        _ => return false,
    };
    let text = |at: usize, byte: u8| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
    };
    version.iter().enumerate().all(|(at, byte)| text(at, *byte)) && blob.len() >= 37 + nonce + 16
}

#[test]
fn what_could_be_a_ciphertext_is_taken_for_one() {
    let blob = |format: u8, rest: usize| {
        let mut blob = b"01941f29-7c00-7000-8000-0123456789ab".to_vec();
        blob.push(format);
        blob.resize(37 + rest, 0xa5);
        blob
    };
    let whole = vec![
        blob(1, 40),
        blob(1, 84),
        blob(2, 28),
        blob(3, 72),
        blob(0, 40),
        blob(4, 40),
        blob(5, 84),
        blob(6, 40),
    ];
    let words = [
        &b"-"[..],
        b"\x01",
        b"\x02",
        b"\x03",
        b"A",
        b"{01941f29",
        b"urn:uuid:",
    ];
    let seeds = Seeds {
        whole,
        words: words.iter().map(|word| word.to_vec()).collect(),
    };
    target!().with_type::<Recipe>().for_each(|recipe: &Recipe| {
        let blob = recipe.cook(&seeds);
        assert_eq!(Ciphertext::parse(blob.clone()).is_ok(), could_be_one(&blob));
    });
}
