//! SM2 over its recommended curve: signatures, and encryption to a public key.
//!
//! **Signatures** are over a digest, as the DER encoding of `SEQUENCE { r INTEGER, s INTEGER }`, and only that one
//! encoding verifies. The digest is not that of the message alone: it covers the signer's identity and public key as
//! well, so whoever signs a message needs the public key for [`digest`] or [`MessageDigest`]. Identities other than the
//! default one are not offered.
//!
//! **Ciphertexts** are DER: `SEQUENCE { x INTEGER, y INTEGER, hash OCTET STRING, ciphertext OCTET STRING }`. What opens
//! may also be the bare form, which is `04 ‖ x ‖ y ‖ hash ‖ ciphertext`. The older order, hash last, is not read: nothing
//! tells it apart. There is no ciphertext of nothing: the standard's loop would never end for it.
//!
//! Private keys travel as PKCS#8, public ones as `SubjectPublicKeyInfo`, both with the algorithm `id-ecPublicKey` and
//! the curve 1.2.156.10197.1.301; the point is uncompressed.
//!
//! SOURCE: GB/T 32918.2-2016, sections 5.5, 6 and 7, for signatures; GB/T 32918.4-2016, sections 6 and 7, for
//! encryption; GB/T 32918.5-2017 for the curve; GM/T 0009-2012, sections 7 and 10, for encodings and the default
//! identity.

mod private;
mod public;
mod signer;

use ::sm2::elliptic_curve::rand_core::{TryCryptoRng, TryRng};
use ::sm3::{Digest as _, Sm3};

pub use private::Sm2PrivateKey;
pub use public::Sm2PublicKey;

use crate::{
    KeyError, Rng as _, RngError, SystemRng, digest::SM3_LEN, ec::EC_PUBLIC_KEY, encoding::KeyInfo, rng,
};

/// Bytes of a digest that is signed.
pub const DIGEST_LEN: usize = SM3_LEN;

/// The identity of signers who name none.
const IDENTITY: &[u8; 16] = b"1234567812345678";
/// Contents of the curve's object identifier, 1.2.156.10197.1.301.
const CURVE: [u8; 8] = [0x2a, 0x81, 0x1c, 0xcf, 0x55, 1, 0x82, 0x2d];
/// The numbers `a` and `b` of the curve and the coordinates of its base point.
///
/// SOURCE: GB/T 32918.5-2017, section 2.
const PARAMETERS: [[u8; 32]; 4] = [
    number(
        0xffff_fffe_ffff_ffff_ffff_ffff_ffff_ffff,
        0xffff_ffff_0000_0000_ffff_ffff_ffff_fffc,
    ),
    number(
        0x28e9_fa9e_9d9f_5e34_4d5a_9e4b_cf65_09a7,
        0xf397_89f5_15ab_8f92_ddbc_bd41_4d94_0e93,
    ),
    number(
        0x32c4_ae2c_1f19_8119_5f99_0446_6a39_c994,
        0x8fe3_0bbf_f266_0be1_715a_4589_334c_74c7,
    ),
    number(
        0xbc37_36a2_f4f6_779c_59bd_cee3_6b69_2153,
        0xd0a9_877c_c62a_4740_02df_32e5_2139_f0a0,
    ),
];

/// What is signed for `message`: SM3 over the signer's identity digest and the message. `public_spki` is the signer's
/// public key; the identity is the default one.
///
/// # Errors
/// [`KeyError`] of the public key.
pub fn digest(public_spki: &[u8], message: &[u8]) -> Result<[u8; DIGEST_LEN], KeyError> {
    let mut digest = MessageDigest::new(public_spki)?;
    digest.update(message);
    Ok(digest.finish())
}

/// [`digest`] of a message that comes in parts.
#[derive(Clone, Debug)]
pub struct MessageDigest(Sm3);

impl MessageDigest {
    /// Begins a message of the owner of this public key.
    ///
    /// # Errors
    /// [`KeyError`] of the public key.
    pub fn new(public_spki: &[u8]) -> Result<Self, KeyError> {
        Sm2PublicKey::from_spki(public_spki).map(|key| key.message_digest())
    }

    /// `coordinates` are those of the public key, one after the other.
    fn of_signer(coordinates: &[u8]) -> Self {
        const BITS: [u8; 2] = [0, 128];
        let mut identity = Sm3::new_with_prefix(BITS);
        identity.update(IDENTITY);
        identity.update(PARAMETERS.as_flattened());
        identity.update(coordinates);
        Self(Sm3::new_with_prefix(identity.finalize()))
    }

    /// Takes the next part of the message.
    pub fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    /// The digest of all parts.
    pub fn finish(self) -> [u8; DIGEST_LEN] {
        self.0.finalize().into()
    }
}

/// Refuses keys of other algorithms and curves.
fn check_algorithm(info: &KeyInfo<'_>) -> Result<(), KeyError> {
    if info.algorithm == EC_PUBLIC_KEY && info.named_parameters() == Some(&CURVE) {
        Ok(())
    } else {
        Err(KeyError::Algorithm)
    }
}

/// A number of 256 bits, big-endian, from its halves.
const fn number(high: u128, low: u128) -> [u8; 32] {
    let mut out = [0; 32];
    let (left, right) = out.split_at_mut(16);
    left.copy_from_slice(&high.to_be_bytes());
    right.copy_from_slice(&low.to_be_bytes());
    out
}

/// The generator that all keys and nonces here are drawn from, in the form that the library takes.
struct LibraryRng;

impl TryRng for LibraryRng {
    type Error = RngError;

    fn try_next_u32(&mut self) -> Result<u32, RngError> {
        rng::draw(&SystemRng).map(u32::from_be_bytes)
    }

    fn try_next_u64(&mut self) -> Result<u64, RngError> {
        rng::draw(&SystemRng).map(u64::from_be_bytes)
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), RngError> {
        SystemRng.fill(out)
    }
}

impl TryCryptoRng for LibraryRng {}

#[cfg(test)]
mod tests;
