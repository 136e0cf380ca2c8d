//! The operations, each as a request.

use async_trait::async_trait;
use claviger_model::{EncryptionAlgorithm, Material, SignatureAlgorithm};
use claviger_provider::{
    Binding, Capability, Imported, Provider, ProviderError, Sealed, Wrapped, WrappingBinding, WrappingKey,
};
use claviger_secret::SecretBytes;

use super::{ManagedHsm, well_formed};
use crate::MANAGED;
use crate::protocol::{Request, answer};

#[async_trait]
impl Provider for ManagedHsm {
    fn capability(&self) -> &Capability {
        &MANAGED
    }

    async fn generate(&self, binding: &Binding<'_>) -> Result<Material, ProviderError> {
        let given = self.call(Request::Generate(*binding)).await?;
        Ok(Material(given.expose().into()))
    }

    async fn encrypt(
        &self,
        sealed: Sealed<'_>,
        additional: &[u8],
        plaintext: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), ProviderError> {
        let given = self.call(Request::Encrypt(sealed, additional, plaintext)).await?;
        out.extend_from_slice(given.expose());
        Ok(())
    }

    async fn decrypt(
        &self,
        sealed: Sealed<'_>,
        additional: &[u8],
        body: &[u8],
    ) -> Result<SecretBytes, ProviderError> {
        self.call(Request::Decrypt(sealed, additional, body)).await
    }

    async fn sign(
        &self,
        sealed: Sealed<'_>,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        let given = self.call(Request::Sign(sealed, algorithm, digest)).await?;
        Ok(given.expose().to_vec())
    }

    async fn verify(
        &self,
        sealed: Sealed<'_>,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool, ProviderError> {
        let request = Request::Verify(sealed, algorithm, digest, signature);
        well_formed(answer::verdict(&self.call(request).await?))
    }

    async fn encrypt_to(
        &self,
        sealed: Sealed<'_>,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        let given = self
            .call(Request::EncryptTo(sealed, algorithm, plaintext))
            .await?;
        Ok(given.expose().to_vec())
    }

    async fn decrypt_from(
        &self,
        sealed: Sealed<'_>,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
    ) -> Result<SecretBytes, ProviderError> {
        self.call(Request::DecryptFrom(sealed, algorithm, ciphertext))
            .await
    }

    async fn public_key(&self, sealed: Sealed<'_>) -> Result<Vec<u8>, ProviderError> {
        let given = self.call(Request::PublicKey(sealed)).await?;
        Ok(given.expose().to_vec())
    }

    async fn mac(&self, sealed: Sealed<'_>, message: &[u8]) -> Result<Vec<u8>, ProviderError> {
        let given = self.call(Request::Mac(sealed, message)).await?;
        Ok(given.expose().to_vec())
    }

    async fn verify_mac(
        &self,
        sealed: Sealed<'_>,
        message: &[u8],
        code: &[u8],
    ) -> Result<bool, ProviderError> {
        let request = Request::VerifyMac(sealed, message, code);
        well_formed(answer::verdict(&self.call(request).await?))
    }

    async fn wrapping_key(&self, key: &WrappingBinding<'_>) -> Result<WrappingKey, ProviderError> {
        let given = self.call(Request::WrappingKey(*key)).await?;
        well_formed(answer::wrapping_key(&given))
    }

    async fn import(&self, wrapped: Wrapped<'_>, binding: &Binding<'_>) -> Result<Imported, ProviderError> {
        let given = self.call(Request::Import(wrapped, *binding)).await?;
        well_formed(answer::imported(&given))
    }

    async fn random(&self, length: usize) -> Result<SecretBytes, ProviderError> {
        let asked = u32::try_from(length).map_err(|_| ProviderError::BadInput)?;
        let given = self.call(Request::Random(asked)).await?;
        if given.len() == length {
            Ok(given)
        } else {
            // Fewer bytes would make a weaker key.
            Err(ProviderError::Unavailable)
        }
    }

    async fn rewrap(&self, sealed: Sealed<'_>) -> Result<Option<Material>, ProviderError> {
        well_formed(answer::rewrapped(&self.call(Request::Rewrap(sealed)).await?))
    }

    async fn destroy(&self, binding: &Binding<'_>) -> Result<(), ProviderError> {
        well_formed(answer::done(&self.call(Request::Destroy(*binding)).await?))
    }
}
