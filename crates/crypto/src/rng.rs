//! Where keys and nonces are drawn from.

use std::fmt;

use aws_lc_rs::rand;

/// A source of bytes that nobody can guess. Handed around as `&dyn Rng` or `Arc<dyn Rng>`.
pub trait Rng: fmt::Debug + Send + Sync {
    /// Fills `out`.
    ///
    /// # Errors
    /// If there is no randomness. `out` must not be used then.
    fn fill(&self, out: &mut [u8]) -> Result<(), RngError>;
}

/// There is no randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the random generator failed")]
pub struct RngError;

/// The generator of AWS-LC: one CTR-DRBG per thread, seeded by the kernel, which notices forks and copies of the
/// machine. Only one draw in thousands makes a system call.
///
/// SOURCE: NIST SP 800-90A Rev. 1, section 10.2.1.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    fn fill(&self, out: &mut [u8]) -> Result<(), RngError> {
        rand::fill(out).map_err(|_| RngError)
    }
}

/// Draws an array, such as a nonce. A key is better filled in its place.
///
/// # Errors
/// If there is no randomness.
pub fn draw<const N: usize>(rng: &dyn Rng) -> Result<[u8; N], RngError> {
    let mut out = [0; N];
    rng.fill(&mut out)?;
    Ok(out)
}
