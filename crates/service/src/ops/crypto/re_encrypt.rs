//! Re-encrypt.

use claviger_audit::record::Fields;
use claviger_model::{Action, EncryptionAlgorithm, EncryptionContext, Error, KeyVersionId};

use super::{Ciphertext, DataKeyForm, Decrypted, Encrypted, asymmetric, decrypt, encrypt, words};
use crate::call::{Asked, KeyName, KeyRef, Need, Note, Target};
use crate::ops::{describe_key, key};
use crate::pipeline::{Context, Operation, Permitted};

/// Decrypts and encrypts again, under another key, another version or another context, without showing the
/// plaintext.
#[derive(Debug)]
pub struct ReEncrypt {
    /// What to decrypt.
    pub source: Source,
    /// The symmetric key to encrypt under.
    pub destination: KeyRef,
    /// What to bind to the result.
    pub context: EncryptionContext,
}

/// What a re-encryption starts from.
#[derive(Debug)]
pub enum Source {
    /// A ciphertext of a symmetric key, which it names itself.
    Envelope {
        /// The ciphertext.
        ciphertext: Ciphertext,
        /// What was bound to it.
        context: EncryptionContext,
    },
    /// A bare ciphertext of a key pair.
    Asymmetric {
        /// The key.
        key: KeyRef,
        /// The version of it; `None` is text that no version can have as its id, and is not found.
        version: Option<KeyVersionId>,
        /// How it was encrypted.
        algorithm: EncryptionAlgorithm,
        /// The ciphertext.
        ciphertext: Vec<u8>,
        /// The form in which the plaintext goes into the envelope: faces whose callers see text keep text.
        form: DataKeyForm,
    },
}

impl Source {
    fn target(&self) -> Result<Target, Error> {
        match self {
            Self::Envelope { ciphertext, .. } => Ok(Target::Version(ciphertext.version)),
            Self::Asymmetric {
                key,
                version,
                algorithm,
                ..
            } => {
                asymmetric::check_encryption(*algorithm)?;
                Ok(Target::VersionOfKey(key.clone(), *version))
            }
        }
    }

    fn describe(&self, request: &mut Fields) {
        match self {
            Self::Envelope { ciphertext, context } => {
                request.version("source_version", ciphertext.version);
                request.number("ciphertext_bytes", ciphertext.blob.len() as u64);
                request.context("source_context", context);
            }
            Self::Asymmetric {
                key,
                version,
                algorithm,
                ciphertext,
                ..
            } => {
                match &key.name {
                    KeyName::Id(id) => request.key("source_key", *id),
                    KeyName::Alias(name) => request.text("source_alias", name.as_str()),
                    KeyName::Unknown(text) => request.text("source_key", text),
                }
                if let Some(version) = version {
                    request.version("source_version", *version);
                }
                request.text("source_algorithm", words::encryption(*algorithm));
                request.number("ciphertext_bytes", ciphertext.len() as u64);
            }
        }
    }

    async fn open(&self, cx: &Context<'_>, permit: &Permitted) -> Result<Decrypted, Error> {
        match self {
            Self::Envelope { ciphertext, context } => decrypt(cx, permit, 0, ciphertext, context).await,
            Self::Asymmetric {
                algorithm,
                ciphertext,
                form,
                ..
            } => {
                let opened = asymmetric::open(cx, permit, 0, *algorithm, ciphertext).await?;
                Ok(Decrypted {
                    plaintext: form.write(&opened.plaintext)?,
                    ..opened
                })
            }
        }
    }
}

impl Operation for ReEncrypt {
    const ACTION: Action = Action::ReEncrypt;
    type Output = Encrypted;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![
            Need {
                action: Action::ReEncryptFrom,
                target: self.source.target()?,
            },
            Need {
                action: Action::ReEncryptTo,
                target: Target::Key(self.destination.clone()),
            },
        ])
    }

    fn asked(&self) -> Asked<'_> {
        match &self.source {
            Source::Asymmetric { algorithm, .. } => Asked::algorithm(*algorithm),
            Source::Envelope { .. } => Asked::default(),
        }
    }

    fn describe(&self, request: &mut Fields) {
        self.source.describe(request);
        describe_key(request, &self.destination);
        request.context("context", &self.context);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Encrypted, Error> {
        let opened = self.source.open(cx, &permit).await?;
        note.response.key("source_key", opened.key);
        let destination = key(&permit, 1)?;
        let encrypted = encrypt(cx, destination, &self.context, opened.plaintext.expose()).await?;
        note.response.key("key", encrypted.key);
        note.response.version("version", encrypted.version);
        Ok(encrypted)
    }
}
