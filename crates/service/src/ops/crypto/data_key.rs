//! Data keys.

use base64::Engine as _;
use claviger_audit::record::Fields;
use claviger_model::{Action, EncryptionContext, Error, KeyId, KeySpec, KeyVersionId, Purpose};
use claviger_secret::SecretBytes;

use crate::call::{KeyRef, Need, Note};
use crate::encoding::BASE64;
use crate::envelope::from_provider;
use crate::ops::crypto::{encrypt_with, ready_primary};
use crate::ops::{describe_key, key, one_key};
use crate::pipeline::{Context, Operation, Permitted};

/// In which form a data key is shown and encrypted. Each face reads what it wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataKeyForm {
    /// The standard base64 text of the key.
    Base64,
    /// Its bytes as they are.
    Raw,
}

/// Makes a data key and shows it, in plaintext and encrypted.
#[derive(Debug)]
pub struct GenerateDataKey {
    /// The key to encrypt it under.
    pub key: KeyRef,
    /// Bytes of the data key.
    pub length: usize,
    /// Its form.
    pub form: DataKeyForm,
    /// What to bind to the encrypted form.
    pub context: EncryptionContext,
}

/// The same, but only the encrypted form is shown.
#[derive(Debug)]
pub struct GenerateDataKeyWithoutPlaintext(pub GenerateDataKey);

/// A data key.
#[derive(Debug)]
pub struct DataKey {
    /// The key it is encrypted under.
    pub key: KeyId,
    /// The version of that key.
    pub version: KeyVersionId,
    /// What that key is made of.
    pub spec: KeySpec,
    /// The data key in its form.
    pub plaintext: SecretBytes,
    /// The same, encrypted.
    pub blob: Vec<u8>,
}

impl GenerateDataKey {
    pub(super) fn note(&self, request: &mut Fields) {
        describe_key(request, &self.key);
        request.number("data_key_bytes", self.length as u64);
        request.context("context", &self.context);
    }

    async fn make(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<DataKey, Error> {
        let (_, made) = self.make_with_raw(cx, &permit, note).await?;
        Ok(made)
    }

    /// The raw bytes and the data key.
    pub(super) async fn make_with_raw(
        self,
        cx: &Context<'_>,
        permit: &Permitted,
        note: &mut Note,
    ) -> Result<(SecretBytes, DataKey), Error> {
        let sealed = ready_primary(key(permit, 0)?, Purpose::Encrypt)?;
        let provider = cx.service.providers.of(&sealed.binding)?;
        let raw = provider.random(self.length).await.map_err(from_provider)?;
        let plaintext = self.form.write(&raw)?;
        let encrypted = encrypt_with(cx, sealed, &self.context, plaintext.expose()).await?;
        note.response.key("key", encrypted.key);
        note.response.version("version", encrypted.version);
        let made = DataKey {
            key: encrypted.key,
            version: encrypted.version,
            spec: encrypted.spec,
            plaintext,
            blob: encrypted.blob,
        };
        Ok((raw, made))
    }
}

impl DataKeyForm {
    /// Bytes in this form.
    pub(super) fn write(self, raw: &SecretBytes) -> Result<SecretBytes, Error> {
        match self {
            Self::Base64 => base64_text(raw),
            Self::Raw => Ok(SecretBytes::copied(raw.expose())),
        }
    }
}

fn base64_text(raw: &SecretBytes) -> Result<SecretBytes, Error> {
    let length = base64::encoded_len(raw.len(), true).ok_or(Error::Internal)?;
    SecretBytes::filled(length, |text| BASE64.encode_slice(raw.expose(), text).map(drop))
        .map_err(|_| Error::Internal)
}

impl Operation for GenerateDataKey {
    const ACTION: Action = Action::GenerateDataKey;
    type Output = DataKey;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        self.note(request);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<DataKey, Error> {
        self.make(cx, permit, note).await
    }
}

impl Operation for GenerateDataKeyWithoutPlaintext {
    const ACTION: Action = Action::GenerateDataKeyWithoutPlaintext;
    type Output = DataKey;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.0.key))
    }

    fn describe(&self, request: &mut Fields) {
        self.0.note(request);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<DataKey, Error> {
        self.0.make(cx, permit, note).await
    }
}
