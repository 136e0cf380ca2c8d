//! Decrypt.

use claviger_audit::record::Fields;
use claviger_model::{Action, EncryptionContext, Error, KeyId, KeyVersionId};
use claviger_secret::SecretBytes;

use crate::call::{Need, Note, Target};
use crate::ops::crypto::{Ciphertext, decrypt};
use crate::pipeline::{Context, Operation, Permitted};

/// Opens a ciphertext. The key is the one that the ciphertext names.
#[derive(Debug)]
pub struct Decrypt {
    /// The ciphertext.
    pub ciphertext: Ciphertext,
    /// What was bound to it.
    pub context: EncryptionContext,
}

/// A plaintext and what it was encrypted under.
#[derive(Debug)]
pub struct Decrypted {
    /// The key.
    pub key: KeyId,
    /// The version of the key.
    pub version: KeyVersionId,
    /// The plaintext.
    pub plaintext: SecretBytes,
}

impl Operation for Decrypt {
    const ACTION: Action = Action::Decrypt;
    type Output = Decrypted;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![Need {
            action: Self::ACTION,
            target: Target::Version(self.ciphertext.version),
        }])
    }

    fn describe(&self, request: &mut Fields) {
        request.version("version", self.ciphertext.version);
        request.number("ciphertext_bytes", self.ciphertext.blob.len() as u64);
        request.context("context", &self.context);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Decrypted, Error> {
        let decrypted = decrypt(cx, &permit, 0, &self.ciphertext, &self.context).await?;
        note.response.key("key", decrypted.key);
        note.response.version("version", decrypted.version);
        Ok(decrypted)
    }
}
