//! Crypto providers: who holds key material and computes with it.
//!
//! A provider makes material, which the rest of the system keeps but cannot read, and computes with material that
//! it is handed back. It knows nothing of callers, states or permissions: those were settled before it is asked.
//!
//! To write a provider: implement [`Provider`], state what it can do in its [`Capability`], pass
//! [`conformance`].

mod answers;
mod binding;
mod capability;
pub mod conformance;
mod error;
mod repeats;

use async_trait::async_trait;
use claviger_model::{
    AccountId, EncryptionAlgorithm, Fingerprint, KeyId, KeySpec, Material, Region, SignatureAlgorithm,
};
use claviger_secret::SecretBytes;

pub use answers::{Answer, Answers};
pub use binding::{Binding, Cell};
pub use capability::{Capability, EnvelopeFormat, TAG_LEN};
pub use error::{ImportFault, ProviderError};
pub use repeats::Repeats;

/// Holds material and computes with it.
#[async_trait]
pub trait Provider: Send + Sync + std::fmt::Debug {
    /// What it can do. Decides what can be created, and which conformance tests run.
    fn capability(&self) -> &Capability;

    /// Makes material for one key version, bound to that version: elsewhere it does not open.
    async fn generate(&self, binding: &Binding<'_>) -> Result<Material, ProviderError>;

    /// Encrypts and appends nonce, ciphertext and tag, in this order, to `out`. The lengths of nonce and tag
    /// follow from the [`EnvelopeFormat`] of the spec. The nonce is fresh. On failure `out` is as it was.
    async fn encrypt(
        &self,
        sealed: Sealed<'_>,
        additional: &[u8],
        plaintext: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), ProviderError>;

    /// Opens what [`Self::encrypt`] appended.
    ///
    /// # Errors
    /// [`ProviderError::DoesNotOpen`] for a wrong key, other additional data or a damaged body, without telling
    /// which.
    async fn decrypt(
        &self,
        sealed: Sealed<'_>,
        additional: &[u8],
        body: &[u8],
    ) -> Result<SecretBytes, ProviderError>;

    /// Signs a digest with the private half. A digest of the wrong length is [`ProviderError::BadInput`]; an
    /// algorithm that does not fit the spec is [`ProviderError::Incapable`].
    async fn sign(
        &self,
        sealed: Sealed<'_>,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
    ) -> Result<Vec<u8>, ProviderError>;

    /// Whether `signature` is one over `digest`. A malformed signature is not an error: it is not one. A digest of the
    /// wrong length and an algorithm that does not fit are the errors of [`Self::sign`].
    async fn verify(
        &self,
        sealed: Sealed<'_>,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool, ProviderError>;

    /// Encrypts with the public half. A plaintext that is too long is [`ProviderError::BadInput`]; an algorithm that
    /// does not fit the spec is [`ProviderError::Incapable`], and so is RSAES-PKCS1-v1_5, which is for the import of key
    /// material only.
    async fn encrypt_to(
        &self,
        sealed: Sealed<'_>,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, ProviderError>;

    /// Decrypts with the private half.
    ///
    /// # Errors
    /// [`ProviderError::DoesNotOpen`] for whatever is wrong with the ciphertext.
    async fn decrypt_from(
        &self,
        sealed: Sealed<'_>,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
    ) -> Result<SecretBytes, ProviderError>;

    /// The public half as DER `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7).
    async fn public_key(&self, sealed: Sealed<'_>) -> Result<Vec<u8>, ProviderError>;

    /// The message authentication code of a message, with the algorithm of the spec.
    async fn mac(&self, sealed: Sealed<'_>, message: &[u8]) -> Result<Vec<u8>, ProviderError>;

    /// Whether `code` is the code of `message`, whole, compared in constant time.
    async fn verify_mac(
        &self,
        sealed: Sealed<'_>,
        message: &[u8],
        code: &[u8],
    ) -> Result<bool, ProviderError>;

    /// Makes a key pair to wrap key material with, bound to the key that the material is for.
    async fn wrapping_key(&self, key: &WrappingBinding<'_>) -> Result<WrappingKey, ProviderError>;

    /// Unwraps material that a caller wrapped with the public half of a wrapping key, and makes material of one
    /// version of it. A key pair must be whole and of the spec; however it was encoded, the same numbers in the same
    /// order are the same material.
    ///
    /// # Errors
    /// [`ProviderError::BadImport`] for whatever is wrong with what the caller wrapped; [`ImportFault`] says what may be
    /// told when. [`ProviderError::DoesNotOpen`] if the wrapping key is that of another key, or damaged.
    async fn import(&self, wrapped: Wrapped<'_>, binding: &Binding<'_>) -> Result<Imported, ProviderError>;

    /// Draws `length` random bytes for a data key.
    async fn random(&self, length: usize) -> Result<SecretBytes, ProviderError>;

    /// Wraps material anew that an older root key wrapped; nothing if there is nothing to do. Both forms open.
    ///
    /// # Errors
    /// [`ProviderError::BadMaterial`] if it does not open.
    async fn rewrap(&self, sealed: Sealed<'_>) -> Result<Option<Material>, ProviderError>;

    /// Destroys all that it holds of this version: what is open, and the key itself if it [keeps](Capability::keeps_keys)
    /// keys. What it does not hold is destroyed already.
    ///
    /// # Errors
    /// [`ProviderError::Unavailable`] if it could not be destroyed now; to be tried again.
    async fn destroy(&self, binding: &Binding<'_>) -> Result<(), ProviderError>;
}

/// Material with the place it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Sealed<'a> {
    /// The material, as [`Provider::generate`] made it.
    pub material: &'a Material,
    /// Where it belongs.
    pub binding: Binding<'a>,
}

/// What a wrapping key is for.
#[derive(Debug, Clone, Copy)]
pub struct WrappingBinding<'a> {
    /// The key whose material it will wrap: its account, region, id and spec.
    pub account: AccountId,
    /// The region the key lives in.
    pub region: &'a Region,
    /// The key.
    pub key: KeyId,
    /// What the wrapping key is made of.
    pub spec: KeySpec,
}

/// A key pair for the way in.
#[derive(Debug)]
pub struct WrappingKey {
    /// Public half, DER `SubjectPublicKeyInfo`.
    pub public: Vec<u8>,
    /// Private half, which only the provider can open, and only for the same binding.
    pub private: Box<[u8]>,
}

/// Material on its way in.
#[derive(Debug, Clone, Copy)]
pub struct Wrapped<'a> {
    /// What the wrapping key was made for.
    pub wrapping: WrappingBinding<'a>,
    /// The private half, as [`Provider::wrapping_key`] gave it.
    pub private: &'a [u8],
    /// How the material was wrapped.
    pub algorithm: EncryptionAlgorithm,
    /// The wrapped bytes: those of a secret key, or of the temporary key that `pair` is wrapped with.
    pub bytes: &'a [u8],
    /// For key pairs, and only for them: the pair itself.
    pub pair: Option<WrappedPair<'a>>,
}

impl Wrapped<'_> {
    /// Whether a provider takes this in for that key: its table allows it, and the wrapping key was made for the same key.
    ///
    /// # Errors
    /// [`ProviderError::Incapable`]; [`ProviderError::DoesNotOpen`] for the wrapping key of another key.
    pub fn check(&self, capability: &Capability, binding: &Binding<'_>) -> Result<(), ProviderError> {
        let WrappingBinding {
            account,
            region,
            key,
            spec,
        } = self.wrapping;
        if !capability.takes(binding.spec) || !capability.wraps(spec, self.algorithm) {
            return Err(ProviderError::Incapable);
        }
        if account != binding.account || region != binding.region || key != binding.key {
            return Err(ProviderError::DoesNotOpen);
        }
        Ok(())
    }
}

/// A key pair on its way in.
#[derive(Debug, Clone, Copy)]
pub struct WrappedPair<'a> {
    /// Its PKCS#8 `PrivateKeyInfo` (RFC 5958), wrapped with padding (RFC 5649) under a temporary AES key.
    pub bytes: &'a [u8],
    /// How many bytes the temporary key must have. None: 16, 24 or 32, as the caller likes.
    pub temporary_key: Option<usize>,
}

/// Material that came in.
#[derive(Debug)]
pub struct Imported {
    /// The material, bound to its version.
    pub material: Material,
    /// Its digest, keyed by a secret of the provider and bound to account, region and key, not to the version.
    pub fingerprint: Fingerprint,
}

/// Seals small secrets that the store keeps: access-key secrets, passwords, wrapping keys.
pub trait Keeper: Send + Sync + std::fmt::Debug {
    /// Seals a secret for one cell; in another cell it does not open.
    fn seal(&self, cell: &Cell<'_>, secret: &SecretBytes) -> Result<Box<[u8]>, ProviderError>;

    /// Opens what [`Self::seal`] gave for the same cell.
    ///
    /// # Errors
    /// [`ProviderError::DoesNotOpen`] when it was sealed for another cell, under another root key, or is damaged.
    fn open(&self, cell: &Cell<'_>, sealed: &[u8]) -> Result<SecretBytes, ProviderError>;

    /// Seals anew what an older root key sealed; nothing if there is nothing to do.
    ///
    /// # Errors
    /// Those of [`Self::open`].
    fn reseal(&self, cell: &Cell<'_>, sealed: &[u8]) -> Result<Option<Box<[u8]>>, ProviderError>;
}
