//! Data keys for someone else's public key.

use base64::Engine as _;
use claviger_audit::record::Fields;
use claviger_crypto::rsa::{RsaEncryption, RsaPublicKey, RsaSize};
use claviger_crypto::sm2::Sm2PublicKey;
use claviger_model::{
    Action, EncryptionAlgorithm, EncryptionContext, Error, Field, HashAlgorithm, KeyId, KeySpec,
    KeyVersionId, Unsupported,
};
use claviger_secret::SecretBytes;

use super::{Ciphertext, DataKeyForm, GenerateDataKey, decrypt, words};
use crate::call::{Need, Note, Target};
use crate::encoding::BASE64;
use crate::ops::one_key;
use crate::pipeline::{Context, Operation, Permitted};

/// Whom a data key is encrypted to, beside the key of ours.
///
/// [`Unsupported::Spec`] where such keys are not served, [`Field::Algorithm`] where the algorithm is not, and
/// [`Field::PublicKey`] where the public key cannot be read or is not of that spec.
#[derive(Debug)]
pub struct Export {
    /// What the public key is.
    pub spec: KeySpec,
    /// How to encrypt to it.
    pub algorithm: EncryptionAlgorithm,
    /// The public key as DER `SubjectPublicKeyInfo`. SOURCE: RFC 5280 section 4.1.2.7.
    pub public_key: Vec<u8>,
}

/// Makes a data key and gives it encrypted under a key, and its raw bytes encrypted to a public key.
///
/// Refused with [`Field::Plaintext`] where the data key is longer than the public key can take.
#[derive(Debug)]
pub struct GenerateAndExportDataKey {
    /// The data key.
    pub data_key: GenerateDataKey,
    /// Whom it is exported to.
    pub export: Export,
}

/// Opens an encrypted data key and encrypts its raw bytes to a public key.
///
/// Refused with [`Field::Ciphertext`] where the ciphertext opens but holds no data key in this form, or one that is
/// longer than the public key can take.
#[derive(Debug)]
pub struct ExportDataKey {
    /// The encrypted data key.
    pub ciphertext: Ciphertext,
    /// What was bound to it.
    pub context: EncryptionContext,
    /// The form in which it was encrypted.
    pub form: DataKeyForm,
    /// Whom it is exported to.
    pub export: Export,
}

/// A data key that was made and exported.
#[derive(Debug)]
pub struct ExportedDataKey {
    /// The key it is encrypted under.
    pub key: KeyId,
    /// The version of that key.
    pub version: KeyVersionId,
    /// The data key, encrypted under that key.
    pub blob: Vec<u8>,
    /// Its raw bytes, encrypted to the public key.
    pub exported: Vec<u8>,
}

/// A data key that was exported.
#[derive(Debug)]
pub struct Exported {
    /// The key it was encrypted under.
    pub key: KeyId,
    /// The version of that key.
    pub version: KeyVersionId,
    /// Its raw bytes, encrypted to the public key.
    pub exported: Vec<u8>,
}

/// A public key that was read, and how to encrypt to it.
enum Recipient {
    Rsa(Box<RsaPublicKey>, RsaEncryption),
    Sm2(Sm2PublicKey),
}

impl Export {
    fn recipient(&self) -> Result<Recipient, Error> {
        let size = match self.spec {
            KeySpec::Rsa2048 => RsaSize::R2048,
            KeySpec::Sm2 => return self.sm2_recipient(),
            _ => return Err(Error::Unsupported(Unsupported::Spec)),
        };
        let padding = match self.algorithm {
            EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1) => RsaEncryption::OaepSha1,
            EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256) => RsaEncryption::OaepSha256,
            _ => return Err(Error::Invalid(Field::Algorithm)),
        };
        match RsaPublicKey::from_spki(&self.public_key) {
            Ok(key) if key.size() == size => Ok(Recipient::Rsa(Box::new(key), padding)),
            Ok(_) | Err(_) => Err(Error::Invalid(Field::PublicKey)),
        }
    }

    fn sm2_recipient(&self) -> Result<Recipient, Error> {
        if self.algorithm != EncryptionAlgorithm::Sm2Pke {
            return Err(Error::Invalid(Field::Algorithm));
        }
        let key = Sm2PublicKey::from_spki(&self.public_key);
        key.map(Recipient::Sm2)
            .map_err(|_| Error::Invalid(Field::PublicKey))
    }

    fn describe(&self, request: &mut Fields) {
        request.text("export_algorithm", words::encryption(self.algorithm));
        request.number("public_key_bytes", self.public_key.len() as u64);
    }
}

