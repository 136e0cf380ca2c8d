//! What a signature costs the cryptographic library alone.

use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::RSA_PSS_SHA256;

use crate::error::Error;
use crate::load::own_cpu_seconds;
use crate::stats::number;

/// Costs of signatures that are made one after the other.
pub(crate) struct Signatures {
    /// How many in a second.
    pub(crate) rate: f64,
    /// Processor time of one, in microseconds.
    pub(crate) micros: f64,
}

/// A key that signs without a server.
pub(crate) struct Rsa2048(KeyPair);

impl Rsa2048 {
    pub(crate) fn generate() -> Result<Self, Error> {
        KeyPair::generate(KeySize::Rsa2048).map(Self).map_err(failed)
    }

    /// Signs a digest by RSASSA-PSS again and again, on the calling thread, for `duration`.
    pub(crate) fn sign(&self, duration: Duration) -> Result<Signatures, Error> {
        let digest = digest(&SHA256, b"what is signed does not matter");
        let mut signature = vec![0; self.0.public_modulus_len()];
        let mut count = 0;
        let (start, cpu) = (Instant::now(), own_cpu_seconds());
        while start.elapsed() < duration {
            self.0
                .sign_digest(&RSA_PSS_SHA256, &digest, &mut signature)
                .map_err(failed)?;
            count += 1;
        }
        let count = number(count);
        Ok(Signatures {
            rate: count / start.elapsed().as_secs_f64().max(f64::MIN_POSITIVE),
            micros: (own_cpu_seconds() - cpu) / count.max(1.0) * 1e6,
        })
    }
}

fn failed(_: Unspecified) -> Error {
    Error::Unfit("the library makes no RSA signatures".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_counted_with_their_processor_time() {
        let signatures = Rsa2048::generate()
            .unwrap()
            .sign(Duration::from_millis(20))
            .unwrap();
        assert!(signatures.rate > 0.0 && signatures.micros > 0.0);
        // A thread has no more processor time than there is time.
        assert!(signatures.rate * signatures.micros < 1.01e6);
    }
}
