//! A key pair of a world, and what can be asked of it.

use claviger_model::{
    EncryptionAlgorithm, Error, HashAlgorithm, KeyId, KeyKind, KeySpec, KeyVersionId, Page, ProtectionLevel,
    Refusal, SignatureAlgorithm, Usage,
};
use claviger_secret::SecretBytes;
use claviger_service::KeyRef;
use claviger_service::ops::crypto::{
    AsymmetricDecrypt, AsymmetricEncrypt, AsymmetricSign, AsymmetricVerify, GetPublicKey, Message, VersionRef,
};
use claviger_service::ops::key::CreateKey;
use claviger_store::Store as _;
use claviger_testkit::World;

use crate::calls::Root;

pub(crate) const OAEP_SHA1: EncryptionAlgorithm = EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1);
pub(crate) const OAEP_SHA256: EncryptionAlgorithm = EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256);
pub(crate) const PSS: SignatureAlgorithm = SignatureAlgorithm::RsaPss(HashAlgorithm::Sha256);
pub(crate) const ECDSA: SignatureAlgorithm = SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256);

/// One version of a key pair, or of any other key, to be used as if it were one.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    named: KeyRef,
    pub(crate) key: KeyId,
    pub(crate) version: KeyVersionId,
    kind: KeyKind,
}

impl Pair {
    pub(crate) async fn make(world: &World, root: &Root, spec: KeySpec, usage: Usage) -> Self {
        Self::make_at(world, root, (spec, usage), ProtectionLevel::Software).await
    }

    pub(crate) async fn make_at(
        world: &World,
        root: &Root,
        (spec, usage): (KeySpec, Usage),
        protection: ProtectionLevel,
    ) -> Self {
        let create = CreateKey {
            spec,
            usage: Some(usage),
            protection,
            ..root.create_key()
        };
        let made = root.calls(&world.service(), create).await.unwrap();
        let key = made.id;
        let page = Page { skip: 0, take: 1 };
        let versions = world.store().key_versions(&root.scope, key, page).await;
        Self {
            named: root.key(key),
            key,
            version: versions.unwrap().items[0].id,
            kind: made.kind(),
        }
    }

    /// What it says to those who take it for a key of another kind.
    pub(crate) fn wrong_kind(&self) -> Error {
        Error::Refused(Refusal::KeyKind(self.kind))
    }

    /// Another version of the same key.
    pub(crate) fn in_version(&self, version: KeyVersionId) -> Self {
        Self {
            version,
            ..self.clone()
        }
    }

    pub(crate) fn encrypt(&self, algorithm: EncryptionAlgorithm, plaintext: &[u8]) -> AsymmetricEncrypt {
        AsymmetricEncrypt {
            key: self.named.clone(),
            version: VersionRef::Named(Some(self.version)),
            algorithm,
            plaintext: SecretBytes::copied(plaintext),
        }
    }

    pub(crate) fn decrypt(&self, algorithm: EncryptionAlgorithm, ciphertext: &[u8]) -> AsymmetricDecrypt {
        AsymmetricDecrypt {
            key: self.named.clone(),
            version: VersionRef::Named(Some(self.version)),
            algorithm,
            ciphertext: ciphertext.to_vec(),
        }
    }

    pub(crate) fn sign(&self, algorithm: SignatureAlgorithm, digest: &[u8]) -> AsymmetricSign {
        AsymmetricSign {
            key: self.named.clone(),
            version: VersionRef::Named(Some(self.version)),
            algorithm,
            size_only: false,
            message: Message::Digest(digest.to_vec()),
        }
    }

    pub(crate) fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> AsymmetricVerify {
        AsymmetricVerify {
            key: self.named.clone(),
            version: VersionRef::Named(Some(self.version)),
            algorithm,
            size_only: false,
            message: Message::Digest(digest.to_vec()),
            signature: signature.to_vec(),
        }
    }

    pub(crate) fn public_key(&self) -> GetPublicKey {
        GetPublicKey {
            key: self.named.clone(),
            version: VersionRef::Named(Some(self.version)),
            any_state: false,
        }
    }
}
