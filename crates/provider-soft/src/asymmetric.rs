//! What is done with key pairs.

use claviger_model::{EncryptionAlgorithm, SignatureAlgorithm};
use claviger_provider::{ProviderError, Sealed};
use claviger_secret::SecretBytes;

use crate::open;
use crate::pair::Task;
use crate::provider::SoftProvider;
use crate::public::Encryption;

/// See [`claviger_provider::Provider::sign`].
pub(crate) async fn sign(
    provider: &SoftProvider,
    sealed: Sealed<'_>,
    algorithm: SignatureAlgorithm,
    digest: &[u8],
) -> Result<Vec<u8>, ProviderError> {
    check_digest(&sealed, algorithm, digest)?;
    let pair = open::key_pair(provider, &sealed).await?;
    let digest = digest.to_vec();
    pair.run(Task::Sign, move |pair| pair.sign(algorithm, &digest))
        .await
}

/// See [`claviger_provider::Provider::verify`].
pub(crate) async fn verify(
    provider: &SoftProvider,
    sealed: Sealed<'_>,
    algorithm: SignatureAlgorithm,
    digest: &[u8],
    signature: &[u8],
) -> Result<bool, ProviderError> {
    check_digest(&sealed, algorithm, digest)?;
    let pair = open::key_pair(provider, &sealed).await?;
    let (digest, signature) = (digest.to_vec(), signature.to_vec());
    pair.run(Task::Verify, move |pair| {
        pair.public().verify(algorithm, &digest, &signature)
    })
    .await
}

/// See [`claviger_provider::Provider::encrypt_to`].
pub(crate) async fn encrypt_to(
    provider: &SoftProvider,
    sealed: Sealed<'_>,
    algorithm: EncryptionAlgorithm,
    plaintext: &[u8],
) -> Result<Vec<u8>, ProviderError> {
    let longest = longest_plaintext(&sealed, algorithm)?;
    let pair = open::key_pair(provider, &sealed).await?;
    if plaintext.len() > longest {
        return Err(ProviderError::BadInput);
    }
    let plaintext = SecretBytes::copied(plaintext);
    pair.run(Task::Encrypt, move |pair| {
        pair.public().encrypt(algorithm, plaintext.expose())
    })
    .await
}

/// See [`claviger_provider::Provider::decrypt_from`].
pub(crate) async fn decrypt_from(
    provider: &SoftProvider,
    sealed: Sealed<'_>,
    algorithm: EncryptionAlgorithm,
    ciphertext: &[u8],
) -> Result<SecretBytes, ProviderError> {
    longest_plaintext(&sealed, algorithm)?;
    let how = Encryption::of(algorithm)?;
    let pair = open::key_pair(provider, &sealed).await?;
    let ciphertext = ciphertext.to_vec();
    pair.run(Task::Decrypt, move |pair| pair.decrypt(how, &ciphertext))
        .await
}

/// See [`claviger_provider::Provider::public_key`].
pub(crate) async fn public_key(
    provider: &SoftProvider,
    sealed: Sealed<'_>,
) -> Result<Vec<u8>, ProviderError> {
    open::key_pair(provider, &sealed)
        .await?
        .quickly(|pair| Ok(pair.public_key()))
}

fn check_digest(
    sealed: &Sealed<'_>,
    algorithm: SignatureAlgorithm,
    digest: &[u8],
) -> Result<(), ProviderError> {
    if !algorithm.fits(sealed.binding.spec) {
        return Err(ProviderError::Incapable);
    }
    if digest.len() != algorithm.hash().digest_len() {
        return Err(ProviderError::BadInput);
    }
    Ok(())
}

/// Refuses algorithms that do not fit the spec. PKCS#1 v1.5 fits and is refused all the same: whoever may have many
/// ciphertexts decrypted learns from the refusals what one of them holds (Bleichenbacher 1998).
fn longest_plaintext(sealed: &Sealed<'_>, algorithm: EncryptionAlgorithm) -> Result<usize, ProviderError> {
    algorithm
        .longest_plaintext(sealed.binding.spec)
        .filter(|_| algorithm != EncryptionAlgorithm::RsaPkcs1)
        .ok_or(ProviderError::Incapable)
}
