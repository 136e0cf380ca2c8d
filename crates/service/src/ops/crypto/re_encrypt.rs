//! Re-encrypt.

use claviger_audit::record::Fields;
use claviger_model::{Action, EncryptionContext, Error};

use crate::call::{KeyRef, Need, Note, Target};
use crate::ops::crypto::{Ciphertext, Encrypted, decrypt, encrypt};
use crate::ops::{describe_key, key};
use crate::pipeline::{Context, Operation, Permitted};

/// Decrypts and encrypts again, under another key, another version or another context, without showing the
/// plaintext.
#[derive(Debug)]
pub struct ReEncrypt {
    /// The ciphertext.
    pub ciphertext: Ciphertext,
    /// What was bound to it.
    pub source_context: EncryptionContext,
    /// The key to encrypt under.
    pub destination: KeyRef,
    /// What to bind to the result.
    pub destination_context: EncryptionContext,
}

impl Operation for ReEncrypt {
    const ACTION: Action = Action::ReEncrypt;
    type Output = Encrypted;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![
            Need {
                action: Action::ReEncryptFrom,
                target: Target::Version(self.ciphertext.version),
            },
            Need {
                action: Action::ReEncryptTo,
                target: Target::Key(self.destination.clone()),
            },
        ])
    }

    fn describe(&self, request: &mut Fields) {
        request.version("source_version", self.ciphertext.version);
        request.context("source_context", &self.source_context);
        describe_key(request, &self.destination);
        request.context("context", &self.destination_context);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Encrypted, Error> {
        let (source, plaintext) = decrypt(cx, &permit, 0, &self.ciphertext, &self.source_context).await?;
        note.response.key("source_key", source.key);
        let destination = key(&permit, 1)?;
        let encrypted = encrypt(cx, destination, &self.destination_context, plaintext.expose()).await?;
        note.response.key("key", encrypted.key);
        note.response.version("version", encrypted.version);
        Ok(encrypted)
    }
}
