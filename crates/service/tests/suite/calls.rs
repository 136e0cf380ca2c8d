//! Calls as a front door would make them.

use std::net::{IpAddr, Ipv4Addr};

use claviger_audit::record::Source;
use claviger_model::{
    Action, Caller, EncryptionContext, Error, Identity, Key, KeyId, KeySpec, Origin, ProtectionLevel, Scope,
    Tags,
};
use claviger_secret::SecretBytes;
use claviger_service::ops::crypto::{Ciphertext, Decrypt, Encrypt};
use claviger_service::ops::key::CreateKey;
use claviger_service::{Call, KeyName, KeyRef, Operation, Service};
use claviger_testkit::World;

/// The code on the wire is the word of the core here.
fn wire_code(_: Action, error: &Error) -> &'static str {
    error.code()
}

/// The root of the first account.
pub(crate) struct Root {
    caller: Caller,
    pub(crate) scope: Scope,
}

impl Root {
    pub(crate) fn of(world: &World) -> Self {
        Self::at(world, 0)
    }

    /// The root of another account, by its place in the world.
    pub(crate) fn at(world: &World, place: usize) -> Self {
        let account = world.caller(place).account();
        Self {
            caller: Caller {
                account,
                identity: Identity::Root,
                access_key: None,
            },
            scope: world.scope(account),
        }
    }

    /// Makes a call from end to end.
    pub(crate) async fn calls<O: Operation>(
        &self,
        service: &Service,
        operation: O,
    ) -> Result<O::Output, Error> {
        self.goes(service, operation, false).await
    }

    /// Only asks whether a call would work. Gives what it hears.
    pub(crate) async fn asks<O: Operation>(&self, service: &Service, operation: O) -> Error {
        let answer = self.goes(service, operation, true).await;
        answer.map(drop).unwrap_err()
    }

    async fn goes<O: Operation>(
        &self,
        service: &Service,
        operation: O,
        dry_run: bool,
    ) -> Result<O::Output, Error> {
        let (id, time) = service.begin().unwrap();
        let call = Call {
            id,
            time,
            caller: &self.caller,
            scope: &self.scope,
            dialect: "test",
            source: Source {
                address: IpAddr::V4(Ipv4Addr::LOCALHOST),
                agent: "test",
                host: "test",
                secure: true,
            },
            wire_code,
            dry_run,
        };
        service.execute(&call, operation).await.into_inner()
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
            key,
            plaintext: SecretBytes::copied(b"text"),
            context: EncryptionContext::default(),
        };
        self.calls(service, operation).await
    }

    pub(crate) async fn decrypts(&self, service: &Service, blob: &[u8]) -> Result<(), Error> {
        let operation = Decrypt {
            ciphertext: Ciphertext::parse(blob.to_vec()).unwrap(),
            context: EncryptionContext::default(),
        };
        self.calls(service, operation).await.map(drop)
    }
}
