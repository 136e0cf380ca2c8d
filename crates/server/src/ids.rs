//! Randomness for names: ids, access keys, passwords.

use std::cell::RefCell;

use claviger_crypto::{Rng, SystemRng};
use claviger_model::{Random, RandomError};
use claviger_secret::SecretBytes;

const LETTERS_AND_DIGITS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Bytes drawn at a time: the generator costs a microsecond a call, whatever the length.
const STOCK: usize = 1024;

/// The machine's generator, with a small stock per thread. For names only: keys and nonces are drawn by providers.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NameRandom;

thread_local! {
    /// Random bytes, and how many of them are used up.
    static STORE: RefCell<([u8; STOCK], usize)> = const { RefCell::new(([0; STOCK], STOCK)) };
}

impl Random for NameRandom {
    fn fill(&self, out: &mut [u8]) -> Result<(), RandomError> {
        STORE.with_borrow_mut(|(stock, used)| {
            if out.len() > stock.len() {
                return SystemRng.fill(out).map_err(|_| RandomError);
            }
            if stock.len() - *used < out.len() {
                SystemRng.fill(stock).map_err(|_| RandomError)?;
                *used = 0;
            }
            let end = *used + out.len();
            let Some(taken) = stock.get_mut(*used..end) else {
                return Err(RandomError);
            };
            out.copy_from_slice(taken);
            taken.fill(0);
            *used = end;
            Ok(())
        })
    }
}

/// Draws a word of letters and digits.
pub(crate) fn word(length: usize) -> Result<SecretBytes, RandomError> {
    SecretBytes::filled(length, |out| {
        for place in out {
            *place = letter()?;
        }
        Ok(())
    })
}

/// One of 62, each equally likely.
fn letter() -> Result<u8, RandomError> {
    loop {
        let mut byte = [0];
        SystemRng.fill(&mut byte).map_err(|_| RandomError)?;
        let [byte] = byte;
        // 248 is the largest multiple of 62 in a byte; what lies above would favour the first letters.
        if byte < 248
            && let Some(letter) = LETTERS_AND_DIGITS.get(usize::from(byte % 62))
        {
            return Ok(*letter);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_long_enough_and_differ() {
        let (one, other) = (word(30).unwrap(), word(30).unwrap());
        assert!(one != other);
        assert!(one.expose().iter().all(u8::is_ascii_alphanumeric) && one.len() == 30);
    }

    #[test]
    fn stocked_bytes_are_given_once() {
        let mut seen = std::collections::HashSet::new();
        for _ in 0..1000 {
            let mut bytes = [0; 10];
            NameRandom.fill(&mut bytes).unwrap();
            assert!(seen.insert(bytes));
        }
        let mut long = [0; 4 * STOCK];
        NameRandom.fill(&mut long).unwrap();
        assert!(long.iter().any(|byte| *byte != 0));
    }
}
