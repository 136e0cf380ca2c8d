//! Decrypt.

use claviger_audit::record::Fields;
use claviger_model::{Action, EncryptionContext, Error, Field, KeyId, KeySpec, KeyVersionId, Scope};
use claviger_secret::SecretBytes;

use super::Payload;
use crate::call::{KeyRef, Need, Note, Target};
use crate::ops::crypto::{Ciphertext, decrypt};
use crate::ops::describe_key;
use crate::pipeline::{Context, Operation, Permitted};

/// Which key is to open a ciphertext.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opener {
    /// The one that the ciphertext names.
    Named,
    /// The same; one that lies outside of this place is of use by a grant only.
    Within(Scope),
    /// This one. A ciphertext of another is refused with [`claviger_model::Missing::Version`].
    Key(KeyRef),
}

impl Opener {
    /// The key that is needed for a ciphertext of this version.
    pub(super) fn target(&self, version: KeyVersionId) -> Target {
        match self {
            Self::Named => Target::Version(version),
            Self::Within(scope) => Target::VersionWithin(scope.clone(), version),
            Self::Key(key) => Target::VersionOfKey(key.clone(), Some(version)),
        }
    }
}

/// Opens a ciphertext.
#[derive(Debug)]
pub struct Decrypt {
    /// The ciphertext.
    pub ciphertext: Ciphertext,
    /// With which key.
    pub opener: Opener,
    /// What is taken to be inside.
    pub payload: Payload,
    /// What was bound to it.
    pub context: EncryptionContext,
}

/// Opens a ciphertext of a plaintext whose length is known.
///
/// Refused with [`Field::Plaintext`] where it has another.
#[derive(Debug)]
pub struct DecryptExactly {
    /// What to open.
    pub decrypt: Decrypt,
    /// Bytes of the plaintext.
    pub length: usize,
}

/// A plaintext and what it was encrypted under.
#[derive(Debug)]
pub struct Decrypted {
    /// The key.
    pub key: KeyId,
    /// The version of the key.
    pub version: KeyVersionId,
    /// What the key is made of.
    pub spec: KeySpec,
    /// The plaintext.
    pub plaintext: SecretBytes,
}

impl Operation for Decrypt {
    const ACTION: Action = Action::Decrypt;
    type Output = Decrypted;

    fn action(&self) -> Action {
        match self.payload {
            Payload::Data => Action::Decrypt,
            Payload::DataKey => Action::DecryptDataKey,
        }
    }

    fn needs(&self) -> Result<Vec<Need>, Error> {
        let version = self.ciphertext.version;
        Ok(vec![Need {
            action: self.action(),
            target: self.opener.target(version),
        }])
    }

    fn describe(&self, request: &mut Fields) {
        if let Opener::Key(key) = &self.opener {
            describe_key(request, key);
        }
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

impl Operation for DecryptExactly {
    const ACTION: Action = Decrypt::ACTION;
    type Output = Decrypted;

    fn action(&self) -> Action {
        self.decrypt.action()
    }

    fn needs(&self) -> Result<Vec<Need>, Error> {
        self.decrypt.needs()
    }

    fn describe(&self, request: &mut Fields) {
        self.decrypt.describe(request);
        request.number("plaintext_bytes", self.length as u64);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Decrypted, Error> {
        let decrypted = self.decrypt.run(cx, permit, note).await?;
        if decrypted.plaintext.len() == self.length {
            Ok(decrypted)
        } else {
            Err(Error::Invalid(Field::Plaintext))
        }
    }
}
