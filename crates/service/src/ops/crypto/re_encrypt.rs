//! Re-encrypt.

use claviger_audit::record::Fields;
use claviger_model::{Action, EncryptionAlgorithm, EncryptionContext, Error, KeyId};

use super::{
    Ciphertext, DataKeyForm, Decrypted, Encrypted, Opener, VersionRef, asymmetric, decrypt, encrypt, words,
};
use crate::call::{Asked, KeyName, KeyRef, Need, Note, Target};
use crate::ops::{describe_key, key};
use crate::pipeline::{Context, Operation, Permitted};
use crate::service_keys::alias_text;

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
    /// A ciphertext of a symmetric key.
    Envelope {
        /// The ciphertext.
        ciphertext: Ciphertext,
        /// With which key.
        opener: Opener,
        /// What was bound to it.
        context: EncryptionContext,
    },
    /// A bare ciphertext of a key pair.
    Asymmetric {
        /// The key.
        key: KeyRef,
        /// Which version of it.
        version: VersionRef,
        /// How it was encrypted.
        algorithm: EncryptionAlgorithm,
        /// The ciphertext.
        ciphertext: Vec<u8>,
        /// The form in which the plaintext goes into the envelope: faces whose callers see text keep text.
        form: DataKeyForm,
    },
}

impl Source {
    fn need(&self) -> Result<Vec<Need>, Error> {
        let action = Action::ReEncryptFrom;
        match self {
            Self::Envelope {
                ciphertext, opener, ..
            } => Ok(vec![Need {
                action,
                target: opener.target(ciphertext.version),
            }]),
            Self::Asymmetric {
                key,
                version,
                algorithm,
                ..
            } => {
                asymmetric::check_encryption(*algorithm)?;
                Ok(version.need(action, key))
            }
        }
    }

    fn describe(&self, request: &mut Fields) {
        match self {
            Self::Envelope {
                ciphertext, context, ..
            } => {
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
                    KeyName::Id(id) | KeyName::Anywhere(id) => request.key("source_key", *id),
                    KeyName::Alias(name) => request.text("source_alias", name.as_str()),
                    KeyName::OfService(service) => request.text("source_alias", &alias_text(service)),
                    KeyName::Unknown(text) => request.text("source_key", text),
                }
                if let VersionRef::Named(Some(version)) = version {
                    request.version("source_version", *version);
                }
                request.text("source_algorithm", words::encryption(*algorithm));
                request.number("ciphertext_bytes", ciphertext.len() as u64);
            }
        }
    }

    async fn open(&self, cx: &Context<'_>, permit: &Permitted) -> Result<Decrypted, Error> {
        match self {
            Self::Envelope {
                ciphertext, context, ..
            } => decrypt(cx, permit, 0, ciphertext, context).await,
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

/// What became of a re-encryption.
#[derive(Debug)]
pub struct ReEncrypted {
    /// The key that it was encrypted under before.
    pub source: KeyId,
    /// The ciphertext, and what it is encrypted under now.
    pub made: Encrypted,
}

impl Operation for ReEncrypt {
    const ACTION: Action = Action::ReEncrypt;
    type Output = ReEncrypted;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        let mut needs = self.source.need()?;
        needs.push(Need {
            action: Action::ReEncryptTo,
            target: Target::Key(self.destination.clone()),
        });
        Ok(needs)
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

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<ReEncrypted, Error> {
        let opened = self.source.open(cx, &permit).await?;
        note.response.key("source_key", opened.key);
        let destination = key(&permit, 1)?;
        let encrypted = encrypt(cx, destination, &self.context, opened.plaintext.expose()).await?;
        note.response.key("key", encrypted.key);
        note.response.version("version", encrypted.version);
        Ok(ReEncrypted {
            source: opened.key,
            made: encrypted,
        })
    }
}
