//! Calls of roots as a front door would make them.

use std::ops::Deref;

use claviger_model::{
    EncryptionContext, Error, Key, KeyId, KeyKind, KeySpec, Origin, ProtectionLevel, Refusal, Tags, Usage,
};
use claviger_secret::SecretBytes;
use claviger_service::ops::crypto::{Ciphertext, Decrypt, Encrypt};
use claviger_service::ops::key::CreateKey;
use claviger_service::{KeyName, KeyRef, Service};
use claviger_testkit::World;

use crate::actors::Actor;

/// The root of an account.
pub(crate) struct Root(Actor);

impl Deref for Root {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.0
    }
}

/// What a key that was made here says to those who take it for one of another kind.
pub(crate) fn wrong_kind(spec: KeySpec, usage: Usage) -> Error {
    let origin = Origin::Generated;
    Error::Refused(Refusal::KeyKind(KeyKind { spec, usage, origin }))
}

impl Root {
    pub(crate) async fn of(world: &World) -> Self {
        Self::at(world, 0).await
    }

    /// The root of another account, by its place in the world.
    pub(crate) async fn at(world: &World, place: usize) -> Self {
        let account = world.caller(place).account();
        let credential = world.service().root_of(account).await.unwrap();
        Self(Actor::holding(world, credential))
    }

    pub(crate) fn key(&self, id: KeyId) -> KeyRef {
        KeyRef {
            scope: self.scope.clone(),
            name: KeyName::Id(id),
        }
    }

    pub(crate) fn alias(&self, name: &str) -> KeyRef {
        KeyRef {
            scope: self.scope.clone(),
            name: KeyName::Alias(name.parse().unwrap()),
        }
    }

    pub(crate) fn create_key(&self) -> CreateKey {
        CreateKey {
            title: None,
            quota: None,
            scope: self.scope.clone(),
            spec: KeySpec::Aes256,
            usage: None,
            origin: Origin::Generated,
            protection: ProtectionLevel::Software,
            description: String::new(),
            tags: Tags::default(),
            rotation: None,
            policy: None,
        }
    }

    pub(crate) async fn makes_key(&self, service: &Service) -> Key {
        self.calls(service, self.create_key()).await.unwrap()
    }

    pub(crate) async fn encrypts(&self, service: &Service, key: KeyRef) -> Result<KeyId, Error> {
        self.encrypts_to_blob(service, key)
            .await
            .map(|encrypted| encrypted.key)
    }

    pub(crate) async fn encrypts_to_blob(
        &self,
        service: &Service,
        key: KeyRef,
    ) -> Result<claviger_service::ops::crypto::Encrypted, Error> {
        let operation = Encrypt {
            payload: claviger_service::ops::crypto::Payload::Data,
            key,
            plaintext: SecretBytes::copied(b"text"),
            context: EncryptionContext::default(),
        };
        self.calls(service, operation).await
    }

    pub(crate) async fn decrypts(&self, service: &Service, blob: &[u8]) -> Result<(), Error> {
        let operation = Decrypt {
            opener: claviger_service::ops::crypto::Opener::Named,
            payload: claviger_service::ops::crypto::Payload::Data,
            ciphertext: Ciphertext::parse(blob.to_vec()).unwrap(),
            context: EncryptionContext::default(),
        };
        self.calls(service, operation).await.map(drop)
    }
}
