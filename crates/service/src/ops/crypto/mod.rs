//! Encryption, signatures, message authentication codes and data keys.
//!
//! What is wrong with a request itself is told before anything is looked up; then permission, the key, its version,
//! its kind and its state are judged in this order, and the work comes last.

mod asymmetric;
mod data_key;
mod decrypt;
mod encrypt;
mod export;
mod mac;
mod message;
mod random;
mod re_encrypt;
pub(super) mod words;

use claviger_model::{
    EncryptionContext, Error, Key, KeyId, KeySpec, KeyVersion, KeyVersionId, Purpose, Refusal, StateKind,
};
use claviger_provider::{Binding, Sealed};
use claviger_secret::SecretBytes;

use crate::cache::LoadedKey;
use crate::envelope::{self, Envelope};
use crate::pipeline::{Context, Loaded, Permitted};

use asymmetric::check_digest;
pub use asymmetric::{
    AsymmetricDecrypt, AsymmetricEncrypt, AsymmetricOutput, AsymmetricSign, AsymmetricVerify, GetPublicKey,
    Verified, VersionRef,
};
pub(super) use asymmetric::{check_encryption, check_signs, describe_signature, from_provider_about};
pub use data_key::{DataKey, DataKeyForm, GenerateDataKey, GenerateDataKeyWithoutPlaintext};
pub use decrypt::{Decrypt, DecryptExactly, Decrypted, Opener};
pub use encrypt::{Encrypt, EncryptDigested, Payload};
pub use export::{Export, ExportDataKey, Exported, ExportedDataKey, GenerateAndExportDataKey};
pub use mac::{GenerateMac, MacOutput, MacVerified, VerifyMac};
pub use message::Message;
pub use random::GenerateRandom;
pub use re_encrypt::{ReEncrypt, ReEncrypted, Source};

/// A ciphertext and what encrypted it.
#[derive(Debug)]
pub struct Encrypted {
    /// The key.
    pub key: KeyId,
    /// The version of the key.
    pub version: KeyVersionId,
    /// What the key is made of.
    pub spec: KeySpec,
    /// The blob.
    pub blob: Vec<u8>,
}

/// A ciphertext as a caller sent it, cut into its parts.
#[derive(Debug)]
pub struct Ciphertext {
    blob: Vec<u8>,
    version: KeyVersionId,
}

impl Ciphertext {
    /// Takes a blob.
    ///
    /// # Errors
    /// [`claviger_model::Field::Ciphertext`] where it cannot be one of ours.
    pub fn parse(blob: Vec<u8>) -> Result<Self, Error> {
        let version = Envelope::parse(&blob)?.version;
        Ok(Self { blob, version })
    }
}

/// The primary version of a key that is ready for the purpose.
fn ready_primary(loaded: &LoadedKey, purpose: Purpose) -> Result<Sealed<'_>, Error> {
    let key = loaded.key.ready_for(purpose)?.key();
    let version = loaded.primary.as_ref().ok_or(Error::Internal)?;
    sealed(key, version)
}

/// The version at a position of the permit, of a key that is ready for the purpose.
pub(super) fn ready_version(
    permit: &Permitted,
    position: usize,
    purpose: Purpose,
) -> Result<Sealed<'_>, Error> {
    let Some(Loaded::Version(version, loaded)) = permit.targets().get(position) else {
        return Err(Error::Internal);
    };
    let key = loaded.key.ready_for(purpose)?.key();
    sealed(key, version)
}

fn sealed<'a>(key: &'a Key, version: &'a KeyVersion) -> Result<Sealed<'a>, Error> {
    // A usable key has its material. It is missing only where the version was read a moment after it was given up.
    let absent = Refusal::NotUsable(StateKind::PendingImport);
    Ok(Sealed {
        material: version.material.as_ref().ok_or(absent)?,
        binding: Binding {
            account: key.scope.account,
            region: &key.scope.region,
            key: key.id,
            version: version.id,
            spec: key.spec,
            protection: key.protection,
        },
    })
}

/// Encrypts under the primary version of a key that is ready for it.
async fn encrypt(
    cx: &Context<'_>,
    loaded: &LoadedKey,
    context: &EncryptionContext,
    plaintext: &[u8],
) -> Result<Encrypted, Error> {
    encrypt_with(cx, ready_primary(loaded, Purpose::Encrypt)?, context, plaintext).await
}

/// Encrypts under a version that is ready for it.
async fn encrypt_with(
    cx: &Context<'_>,
    sealed: Sealed<'_>,
    context: &EncryptionContext,
    plaintext: &[u8],
) -> Result<Encrypted, Error> {
    let provider = cx.service.providers.of(&sealed.binding)?;
    let format = envelope::format_for(provider.as_ref(), sealed.binding.spec)?;
    cx.service
        .keys
        .count_message(sealed.binding.version, format)
        .await?;
    let blob = envelope::seal((provider.as_ref(), format), sealed, context, plaintext).await?;
    Ok(Encrypted {
        key: sealed.binding.key,
        version: sealed.binding.version,
        spec: sealed.binding.spec,
        blob,
    })
}

/// Opens a ciphertext with the version at a position of the permit.
async fn decrypt(
    cx: &Context<'_>,
    permit: &Permitted,
    position: usize,
    ciphertext: &Ciphertext,
    context: &EncryptionContext,
) -> Result<Decrypted, Error> {
    let sealed = ready_version(permit, position, Purpose::Decrypt)?;
    let envelope = Envelope::parse(&ciphertext.blob)?;
    let provider = cx.service.providers.of(&sealed.binding)?;
    let plaintext: SecretBytes = envelope.open(provider.as_ref(), sealed, context).await?;
    Ok(Decrypted {
        key: sealed.binding.key,
        version: sealed.binding.version,
        spec: sealed.binding.spec,
        plaintext,
    })
}
