//! What no caller can do to a core: states without an operation, keys of services, spoiled material, a log that fails.

use claviger_audit::record::Source;
use claviger_model::{
    AccountId, Change, Creator, Key, KeyId, KeySpec, KeyState, KeyVersion, KeyVersionId, Material, Origin,
    ProtectionLevel, Tags, Usage,
};
use claviger_provider::{Binding, Provider as _};
use claviger_service::Call;
use claviger_store::{Draft, HeldMaterial, HsmStore as _, Store as _};

use crate::World;

/// The record of a change for which nobody called.
pub(crate) fn draft() -> Draft {
    Draft(br#"{"kind":"test","event":"changed past the service"}"#[..].into())
}

impl World {
    /// Puts a key into a state that no operation leads to yet, and restarts the service, whose caches could not know.
    pub async fn force_state(&mut self, account: AccountId, key: &str, state: KeyState) {
        let (scope, id) = (self.scope(account), key.parse::<KeyId>().unwrap());
        let force = move |mut key: Key| {
            key.state = state;
            Ok(Change::Changed(key))
        };
        let changed = self
            .store()
            .update_key(&scope, id, draft(), Box::new(force))
            .await;
        changed.unwrap();
        self.restart().await;
    }

    /// Makes a key as an integrated service would for an account. Gives its id.
    pub async fn add_service_key(&self, account: AccountId, service: &str) -> KeyId {
        let (store, scope, now) = (self.store(), self.scope(account), self.now());
        let id = KeyId::draw(now, self.random()).unwrap();
        let version = KeyVersionId::draw(now, self.random()).unwrap();
        let key = Key {
            id,
            scope: scope.clone(),
            spec: KeySpec::Aes256,
            usage: Usage::EncryptDecrypt,
            origin: Origin::Generated,
            protection: ProtectionLevel::Software,
            creator: Creator::Service(service.parse().unwrap()),
            created: now,
            state: KeyState::Enabled,
            title: None,
            description: String::new(),
            primary: Some(version),
            last_rotated: now,
            rotation: None,
            rotation_from: None,
            rotation_kept: None,
            warned: false,
            import: None,
            deletion_protection: None,
            policy: None,
            tags: Tags::default(),
        };
        let binding = Binding {
            account,
            region: &scope.region,
            key: id,
            version,
            spec: key.spec,
            protection: key.protection,
        };
        let material = self.open_provider().generate(&binding).await.unwrap();
        let version = KeyVersion {
            id: version,
            key: id,
            scope,
            created: now,
            material: Some(material),
        };
        let created = store.create_key(key, Some(version), u32::MAX, draft()).await;
        created.unwrap();
        id
    }

    /// Puts a key beside another that is like it, but whose material no provider opens. Gives its id.
    pub async fn add_spoiled_key(&self, account: AccountId, like: &str) -> String {
        let (store, scope) = (self.store(), self.scope(account));
        let found = store.key(&scope, like.parse().unwrap()).await.unwrap();
        let version = KeyVersion {
            id: KeyVersionId::from_bytes([8; 16]),
            key: KeyId::from_bytes([9; 16]),
            scope,
            created: self.now(),
            material: Some(Material(b"spoiled".to_vec().into())),
        };
        let key = Key {
            id: version.key,
            primary: Some(version.id),
            ..found.unwrap()
        };
        let id = key.id.to_string();
        if key.protection == HeldMaterial::PROTECTION {
            let material = HeldMaterial {
                scope: version.scope.clone(),
                key: key.id,
                version: version.id,
                spec: key.spec,
            };
            let expected = store.expect_material(material, self.now(), self.now()).await;
            assert!(expected.unwrap());
        }
        let created = store.create_key(key, Some(version), u32::MAX, draft()).await;
        created.unwrap();
        id
    }

    /// Makes the disk fail and lets a call find out, so that the service knows of it.
    pub async fn fail_log(&self) {
        self.disk().fail();
        let service = self.service();
        let (id, time) = service.begin().unwrap();
        let account = self.root().account();
        let root = service.root_of(account).await.unwrap();
        let call = Call {
            id,
            time,
            credential: &root,
            scope: &self.scope(account),
            dialect: "test",
            api: "test",
            operation: "Nothing",
            source: Source {
                address: [127, 0, 0, 1].into(),
                agent: "",
                host: "",
                secure: false,
            },
            wire_code: |_, error| error.code(),
            dry_run: false,
        };
        service
            .refuse(&call, "Nothing", "nothing", None)
            .await
            .into_inner()
            .unwrap_err();
    }
}
