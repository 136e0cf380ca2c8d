//! Encrypt.

use claviger_audit::record::Fields;
use claviger_model::{Action, EncryptionContext, Error, Field, HashAlgorithm, Purpose};
use claviger_secret::SecretBytes;

use crate::call::{KeyRef, Need, Note};
use crate::ops::crypto::{Encrypted, encrypt};
use crate::ops::{describe_key, key, one_key};
use crate::pipeline::{Context, Operation, Permitted};

/// What is encrypted. It decides which permission is needed and nothing else: what was encrypted as one may be decrypted
/// as the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// Whatever the caller likes.
    Data,
    /// A data key of the caller.
    DataKey,
}

/// Encrypts under the primary version of a symmetric key.
#[derive(Debug)]
pub struct Encrypt {
    /// The key.
    pub key: KeyRef,
    /// What it is.
    pub payload: Payload,
    /// What to encrypt.
    pub plaintext: SecretBytes,
    /// What to bind to it.
    pub context: EncryptionContext,
}

/// Encrypts what was shown with its digest.
///
/// Refused with [`Field::Digest`] where another hash [belongs](claviger_model::KeySpec::companion_hash) to the key.
#[derive(Debug)]
pub struct EncryptDigested {
    /// What to encrypt.
    pub encrypt: Encrypt,
    /// The hash that the digest was made with.
    pub hash: HashAlgorithm,
}

impl Operation for EncryptDigested {
    const ACTION: Action = Encrypt::ACTION;
    type Output = Encrypted;

    fn action(&self) -> Action {
        self.encrypt.action()
    }

    fn needs(&self) -> Result<Vec<Need>, Error> {
        self.encrypt.needs()
    }

    fn describe(&self, request: &mut Fields) {
        self.encrypt.describe(request);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Encrypted, Error> {
        let key = &key(&permit, 0)?.key;
        key.ready_for(Purpose::Encrypt)?;
        if key.spec.companion_hash() != self.hash {
            return Err(Error::Invalid(Field::Digest));
        }
        self.encrypt.run(cx, permit, note).await
    }
}

impl Operation for Encrypt {
    const ACTION: Action = Action::Encrypt;
    type Output = Encrypted;

    fn action(&self) -> Action {
        match self.payload {
            Payload::Data => Action::Encrypt,
            Payload::DataKey => Action::EncryptDataKey,
        }
    }

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(self.action(), &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
        request.number("plaintext_bytes", self.plaintext.len() as u64);
        request.context("context", &self.context);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Encrypted, Error> {
        let encrypted = encrypt(cx, key(&permit, 0)?, &self.context, self.plaintext.expose()).await?;
        note.response.key("key", encrypted.key);
        note.response.version("version", encrypted.version);
        Ok(encrypted)
    }
}