impl Recipient {
    fn takes(&self, length: usize) -> bool {
        match self {
            Self::Rsa(key, padding) => length <= key.max_plaintext(*padding),
            // No data key is longer than SM2 takes.
            Self::Sm2(_) => length > 0,
        }
    }

    fn wrap(&self, raw: &SecretBytes) -> Result<Vec<u8>, Error> {
        let wrapped = match self {
            Self::Rsa(key, padding) => key.encrypt(*padding, raw.expose()),
            Self::Sm2(key) => key.encrypt(raw.expose()),
        };
        wrapped.map_err(|error| {
            tracing::error!(%error, "cannot encrypt to a public key");
            Error::Internal
        })
    }
}

impl DataKeyForm {
    /// The bytes behind the form; `None` where the text is not in it.
    fn raw(self, text: &SecretBytes) -> Option<SecretBytes> {
        match self {
            Self::Base64 => {
                let room = base64::decoded_len_estimate(text.len());
                SecretBytes::filled_within(room, |raw| BASE64.decode_slice(text.expose(), raw)).ok()
            }
            Self::Raw => Some(SecretBytes::copied(text.expose())),
        }
    }
}

impl Operation for GenerateAndExportDataKey {
    const ACTION: Action = Action::GenerateAndExportDataKey;
    type Output = ExportedDataKey;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        // What is wrong with the request is told first. To read the key twice costs less than the work itself.
        if !self.export.recipient()?.takes(self.data_key.length) {
            return Err(Error::Invalid(Field::Plaintext));
        }
        Ok(one_key(Self::ACTION, &self.data_key.key))
    }

    fn describe(&self, request: &mut Fields) {
        self.data_key.note(request);
        self.export.describe(request);
    }

    async fn run(
        self,
        cx: &Context<'_>,
        permit: Permitted,
        note: &mut Note,
    ) -> Result<ExportedDataKey, Error> {
        let recipient = self.export.recipient()?;
        let (raw, made) = self.data_key.make_with_raw(cx, &permit, note).await?;
        Ok(ExportedDataKey {
            key: made.key,
            version: made.version,
            blob: made.blob,
            exported: recipient.wrap(&raw)?,
        })
    }
}

impl Operation for ExportDataKey {
    const ACTION: Action = Action::ExportDataKey;
    type Output = Exported;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        self.export.recipient()?;
        Ok(vec![Need {
            action: Self::ACTION,
            target: Target::Version(self.ciphertext.version),
        }])
    }

    fn describe(&self, request: &mut Fields) {
        request.version("version", self.ciphertext.version);
        request.number("ciphertext_bytes", self.ciphertext.blob.len() as u64);
        request.context("context", &self.context);
        self.export.describe(request);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Exported, Error> {
        let recipient = self.export.recipient()?;
        let opened = decrypt(cx, &permit, 0, &self.ciphertext, &self.context).await?;
        let raw = self.form.raw(&opened.plaintext);
        let raw = raw
            .filter(|raw| recipient.takes(raw.len()))
            .ok_or(Error::Invalid(Field::Ciphertext))?;
        note.response.key("key", opened.key);
        note.response.version("version", opened.version);
        Ok(Exported {
            key: opened.key,
            version: opened.version,
            exported: recipient.wrap(&raw)?,
        })
    }
}
