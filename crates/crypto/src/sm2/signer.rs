//! Signatures from the library's arithmetic. Its own signer inverts `1 + d` for each signature, which takes a quarter of
//! the time; here that is done once for a key.

use ::sm2::{
    FieldBytes, NonZeroScalar, ProjectivePoint, Scalar, Sm2, U256,
    dsa::Signature,
    elliptic_curve::{
        Curve as _, Group as _, PrimeField as _, ops::Reduce as _, point::AffineCoordinates as _,
    },
};
use rfc6979::{
    KGenerator,
    hmac::digest::{Digest, block_api::BlockSizeUser},
};
use sha2::Sha256;

use super::DIGEST_LEN;

/// A private number `d` and the inverse of `1 + d`.
#[derive(Clone)]
pub(super) struct Signer {
    number: NonZeroScalar,
    inverse: Scalar,
}

impl Signer {
    /// `None` for the one number that cannot sign, the order less one: the standard leaves it out.
    pub(super) fn new(number: NonZeroScalar) -> Option<Self> {
        let inverse = (*number + Scalar::ONE).invert().into_option()?;
        Some(Self { number, inverse })
    }

    /// Signs a digest. The nonce comes from the number, the digest and `noise` (RFC 6979, section 3.6), by SHA-256: which
    /// hash does not show in the signature, and processors have instructions for this one. `None` never in fact: then
    /// something is wrong with the arithmetic.
    pub(super) fn sign(&self, digest: &[u8; DIGEST_LEN], noise: &[u8]) -> Option<Signature> {
        self.sign_by::<Sha256>(digest, noise)
    }

    /// SOURCE: GB/T 32918.2-2016, section 6.1; the steps are named as there.
    fn sign_by<H: Digest + BlockSizeUser>(
        &self,
        digest: &[u8; DIGEST_LEN],
        noise: &[u8],
    ) -> Option<Signature> {
        // A2
        let e = Scalar::reduce(&FieldBytes::from(*digest));
        let order: U256 = Sm2::ORDER.get();
        let mut nonces = KGenerator::<H, U256>::new(&self.number.to_repr(), &e.to_repr(), noise, &order);
        // No round but the first was ever needed.
        (0..2).find_map(|_| {
            // A3
            let mut bytes = FieldBytes::default();
            nonces.fill_next_k(&mut bytes);
            let k = Scalar::from_repr(bytes).into_option()?;
            // A4, A5
            let point = ProjectivePoint::mul_by_generator(&k).to_affine();
            let r = e + Scalar::reduce(&point.x());
            if bool::from(r.is_zero()) || bool::from((r + k).is_zero()) {
                return None;
            }
            // A6
            let s = self.inverse * (k - r * *self.number);
            // It refuses an `s` of zero.
            Signature::from_scalars(r, s).ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use ::sm2::{
        dsa::{SigningKey, signature::hazmat::PrehashSigner as _},
        elliptic_curve::Generate as _,
    };
    use ::sm3::Sm3;

    use super::*;

    #[test]
    fn signs_as_the_library_does() {
        for fill in 0..=255 {
            let number = NonZeroScalar::try_generate_from_rng(&mut crate::sm2::LibraryRng).unwrap();
            let theirs: Signature = SigningKey::from_nonzero_scalar("", number)
                .unwrap()
                .sign_prehash(&[fill; DIGEST_LEN])
                .unwrap();
            let ours = Signer::new(number)
                .unwrap()
                .sign_by::<Sm3>(&[fill; DIGEST_LEN], &[]);
            assert_eq!(ours.unwrap().to_bytes(), theirs.to_bytes());
        }
    }

    #[test]
    fn noise_gives_another_signature() {
        let signer = Signer::new(NonZeroScalar::new(Scalar::ONE).unwrap()).unwrap();
        let sign = |noise: &[u8]| signer.sign(&[7; DIGEST_LEN], noise).unwrap().to_bytes();
        assert_eq!(sign(b"a"), sign(b"a"));
        assert_ne!(sign(b"a"), sign(b"b"));
    }

    #[test]
    fn the_order_less_one_cannot_sign() {
        let number = NonZeroScalar::new(-Scalar::ONE).unwrap();
        assert!(Signer::new(number).is_none());
    }
}
