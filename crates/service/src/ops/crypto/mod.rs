//! Encryption and data keys.

mod data_key;
mod decrypt;
mod encrypt;
mod re_encrypt;

use claviger_model::{EncryptionContext, Error, Key, KeyId, KeyVersion, KeyVersionId, Purpose};
use claviger_provider::{Binding, Sealed};
use claviger_secret::SecretBytes;

use crate::cache::LoadedKey;
use crate::envelope::{self, Envelope};
use crate::pipeline::{Context, Loaded, Permitted};

pub use data_key::{DataKey, DataKeyForm, GenerateDataKey, GenerateDataKeyWithoutPlaintext};
pub use decrypt::{Decrypt, Decrypted};
pub use encrypt::Encrypt;
pub use re_encrypt::ReEncrypt;

/// A ciphertext and what encrypted it.
#[derive(Debug)]
pub struct Encrypted {
    /// The key.
    pub key: KeyId,
    /// The version of the key.
    pub version: KeyVersionId,
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

fn sealed<'a>(key: &'a Key, version: &'a KeyVersion) -> Sealed<'a> {
    Sealed {
        material: &version.material,
        binding: Binding {
            account: key.scope.account,
            region: &key.scope.region,
            key: key.id,
            version: version.id,
            spec: key.spec,
            protection: key.protection,
        },
    }
}

/// Encrypts under the primary version of a key that is ready for it.
async fn encrypt(
    cx: &Context<'_>,
    loaded: &LoadedKey,
    context: &EncryptionContext,
    plaintext: &[u8],
) -> Result<Encrypted, Error> {
    let key = loaded.key.ready_for(Purpose::Encrypt)?.key();
    let version = loaded.primary.as_ref().ok_or(Error::Internal)?;
    let blob = envelope::seal(
        cx.service.provider.as_ref(),
        sealed(key, version),
        context,
        plaintext,
    )
    .await?;
    Ok(Encrypted {
        key: key.id,
        version: version.id,
        blob,
    })
}

/// Opens a ciphertext with the version at a position of the permit.
async fn decrypt<'a>(
    cx: &Context<'_>,
    permit: &'a Permitted,
    position: usize,
    ciphertext: &Ciphertext,
    context: &EncryptionContext,
) -> Result<(&'a KeyVersion, SecretBytes), Error> {
    let Some(Loaded::Version(version, loaded)) = permit.targets().get(position) else {
        return Err(Error::Internal);
    };
    let key = loaded.key.ready_for(Purpose::Decrypt)?.key();
    let envelope = Envelope::parse(&ciphertext.blob)?;
    let plaintext = envelope
        .open(cx.service.provider.as_ref(), sealed(key, version), context)
        .await?;
    Ok((version, plaintext))
}
