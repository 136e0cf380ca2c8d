//! What a signature costs the cryptographic libraries alone.

use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::RSA_PSS_SHA256;
use sm2::SecretKey;
use sm2::dsa::signature::hazmat::PrehashSigner as _;
use sm2::dsa::{Signature, SigningKey};

use crate::error::Error;
use crate::load::own_cpu_seconds;
use crate::stats::number;

/// Costs of operations that are done one after the other.
pub(crate) struct Pace {
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
    pub(crate) fn sign(&self, duration: Duration) -> Result<Pace, Error> {
        let digest = digest(&SHA256, b"what is signed does not matter");
        let mut signature = vec![0; self.0.public_modulus_len()];
        repeated(duration, || {
            self.0
                .sign_digest(&RSA_PSS_SHA256, &digest, &mut signature)
                .map_err(failed)
        })
    }
}

/// Another, for SM2.
pub(crate) struct Sm2(SigningKey);

impl Sm2 {
    /// A key that everybody knows: signing takes the same time with all of them.
    pub(crate) fn new() -> Result<Self, Error> {
        let refused = |_| Error::Unfit("the library takes no SM2 key".to_owned());
        let key = SecretKey::from_slice(&[0x5a; 32]).map_err(refused)?;
        let signing = SigningKey::new("1234567812345678", &key);
        signing.map(Self).map_err(|_| failed_sm2())
    }

    /// Signs a digest again and again, on the calling thread, for `duration`.
    pub(crate) fn sign(&self, duration: Duration) -> Result<Pace, Error> {
        repeated(duration, || {
            let signature: Signature = self.0.sign_prehash(&[0x5a; 32]).map_err(|_| failed_sm2())?;
            std::hint::black_box(signature);
            Ok(())
        })
    }
}

/// Does something again and again, on the calling thread, for `duration`.
pub(crate) fn repeated(
    duration: Duration,
    mut work: impl FnMut() -> Result<(), Error>,
) -> Result<Pace, Error> {
    let mut count = 0;
    let (start, cpu) = (Instant::now(), own_cpu_seconds());
    while start.elapsed() < duration {
        work()?;
        count += 1;
    }
    let count = number(count);
    Ok(Pace {
        rate: count / start.elapsed().as_secs_f64().max(f64::MIN_POSITIVE),
        micros: (own_cpu_seconds() - cpu) / count.max(1.0) * 1e6,
    })
}

fn failed_sm2() -> Error {
    Error::Unfit("the library makes no SM2 signatures".to_owned())
}

fn failed(_: Unspecified) -> Error {
    Error::Unfit("the library makes no RSA signatures".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_counted_with_their_processor_time() {
        let moment = Duration::from_millis(20);
        let rsa = Rsa2048::generate().unwrap().sign(moment).unwrap();
        let sm2 = Sm2::new().unwrap().sign(moment).unwrap();
        for pace in [rsa, sm2] {
            assert!(pace.rate > 0.0 && pace.micros > 0.0);
            // A thread has no more processor time than there is time.
            assert!(pace.rate * pace.micros < 1.01e6);
        }
    }
}
