//! Crypto providers: who holds key material and computes with it.
//!
//! A provider makes material, which the rest of the system keeps but cannot read, and computes with material that
//! it is handed back. It knows nothing of callers, states or permissions: those were settled before it is asked.
//!
//! To write a provider: implement [`Provider`], state what it can do in its [`Capability`], pass
//! [`conformance`].

mod binding;
mod capability;
pub mod conformance;
mod error;

use async_trait::async_trait;
use claviger_model::{KeySpec, Material};
use claviger_secret::SecretBytes;

pub use binding::{Binding, Cell};
pub use capability::{Capability, EnvelopeFormat, TAG_LEN};
pub use error::ProviderError;

/// Holds material and computes with it.
#[async_trait]
pub trait Provider: Send + Sync + std::fmt::Debug {
    /// What it can do. Decides what can be created, and which conformance tests run.
    fn capability(&self) -> &Capability;

    /// Makes material for one key version, bound to that version: elsewhere it does not open.
    async fn generate(&self, spec: KeySpec, binding: &Binding<'_>) -> Result<Material, ProviderError>;

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

    /// Draws `length` random bytes for a data key.
    async fn random(&self, length: usize) -> Result<SecretBytes, ProviderError>;

    /// Drops whatever it holds open of this version, because it was deleted.
    fn forget(&self, binding: &Binding<'_>);
}

/// Material with the place it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Sealed<'a> {
    /// The material, as [`Provider::generate`] made it.
    pub material: &'a Material,
    /// Where it belongs.
    pub binding: Binding<'a>,
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
}
