//! Randomness for libraries.

use std::convert::Infallible;

use claviger_crypto::{Rng, RngError};
use hpke::rand_core::{TryCryptoRng, TryRng};

/// Our generator for libraries whose generators cannot fail. If it failed, what they made must be thrown away.
pub(super) struct Coins<'a> {
    rng: &'a dyn Rng,
    failed: bool,
}

impl<'a> Coins<'a> {
    pub(super) fn new(rng: &'a dyn Rng) -> Self {
        Self { rng, failed: false }
    }

    pub(super) fn check(self) -> Result<(), RngError> {
        if self.failed { Err(RngError) } else { Ok(()) }
    }

    fn draw<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }

    fn fill(&mut self, out: &mut [u8]) {
        self.failed |= self.rng.fill(out).is_err();
    }
}

impl TryRng for Coins<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_be_bytes(self.draw()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_be_bytes(self.draw()))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.fill(out);
        Ok(())
    }
}

impl TryCryptoRng for Coins<'_> {}
