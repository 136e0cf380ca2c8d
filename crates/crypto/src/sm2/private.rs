//! Keys that sign and decrypt.

use std::{fmt, hint, sync::LazyLock};

use ::sm2::{
    NonZeroScalar, Scalar, SecretKey, Sm2,
    dsa::SigningKey,
    elliptic_curve::{Generate, zeroize::Zeroize},
    pkcs8::{DecodePrivateKey, EncodePrivateKey, der::Decode},
    pke::{Cipher, DecryptingKey, Mode},
};
use claviger_secret::SecretBytes;

use super::{LibraryRng, Sm2PublicKey, check_algorithm, signer::Signer};
use crate::{GenerateError, KeyError, OpenError, SignError, SystemRng, encoding::KeyInfo, rng};

/// First byte of a bare ciphertext, that of an uncompressed point. DER begins with another.
const BARE: u8 = 4;

/// An SM2 private key, opened and checked once, for any number of operations from any number of threads.
///
/// Its numbers lie on the heap and are overwritten when it is dropped.
pub struct Sm2PrivateKey {
    opened: Box<Opened>,
}

/// The key in the forms that it is worked with in.
struct Opened {
    signer: Signer,
    signing: SigningKey,
    decrypting: DecryptingKey,
}

impl Sm2PrivateKey {
    /// Makes a new key from the generator that [`SystemRng`](crate::SystemRng) uses too.
    ///
    /// # Errors
    /// [`GenerateError`] if there is no randomness.
    pub fn generate() -> Result<Self, GenerateError> {
        let key = SecretKey::try_generate_from_rng(&mut LibraryRng).map_err(|_| GenerateError)?;
        Self::new(&key).ok_or(GenerateError)
    }

    /// Opens a PKCS#8 `PrivateKeyInfo` in DER. The public key need not be in it; if it is, it must be the right one.
    ///
    /// # Errors
    /// [`KeyError`], which says what is wrong.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let info = KeyInfo::from_pkcs8(der).ok_or(KeyError::Encoding)?;
        check_algorithm(&info)?;
        let key = SecretKey::from_pkcs8_der(der).map_err(|_| KeyError::Invalid)?;
        Self::new(&key).ok_or(KeyError::Invalid)
    }

    /// `None` for the one number that cannot sign, the order less one: the standard leaves it out.
    fn new(key: &SecretKey) -> Option<Self> {
        let mut number = key.to_nonzero_scalar();
        let opened = Opened::new(number).map(Box::new);
        number.zeroize();
        opened.map(|opened| Self { opened })
    }

    /// The key as a PKCS#8 `PrivateKeyInfo` in DER, public key included, which [`Sm2PrivateKey::from_pkcs8`] opens.
    ///
    /// # Panics
    /// If there is no memory for it, as any allocation does.
    #[expect(
        clippy::expect_used,
        reason = "INVARIANT: a checked key can be written if there is memory"
    )]
    pub fn to_pkcs8(&self) -> SecretBytes {
        let key = SecretKey::from(self.opened.signing.as_nonzero_scalar());
        let der = key.to_pkcs8_der().expect("a checked key can be written");
        SecretBytes::copied(der.as_bytes())
    }

    /// The public key.
    ///
    /// # Panics
    /// Never in fact.
    #[expect(
        clippy::expect_used,
        reason = "INVARIANT: the public half of a checked key is one"
    )]
    pub fn public_key(&self) -> Sm2PublicKey {
        Sm2PublicKey::new(self.opened.signing.verifying_key().into())
            .expect("the public half of a checked key is one")
    }

    /// The public key as a `SubjectPublicKeyInfo` in DER, with the point uncompressed.
    pub fn public_key_der(&self) -> Vec<u8> {
        self.public_key().to_spki()
    }

    /// Signs a digest that covers the identity and the public key, as [`digest`](super::digest) makes it; differently
    /// each time. The signature is DER; see this [module](crate::sm2).
    ///
    /// The nonce comes from the key, the digest and fresh random bytes (RFC 6979, section 3.6), so a generator that
    /// fails unseen does not reveal the key.
    ///
    /// # Errors
    /// [`SignError::DigestLength`] if the digest has not 32 bytes, otherwise [`SignError::Failed`].
    pub fn sign_digest(&self, digest: &[u8]) -> Result<Vec<u8>, SignError> {
        let digest = digest.try_into().map_err(|_| SignError::DigestLength)?;
        let noise: [u8; 32] = rng::draw(&SystemRng).map_err(|_| SignError::Failed)?;
        let signature = self.opened.signer.sign(digest, &noise);
        Ok(signature.ok_or(SignError::Failed)?.to_der().to_vec())
    }

    /// Decrypts either form of a ciphertext; see this [module](crate::sm2).
    ///
    /// # Errors
    /// [`OpenError`] for whatever is wrong.
    pub fn decrypt(&self, ciphertext: &[u8]) -> Result<SecretBytes, OpenError> {
        let parts: Cipher<'_, Sm2> = if ciphertext.first() == Some(&BARE) {
            Cipher::from_slice(ciphertext, Mode::C1C3C2).map_err(|_| OpenError)?
        } else {
            Cipher::from_der(ciphertext).map_err(|_| OpenError)?
        };
        if parts.c2().is_empty() {
            return Err(OpenError);
        }
        SecretBytes::filled(parts.c2().len(), |out| {
            let opened = self.opened.decrypting.decrypt_cipher_with_buf(&parts, out);
            opened.map(drop).map_err(|_| OpenError)
        })
    }
}

impl Opened {
    fn new(number: NonZeroScalar) -> Option<Self> {
        Some(Self {
            signer: Signer::new(number)?,
            // Only digests are signed, so the identity does not matter.
            signing: SigningKey::from_nonzero_scalar("", number).ok()?,
            decrypting: DecryptingKey::new_with_mode(number, Mode::C1C3C2),
        })
    }
}

/// The library's keys do not wipe themselves and give no access to what should be wiped. So they are overwritten as a
/// whole, by the key that everybody knows.
impl Drop for Opened {
    fn drop(&mut self) {
        static KNOWN: LazyLock<Option<Opened>> =
            LazyLock::new(|| Opened::new(NonZeroScalar::new(Scalar::ONE).into_option()?));
        if let Some(known) = &*KNOWN {
            self.signer = known.signer.clone();
            self.signing = known.signing.clone();
            self.decrypting = known.decrypting.clone();
        }
        // To the compiler somebody looks at it, so the writes stay.
        hint::black_box(self);
    }
}

impl fmt::Debug for Sm2PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sm2PrivateKey")
    }
}
